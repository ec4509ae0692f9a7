// What is known of the name at the cursor.

import { fixLine } from '../display/error-text.js'
import type { Bundle } from '../session.js'
import { withoutAliases } from './aliases.js'
import { optionsFields, ownFields } from './options-fields.js'
import { sourceText } from './source-text.js'
import { ts } from './typescript.js'

/**
 * The type, what the documentation says first and the options of a function; with detail 1 all of the
 * documentation, and the source. `fix`: what to type so that the name is there.
 */
export function inspection(
  service: ts.LanguageService,
  file: string,
  offset: number,
  detail: 0 | 1,
  fix?: string,
): Bundle | undefined {
  const at = [offset, offset - 1].find((each) => each >= 0 && service.getQuickInfoAtPosition(file, each))
  const info = at === undefined ? undefined : service.getQuickInfoAtPosition(file, at)
  if (at === undefined || !info) return undefined
  const signature = signatureOf(info)
  // What TypeScript says of a name that nobody declared, as a value and as a type.
  if (signature === 'any' || signature.endsWith('/*unresolved*/ any')) return undefined
  const documentation = withoutAliases(ts.displayPartsToString(info.documentation)).trim()
  const tags = (detail === 1 ? (info.tags ?? []) : []).map(({ name, text }) =>
    `@${name} ${ts.displayPartsToString(text)}`.trim(),
  )
  const source = detail === 1 ? sourceText(service, file, at) : undefined
  const code = [...options(service, file, info.textSpan.start), ...(source ? [commented(source)] : [])]
  const plain = [signature, fix ? fixLine(fix) : '', documentation, tags.join('\n'), ...code]
  const markdown = [fenced(signature), fix ? `→ \`${fix}\`` : '', documentation, tags.join('\n\n'), ...code.map(fenced)]
  const text = (parts: string[]) => parts.filter((part) => part !== '').join('\n\n')
  return { data: { 'text/plain': text(plain), 'text/markdown': text(markdown) }, metadata: {} }
}

/** That a name was imported, and from where, is to be seen in the cell that did it. */
function signatureOf({ displayParts }: ts.QuickInfo): string {
  const text = withoutAliases(ts.displayPartsToString(displayParts))
  return text.startsWith('(alias) ') ? text.slice('(alias) '.length).replace(/\nimport [^\n]*$/, '') : text
}

function options(service: ts.LanguageService, file: string, start: number): string[] {
  const program = service.getProgram()!
  const checker = program.getTypeChecker()
  const tree = program.getSourceFile(file)!
  const node = identifierAt(tree, start)
  if (!node) return []
  const type = checker.getTypeAtLocation(node)
  const found = ts.isTypeReferenceNode(node.parent)
    ? ownFields(type, node, checker)
    : optionsFields(type, node, checker)
  return found.map(withoutAliases)
}

function identifierAt(tree: ts.SourceFile, start: number): ts.Identifier | undefined {
  let found: ts.Identifier | undefined
  const visit = (node: ts.Node): void => {
    if (start < node.pos || start >= node.end) return
    if (ts.isIdentifier(node) && node.getStart() === start) found = node
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function commented({ text, from }: { text: string; from?: string }): string {
  return from === undefined ? text : `// ${from}\n${text}`
}

function fenced(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``
}
