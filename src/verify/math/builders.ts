// {x : x ≥ 0} and {x : x² = 1}: sets by a condition, as the region or the elements that they are.

import { exact } from './exact.js'
import { add, divide, multiply, negate, type Rational, rational } from './rational.js'
import { region } from './regions.js'
import { domainIn, mapChildren, negated, number, some, substituted, symbols, type Tree } from './tree.js'

/** A set by a condition in simpler terms, where it has them: its condition, or its elements. */
export function built(tree: Tree & { t: 'builder' }): Tree {
  let { of } = tree
  const family = familyOf(tree)
  if (family) return family
  const where = [...tree.where]
  let domain = 'R'
  if (of.t === 'relation' && of.operators.length === 1 && of.operators[0] === 'in') {
    const inside = of.of[1]!
    if (inside.t === 'reals') domain = inside.name
    else where.push(of)
    of = of.of[0]!
  }
  for (const [k, part] of where.entries()) {
    if (
      part.t === 'relation' &&
      part.operators[0] === 'in' &&
      part.operators.length === 1 &&
      part.of[1]!.t === 'reals'
    ) {
      domain = part.of[1]!.name
      where.splice(k, 1)
      break
    }
  }
  if (of.t !== 'symbol') return { ...tree, of }
  const { name } = of
  if (where.length === 0) return { t: 'reals', name: domain }
  if (where.length !== 1) {
    const all: Tree = { t: 'list', of: where }
    return domain === 'R' && region(all, true)?.name === name ? all : { ...tree, of, where }
  }
  const condition = where[0]!
  if (condition.t === 'relation' && condition.operators.length === 1 && condition.operators[0] === '=') {
    const roots = solutions(condition, name, domain)
    if (roots) return { t: 'set', of: roots }
  }
  if (domain === 'Z' || domain === 'N') return wholeNumbers(condition, name, domain) ?? { ...tree, of, where }
  if (domain === 'R' && region(condition, true)?.name === name) return condition
  return { ...tree, of, where }
}

/** {nπ : n ∈ ℤ} and {x : x = nπ, n ∈ ℤ} are nπ for each whole n. */
function familyOf({ of, where }: Tree & { t: 'builder' }): Tree | undefined {
  const [last, named, ...others] = [...where].reverse()
  const parameter = last && others.length === 0 ? domainIn(last) : undefined
  const value = named ? valueSaid(of, named) : of
  if (!parameter || !/^[ZN]$/.test(parameter.domain) || !value) return undefined
  if (value.t === 'relation' || value.t === 'symbol' || [...symbols(value)].join() !== parameter.name) return undefined
  return { t: 'family', of: value, parameters: [parameter] }
}

/** What a condition like x = nπ says that x is. */
function valueSaid(name: Tree, condition: Tree): Tree | undefined {
  if (name.t !== 'symbol' || condition.t !== 'relation' || condition.operators.join() !== '=') return undefined
  const [left, right] = condition.of
  return left!.t === 'symbol' && left!.name === name.name ? right : undefined
}

/** The whole numbers of a bounded region. */
function wholeNumbers(condition: Tree, name: string, domain: string): Tree | undefined {
  const found = region(condition, true)
  if (!found || found.name !== name) return undefined
  const of: Tree[] = []
  for (const { low, high } of found.intervals) {
    const from = Math.max(Math.ceil(low.near - 1e-12), domain === 'N' ? 1 : Number.NEGATIVE_INFINITY)
    const to = Math.floor(high.near + 1e-12)
    if (!Number.isFinite(from) || !Number.isFinite(to) || to - from > 500) return undefined
    for (let k = from; k <= to; k++) {
      if ((k === low.near && !low.closed) || (k === high.near && !high.closed)) continue
      of.push(number({ n: BigInt(k), d: 1n }))
    }
  }
  return { t: 'set', of }
}

const MAX_DEGREE = 6

/** The real (or whole) solutions of a polynomial equation, where they can be written down. */
function solutions(equation: Tree & { t: 'relation' }, name: string, domain: string): Tree[] | undefined {
  const difference: Tree = { t: 'sum', of: [equation.of[0]!, negated(equation.of[1]!)] }
  if (symbols(difference).size !== 1 || !symbols(difference).has(name)) return undefined
  const coefficients = polynomial(difference, name)
  if (!coefficients) return undefined
  const found = roots(coefficients)
  if (!found) return undefined
  if (domain === 'R') return found
  const values = found.map(exact)
  return found.filter((_, k) => {
    const value = values[k]
    return value && (domain === 'Q' || (value.d === 1n && (domain === 'Z' || value.n > 0n)))
  })
}

/** Coefficients from the constant up, by differences at 0, 1, 2 …; undefined where it is no polynomial. */
export function polynomial(tree: Tree, name: string): Rational[] | undefined {
  if (some(tree, (part) => part.t === 'call')) return undefined
  const values: Rational[] = []
  for (let x = 0; x <= MAX_DEGREE + 2; x++) {
    const value = exact(substituted(tree, name, number({ n: BigInt(x), d: 1n })))
    if (!value) return undefined
    values.push(value)
  }
  // Newton's forward differences.
  const heads: Rational[] = []
  let row = values
  while (row.length) {
    heads.push(row[0]!)
    row = row.slice(1).map((value, k) => add(value, negate(row[k]!)))
  }
  while (heads.length > 1 && heads[heads.length - 1]!.n === 0n) heads.pop()
  if (heads.length - 1 > MAX_DEGREE) return undefined
  // Σ Δ_k · x(x-1)…(x-k+1)/k!
  let coefficients: Rational[] = []
  let basis: Rational[] = [{ n: 1n, d: 1n }]
  heads.forEach((head, k) => {
    coefficients = sum(
      coefficients,
      basis.map((one) => multiply(one, head)),
    )
    const factor = rational(1n, BigInt(k + 1))!
    const shifted = [{ n: 0n, d: 1n }, ...basis]
    basis = sum(
      shifted,
      basis.map((one) => multiply(one, { n: BigInt(-k), d: 1n })),
    ).map((one) => multiply(one, factor))
  })
  return coefficients
}

function sum(a: readonly Rational[], b: readonly Rational[]): Rational[] {
  const zero = { n: 0n, d: 1n }
  return Array.from({ length: Math.max(a.length, b.length) }, (_, k) => add(a[k] ?? zero, b[k] ?? zero))
}

/** Rational roots are divided out; what is left must be linear or quadratic. */
function roots(coefficients: Rational[]): Tree[] | undefined {
  const common = coefficients.reduce((product, { d }) => product * d, 1n)
  let whole = coefficients.map(({ n, d }) => (n * common) / d)
  const out: Tree[] = []
  while (whole.length > 1 && whole[0] === 0n) {
    if (!out.some((root) => exact(root)?.n === 0n)) out.push(number({ n: 0n, d: 1n }))
    whole = whole.slice(1)
  }
  while (whole.length > 3) {
    const root = rationalRoot(whole)
    if (!root) return undefined
    if (!out.some((known) => exact(known)!.n === root.n && exact(known)!.d === root.d)) out.push(number(root))
    whole = deflated(whole, root)
  }
  if (whole.length === 1) return whole[0] === 0n ? undefined : out
  if (whole.length === 2) {
    out.push(number(rational(-whole[0]!, whole[1]!)!))
    return out
  }
  const [c, b, a] = whole as [bigint, bigint, bigint]
  const discriminant = b * b - 4n * a * c
  if (discriminant < 0n) return out
  const middle = number(rational(-b, 2n * a)!)
  if (discriminant === 0n) return [...out, middle]
  const half: Tree = {
    t: 'quotient',
    over: { t: 'call', name: 'sqrt', of: [number({ n: discriminant, d: 1n })] },
    under: number({ n: 2n * a, d: 1n }),
  }
  return [...out, { t: 'sum', of: [middle, half] }, { t: 'sum', of: [middle, negated(half)] }]
}

function rationalRoot(whole: readonly bigint[]): Rational | undefined {
  const divisors = (value: bigint) => {
    const size = value < 0n ? -value : value
    const out: bigint[] = []
    for (let k = 1n; k <= 200n && k <= size; k++) if (size % k === 0n) out.push(k)
    return out
  }
  for (const n of divisors(whole[0]!)) {
    for (const d of divisors(whole[whole.length - 1]!)) {
      for (const root of [rational(n, d)!, rational(-n, d)!]) {
        let value: Rational = { n: 0n, d: 1n }
        for (let k = whole.length - 1; k >= 0; k--) value = add(multiply(value, root), { n: whole[k]!, d: 1n })
        if (value.n === 0n) return root
      }
    }
  }
  return undefined
}

function deflated(whole: readonly bigint[], root: Rational): bigint[] {
  const out: Rational[] = []
  let carry: Rational = { n: 0n, d: 1n }
  for (let k = whole.length - 1; k > 0; k--) {
    carry = add(multiply(carry, root), { n: whole[k]!, d: 1n })
    out.unshift(carry)
  }
  const common = out.reduce((product, { d }) => product * d, 1n)
  return out.map(({ n, d }) => (n * common) / d)
}

/** 1, 2, …, 10 written out, where the elements before and after the dots make it plain. */
export function withoutDots(tree: Tree): Tree {
  const inner = mapChildren(tree, withoutDots)
  if (inner.t !== 'list' && inner.t !== 'set' && inner.t !== 'tuple') return inner
  const at = inner.of.findIndex((part) => part.t === 'dots')
  // 2, 4, 6, 8, …: three elements say as much as four.
  if (at > 3 && at === inner.of.length - 1 && evenly(inner.of.slice(0, at)))
    return { ...inner, of: [...inner.of.slice(0, 3), inner.of[at]!] }
  if (at < 1 || at !== inner.of.length - 2 || inner.of.some((part, k) => part.t === 'dots' && k !== at)) return inner
  const known = inner.of.slice(0, at).map(exact)
  const last = exact(inner.of[inner.of.length - 1]!)
  if (!last || known.some((value) => !value)) return inner
  const first = known as Rational[]
  const step: Rational = first.length > 1 ? add(first[1]!, negate(first[0]!)) : { n: 1n, d: 1n }
  if (step.n === 0n) return inner
  for (let k = 1; k < first.length; k++) {
    const gap = add(first[k]!, negate(first[k - 1]!))
    if (gap.n !== step.n || gap.d !== step.d) return inner
  }
  const times = divide(add(last, negate(first[0]!)), step)!
  if (times.d !== 1n || times.n < BigInt(first.length) || times.n > 2000n) return inner
  const of: Tree[] = []
  for (let k = 0n; k <= times.n; k++) of.push(number(add(first[0]!, multiply(step, { n: k, d: 1n }))))
  return { ...inner, of }
}

function evenly(of: readonly Tree[]): boolean {
  const values = of.map(exact)
  const step = values[0] && values[1] && add(values[1], negate(values[0]))
  return values.every((value, k) => {
    const before = k > 0 ? values[k - 1] : undefined
    if (!value || !step) return false
    const gap = before && add(value, negate(before))
    return !gap || (gap.n === step.n && gap.d === step.d)
  })
}
