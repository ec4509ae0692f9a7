// What values a parameter may have, as the cell that declares it says: by its type, else by its first value.
import type ts from 'typescript'
import { Fault } from '../fault.js'

type Kind = 'string' | 'number' | 'boolean' | 'bigint' | 'null' | 'array' | 'object'

/** The values that a declaration admits. */
export interface Admitted {
  kinds: Set<Kind>
  /** Where only certain values are: the literals of a union. */
  choices: string[]
  /** The declaration's own words, for messages. */
  shown: string
}

const words: Record<Kind, string> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  bigint: 'a whole number',
  null: 'null',
  array: 'a list (JSON)',
  object: 'an object (JSON)',
}

const examples: Record<Kind, string> = {
  string: 'text',
  number: '20',
  boolean: 'true',
  bigint: '20',
  null: 'null',
  array: "'[1, 2]'",
  object: '\'{"a": 1}\'',
}

/** Reads a declaration; undefined where it says nothing that is known here. */
export function admittedBy(
  typescript: typeof ts,
  type: ts.TypeNode | undefined,
  first: ts.Expression | undefined,
): Admitted | undefined {
  const shown = (type ?? first)?.getText() ?? ''
  const admitted: Admitted = {
    kinds: new Set(),
    choices: [],
    shown: shown.length > 40 ? `${shown.slice(0, 39)}…` : shown,
  }
  if (type) return byType(typescript, type, admitted) ? admitted : undefined
  const kind = first && kindOf(typescript, first)
  // A first value of null says nothing of what else may be.
  if (!kind || kind === 'null') return undefined
  admitted.kinds.add(kind)
  return admitted
}

/** The value of `-p NAME=TEXT` as TypeScript. Throws a Fault where the declaration does not admit it. */
export function asSource(name: string, text: string, admitted: Admitted | undefined): string {
  const plain = jsonOf(text, /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/)
  if (!admitted) return JSON.stringify(plain === undefined ? text : plain)
  const { kinds, choices, shown } = admitted
  const literal = choices.find((choice) => choice === text || choice === JSON.stringify(text))
  if (literal !== undefined) return literal
  const number = text.replace(/(?<=\d)_(?=\d)/g, '')
  if (kinds.has('number') && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(number)) return String(Number(number))
  if (kinds.has('bigint') && /^-?\d+$/.test(number)) return `${BigInt(number)}n`
  if (kinds.has('boolean') && (text === 'true' || text === 'false')) return text
  if (kinds.has('null') && text === 'null') return text
  const list = kinds.has('array') ? jsonOf(text, /^\s*\[/) : undefined
  const object = kinds.has('object') ? jsonOf(text, /^\s*\{/) : undefined
  if (list !== undefined || object !== undefined) return JSON.stringify(list ?? object)
  if (kinds.has('string')) return JSON.stringify(text)
  const wanted = [...choices, ...[...kinds].map((kind) => words[kind])].join(' or ')
  // What stands there is a value that the notebook is made for.
  const stands = kinds.has('number') && /^\d[\d_]*(?:\.\d+)?$/.test(shown) ? shown : undefined
  const example = stands ?? choices[0]?.replace(/^["'`]|["'`]$/g, '') ?? examples[[...kinds][0] ?? 'string']
  throw new Fault(
    `-p ${name}=${text}: ${name} is ${wanted} in this notebook (${shown}), and ${JSON.stringify(text)} is not.`,
    `-p ${name}=${example}`,
    2,
  )
}

function jsonOf(text: string, form: RegExp): unknown {
  if (!form.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Adds what a type admits; false where a part of it is not known here. */
function byType(typescript: typeof ts, type: ts.TypeNode, admitted: Admitted): boolean {
  const { SyntaxKind } = typescript
  if (typescript.isParenthesizedTypeNode(type)) return byType(typescript, type.type, admitted)
  if (typescript.isUnionTypeNode(type)) return type.types.every((part) => byType(typescript, part, admitted))
  if (typescript.isTypeOperatorNode(type)) return byType(typescript, type.type, admitted)
  if (typescript.isLiteralTypeNode(type)) {
    if (type.literal.kind === SyntaxKind.NullKeyword) admitted.kinds.add('null')
    else admitted.choices.push(normal(typescript, type.literal))
    return true
  }
  const keywords = new Map<ts.SyntaxKind, Kind | undefined>([
    [SyntaxKind.StringKeyword, 'string'],
    [SyntaxKind.NumberKeyword, 'number'],
    [SyntaxKind.BooleanKeyword, 'boolean'],
    [SyntaxKind.BigIntKeyword, 'bigint'],
    [SyntaxKind.UndefinedKeyword, undefined],
    [SyntaxKind.ArrayType, 'array'],
    [SyntaxKind.TupleType, 'array'],
    [SyntaxKind.TypeLiteral, 'object'],
  ])
  if (keywords.has(type.kind)) {
    const kind = keywords.get(type.kind)
    if (kind) admitted.kinds.add(kind)
    return true
  }
  const name = typescript.isTypeReferenceNode(type) ? type.typeName.getText() : ''
  const known: Record<string, Kind> = { Array: 'array', ReadonlyArray: 'array', Record: 'object' }
  if (!Object.hasOwn(known, name)) return false
  admitted.kinds.add(known[name]!)
  return true
}

/** A literal as JSON writes it, so that 'a' and "a" are one. */
function normal(typescript: typeof ts, literal: ts.LiteralTypeNode['literal']): string {
  return typescript.isStringLiteralLike(literal) ? JSON.stringify(literal.text) : literal.getText()
}

function kindOf(typescript: typeof ts, node: ts.Expression): Kind | undefined {
  const { SyntaxKind } = typescript
  if (
    typescript.isAsExpression(node) ||
    typescript.isSatisfiesExpression(node) ||
    typescript.isParenthesizedExpression(node) ||
    typescript.isPrefixUnaryExpression(node)
  )
    return kindOf(typescript, typescript.isPrefixUnaryExpression(node) ? node.operand : node.expression)
  const kinds = new Map<ts.SyntaxKind, Kind>([
    [SyntaxKind.StringLiteral, 'string'],
    [SyntaxKind.NoSubstitutionTemplateLiteral, 'string'],
    [SyntaxKind.TemplateExpression, 'string'],
    [SyntaxKind.NumericLiteral, 'number'],
    [SyntaxKind.BigIntLiteral, 'bigint'],
    [SyntaxKind.TrueKeyword, 'boolean'],
    [SyntaxKind.FalseKeyword, 'boolean'],
    [SyntaxKind.NullKeyword, 'null'],
    [SyntaxKind.ArrayLiteralExpression, 'array'],
    [SyntaxKind.ObjectLiteralExpression, 'object'],
  ])
  return kinds.get(node.kind)
}
