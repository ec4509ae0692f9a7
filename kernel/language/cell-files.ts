// A cell as the files that TypeScript checks: a script, and a module where it imports.

import { type Change, declaredNames, isGlobalBlock, renames } from './aliases.js'
import { parseCell } from './parse.js'
import { ts } from './typescript.js'

/** One cell in files. Offsets in `module` are those of the cell; those in `script` are shifted. */
export interface CellFiles {
  code: string
  script: string
  module: string | undefined
  changes: Change[]
  /** What it declares for the cells after it, as typed. */
  names: string[]
  /** The names, as written in its files, that its text may refer to. */
  uses: Set<string>
  /** Where its imports stand: there the module file is asked, elsewhere the script. */
  moduleRanges: [number, number][]
}

export interface NameSource {
  /** How a name that is declared in this cell is written in its file. */
  declare(name: string): string
  /** How an earlier cell's name is written, if any cell has declared it. */
  current(name: string): string | undefined
}

/** Splits a cell into its files. `moduleName` is how the module file imports itself. */
export function cellFiles(code: string, moduleName: string, source: NameSource): CellFiles {
  const tree = parseCell(code)
  const locals: Local[] = tree.statements.flatMap(imported)
  const names = [...new Set([...declaredNames(tree.statements), ...locals.map(({ local }) => local)])]
  const aliases = new Map<string, string>()
  for (const name of identifiers(tree)) {
    const written = names.includes(name) ? source.declare(name) : source.current(name)
    if (written !== undefined && written !== name) aliases.set(name, written)
  }
  const moduleRanges: [number, number][] = []
  const changes: Change[] = renames(tree, aliases)
  for (const statement of tree.statements) {
    if (belongsToModule(statement)) {
      moduleRanges.push([statement.getStart(), statement.end])
      changes.push({
        start: statement.getStart(),
        end: statement.end,
        text: blank(code.slice(statement.getStart(), statement.end)),
      })
    } else changes.push(...exportKeywords(statement, code))
  }
  changes.sort((a, b) => a.start - b.start)
  const uses = new Set([...identifiers(tree)].map((name) => aliases.get(name) ?? name))
  const module = moduleRanges.length === 0 ? undefined : moduleText(code, moduleRanges, locals, moduleName, aliases)
  return { code, script: applied(code, changes), module, changes, names, uses, moduleRanges }
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
}

function imported(statement: ts.Statement): Local[] {
  if (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference))
    return [{ local: statement.name.text, exported: `export { ${statement.name.text} }` }]
  if (!ts.isImportDeclaration(statement) || !statement.importClause) return []
  const { importClause: clause, moduleSpecifier } = statement
  const from = moduleSpecifier.getText()
  const type = clause.isTypeOnly ? 'type ' : ''
  const locals: Local[] = []
  if (clause.name)
    locals.push({ local: clause.name.text, exported: `export ${type}{ default as ${clause.name.text} } from ${from}` })
  const bindings = clause.namedBindings
  if (bindings && ts.isNamespaceImport(bindings))
    locals.push({ local: bindings.name.text, exported: `export ${type}* as ${bindings.name.text} from ${from}` })
  else
    for (const each of bindings?.elements ?? []) {
      const name = each.name.text
      const only = type !== '' || each.isTypeOnly ? 'type ' : ''
      locals.push({
        local: name,
        exported: `export ${only}{ ${(each.propertyName ?? each.name).text} as ${name} } from ${from}`,
      })
    }
  return locals
}

function belongsToModule(statement: ts.Statement): boolean {
  return (
    ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference)) ||
    isGlobalBlock(statement)
  )
}

/** `export const x` and `export default e`: a script exports nothing. */
function exportKeywords(statement: ts.Statement, code: string): Change[] {
  if (ts.isExportAssignment(statement)) {
    const [start, end] = [statement.getStart(), statement.expression.getStart()]
    return [{ start, end, text: blank(code.slice(start, end)) }]
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  return modifiers
    .filter(({ kind }) => kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword)
    .map((each) => ({ start: each.getStart(), end: each.end, text: blank(each.getText()) }))
}

/** The imports where they stand, then the way of their names into the global scope. */
function moduleText(
  code: string,
  ranges: [number, number][],
  locals: Local[],
  name: string,
  aliases: ReadonlyMap<string, string>,
): string {
  let text = ''
  for (const [start, end] of ranges) text += blank(code.slice(text.length, start)) + code.slice(start, end)
  text += blank(code.slice(text.length))
  const globals = locals.map(({ local }) => `export import ${aliases.get(local) ?? local} = $module.${local}`)
  const lines = [...locals.map(({ exported }) => exported), `import * as $module from './${name}'`]
  return `${text}\n${lines.join('\n')}\ndeclare global {\n${globals.join('\n')}\n}\nexport {}\n`
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
