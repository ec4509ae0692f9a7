// Two read answers: types first (brackets, strictness, order), then values.

import { exact } from './exact.js'
import { withoutMatrixArithmetic } from './matrices.js'
import { type Named, unnamed } from './names.js'
import { at } from './points.js'
import { multiply, negate, order, same, toNumber } from './rational.js'
import { region, sameRegion } from './regions.js'
import { sameText } from './text.js'
import { type Tree, negated, number, some, symbols } from './tree.js'
import { DIFFERENT, type Outcome, UNDECIDED, constantFactor, equal, isExpression, sameValue } from './values.js'
import { numberWord, readUnit } from './words.js'

/** How many pairs of elements are compared before a list counts as undecided. */
const MAX_PAIRS = 400

export function compare(gold: Tree, pred: Tree): Outcome {
  return top(withoutMatrixArithmetic(gold), withoutMatrixArithmetic(pred), 0)
}

function top(gold: Tree, pred: Tree, depth: number): Outcome {
  if (depth > 6) return UNDECIDED
  const g = expandEither(gold)
  const p = expandEither(pred)
  // Relations that are neither names nor regions are equations and chains of inequalities.
  const regions = sameRegions(g, p)
  if (regions) return regions
  const left = unnamed(g)
  const right = unnamed(p)
  if (left.value.t === 'relation' || right.value.t === 'relation') return relations(g, p, left, right)
  if (left.name !== undefined && right.name !== undefined) {
    if (!sameName(left.name, right.name)) return DIFFERENT
  }
  return values(left.value, right.value, depth)
}

const sameName = (a: string, b: string): boolean => a === b || sortedName(a) === sortedName(b)
const sortedName = (name: string): string => name.replace(/\b[A-Z]{2}\b/g, (pair) => [...pair].sort().join(''))

/** a ± b → the list of both values; several ± in one expression take their signs together. */
function expandEither(tree: Tree): Tree {
  if (!some(tree, ({ t }) => t === 'either')) return tree
  if (tree.t === 'list' || tree.t === 'set') return { ...tree, of: tree.of.flatMap((part) => listed(expandEither(part))) }
  if (tree.t === 'relation' && tree.operators.every((operator) => operator === '=' || operator === 'in')) {
    const last = tree.of.length - 1
    const expanded = listed(expandEither(tree.of[last]!))
    return { t: 'list', of: expanded.map((value) => ({ ...tree, of: [...tree.of.slice(0, last), value] })) }
  }
  return { t: 'list', of: [sign(tree, 1), sign(tree, -1)] }
}

const listed = (tree: Tree): Tree[] => (tree.t === 'list' ? tree.of : [tree])

function sign(tree: Tree, which: 1 | -1): Tree {
  switch (tree.t) {
    case 'either': {
      const right = sign(tree.right, which)
      const signed = tree.sign === which ? right : negated(right)
      return tree.left ? { t: 'sum', of: [sign(tree.left, which), signed] } : signed
    }
    case 'sum':
    case 'product':
    case 'tuple':
    case 'call':
      return { ...tree, of: tree.of.map((part) => sign(part, which)) } as Tree
    case 'negative':
    case 'degrees':
    case 'percent':
    case 'quantity':
      return { ...tree, of: sign(tree.of, which) }
    case 'quotient':
      return { ...tree, over: sign(tree.over, which), under: sign(tree.under, which) }
    case 'power':
      return { ...tree, base: sign(tree.base, which), exponent: sign(tree.exponent, which) }
    default:
      return tree
  }
}

function sameRegions(g: Tree, p: Tree): Outcome | undefined {
  const candidate = (tree: Tree) => tree.t === 'relation' || tree.t === 'tuple' || tree.t === 'union' || tree.t === 'without' || tree.t === 'intersection' || tree.t === 'reals' || tree.t === 'list' || tree.t === 'set'
  if (!candidate(g) || !candidate(p)) return undefined
  const one = region(g, false) && g.t !== 'set'
  const two = region(p, false) && p.t !== 'set'
  if (!one && !two) {
    // D = (0, 1) against (0, 1): the name is taken off first, a pair stays a pair.
    return undefined
  }
  const a = region(g, true)
  const b = region(p, true) ?? region(unnamed(p).value, true)
  const left = a ?? region(unnamed(g).value, true)
  if (!left || !b) return undefined
  if (left.name !== undefined && b.name !== undefined && left.name !== b.name) return DIFFERENT
  const outcome = sameRegion(left, b)
  return outcome === undefined ? UNDECIDED : outcome ? equal(g.t === p.t ? 'symbolic' : 'set') : DIFFERENT
}

function relations(g: Tree, p: Tree, left: Named, right: Named): Outcome {
  if (g.t !== 'relation' || p.t !== 'relation') {
    const [relation, other] = g.t === 'relation' ? [g, p] : [p, g]
    // x ∈ {1, 2} against the bare set.
    if (relation.t === 'relation' && relation.operators.length === 1 && relation.operators[0] === 'in' && other.t !== 'relation') {
      return g.t === 'relation' ? values(relation.of[1]!, other, 1) : values(other, relation.of[1]!, 1)
    }
    return DIFFERENT
  }
  const forward = chain(g, p)
  if (forward.equal) return forward
  const backward = chain(g, reversed(p))
  if (backward.equal) return backward
  if (g.of.length === 2 && p.of.length === 2) {
    const two = equation(g, p)
    if (two) return two
  }
  if (left.value.t !== 'relation' && right.value.t !== 'relation') return values(left.value, right.value, 1)
  return forward.why === 'undecided' || backward.why === 'undecided' ? UNDECIDED : DIFFERENT
}

const REVERSED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=', '!=': '!=', in: 'in', '~': '~' } as const

const reversed = (tree: Tree & { t: 'relation' }): Tree & { t: 'relation' } => ({ t: 'relation', of: [...tree.of].reverse(), operators: [...tree.operators].reverse().map((operator) => REVERSED[operator]) })

/** Side by side: f(2) < f(1) < f(4). */
function chain(g: Tree & { t: 'relation' }, p: Tree & { t: 'relation' }): Outcome {
  if (g.of.length !== p.of.length || g.operators.some((operator, k) => operator !== p.operators[k])) return DIFFERENT
  let how: Outcome = equal('exact')
  for (let k = 0; k < g.of.length; k++) {
    const outcome = values(g.of[k]!, p.of[k]!, 2)
    if (!outcome.equal) return outcome
    if (outcome.how !== 'exact') how = outcome
  }
  return how
}

/** Two equations are one where left - right differs by a constant factor; an inequality by a positive one. */
function equation(g: Tree & { t: 'relation' }, p: Tree & { t: 'relation' }): Outcome | undefined {
  const kind = (operator: string) => (operator === '=' ? '=' : operator === '!=' ? '!=' : operator === '<' || operator === '>' ? '<' : operator === '<=' || operator === '>=' ? '<=' : '')
  const one = g.operators[0]!
  const two = p.operators[0]!
  if (!kind(one) || kind(one) !== kind(two)) return DIFFERENT
  if (![...g.of, ...p.of].every(isExpression)) return undefined
  const difference = (tree: Tree & { t: 'relation' }): Tree => ({ t: 'sum', of: [tree.of[0]!, negated(tree.of[1]!)] })
  const names = symbols(g)
  if (names.size === 0 || [...symbols(p)].some((name) => !names.has(name))) return DIFFERENT
  const found = constantFactor(difference(g), difference(p))
  if (found === undefined) return DIFFERENT
  if (found === 'undecided') return UNDECIDED
  if (kind(one) === '=' || kind(one) === '!=') return equal('symbolic')
  const turned = (operator: string) => operator.startsWith('<')
  return found.factor > 0 === (turned(one) === turned(two)) ? equal('symbolic') : DIFFERENT
}

/** Two answers without names. */
function values(g: Tree, p: Tree, depth: number): Outcome {
  if (g.t === 'percent' || p.t === 'percent') return percents(g, p)
  if (g.t === 'quantity' || p.t === 'quantity') return quantities(g, p, depth)
  if (g.t === 'residue' || p.t === 'residue') return congruent(g, p, depth)
  if (g.t === 'numeral' || p.t === 'numeral') return numerals(g, p)
  if (g.t === 'text' || p.t === 'text' || (g.t === 'word' && p.t === 'word')) return texts(g, p)
  if (g.t === 'degrees' || p.t === 'degrees') return degrees(g, p, depth)
  const regions = sameRegions(g, p)
  if (regions) return regions
  if (g.t === 'relation' || p.t === 'relation') return top(g, p, depth + 1)
  const rowG = asTuple(g)
  const rowP = asTuple(p)
  if (g.t === 'matrix' && p.t === 'matrix') {
    if (g.rows.length === p.rows.length && g.rows[0]!.length === p.rows[0]!.length) return inOrder(g.rows.flat(), p.rows.flat(), depth)
    return rowG && rowP ? inOrder(rowG, rowP, depth) : DIFFERENT
  }
  if (g.t === 'matrix' || p.t === 'matrix') {
    if (rowG && rowP) return inOrder(rowG, rowP, depth)
    return DIFFERENT
  }
  if (g.t === 'tuple' && p.t === 'tuple') return g.open === p.open && g.close === p.close ? inOrder(g.of, p.of, depth) : DIFFERENT
  if (g.t === 'union' || p.t === 'union' || g.t === 'intersection' || p.t === 'intersection' || g.t === 'without' || p.t === 'without') {
    if (g.t !== p.t) return DIFFERENT
    const [x, y] = [(g as { of: Tree[] }).of, (p as { of: Tree[] }).of]
    return g.t === 'without' ? inOrder(x, y, depth) : anyOrder(x, y, depth)
  }
  if (g.t === 'reals' || p.t === 'reals') return g.t === 'reals' && p.t === 'reals' && g.name === p.name ? equal('exact') : DIFFERENT
  if (g.t === 'tuple' || p.t === 'tuple') {
    const [tuple, other] = g.t === 'tuple' ? [g, p] : [p as Tree & { t: 'tuple' }, g]
    if (other.t !== 'list' || tuple.open !== '(' || tuple.close !== ')') return DIFFERENT
    return g.t === 'tuple' ? inOrder(tuple.of, bare(other.of), depth) : inOrder(bare(other.of), tuple.of, depth)
  }
  if (collection(g) || collection(p)) return collections(g, p, depth)
  if (g.t === 'ratio' || p.t === 'ratio') return ratios(g, p)
  return scalars(g, p)
}

const collection = (tree: Tree): tree is Tree & { t: 'list' | 'set' } => tree.t === 'list' || tree.t === 'set'
const bare = (of: readonly Tree[]): Tree[] => of.map((part) => unnamed(part).value)

function asTuple(tree: Tree): Tree[] | undefined {
  if (tree.t === 'tuple') return tree.open === '(' && tree.close === ')' ? tree.of : undefined
  if (tree.t === 'list') return tree.of
  if (tree.t !== 'matrix') return undefined
  if (tree.rows.length === 1) return tree.rows[0]
  return tree.rows[0]!.length === 1 ? tree.rows.map((row) => row[0]!) : undefined
}

function inOrder(g: readonly Tree[], p: readonly Tree[], depth: number): Outcome {
  if (g.length !== p.length) return DIFFERENT
  let how: Outcome = equal('exact')
  let undecided = false
  for (let k = 0; k < g.length; k++) {
    const outcome = top(g[k]!, p[k]!, depth + 1)
    if (!outcome.equal) {
      if (outcome.why === 'different') return outcome
      undecided = true
    } else if (outcome.how !== 'exact') how = outcome
  }
  return undecided ? UNDECIDED : how
}

function collections(g: Tree, p: Tree, depth: number): Outcome {
  if (!collection(g) || !collection(p)) {
    // One element against a set of one.
    const [many, one] = collection(g) ? [g, p] : [p as Tree & { t: 'list' | 'set' }, g]
    if (many.of.length === 1 && many.t === 'set') return collection(g) ? top(many.of[0]!, one, depth + 1) : top(one, many.of[0]!, depth + 1)
    return DIFFERENT
  }
  const a = named(g.of)
  const b = named(p.of)
  // Different names on one side and none on the other: the order is that of the names.
  const distinct = (list: Named[]) => list.every((item) => item.name !== undefined) && new Set(list.map((item) => stem(item.name!))).size === list.length
  if (distinct(a) && distinct(b)) {
    if (a.length !== b.length) return DIFFERENT
    const byName = new Map(b.map((item) => [item.name!, item.value]))
    if (a.every((item) => byName.has(item.name!))) return inOrder(a.map((item) => item.value), a.map((item) => byName.get(item.name!)!), depth)
    if (a.every((item) => item.value.t !== 'relation')) return DIFFERENT
  } else if ((distinct(a) && a.length > 1 && b.every((item) => item.name === undefined)) || (distinct(b) && b.length > 1 && a.every((item) => item.name === undefined))) {
    return inOrder(a.map((item) => item.value), b.map((item) => item.value), depth)
  }
  const nameA = a[0]?.name
  const nameB = b[0]?.name
  if (nameA !== undefined && nameB !== undefined && a.slice(1).every((item) => item.name === undefined || item.name === nameA) && b.slice(1).every((item) => item.name === undefined || item.name === nameB) && !sameName(nameA, nameB)) return DIFFERENT
  return anyOrder(a.map((item) => item.value), b.map((item) => item.value), depth)
}

const named = (of: readonly Tree[]): Named[] => of.map(unnamed)
/** x_1 and x_2 are two values of one unknown; x and y are two unknowns. */
const stem = (name: string): string => name.replace(/_\w+$/, '')

function anyOrder(g: readonly Tree[], p: readonly Tree[], depth: number): Outcome {
  const a = unique(g, depth)
  const b = unique(p, depth)
  if (a.length !== b.length) return DIFFERENT
  if (a.length * b.length > MAX_PAIRS) {
    // Too many for all pairs: sorted by value where they are plain numbers.
    const sorted = (list: readonly Tree[]) => list.map((item) => exact(item))
    const x = sorted(a)
    const y = sorted(b)
    if (x.every((item) => item) && y.every((item) => item)) {
      x.sort((m, n) => order(m!, n!))
      y.sort((m, n) => order(m!, n!))
      return x.every((item, k) => same(item!, y[k]!)) ? equal('set') : DIFFERENT
    }
    return UNDECIDED
  }
  const free = new Set(b.keys())
  let undecided = false
  let moved = false
  for (const [k, item] of a.entries()) {
    let found: number | undefined
    for (const candidate of free.has(k) ? [k, ...free] : free) {
      const outcome = top(item, b[candidate]!, depth + 1)
      if (outcome.equal) {
        found = candidate
        break
      }
      if (outcome.why === 'undecided') undecided = true
    }
    if (found === undefined) return undecided ? UNDECIDED : DIFFERENT
    if (found !== k) moved = true
    free.delete(found)
  }
  return equal(moved ? 'set' : 'exact')
}

/** A value that is listed twice is one value. */
function unique(of: readonly Tree[], depth: number): Tree[] {
  if (of.length > 30) return [...of]
  const out: Tree[] = []
  for (const item of of) if (!out.some((other) => top(item, other, depth + 2).equal)) out.push(item)
  return out
}

/** 25% is 25, written with its sign, and it is 0.25. */
function percents(g: Tree, p: Tree): Outcome {
  const bareOf = (tree: Tree): Tree => (tree.t === 'percent' ? tree.of : tree.t === 'quantity' ? tree.of : tree)
  const plain = scalars(bareOf(g), bareOf(p))
  if (plain.equal) return g.t === p.t ? plain : equal('percent')
  if (g.t === p.t) return plain
  if (!isExpression(g) || !isExpression(p)) return plain
  const value = sameValue(g, p)
  return value.equal ? equal('percent') : plain
}

function quantities(g: Tree, p: Tree, depth: number): Outcome {
  const a = g.t === 'quantity' ? g : undefined
  const b = p.t === 'quantity' ? p : undefined
  const x = a ? a.of : g
  const y = b ? b.of : p
  if (a && b) {
    const one = readUnit(a.unit)
    const two = readUnit(b.unit)
    if (one && two) {
      if (one.dimension !== two.dimension) return DIFFERENT
      if (one.n * two.d !== two.n * one.d) {
        const scaled = (tree: Tree, { n, d }: { n: bigint; d: bigint }): Tree => ({ t: 'product', of: [tree, number({ n, d })] })
        return isExpression(x) && isExpression(y) ? sameValue(scaled(x, one), scaled(y, two)) : DIFFERENT
      }
    } else if (one || two) return DIFFERENT
    else if (sameText(a.unit, b.unit) === false && bothNumbers(x, y) === false) return DIFFERENT
  }
  return top(x, y, depth + 1)
}

const bothNumbers = (x: Tree, y: Tree): boolean => exact(x) !== undefined && exact(y) !== undefined

function congruent(g: Tree, p: Tree, depth: number): Outcome {
  if (g.t === 'residue' && p.t === 'residue') {
    const modulus = top(g.modulus, p.modulus, depth + 1)
    if (!modulus.equal) return modulus
    const m = exact(g.modulus)
    const a = exact(g.of)
    const b = exact(p.of)
    if (m && a && b && m.d === 1n && a.d === 1n && b.d === 1n && m.n !== 0n) return (a.n - b.n) % m.n === 0n ? equal('rational') : DIFFERENT
    return top(g.of, p.of, depth + 1)
  }
  return top(g.t === 'residue' ? g.of : g, p.t === 'residue' ? p.of : p, depth + 1)
}

/** Digits in a written base are only those digits in that base, or the same number in another written base. */
function numerals(g: Tree, p: Tree): Outcome {
  const value = (tree: Tree & { t: 'numeral' }): bigint | undefined => {
    let total = 0n
    for (const digit of tree.digits) {
      const d = BigInt(Number.parseInt(digit, 36))
      if (d >= BigInt(tree.base)) return undefined
      total = total * BigInt(tree.base) + d
    }
    return total
  }
  if (g.t === 'numeral' && p.t === 'numeral') {
    if (g.base === p.base) return g.digits === p.digits ? equal('exact') : DIFFERENT
    const a = value(g)
    return a !== undefined && a === value(p) ? equal('rational') : DIFFERENT
  }
  const [numeral, other] = g.t === 'numeral' ? [g, p] : [p as Tree & { t: 'numeral' }, g]
  const decimal = exact(other)
  return numeral.base === 10 && decimal && decimal.d === 1n && decimal.n === value(numeral) ? equal('rational') : DIFFERENT
}

function texts(g: Tree, p: Tree): Outcome {
  const written = (tree: Tree): string | undefined => {
    if (tree.t === 'text') return tree.text
    if (tree.t === 'word' || tree.t === 'symbol') return tree.name
    if (tree.t === 'constant') return tree.name
    if (tree.t === 'product') {
      const parts = tree.of.map(written)
      return parts.every((part) => part !== undefined) ? parts.join(' ') : undefined
    }
    return undefined
  }
  const a = written(g)
  const b = written(p)
  if (a !== undefined && b !== undefined) return sameText(a, b) ? equal(a === b ? 'exact' : 'text') : DIFFERENT
  // A number in words.
  const [words, other] = a !== undefined ? [a, p] : [b, g]
  const value = words === undefined ? undefined : numberWord(words)
  const number = value === undefined ? undefined : exact(other)
  return number && number.d === 1n && number.n === value ? equal('text') : DIFFERENT
}

/** 60° is 60 where nothing says otherwise, and π/3 where the other side is in radians. */
function degrees(g: Tree, p: Tree, depth: number): Outcome {
  const plain = top(g.t === 'degrees' ? g.of : g, p.t === 'degrees' ? p.of : p, depth + 1)
  if (plain.equal || g.t === p.t) return plain
  const other = g.t === 'degrees' ? p : g
  return isExpression(g) && isExpression(p) && some(other, (part) => part.t === 'constant' && part.name === 'pi') ? sameValue(g, p) : plain
}

/** a : b is the same as any multiple; two terms are also their quotient. A clock's 12:05 is compared as written. */
function ratios(g: Tree, p: Tree): Outcome {
  if (g.t === 'ratio' && p.t === 'ratio') {
    if (g.of.length !== p.of.length) return DIFFERENT
    const straight = inOrder(g.of, p.of, 3)
    if (straight.equal || ![...g.of, ...p.of].every(isExpression) || isClock(g) || isClock(p)) return straight
    for (let k = 1; k < g.of.length; k++) {
      const cross = sameValue({ t: 'product', of: [g.of[0]!, p.of[k]!] }, { t: 'product', of: [p.of[0]!, g.of[k]!] })
      if (!cross.equal) return cross
    }
    return equal('rational')
  }
  const [ratio, other] = g.t === 'ratio' ? [g, p] : [p as Tree & { t: 'ratio' }, g]
  if (ratio.of.length !== 2 || !isExpression(other) || !ratio.of.every(isExpression) || isClock(ratio)) return DIFFERENT
  return sameValue({ t: 'quotient', over: ratio.of[0]!, under: ratio.of[1]! }, other)
}

const isClock = (tree: Tree & { t: 'ratio' }): boolean => {
  const last = tree.of[1]!
  return tree.of.length === 2 && last.t === 'number' && last.value.n === 0n
}

function scalars(g: Tree, p: Tree): Outcome {
  if (!isExpression(g) || !isExpression(p)) return g.t === p.t ? UNDECIDED : DIFFERENT
  const outcome = sameValue(g, p)
  if (outcome.equal) return outcome
  if (g.t === 'number' || g.t === 'negative') return rounded(g, p) ?? outcome
  return constantOfIntegration(g, p) ?? outcome
}

/**
 * A decimal gold is matched by a value that rounds to it at its own number of digits; 2.5 and other short ones are
 * taken as exact. An exact gold is never matched by a rounded decimal.
 */
function rounded(g: Tree, p: Tree): Outcome | undefined {
  if (g.t !== 'number' || g.places === undefined || !g.places) return undefined
  if (p.t === 'number' && p.places !== undefined && p.places <= g.places) return undefined
  if (symbols(p).size) return undefined
  const exactly = exact(p)
  const near = exactly ? toNumber(exactly) : at(p, 0, 'positive', false)?.re
  if (near === undefined) return undefined
  const target = toNumber(g.value)
  // 0.30000000000000004 is 0.3 out of a program.
  if (p.t === 'number' && (p.digits ?? 0) >= 15 && Math.abs(near - target) <= 1e-13 * Math.abs(target)) return equal('rounded')
  const digits = g.digits ?? 0
  if (digits < 2 || (digits < 3 && g.places < 2)) return undefined
  if (exactly) {
    const difference = multiply({ n: (exactly.n * g.value.d - g.value.n * exactly.d) * 2n, d: exactly.d * g.value.d }, { n: 10n ** BigInt(g.places), d: 1n })
    const size = difference.n < 0n ? negate(difference) : difference
    return order(size, { n: 1n, d: 1n }) <= 0 ? equal('rounded') : undefined
  }
  return Math.abs(near - target) <= 0.5 * 10 ** -g.places * (1 + 1e-9) ? equal('rounded') : undefined
}

/** x²/2 + C and x²/2 + K: one letter that stands alone in a sum may have another name. */
function constantOfIntegration(g: Tree, p: Tree): Outcome | undefined {
  if (g.t !== 'sum' || p.t !== 'sum') return undefined
  const alone = (tree: Tree & { t: 'sum' }) => tree.of.filter((part): part is Tree & { t: 'symbol' } => part.t === 'symbol' && /^(?:[CKck]|[CcK]_[01])$/.test(part.name))
  const one = alone(g)
  const two = alone(p)
  if (one.length !== 1 || two.length !== 1 || one[0]!.name === two[0]!.name) return undefined
  const without = (tree: Tree & { t: 'sum' }, name: Tree): Tree => ({ t: 'sum', of: tree.of.filter((part) => part !== name) })
  const left = without(g, one[0]!)
  const right = without(p, two[0]!)
  if (symbols(left).has(one[0]!.name) || symbols(right).has(two[0]!.name)) return undefined
  const outcome = sameValue(left, right)
  return outcome.equal ? equal('symbolic') : undefined
}

