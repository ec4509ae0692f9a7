// Where the types say too little: which value of the runtime has the keys that could stand at the cursor.
import type { LiveStep } from '../runtime/protocol.js'
import type { Completion } from '../session.js'
import { withoutAliases } from './aliases.js'
import { ts } from './typescript.js'

/** A value by its path from a name of the notebook, and how its keys are written at the cursor. */
export interface LiveQuery {
  root: string
  steps: LiveStep[]
  /** `.key` after a dot, or `["key"]` inside of the quotes. */
  written: 'dot' | 'string'
  /** Offset in the cell of the dot that a key in brackets replaces; absent after `?.`, which may stand before one. */
  dot?: number
}

export interface TypedCompletion extends Completion {
  /** Present where the runtime may know more keys than the types. */
  live?: LiveQuery
}

interface Path {
  root: string
  steps: LiveStep[]
}

/** The expression before the cursor whose member is completed. */
export interface Accessed {
  expression: ts.Expression
  written: 'dot' | 'string'
  /** Offset of the dot, where it is a plain one. */
  dot?: number
  /** Offset at which the content of the string begins. */
  content?: number
}

/** `a.b.|` or `a['b|']` at an offset of a file. */
export function accessedAt(file: ts.SourceFile, offset: number): Accessed | undefined {
  let found: Accessed | undefined
  const visit = (node: ts.Node): void => {
    if (offset < node.pos || offset > node.end) return
    if (ts.isPropertyAccessExpression(node) && offset >= node.name.pos && offset <= node.name.end)
      found = {
        expression: node.expression,
        written: 'dot',
        ...(node.questionDotToken ? {} : { dot: node.name.pos - 1 }),
      }
    else if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
      const content = node.argumentExpression.getStart() + 1
      if (offset >= content && offset <= node.argumentExpression.end)
        found = { expression: node.expression, written: 'string', content }
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** True where values of the type may have keys that it does not name. */
export function isOpen(type: ts.Type, checker: ts.TypeChecker): boolean {
  if (type.isUnion()) return type.types.some((each) => isOpen(each, checker))
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) return true
  if (!(type.flags & ts.TypeFlags.Object)) return false
  return checker.getIndexInfoOfType(type, ts.IndexKind.String) !== undefined || isEmpty(type, checker)
}

function isEmpty(type: ts.Type, checker: ts.TypeChecker): boolean {
  return (
    checker.getPropertiesOfType(type).length === 0 &&
    checker.getSignaturesOfType(type, ts.SignatureKind.Call).length === 0 &&
    checker.getIndexInfosOfType(type).length === 0
  )
}

/** The path of an expression's value, or of one that has the same keys, without running anything. */
export function pathOf(node: ts.Expression, checker: ts.TypeChecker, depth = 0): Path | undefined {
  if (depth > 50) return undefined
  const inner = (expression: ts.Expression, ...steps: LiveStep[]): Path | undefined => {
    const path = pathOf(expression, checker, depth + 1)
    return path && { root: path.root, steps: [...path.steps, ...steps] }
  }
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isSatisfiesExpression(node))
    return inner(node.expression)
  if (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) return inner(node.expression)
  if (ts.isIdentifier(node)) return pathOfName(node, checker, depth)
  if (ts.isPropertyAccessExpression(node)) return inner(node.expression, { key: node.name.text })
  if (ts.isElementAccessExpression(node)) {
    const { argumentExpression: key } = node
    if (ts.isStringLiteralLike(key) || ts.isNumericLiteral(key)) return inner(node.expression, { key: key.text })
    // Elements of an array are alike: any will do where it is not said which.
    const isNumber = checker.getTypeAtLocation(key).flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.Any)
    return isNumber ? inner(node.expression, { call: 'first' }) : undefined
  }
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) return pathOfCall(node, inner)
  return undefined
}

const OF_OBJECT = new Set(['keys', 'values', 'entries'])
const ONE_OF = new Set(['find', 'findLast', 'pop', 'shift'])
const SAME_ELEMENTS = new Set(['filter', 'slice', 'sort', 'toSorted', 'reverse', 'toReversed', 'concat'])

function pathOfCall(
  node: ts.CallExpression,
  inner: (expression: ts.Expression, ...steps: LiveStep[]) => Path | undefined,
): Path | undefined {
  const { expression: target, name } = node.expression as ts.PropertyAccessExpression
  const [argument] = node.arguments
  if (ts.isIdentifier(target) && target.text === 'Object' && OF_OBJECT.has(name.text))
    return argument && inner(argument, { call: name.text as 'keys' | 'values' | 'entries' })
  if (ONE_OF.has(name.text)) return inner(target, { call: 'first' })
  if (SAME_ELEMENTS.has(name.text)) return inner(target)
  if (name.text === 'at') return inner(target, argument?.getText() === '-1' ? { call: 'last' } : { call: 'first' })
  if (name.text === 'get' && argument && ts.isStringLiteralLike(argument)) return inner(target, { get: argument.text })
  return undefined
}

/** A name of an earlier cell, or one of this cell that stands for a path. */
function pathOfName(node: ts.Identifier, checker: ts.TypeChecker, depth: number): Path | undefined {
  const declaration = checker.getSymbolAtLocation(node)?.valueDeclaration
  const known: Path = { root: withoutAliases(node.text), steps: [] }
  if (!declaration || declaration.getSourceFile() !== node.getSourceFile()) return known
  return declared(declaration, checker, depth + 1) ?? (isTopLevel(declaration) ? known : undefined)
}

function declared(node: ts.Declaration, checker: ts.TypeChecker, depth: number): Path | undefined {
  const then = (path: Path | undefined, step: LiveStep) => path && { root: path.root, steps: [...path.steps, step] }
  if (ts.isBindingElement(node)) {
    const key = node.propertyName ?? node.name
    if (node.dotDotDotToken || !ts.isIdentifier(key)) return undefined
    const { parent } = node
    const from = parent.parent
    if (ts.isArrayBindingPattern(parent))
      return then(declared(from, checker, depth), { key: String(parent.elements.indexOf(node)) })
    return then(declared(from, checker, depth), { key: key.text })
  }
  if (ts.isVariableDeclaration(node)) {
    const loop = node.parent.parent
    if (ts.isForOfStatement(loop)) return then(pathOf(loop.expression, checker, depth), { call: 'first' })
    return node.initializer && pathOf(node.initializer, checker, depth)
  }
  if (!ts.isParameter(node) || !ts.isCallExpression(node.parent.parent)) return undefined
  // `rows.map((row) => row.|`: an element of what the method belongs to.
  const call = node.parent.parent
  if (!ts.isPropertyAccessExpression(call.expression) || call.arguments[0] !== node.parent) return undefined
  const isReducer = /^reduce/.test(call.expression.name.text)
  if (node.parent.parameters.indexOf(node) !== (isReducer ? 1 : 0)) return undefined
  return then(pathOf(call.expression.expression, checker, depth), { call: 'first' })
}

function isTopLevel(node: ts.Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (ts.isSourceFile(at)) return true
    if (ts.isFunctionLike(at) || ts.isBlock(at) || ts.isClassLike(at)) return false
  }
  return false
}
