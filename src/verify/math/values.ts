// Whether two expressions have one value: exact fractions, then identity modulo a prime, then seeded points.

import { exact } from './exact.js'
import { residues } from './modular.js'
import { at, type Point, type Regime } from './points.js'
import { type Rational, same, toNumber } from './rational.js'
import { some, symbols, type Tree } from './tree.js'

export type Outcome = { equal: true; how: How } | { equal: false; why: 'different' | 'undecided' }
export type How =
  | 'exact'
  | 'rational'
  | 'symbolic'
  | 'numeric'
  | 'rounded'
  | 'text'
  | 'set'
  | 'choice'
  | 'percent'
  | 'tolerance'

export const DIFFERENT: Outcome = { equal: false, why: 'different' }
export const UNDECIDED: Outcome = { equal: false, why: 'undecided' }
export const equal = (how: How): Outcome => ({ equal: true, how })

/** Points that must agree before two expressions in variables count as equal. */
const POINTS = 5

/** A number that stands for an expression: nothing in it but values. */
export const isExpression = (tree: Tree): boolean =>
  !some(
    tree,
    ({ t }) =>
      t === 'relation' ||
      t === 'list' ||
      t === 'tuple' ||
      t === 'set' ||
      t === 'matrix' ||
      t === 'text' ||
      t === 'union' ||
      t === 'intersection' ||
      t === 'without' ||
      t === 'reals' ||
      t === 'ratio' ||
      t === 'quantity' ||
      t === 'numeral' ||
      t === 'residue' ||
      t === 'either' ||
      t === 'clock' ||
      t === 'family' ||
      t === 'cases' ||
      t === 'builder' ||
      t === 'dots',
  )

export function sameValue(a: Tree, b: Tree): Outcome {
  if (a.t === 'infinity' || b.t === 'infinity')
    return a.t === 'infinity' && b.t === 'infinity' && a.sign === b.sign ? equal('exact') : DIFFERENT
  const left = exact(a)
  const right = exact(b)
  if (left && right) return same(left, right) ? equal('rational') : DIFFERENT
  if (!isExpression(a) || !isExpression(b)) return DIFFERENT
  if (some(a, (tree) => tree.t === 'infinity') || some(b, (tree) => tree.t === 'infinity')) return UNDECIDED
  const modular = residues(a, b)
  if (modular) return modular[0] === modular[1] ? equal('symbolic') : DIFFERENT
  return atPoints(a, b)
}

function atPoints(a: Tree, b: Tree): Outcome {
  const hasImaginary = (tree: Tree) =>
    some(tree, (part) => (part.t === 'constant' && part.name === 'i') || (part.t === 'call' && part.name === 'cis'))
  const imaginary = hasImaginary(a) || hasImaginary(b)
  const free = variable(a) || variable(b)
  if (!free) {
    for (const complex of imaginary ? [true] : [false, true]) {
      const left = at(a, 0, 'positive', complex)
      const right = at(b, 0, 'positive', complex)
      if (!left || !right) continue
      // The error must be far below 1: else a huge value and its neighbour look alike.
      if (left.error + right.error > 1e-4) return UNDECIDED
      const decided = agree(left, right)
      return decided === undefined ? UNDECIDED : decided ? equal('numeric') : DIFFERENT
    }
    return UNDECIDED
  }
  let usable = 0
  for (const [regime, from] of [
    ['signed', 0],
    ['positive', 20],
    ['whole', 40],
    ['small', 80],
  ] as [Regime, number][]) {
    for (let k = from; k < from + 8 && usable < POINTS; k++) {
      const left = at(a, k, regime, imaginary)
      const right = at(b, k, regime, imaginary)
      if (!left || !right) continue
      const decided = agree(left, right)
      if (decided === false) return DIFFERENT
      if (decided) usable++
    }
    if (usable >= 3) return equal('numeric')
  }
  return UNDECIDED
}

const variable = (tree: Tree): boolean =>
  some(
    tree,
    (part) =>
      part.t === 'symbol' ||
      part.t === 'word' ||
      part.t === 'range' ||
      (part.t === 'call' && /^[a-zA-Z](?:_.*)?'*$/.test(part.name)),
  )

/** Within both errors; undefined where the errors are too large to tell. */
function agree(a: Point, b: Point): boolean | undefined {
  const bound = 32 * (a.error + b.error)
  const difference = Math.hypot(a.re - b.re, a.im - b.im)
  const scale = Math.max(Math.hypot(a.re, a.im), Math.hypot(b.re, b.im))
  if (difference > bound + 1e-9 * scale) return false
  if (bound > 1e-6 * Math.max(scale, 1e-3)) return undefined
  return difference <= bound + 1e-300 || difference <= 1e-12 * scale
}

/** The real value of an expression without variables, exactly where possible. */
export function realValue(tree: Tree): { exact?: Rational; near: number } | undefined {
  if (tree.t === 'infinity') return { near: tree.sign * Number.POSITIVE_INFINITY }
  const value = exact(tree)
  if (value) return { exact: value, near: toNumber(value) }
  if (symbols(tree).size || !isExpression(tree)) return undefined
  const found = at(tree, 0, 'positive', false)
  return found && Math.abs(found.im) <= found.error ? { near: found.re } : undefined
}

/** c where a(x) = c·b(x) at every point, with c ≠ 0: two forms of one equation. */
export function constantFactor(a: Tree, b: Tree): { factor: number } | 'undecided' | undefined {
  let factor: number | undefined
  let usable = 0
  for (const regime of ['signed', 'positive', 'whole'] as const) {
    for (let k = 60; k < 70 && usable < POINTS; k++) {
      const left = at(a, k, regime, false)
      const right = at(b, k, regime, false)
      if (!left || !right || left.im !== 0 || right.im !== 0) continue
      const leftZero = Math.abs(left.re) <= 8 * left.error
      const rightZero = Math.abs(right.re) <= 8 * right.error
      if (leftZero && rightZero) continue
      if (leftZero || rightZero) return undefined
      const quotient = left.re / right.re
      const bound = 64 * (left.error / Math.abs(left.re) + right.error / Math.abs(right.re)) + 1e-11
      if (bound > 1e-6) continue
      if (factor !== undefined && Math.abs(quotient - factor) > bound * Math.abs(factor)) return undefined
      factor ??= quotient
      usable++
    }
    if (usable >= 3) break
  }
  return factor === undefined || usable < 3 ? 'undecided' : { factor }
}
