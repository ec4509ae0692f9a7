// What an identifier is where it stands: a type or a value, read now or later.
import { ts } from './typescript.js'

/** True where an identifier names a type: `x: T`, `T[]`, `implements T`, `N.T`, `type T = …`. */
export function isTypePosition(node: ts.Identifier): boolean {
  let at: ts.Node = node
  while (ts.isQualifiedName(at.parent) && at.parent.left === at) at = at.parent
  if (ts.isTypeReferenceNode(at.parent)) return at.parent.typeName === at
  while (ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at) at = at.parent
  if (ts.isExpressionWithTypeArguments(at.parent) && ts.isHeritageClause(at.parent.parent)) {
    const clause = at.parent.parent
    return ts.isInterfaceDeclaration(clause.parent) || clause.token === ts.SyntaxKind.ImplementsKeyword
  }
  const { parent } = node
  return (
    (ts.isInterfaceDeclaration(parent) || ts.isTypeAliasDeclaration(parent) || ts.isTypeParameterDeclaration(parent)) &&
    parent.name === node
  )
}

/** True inside of a function or a class: what stands there is read when it is called. */
export function isDeferred(node: ts.Node): boolean {
  for (let at = node; !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at
    if (ts.isFunctionLike(parent) && parent.name !== at && !ts.isDecorator(at)) return true
    if (ts.isPropertyDeclaration(parent) && parent.initializer === at && !isStatic(parent)) return true
  }
  return false
}

/**
 * The paths `a`, `a.b`, `a.b.c` that a cell reads outside of functions: what it may have narrowed. Each
 * is given with its first name.
 */
export function readPaths(source: ts.SourceFile): Map<string, ts.Identifier> {
  const paths = new Map<string, ts.Identifier>()
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isTypeNode(node) || ts.isModuleDeclaration(node)) return
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return
    if (ts.isIdentifier(node) && isRoot(node)) {
      paths.set(node.text, node)
      for (let at: ts.Node = node; isStep(at.parent, at); at = at.parent) {
        if (ts.isCallExpression(at.parent.parent) && at.parent.parent.expression === at.parent) break
        paths.set(at.parent.getText(), node)
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return paths
}

function isStep(parent: ts.Node, node: ts.Node): boolean {
  return (
    ts.isPropertyAccessExpression(parent) &&
    parent.expression === node &&
    !parent.questionDotToken &&
    ts.isIdentifier(parent.name)
  )
}

function isRoot(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isVariableDeclaration(parent)) return true
  if (ts.isBindingElement(parent)) return parent.propertyName !== node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (ts.isDeclarationStatement(parent) || ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent))
    return false
  return true
}

function isStatic(node: ts.PropertyDeclaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false
}
