// What an answer is, once read: a typed tree. Brackets, strictness and order are kept, never deleted.

import type { Rational } from './rational.js'

export type Relation = '=' | '<' | '<=' | '>' | '>=' | '!=' | 'in' | '~'

export type Tree =
  /** A number; `places` where it was written as a decimal. */
  | { t: 'number'; value: Rational; places?: number; digits?: number; cut?: boolean }
  /** π, e, i. */
  | { t: 'constant'; name: 'pi' | 'e' | 'i' }
  | { t: 'infinity'; sign: 1 | -1 }
  /** A variable, subscript included: x, x_1, \theta. */
  | { t: 'symbol'; name: string }
  /** Letters that stand together without spaces: AB, odd. A name or a product, as the place demands. */
  | { t: 'word'; name: string }
  | { t: 'sum'; of: Tree[] }
  | { t: 'product'; of: Tree[] }
  | { t: 'quotient'; over: Tree; under: Tree }
  | { t: 'power'; base: Tree; exponent: Tree }
  | { t: 'negative'; of: Tree }
  /** a ± b, as two values. `sign` is 1 for ±, -1 for ∓. */
  | { t: 'either'; left: Tree | undefined; right: Tree; sign: 1 | -1 }
  | { t: 'call'; name: string; of: Tree[]; index?: Tree }
  /** A sum, product, integral or limit over a range, kept whole. */
  | { t: 'range'; operator: string; below?: Tree; above?: Tree; of: Tree }
  | { t: 'relation'; operators: Relation[]; of: Tree[] }
  /** `joined`: what stands between its items; `both` where it can only mean both at once: ∧, 且. */
  | { t: 'list'; of: Tree[]; joined?: Join }
  | { t: 'tuple'; open: '(' | '[' | '<'; close: ')' | ']' | '>'; of: Tree[] }
  | { t: 'set'; of: Tree[] }
  | { t: 'reals'; name: string }
  | { t: 'union' | 'intersection' | 'without'; of: Tree[] }
  | { t: 'matrix'; rows: Tree[][] }
  /** a : b; `words` where it is written "a to b", which may also be a range. */
  | { t: 'ratio'; of: Tree[]; words?: boolean }
  | { t: 'percent'; of: Tree }
  | { t: 'degrees'; of: Tree }
  | { t: 'quantity'; of: Tree; unit: string }
  /** Digits with the base as a subscript. */
  | { t: 'numeral'; digits: string; base: number }
  | { t: 'residue'; of: Tree; modulus: Tree }
  | { t: 'text'; text: string }
  /** A time of day, in minutes; `half` where a.m. or p.m. is said. */
  | { t: 'clock'; minutes: number; half?: 'am' | 'pm' }
  /** An expression for each value of its parameters: kπ, k ∈ ℤ. */
  | { t: 'family'; of: Tree; parameters: Parameter[] }
  /** \\begin{cases}: values with the condition under which each holds; none where it holds otherwise. */
  | { t: 'cases'; rows: { value: Tree; where?: Tree }[] }
  /** {x : x ≥ 0}. */
  | { t: 'builder'; of: Tree; where: Tree[] }
  /** … in a list. */
  | { t: 'dots' }

export type Join = 'and' | 'or' | 'both'

export interface Parameter {
  name: string
  /** ℤ, ℕ, ℝ, ℚ or ℂ by their letter. */
  domain: string
}

/** The parameter that k ∈ ℤ names. */
export function domainIn(tree: Tree): Parameter | undefined {
  if (tree.t !== 'relation' || tree.operators.length !== 1 || tree.operators[0] !== 'in') return undefined
  const [name, domain] = tree.of
  return name!.t === 'symbol' && domain!.t === 'reals' ? { name: name!.name, domain: domain!.name } : undefined
}

/** Thrown inside the parser where a text is no mathematics that it knows; never leaves this folder. */
export class Unreadable extends Error {}

export const number = (value: Rational): Tree => ({ t: 'number', value })

/** What a bracket with commas holds: the arguments of a function. */
export const elements = (tree: Tree): Tree[] => (tree.t === 'tuple' || tree.t === 'list' ? tree.of : [tree])

/** The same tree with a variable replaced everywhere. */
export function substituted(tree: Tree, name: string, by: Tree): Tree {
  if (tree.t === 'symbol') return tree.name === name ? by : tree
  if (tree.t === 'word' && tree.name.includes(name) && name.length === 1)
    return {
      t: 'product',
      of: [...tree.name].map((letter): Tree => (letter === name ? by : { t: 'symbol', name: letter })),
    }
  return mapChildren(tree, (child) => substituted(child, name, by))
}

/** The trees directly inside a tree. Words as limits of a sum are not among them. */
export function children(tree: Tree): readonly Tree[] {
  const inside: Tree[] = []
  mapChildren(tree, (child) => {
    inside.push(child)
    return child
  })
  return tree.t === 'range' ? inside.filter((child) => child === tree.of || child.t !== 'text') : inside
}

/** The same tree with each tree directly inside it replaced. */
export function mapChildren(tree: Tree, change: (child: Tree) => Tree): Tree {
  switch (tree.t) {
    case 'sum':
    case 'product':
    case 'relation':
    case 'list':
    case 'tuple':
    case 'set':
    case 'union':
    case 'intersection':
    case 'without':
    case 'ratio':
      return { ...tree, of: tree.of.map(change) }
    case 'call':
      return { ...tree, of: tree.of.map(change), ...(tree.index && { index: change(tree.index) }) }
    case 'cases':
      return {
        ...tree,
        rows: tree.rows.map(({ value, where }) => ({ value: change(value), ...(where && { where: change(where) }) })),
      }
    case 'builder':
      return { ...tree, of: change(tree.of), where: tree.where.map(change) }
    case 'family':
      return { ...tree, of: change(tree.of) }
    case 'quotient':
      return { ...tree, over: change(tree.over), under: change(tree.under) }
    case 'power':
      return { ...tree, base: change(tree.base), exponent: change(tree.exponent) }
    case 'negative':
    case 'percent':
    case 'degrees':
    case 'quantity':
      return { ...tree, of: change(tree.of) }
    case 'either':
      return { ...tree, ...(tree.left && { left: change(tree.left) }), right: change(tree.right) }
    case 'range':
      return {
        ...tree,
        of: change(tree.of),
        ...(tree.below && { below: change(tree.below) }),
        ...(tree.above && { above: change(tree.above) }),
      }
    case 'matrix':
      return { ...tree, rows: tree.rows.map((row) => row.map(change)) }
    case 'residue':
      return { ...tree, of: change(tree.of), modulus: change(tree.modulus) }
    default:
      return tree
  }
}

/** Whether a tree or anything inside it satisfies the condition. */
export function some(tree: Tree, condition: (tree: Tree) => boolean): boolean {
  if (condition(tree)) return true
  for (const child of children(tree)) if (some(child, condition)) return true
  return false
}

/** The variables of a tree; a word counts as its letters. */
export function symbols(tree: Tree, into = new Set<string>()): Set<string> {
  if (tree.t === 'symbol') into.add(tree.name)
  else if (tree.t === 'word') for (const letter of tree.name) into.add(letter)
  for (const child of children(tree)) symbols(child, into)
  return into
}

export function negated(tree: Tree): Tree {
  if (tree.t === 'number') return { ...tree, value: { n: -tree.value.n, d: tree.value.d } }
  if (tree.t === 'infinity') return { t: 'infinity', sign: tree.sign === 1 ? -1 : 1 }
  if (tree.t === 'percent' || tree.t === 'degrees') return { t: tree.t, of: negated(tree.of) }
  return { t: 'negative', of: tree }
}

export const times = (left: Tree, right: Tree): Tree =>
  left.t === 'product' ? { t: 'product', of: [...left.of, right] } : { t: 'product', of: [left, right] }
