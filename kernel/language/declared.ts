// What a list of statements or a pattern declares: plain JavaScript, before any of it is resolved.

import type { NameKind } from './names.js'
import { ts } from './typescript.js'

/** The names bound by a binding name or pattern. */
export function boundNames(name: ts.BindingName, into: string[] = []): string[] {
  if (ts.isIdentifier(name)) into.push(name.text)
  else for (const element of name.elements) if (ts.isBindingElement(element)) boundNames(element.name, into)
  return into
}

export function isLexical(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.BlockScoped) !== 0
}

/** The let, const, class and function names that a block holds itself. */
export function lexicalNames(statements: readonly ts.Statement[]): Map<string, NameKind> {
  const names = new Map<string, NameKind>()
  for (const statement of statements) {
    if (ts.isVariableStatement(statement) && isLexical(statement.declarationList)) {
      const kind = statement.declarationList.flags & ts.NodeFlags.Const ? 'const' : 'let'
      for (const declaration of statement.declarationList.declarations)
        for (const name of boundNames(declaration.name)) names.set(name, kind)
    } else if (ts.isFunctionDeclaration(statement) && statement.name) names.set(statement.name.text, 'function')
    else if (ts.isClassDeclaration(statement) && statement.name) names.set(statement.name.text, 'class')
  }
  return names
}

/** The `var` names of a function body or script, found in every block but in no inner function. */
export function varNames(root: ts.Node): Set<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node)) return
    if (ts.isVariableDeclarationList(node) && !isLexical(node))
      for (const declaration of node.declarations) for (const name of boundNames(declaration.name)) names.add(name)
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(root, visit)
  return names
}

/** True where the identifier is given a value: `x = 1`, `x++`, `for (x of …)`, `[x] = …`. */
export function isWritten(node: ts.Node): boolean {
  const parent = node.parent
  if (ts.isBinaryExpression(parent)) {
    const token = parent.operatorToken.kind
    const assigns = token >= ts.SyntaxKind.FirstAssignment && token <= ts.SyntaxKind.LastAssignment
    if (!assigns || parent.left !== node) return false
    // `[a = 1] = …` is a default inside a pattern and `a = 1` an assignment: written in both.
    return true
  }
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent))
    return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken
  if (ts.isForInStatement(parent) || ts.isForOfStatement(parent)) return parent.initializer === node
  if (ts.isParenthesizedExpression(parent)) return isWritten(parent)
  if (ts.isSpreadElement(parent) || ts.isSpreadAssignment(parent))
    return isWritten(parent.parent) && isPattern(parent.parent)
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name === node && isWritten(parent.parent)
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node && isWritten(parent.parent)
  if (ts.isArrayLiteralExpression(parent)) return isWritten(parent)
  return false
}

function isPattern(node: ts.Node): boolean {
  return ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node)
}

/** True where a function or class without a name of its own takes that of the variable. */
export function takesName(expression: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(expression)) return takesName(expression.expression)
  if (ts.isArrowFunction(expression)) return true
  return (ts.isFunctionExpression(expression) || ts.isClassExpression(expression)) && !expression.name
}
