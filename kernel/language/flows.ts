// Which values a statement makes from which.
import { boundNames } from './declared.js'
import { ts } from './typescript.js'

/** The values of `names` were made from those of `reads`. */
export interface Flow {
  names: string[]
  reads: string[]
}

/** The variables that a statement of the top level gives their values: declared, or `x = …` alone. */
export function givenNames(statement: ts.Statement, declares: ReadonlyMap<string, unknown>): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations
      .filter(({ initializer }) => !initializer || !isFunction(initializer))
      .flatMap(({ name }) => boundNames(name))
      .filter((name) => declares.has(name))
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) return []
  const { left, operatorToken } = statement.expression
  return ts.isIdentifier(left) && operatorToken.kind === ts.SyntaxKind.EqualsToken ? [left.text] : []
}

/** True where a name is only given a value: `x = …`. */
export function isGiven(node: ts.Identifier): boolean {
  const { parent } = node
  return (
    ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
  )
}

/** A function that is declared, or is the value of a variable or property: it reads when it is called. */
export function isMadeForLater(node: ts.FunctionLikeDeclaration): boolean {
  if (!isFunction(node)) return true
  const { parent } = node
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isBinaryExpression(parent)
}

function isFunction(node: ts.Node): boolean {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node)
}
