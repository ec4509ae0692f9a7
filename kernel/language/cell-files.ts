// A cell as the files that TypeScript checks: a script, and a module where it imports.

import { type Change, declaredNames, isGlobalBlock, type Meaning, renames, type Writing } from './aliases.js'
import { asExpression, parseCell } from './parse.js'
import { readPaths } from './positions.js'
import { ts } from './typescript.js'

/** One cell in files. Offsets in `module` are those of `code`; those in `script` are shifted. */
export interface CellFiles {
  /** The cell, in parentheses where it is an object and no block. */
  code: string
  /** Characters before the cell in `code`. */
  lead: number
  script: string
  module: string | undefined
  changes: Change[]
  /** What it declares for the cells after it, as typed. */
  names: Map<string, Meaning>
  /** The names, as written in its files, that its text may refer to. */
  uses: Set<string>
  /** How the names of other cells are written in it, as values and as types. */
  reads: Map<string, { value: string | undefined; type: string | undefined }>
  /** The paths that it may have narrowed, as written in its script. */
  paths: Map<string, string>
  /** Where its imports stand: there the module file is asked, elsewhere the script. */
  moduleRanges: [number, number][]
}

export interface NameSource {
  /** How a name that is declared in this cell is written in its file. */
  declare(name: string, kind: 'value' | 'type', later: boolean): string
  /** How an earlier cell's name is written, if any cell has declared it. */
  value(name: string, later: boolean): string | undefined
  type(name: string): string | undefined
}

// More paths than this are read by no cell that a person wrote.
const PATHS = 40

/** Splits a cell into its files. `moduleName` is how the module file imports itself. */
export function cellFiles(typed: string, moduleName: string, source: NameSource): CellFiles {
  const object = asExpression(typed)
  const code = object ?? typed
  const lead = object === undefined ? 0 : 1
  const tree = parseCell(code)
  const locals: Local[] = tree.statements.flatMap(imported)
  const names = new Map<string, Meaning>(declaredNames(tree.statements))
  for (const { local, onlyType } of locals) names.set(local, { value: !onlyType, type: true })
  const writing: Writing = {
    value: (name, later) =>
      (names.get(name)?.value ? source.declare(name, 'value', later) : source.value(name, later)) ?? name,
    type: (name, later) => (names.get(name)?.type ? source.declare(name, 'type', later) : source.type(name)) ?? name,
  }
  const moduleRanges: [number, number][] = []
  const changes: Change[] = renames(tree, writing)
  for (const statement of tree.statements) {
    if (belongsToModule(statement)) {
      moduleRanges.push([statement.getStart(), statement.end])
      changes.push(blanked(code, statement.getStart(), statement.end))
    } else changes.push(...exportKeywords(statement, code))
  }
  changes.sort((a, b) => a.start - b.start)
  const uses = new Set<string>()
  const reads: CellFiles['reads'] = new Map()
  for (const name of identifiers(tree)) {
    for (const each of [writing.value(name, true), writing.value(name, false), writing.type(name, true)]) uses.add(each)
    const read = { value: source.value(name, false), type: source.type(name) }
    if (read.value !== undefined || read.type !== undefined) reads.set(name, read)
  }
  const module =
    moduleRanges.length === 0
      ? undefined
      : moduleText(code, moduleRanges, locals, moduleName, (local) => source.declare(local, 'value', false))
  const paths = new Map<string, string>()
  for (const [text, root] of readPaths(tree)) {
    if (paths.size >= PATHS) break
    const written = writing.value(root.text, false)
    paths.set(written + text.slice(root.text.length), written)
  }
  return { code, lead, script: applied(code, changes), module, changes, names, uses, reads, paths, moduleRanges }
}

/** The same files with a text before the script: `$is<string>(x);`. */
export function withPrefix(files: CellFiles, prefix: string): CellFiles {
  const changes = [{ start: 0, end: 0, text: prefix }, ...files.changes]
  return { ...files, changes, script: prefix + files.script }
}

/** The offset in the script file of an offset in the cell. */
export function toScript(files: CellFiles, offset: number): number {
  let shift = 0
  for (const { start, end, text } of files.changes) {
    if (offset < start) break
    if (offset <= end && text.length > end - start) return start + shift + text.length - (end - offset)
    shift += offset >= end ? text.length - (end - start) : 0
  }
  return offset + shift
}

/** The offset in the cell of an offset in the script file. */
export function fromScript(files: CellFiles, offset: number): number {
  let shift = 0
  for (const { start, end, text } of files.changes) {
    const at = start + shift
    if (offset < at) break
    if (offset < at + text.length) return Math.min(end, start + (offset - at))
    shift += text.length - (end - start)
  }
  return offset - shift
}

interface Local {
  local: string
  /** How the module file exports it. */
  exported: string
  onlyType: boolean
}

function imported(statement: ts.Statement): Local[] {
  if (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference))
    return [{ local: statement.name.text, exported: `export { ${statement.name.text} }`, onlyType: false }]
  if (!ts.isImportDeclaration(statement) || !statement.importClause) return []
  const { importClause: clause, moduleSpecifier } = statement
  const from = `${moduleSpecifier.getText()}${statement.attributes ? ` ${statement.attributes.getText()}` : ''}`
  const onlyType = clause.isTypeOnly
  const type = onlyType ? 'type ' : ''
  const locals: Local[] = []
  if (clause.name) {
    const local = clause.name.text
    locals.push({ local, exported: `export ${type}{ default as ${local} } from ${from}`, onlyType })
  }
  const bindings = clause.namedBindings
  if (bindings && ts.isNamespaceImport(bindings)) {
    const local = bindings.name.text
    locals.push({ local, exported: `export ${type}* as ${local} from ${from}`, onlyType })
  } else
    for (const each of bindings?.elements ?? []) {
      const local = each.name.text
      const only = onlyType || each.isTypeOnly
      const exported = `export ${only ? 'type ' : ''}{ ${(each.propertyName ?? each.name).getText()} as ${local} } from ${from}`
      locals.push({ local, exported, onlyType: only })
    }
  return locals
}

function belongsToModule(statement: ts.Statement): boolean {
  return (
    ts.isImportDeclaration(statement) ||
    (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined) ||
    (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference)) ||
    isAmbientModule(statement) ||
    isGlobalBlock(statement)
  )
}

/** `declare module 'x' { … }`: adds to a module where it stands in one. */
function isAmbientModule(statement: ts.Statement): boolean {
  return ts.isModuleDeclaration(statement) && ts.isStringLiteral(statement.name)
}

/** `export const x`, `export { x }` and `export default e`: a script exports nothing. */
function exportKeywords(statement: ts.Statement, code: string): Change[] {
  if (ts.isExportDeclaration(statement)) return [blanked(code, statement.getStart(), statement.end)]
  if (ts.isExportAssignment(statement)) {
    const change = blanked(code, statement.getStart(), statement.expression.getStart())
    return [{ ...change, text: `;void${change.text.slice(5)}` }]
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  return modifiers
    .filter(({ kind }) => kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword)
    .map((each) => blanked(code, each.getStart(), each.end))
}

/** The imports where they stand, then the way of their names into the global scope. */
function moduleText(
  code: string,
  ranges: [number, number][],
  locals: Local[],
  name: string,
  written: (name: string) => string,
): string {
  let text = ''
  for (const [start, end] of ranges) text += blank(code.slice(text.length, start)) + code.slice(start, end)
  text += blank(code.slice(text.length))
  const globals = locals.map(({ local }) => `export import ${written(local)} = $module.${local}`)
  const lines = [...locals.map(({ exported }) => exported), `import * as $module from './${name}'`]
  return `${text}\n${lines.join('\n')}\ndeclare global {\n${globals.join('\n')}\n}\nexport {}\n`
}

function blanked(code: string, start: number, end: number): Change {
  return { start, end, text: blank(code.slice(start, end)) }
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

function applied(code: string, changes: readonly Change[]): string {
  let text = ''
  let at = 0
  for (const change of changes) {
    text += code.slice(at, change.start) + change.text
    at = change.end
  }
  return text + code.slice(at)
}

function identifiers(tree: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return names
}
