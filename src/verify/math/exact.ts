// A tree without variables as one exact fraction, where it is one; bounded in size and steps.

import {
  add,
  bits,
  divide,
  exactRoot,
  gcd,
  multiply,
  negate,
  ONE,
  order,
  power,
  type Rational,
  rational,
  ZERO,
} from './rational.js'
import type { Tree } from './tree.js'

const MAX_FACTORIAL = 2000

/** The exact value of a tree, or undefined where it has none that is a fraction (or too large a one). */
export function exact(tree: Tree): Rational | undefined {
  switch (tree.t) {
    case 'number':
      return tree.value
    case 'negative': {
      const of = exact(tree.of)
      return of && negate(of)
    }
    case 'percent': {
      const of = exact(tree.of)
      return of && divide(of, { n: 100n, d: 1n })
    }
    case 'sum':
      return all(tree.of, ZERO, add)
    case 'product':
      return all(tree.of, ONE, multiply)
    case 'quotient': {
      const over = exact(tree.over)
      const under = over && exact(tree.under)
      return under && divide(over, under)
    }
    case 'power': {
      const base = exact(tree.base)
      const exponent = base && exact(tree.exponent)
      if (!exponent) return undefined
      if (exponent.d === 1n) return power(base, exponent.n)
      if (exponent.d > 64n) return undefined
      const root = exactRoot(base, Number(exponent.d))
      return root && power(root, exponent.n)
    }
    case 'call':
      return call(tree)
    default:
      return undefined
  }
}

function all(
  of: readonly Tree[],
  start: Rational,
  combine: (a: Rational, b: Rational) => Rational,
): Rational | undefined {
  let total = start
  for (const part of of) {
    const value = exact(part)
    if (!value || bits(value.n) > 20_000) return undefined
    total = combine(total, value)
    if (total.d > 1n << 20_000n) return undefined
  }
  return total
}

function call(tree: Tree & { t: 'call' }): Rational | undefined {
  const of: Rational[] = []
  for (const part of tree.of) {
    const value = exact(part)
    if (!value) return undefined
    of.push(value)
  }
  const a = of[0]
  const b = of[1]
  if (!a) return undefined
  const whole = of.every((value) => value.d === 1n)
  switch (tree.name) {
    case 'sqrt':
      return exactRoot(a, 2)
    case 'root': {
      const index = tree.index && exact(tree.index)
      if (index?.d !== 1n || index.n < 1n || index.n > 64n) return undefined
      return exactRoot(a, Number(index.n))
    }
    case 'abs':
      return a.n < 0n ? negate(a) : a
    case 'factorial': {
      if (!whole || a.n < 0n || a.n > MAX_FACTORIAL) return undefined
      let value = 1n
      for (let k = 2n; k <= a.n; k++) value *= k
      return { n: value, d: 1n }
    }
    case 'double-factorial': {
      if (!whole || a.n < 0n || a.n > MAX_FACTORIAL) return undefined
      let value = 1n
      for (let k = a.n; k > 1n; k -= 2n) value *= k
      return { n: value, d: 1n }
    }
    case 'binomial': {
      if (!whole || !b || a.n < 0n || b.n < 0n || a.n > 5000n || b.n > 5000n) return undefined
      if (b.n > a.n) return ZERO
      let value = 1n
      const k = b.n * 2n > a.n ? a.n - b.n : b.n
      for (let j = 1n; j <= k; j++) value = (value * (a.n - k + j)) / j
      return { n: value, d: 1n }
    }
    case 'floor':
      return { n: floor(a), d: 1n }
    case 'ceil':
      return { n: -floor(negate(a)), d: 1n }
    case 'gcd':
      return whole && of.length > 1 ? { n: of.reduce((x, y) => gcd(x, y.n), 0n), d: 1n } : undefined
    case 'lcm':
      return whole && of.length > 1 && of.every((x) => x.n !== 0n)
        ? { n: of.reduce((x, y) => (x * y.n) / gcd(x, y.n), 1n), d: 1n }
        : undefined
    case 'max':
      return of.reduce((x, y) => (order(x, y) < 0 ? y : x))
    case 'min':
      return of.reduce((x, y) => (order(x, y) > 0 ? y : x))
    case 'ln':
      return a.n === 1n && a.d === 1n ? ZERO : undefined
    case 'exp':
      return a.n === 0n ? ONE : undefined
    case 'log': {
      const base = tree.index ? exact(tree.index) : { n: 10n, d: 1n }
      return base && logarithm(a, base)
    }
    default:
      return undefined
  }
}

function floor(a: Rational): bigint {
  const quotient = a.n / a.d
  return a.n < 0n && quotient * a.d !== a.n ? quotient - 1n : quotient
}

/** log of a to a base, where it is a fraction with a small denominator: log_4 8 = 3/2. */
function logarithm(a: Rational, base: Rational): Rational | undefined {
  if (a.n <= 0n || base.n <= 0n || base.n === base.d) return undefined
  const guess = Math.log(Number(a.n) / Number(a.d)) / Math.log(Number(base.n) / Number(base.d))
  if (!Number.isFinite(guess)) return undefined
  for (let d = 1; d <= 12; d++) {
    const n = Math.round(guess * d)
    if (Math.abs(guess * d - n) > 1e-9 || Math.abs(n) > 5000) continue
    const left = power(a, BigInt(d))
    const right = power(base, BigInt(n))
    if (left && right && left.n === right.n && left.d === right.d) return rational(BigInt(n), BigInt(d))
  }
  return undefined
}
