// Sets of real numbers in one normal form: sorted intervals with open or closed ends.

import { exact } from './exact.js'
import { isFunctionName } from './names.js'
import { add, divide, multiply, negate, type Rational } from './rational.js'
import { number, type Relation, some, symbols, type Tree } from './tree.js'
import { realValue, sameValue } from './values.js'

interface End {
  at: Tree
  near: number
  closed: boolean
}
interface Interval {
  low: End
  high: End
}
export interface Region {
  /** The variable that the region is about, where one was written. */
  name?: string
  intervals: Interval[]
}

const MINUS: Tree = { t: 'infinity', sign: -1 }
const PLUS: Tree = { t: 'infinity', sign: 1 }

function end(tree: Tree, closed: boolean): End | undefined {
  const value = realValue(tree)
  return value && { at: tree, near: value.near, closed: closed && Number.isFinite(value.near) }
}

/** A tree as a region; undefined where it is none. A pair in round brackets is one only where `pairs` says so. */
export function region(tree: Tree, pairs: boolean): Region | undefined {
  switch (tree.t) {
    case 'tuple': {
      if (
        tree.of.length !== 2 ||
        (!pairs && tree.open === '(' && tree.close === ')' && !tree.of.some((part) => part.t === 'infinity'))
      )
        return undefined
      const low = end(tree.of[0]!, tree.open === '[')
      const high = end(tree.of[1]!, tree.close === ']')
      if (!low || !high || low.near > high.near) return undefined
      return { intervals: [{ low, high }] }
    }
    case 'reals':
      return tree.name === 'R' ? { intervals: [{ low: end(MINUS, false)!, high: end(PLUS, false)! }] } : undefined
    case 'set': {
      const points: Interval[] = []
      for (const part of tree.of) {
        const low = end(part, true)
        if (!low || !Number.isFinite(low.near)) return undefined
        points.push({ low, high: low })
      }
      return { intervals: points }
    }
    case 'union': {
      const parts = tree.of.map((part) => region(part, true))
      return parts.every((part) => part) ? normal({ intervals: parts.flatMap((part) => part!.intervals) }) : undefined
    }
    case 'without': {
      const from = region(tree.of[0]!, true)
      const cut = region(tree.of[1]!, true)
      return from && cut && intersection(from, complement(cut))
    }
    case 'intersection': {
      const parts = tree.of.map((part) => region(part, true))
      return parts.every((part) => part) ? parts.map((part) => part!).reduce(intersection) : undefined
    }
    case 'relation':
      return ofRelation(tree)
    case 'list': {
      // (-∞, -1), (1, ∞): intervals side by side, one of which can be no point.
      if (tree.of.every(isInterval) && tree.of.some(isNoPoint)) return region({ t: 'union', of: tree.of }, true)
      const items = exceptions(tree.of)
      if (!items.every(({ t }) => t === 'relation') || items.every(isEquation)) return undefined
      const parts = items.map((part) => (isEquation(part) ? pointOf(part) : region(part, true)))
      if (!parts.every((part) => part)) return undefined
      const names = new Set(parts.map((part) => part!.name))
      if (names.size !== 1) return undefined
      // "x > 1 and x < 3" is both at once, "x < 1 or x > 3" is either, and x > 1, x < 3 may be both. Nothing is
      // below 1 and above 3: "x < 1 and x > 3" lists two parts. "x ≠ 1 or x ≠ 2" leaves out both.
      const union = normal({ intervals: parts.flatMap((part) => part!.intervals) })
      const whole =
        union.intervals.length === 1 &&
        union.intervals[0]!.low.near === Number.NEGATIVE_INFINITY &&
        union.intervals[0]!.high.near === Number.POSITIVE_INFINITY
      const allExcept = items.every((part) => part.t === 'relation' && part.operators[0] === '!=')
      const common = parts.map((part) => part!).reduce(intersection)
      const both =
        allExcept ||
        tree.joined === 'both' ||
        (tree.joined === 'and' ? common.intervals.length > 0 : tree.joined === undefined && whole)
      return { ...(both ? common : union), name: [...names][0]! }
    }
    default:
      return undefined
  }
}

/** x ≠ 1, 2: the name and its sign hold for what follows. */
function exceptions(of: readonly Tree[]): readonly Tree[] {
  const [first, ...rest] = of
  if (first?.t !== 'relation' || first.operators[0] !== '!=' || first.operators.length > 1) return of
  if (!rest.every((part) => realValue(part) !== undefined)) return of
  return [first, ...rest.map((part): Tree => ({ ...first, of: [first.of[0]!, part] }))]
}

const isInterval = (tree: Tree): boolean => (tree.t === 'tuple' && tree.of.length === 2) || tree.t === 'union'
const isNoPoint = (tree: Tree): boolean =>
  tree.t === 'union' ||
  (tree.t === 'tuple' && (tree.open === '[' || tree.close === ']' || tree.of.some((part) => part.t === 'infinity')))
const isEquation = (tree: Tree): boolean =>
  tree.t === 'relation' && tree.operators.length === 1 && tree.operators[0] === '='

/** x = 0 beside x > 1: one point of the region. */
function pointOf(tree: Tree): Region | undefined {
  const [left, right] = (tree as { of: Tree[] }).of
  const name = subject(left!)
  const point = name && right && symbols(right).size === 0 ? end(right, true) : undefined
  return point && Number.isFinite(point.near) ? { intervals: [{ low: point, high: point }], name: name! } : undefined
}

/** The name a relation is about: x, f(x), |z|, S. */
export function subject(tree: Tree): string | undefined {
  if (tree.t === 'symbol') return tree.name
  if (tree.t === 'word') return tree.name
  if (tree.t === 'call' && isFunctionName(tree.name)) return `${tree.name}()`
  return undefined
}

const FLIPPED: Record<Relation, Relation> = {
  '=': '=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '!=': '!=',
  in: 'in',
  '~': '~',
}

function ofRelation(tree: Tree & { t: 'relation' }): Region | undefined {
  const { operators, of } = tree
  if (operators.length === 1 && operators[0] === 'in') {
    const name = subject(of[0]!)
    const inside = name && region(of[1]!, true)
    return inside ? { ...inside, name } : undefined
  }
  if (operators.some((operator) => operator === '=' || operator === '~' || operator === 'in')) return undefined
  if (operators.length === 1) return single(of[0]!, operators[0]!, of[1]!)
  if (operators.length !== 2) return undefined
  const left = single(of[0]!, operators[0]!, of[1]!)
  const right = single(of[1]!, operators[1]!, of[2]!)
  return left && right && left.name === right.name ? { ...intersection(left, right), name: left.name! } : undefined
}

function single(left: Tree, operator: Relation, right: Tree): Region | undefined {
  const direct = ray(left, operator, right) ?? ray(right, FLIPPED[operator], left)
  if (direct) return direct
  // |z| < a: both sides of zero.
  for (const [side, sign, other] of [
    [left, operator, right],
    [right, FLIPPED[operator], left],
  ] as const) {
    if (side.t === 'call' && side.name === 'abs' && subject(side.of[0]!)) {
      const name = subject(side.of[0]!)!
      const positive = boundary(other, sign)
      if (!positive || !(realValue(other)!.near >= 0)) return undefined
      const negative = boundary({ t: 'negative', of: other }, FLIPPED[sign])!
      const both = { intervals: [...positive, ...negative] }
      return sign === '<' || sign === '<='
        ? { ...intersection({ intervals: positive }, { intervals: negative }), name }
        : sign === '!='
          ? undefined
          : { ...normal(both), name }
    }
  }
  return distance(left, operator, right) ?? distance(right, FLIPPED[operator], left) ?? linear(left, operator, right)
}

/** |x - 2| < 3: both sides of 2. */
function distance(side: Tree, operator: Relation, bound: Tree): Region | undefined {
  const inner = side.t === 'call' && side.name === 'abs' ? side.of[0] : undefined
  if (!inner || operator === '!=' || operator === '=' || !((realValue(bound)?.near ?? -1) >= 0)) return undefined
  const above = linear(inner, operator, bound)
  const below = linear(inner, FLIPPED[operator], { t: 'negative', of: bound })
  if (!above || !below) return undefined
  if (operator === '<' || operator === '<=') return { ...intersection(above, below), name: above.name! }
  return { ...normal({ intervals: [...above.intervals, ...below.intervals] }), name: above.name! }
}

function ray(variable: Tree, operator: Relation, bound: Tree): Region | undefined {
  const name = subject(variable)
  if (!name || symbols(bound).size) return undefined
  const intervals = boundary(bound, operator)
  return intervals && { intervals, name }
}

function boundary(bound: Tree, operator: Relation): Interval[] | undefined {
  const open = end(bound, false)
  const closed = end(bound, true)
  const minus = end(MINUS, false)!
  const plus = end(PLUS, false)!
  if (!open || !closed) return undefined
  switch (operator) {
    case '<':
      return [{ low: minus, high: open }]
    case '<=':
      return [{ low: minus, high: closed }]
    case '>':
      return [{ low: open, high: plus }]
    case '>=':
      return [{ low: closed, high: plus }]
    case '!=':
      return [
        { low: minus, high: open },
        { low: open, high: plus },
      ]
    default:
      return undefined
  }
}

/** -x > -1, 2x + 3 <= 7: solved where both sides are linear in one variable with exact coefficients. */
function linear(left: Tree, operator: Relation, right: Tree): Region | undefined {
  const names = new Set([...symbols(left), ...symbols(right)])
  if (names.size !== 1 || some(left, (tree) => tree.t === 'call') || some(right, (tree) => tree.t === 'call'))
    return undefined
  const name = [...names][0]!
  const values: Rational[] = []
  for (const x of [0n, 1n, 2n, 5n]) {
    const a = exact(substitute(left, name, { n: x, d: 1n }))
    const b = exact(substitute(right, name, { n: x, d: 1n }))
    if (!a || !b) return undefined
    values.push(add(a, negate(b)))
  }
  const [at0, at1, at2, at5] = values as [Rational, Rational, Rational, Rational]
  const slope = add(at1, negate(at0))
  const line = (x: bigint) => add(at0, multiply(slope, { n: x, d: 1n }))
  if (slope.n === 0n || line(2n).n !== at2.n || line(2n).d !== at2.d || line(5n).n !== at5.n || line(5n).d !== at5.d)
    return undefined
  const root = divide(negate(at0), slope)!
  return ray({ t: 'symbol', name }, slope.n > 0n ? operator : FLIPPED[operator], number(root))
}

function substitute(tree: Tree, name: string, value: Rational): Tree {
  switch (tree.t) {
    case 'symbol':
      return tree.name === name ? number(value) : tree
    case 'sum':
    case 'product':
      return { ...tree, of: tree.of.map((part) => substitute(part, name, value)) }
    case 'negative':
      return { ...tree, of: substitute(tree.of, name, value) }
    case 'quotient':
      return { ...tree, over: substitute(tree.over, name, value), under: substitute(tree.under, name, value) }
    case 'power':
      return { ...tree, base: substitute(tree.base, name, value), exponent: substitute(tree.exponent, name, value) }
    default:
      return tree
  }
}

/** Sorted, overlapping and touching intervals joined. */
function normal(set: Region): Region {
  const sorted = [...set.intervals].sort(
    (a, b) => a.low.near - b.low.near || Number(b.low.closed) - Number(a.low.closed),
  )
  const out: Interval[] = []
  for (const interval of sorted) {
    const last = out[out.length - 1]
    if (!last) {
      out.push({ ...interval })
      continue
    }
    const gap = interval.low.near - last.high.near
    const near = Math.abs(gap) <= 1e-12 * Math.max(1, Math.abs(interval.low.near))
    if (gap < 0 || (near && (interval.low.closed || last.high.closed))) {
      if (interval.high.near > last.high.near || (interval.high.near === last.high.near && interval.high.closed))
        last.high = interval.high
    } else out.push({ ...interval })
  }
  return { ...set, intervals: out }
}

function complement(set: Region): Region {
  const sorted = normal(set).intervals
  const out: Interval[] = []
  let low = end(MINUS, false)!
  let open = true
  for (const interval of sorted) {
    if (interval.low.near > low.near || (open && interval.low.near === Number.NEGATIVE_INFINITY)) {
      if (interval.low.near !== Number.NEGATIVE_INFINITY)
        out.push({ low, high: { ...interval.low, closed: !interval.low.closed } })
    }
    low = { ...interval.high, closed: !interval.high.closed }
    open = false
  }
  if (low.near !== Number.POSITIVE_INFINITY) out.push({ low, high: end(PLUS, false)! })
  return { intervals: out }
}

function intersection(a: Region, b: Region): Region {
  const out: Interval[] = []
  for (const x of a.intervals) {
    for (const y of b.intervals) {
      const low = x.low.near > y.low.near || (x.low.near === y.low.near && !x.low.closed) ? x.low : y.low
      const high = x.high.near < y.high.near || (x.high.near === y.high.near && !x.high.closed) ? x.high : y.high
      if (low.near < high.near || (low.near === high.near && low.closed && high.closed)) out.push({ low, high })
    }
  }
  return normal({ intervals: out })
}

/** Whether two regions hold the same numbers, their ends compared by value. */
export function sameRegion(a: Region, b: Region): boolean | undefined {
  const left = normal(a).intervals
  const right = normal(b).intervals
  if (left.length !== right.length) return false
  let undecided = false
  for (let k = 0; k < left.length; k++) {
    for (const side of ['low', 'high'] as const) {
      const x = left[k]![side]
      const y = right[k]![side]
      if (x.closed !== y.closed) return false
      const outcome = sameValue(x.at, y.at)
      if (!outcome.equal) {
        if (outcome.why === 'different') return false
        undecided = true
      }
    }
  }
  return undecided ? undefined : true
}
