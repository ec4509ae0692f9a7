// What a module exports: read from its declarations, else from its JavaScript, which does not run.
import path from 'node:path'
import { ts } from './typescript.js'

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowJs: true,
}
/** `export * from` is followed so far. */
const DEPTH = 4

/** The module whose names stand at an offset: `import { | } from 'left'`. */
export function importedModule(file: ts.SourceFile, offset: number): ts.StringLiteral | undefined {
  for (const statement of file.statements) {
    if (offset < statement.pos || offset > statement.end) continue
    const names = ts.isImportDeclaration(statement)
      ? statement.importClause?.namedBindings
      : ts.isExportDeclaration(statement)
        ? statement.exportClause
        : undefined
    const specifier =
      ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) ? statement.moduleSpecifier : undefined
    if (!names || !specifier || !ts.isStringLiteral(specifier)) continue
    if (offset > names.getStart() && offset < names.end) return specifier
  }
  return undefined
}

/** The names that a module exports, types among them, as seen from the folder of a file that imports it. */
export function exportedNames(specifier: string, importer: string): string[] {
  const names = new Set<string>()
  collect(specifier, importer, names, DEPTH)
  return [...names].filter((name) => name !== '__esModule')
}

function collect(specifier: string, importer: string, names: Set<string>, depth: number): void {
  const file = ts.resolveModuleName(specifier, importer, OPTIONS, ts.sys).resolvedModule?.resolvedFileName
  const text = file && /\.(?:[cm]?jsx?|d\.[cm]?ts)$/.test(file) ? ts.sys.readFile(file) : undefined
  if (file === undefined || text === undefined || depth === 0) return
  const kind = /ts$/.test(file) ? ts.ScriptKind.TS : ts.ScriptKind.JS
  const tree = ts.createSourceFile(path.basename(file), text, ts.ScriptTarget.ESNext, false, kind)
  for (const statement of tree.statements) {
    const from = reExported(statement)
    if (from !== undefined) collect(from, file, names, depth - 1)
    for (const name of exported(statement)) names.add(name)
  }
}

/** `export * from 'x'` and `module.exports = require('x')`. */
function reExported(statement: ts.Statement): string | undefined {
  if (ts.isExportDeclaration(statement) && !statement.exportClause && statement.moduleSpecifier)
    return (statement.moduleSpecifier as ts.StringLiteral).text
  const assigned = ts.isExpressionStatement(statement) ? assignment(statement.expression) : undefined
  if (assigned?.to !== 'module.exports' || !ts.isCallExpression(assigned.value)) return undefined
  const [argument] = assigned.value.arguments
  const isRequire = ts.isIdentifier(assigned.value.expression) && assigned.value.expression.text === 'require'
  return isRequire && argument && ts.isStringLiteral(argument) ? argument.text : undefined
}

function exported(statement: ts.Statement): string[] {
  if (ts.isExportAssignment(statement)) return ['default']
  if (ts.isExportDeclaration(statement)) {
    const { exportClause: clause } = statement
    if (!clause) return []
    return ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : [clause.name.text]
  }
  if (ts.isExpressionStatement(statement)) return assignedNames(statement.expression)
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return ['default']
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []))
  const { name } = statement as ts.DeclarationStatement
  return name ? [name.text] : []
}

/** `exports.x = …`, `module.exports = { x }`, `Object.defineProperty(exports, 'x', …)`. */
function assignedNames(expression: ts.Expression): string[] {
  if (ts.isCallExpression(expression)) {
    const [target, key] = expression.arguments
    const defines = /^Object\.defineProperty$/.test(written(expression.expression))
    return defines && target && written(target).endsWith('exports') && key && ts.isStringLiteral(key) ? [key.text] : []
  }
  const assigned = assignment(expression)
  if (!assigned) return []
  const { to, value } = assigned
  const [, name] = /^(?:module\.)?exports\.([^.]+)$/.exec(to) ?? []
  const inner = assignedNames(value)
  if (name !== undefined) return [name, ...inner]
  if (to !== 'module.exports' || !ts.isObjectLiteralExpression(value)) return inner
  return value.properties.flatMap((each) => (each.name && ts.isIdentifier(each.name) ? [each.name.text] : []))
}

function assignment(node: ts.Expression): { to: string; value: ts.Expression } | undefined {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined
  return { to: written(node.left), value: node.right }
}

/** `a.b.c` as text, '' for anything else. */
function written(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text
  return ts.isPropertyAccessExpression(node) ? `${written(node.expression)}.${node.name.text}` : ''
}
