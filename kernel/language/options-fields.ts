// The fields of the options that a function takes: type, default and what the documentation says of each.
import { ts } from './typescript.js'

/** Columns that a line fills at most, where its words allow it. */
const WIDTH = 100
/** Columns of a name with its type beside which there is room for what is said of it. */
const NAME_WIDTH = 34
const FIELDS = 40

/** The options that a function or class takes last, each type once, as a text that reads as TypeScript. */
export function optionsFields(type: ts.Type, at: ts.Node, checker: ts.TypeChecker): string[] {
  const signatures = [
    ...checker.getSignaturesOfType(type, ts.SignatureKind.Call),
    ...checker.getSignaturesOfType(type, ts.SignatureKind.Construct),
  ]
  const found = new Map<ts.Type, string>()
  for (const { parameters } of signatures) {
    const last = parameters.at(-1)
    if (!last) continue
    const options = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(last, at))
    if (isOptions(options, checker) && !found.has(options))
      found.set(options, fieldsText(last.name, options, at, checker))
  }
  return [...found.values()]
}

/** The fields of a type of options itself. */
export function ownFields(type: ts.Type, at: ts.Node, checker: ts.TypeChecker): string[] {
  return isOptions(type, checker) ? [fieldsText('', type, at, checker)] : []
}

/** An object of named fields, of which at least one may be left out. */
function isOptions(type: ts.Type, checker: ts.TypeChecker): boolean {
  if (!(type.flags & ts.TypeFlags.Object) || type.isClass()) return false
  if (checker.getSignaturesOfType(type, ts.SignatureKind.Call).length > 0) return false
  if (checker.isArrayType(type) || checker.isTupleType(type)) return false
  return checker.getPropertiesOfType(type).some(({ flags }) => flags & ts.SymbolFlags.Optional)
}

function fieldsText(name: string, type: ts.Type, at: ts.Node, checker: ts.TypeChecker): string {
  const fields = checker.getPropertiesOfType(type)
  const lines = fields
    .slice(0, FIELDS)
    .map((field) => ({ left: written(field, at, checker), said: said(field, checker) }))
  const told = lines.filter(({ left, said }) => said !== '' && left.length <= NAME_WIDTH)
  const width = Math.max(0, ...told.map(({ left }) => left.length))
  const body = lines.flatMap(({ left, said }) => beside(`  ${left}`, said, width + 2))
  if (fields.length > FIELDS) body.push(`  // … ${fields.length - FIELDS} more`)
  // Of a destructured parameter the compiler makes up a name.
  const head = name === '' ? '{' : `${name.startsWith('__') ? 'options' : name}: {`
  return [head, ...body, '}'].join('\n')
}

/** `n?: number`, the type as its author wrote it. */
function written(field: ts.Symbol, at: ts.Node, checker: ts.TypeChecker): string {
  const optional = field.flags & ts.SymbolFlags.Optional ? '?' : ''
  const declared = field.valueDeclaration
  const node = declared && ts.isPropertySignature(declared) ? declared.type : undefined
  // In a generic type or a mapped one, only the checker knows what the letters stand for.
  const type = node && !mentionsParameter(node, checker) ? node.getText() : typeOf(field, optional !== '', at, checker)
  return `${field.name}${optional}: ${type.replace(/\s+/g, ' ')}`
}

function mentionsParameter(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (ts.isTypeReferenceNode(node) && checker.getTypeAtLocation(node).flags & ts.TypeFlags.TypeParameter) return true
  return ts.forEachChild(node, (child) => mentionsParameter(child, checker) || undefined) ?? false
}

function typeOf(field: ts.Symbol, optional: boolean, at: ts.Node, checker: ts.TypeChecker): string {
  const type = checker.getTypeOfSymbolAtLocation(field, at)
  return checker.typeToString(optional ? checker.getNonNullableType(type) : type)
}

/** The first paragraph of the documentation and the default, in one line. */
function said(field: ts.Symbol, checker: ts.TypeChecker): string {
  const documentation = ts.displayPartsToString(field.getDocumentationComment(checker)).split(/\n\s*\n/)[0]!
  const tag = field.getJsDocTags(checker).find(({ name }) => name === 'default')
  const byDefault = tag ? `Default: ${ts.displayPartsToString(tag.text)}` : ''
  const parts = [documentation, byDefault].map((part) => part.replace(/\s+/g, ' ').trim())
  return parts.filter((part) => part !== '').join(' ')
}

/** A field with a comment beside it, whose further lines stand below each other. */
function beside(left: string, comment: string, width: number): string[] {
  if (comment === '') return [left]
  const rows = wrapped(comment, WIDTH - width - 5)
  const [first, rest] = left.length <= width ? [`${left.padEnd(width)}  // ${rows[0]}`, rows.slice(1)] : [left, rows]
  return [first, ...rest.map((row) => `${' '.repeat(width)}  // ${row}`)]
}

function wrapped(text: string, width: number): string[] {
  const rows: string[] = []
  for (const word of text.split(' ')) {
    const row = rows.at(-1)
    if (row !== undefined && row.length + 1 + word.length <= width) rows[rows.length - 1] = `${row} ${word}`
    else rows.push(word)
  }
  return rows
}
