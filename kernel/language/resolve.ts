// Where a name of JavaScript belongs: to a block or function of the cell, or to nobody inside.
import { boundNames, isLexical, lexicalNames } from './declared.js'
import { ts } from './typescript.js'

/** The names of one block or function, inside another. Undefined is the top level. */
export interface Scope {
  names: ReadonlySet<string>
  parent: Scope | undefined
}

export function within(names: Iterable<string>, parent: Scope | undefined): Scope {
  return { names: new Set(names), parent }
}

export function resolves(name: string, scope: Scope | undefined): boolean {
  for (let at = scope; at; at = at.parent) if (at.names.has(name)) return true
  return false
}

export function firstName(list: ts.VariableDeclarationList): string {
  return list.declarations[0] ? (boundNames(list.declarations[0].name)[0] ?? '') : ''
}

function headNames(initializer: ts.ForInitializer | undefined): string[] {
  if (!initializer || !ts.isVariableDeclarationList(initializer) || !isLexical(initializer)) return []
  return initializer.declarations.flatMap((declaration) => boundNames(declaration.name))
}

/** False for the names of properties, labels and declarations. */
export function isReference(node: ts.Identifier): boolean {
  const parent = node.parent
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (ts.isBindingElement(parent)) return parent.initializer === node
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isPropertyDeclaration(parent))
    return parent.initializer === node
  return !(ts.isFunctionLike(parent) && parent.name === node) && !(ts.isClassLike(parent) && parent.name === node)
}

/** A function of the notebook is called with no `this`, as a plain function is. */
export function isCallee(node: ts.Identifier): boolean {
  const parent = node.parent
  if (ts.isCallExpression(parent)) return parent.expression === node
  return ts.isTaggedTemplateExpression(parent) && parent.tag === node
}

export function classStart(statement: ts.ClassDeclaration): number {
  const plain = statement.modifiers?.find((modifier) => !/^(export|default)$/.test(modifier.getText()))
  if (plain) return plain.getStart()
  const last = statement.modifiers?.at(-1)
  if (!last) return statement.getStart()
  return (
    last.end +
    (statement
      .getText()
      .slice(last.end - statement.getStart())
      .match(/^\s*/)?.[0].length ?? 0)
  )
}

/** [local name, imported name], where `*` is the namespace. */
export function importedNames(statement: ts.ImportDeclaration): [string, string][] {
  const clause = statement.importClause
  if (!clause) return []
  const found: [string, string][] = clause.name ? [[clause.name.text, 'default']] : []
  const bindings = clause.namedBindings
  if (bindings && ts.isNamespaceImport(bindings)) found.push([bindings.name.text, '*'])
  else if (bindings)
    for (const each of bindings.elements) found.push([each.name.text, (each.propertyName ?? each.name).text])
  return found
}

/** The last statement that is an expression; looks into the `try` that TypeScript puts around `using`. */
export function lastExpression(statements: readonly ts.Statement[]): ts.ExpressionStatement | undefined {
  const last = statements.findLast((statement) => !ts.isExportDeclaration(statement) && !ts.isEmptyStatement(statement))
  if (!last) return undefined
  if (ts.isExpressionStatement(last)) return last
  return ts.isTryStatement(last) ? lastExpression(last.tryBlock.statements) : undefined
}

/** The scope in which the children of a node stand. Functions and static blocks have their own way. */
export function innerScope(node: ts.Node, scope: Scope | undefined): Scope | undefined {
  if (ts.isClassLike(node)) return node.name ? within([node.name.text], scope) : scope
  if (ts.isBlock(node)) return within(lexicalNames(node.statements).keys(), scope)
  if (ts.isCaseBlock(node)) {
    const statements = node.clauses.flatMap((clause) => [...clause.statements])
    return within(lexicalNames(statements).keys(), scope)
  }
  if (ts.isForStatement(node) || ts.isForInStatement(node) || ts.isForOfStatement(node))
    return within(headNames(node.initializer), scope)
  if (ts.isCatchClause(node))
    return within(node.variableDeclaration ? boundNames(node.variableDeclaration.name) : [], scope)
  return scope
}
