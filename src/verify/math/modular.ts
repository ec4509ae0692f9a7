// Identity by evaluation modulo a prime (Schwartz 1980, Zippel 1979): exact, and as fast as arithmetic.
//
// Variables, π, e and ln of primes become random residues; √q becomes a square root of q. Two forms of one
// value always agree; two different polynomials of degree d agree by chance with probability d/p < 1e-15.

import { exact } from './exact.js'
import { bits, type Rational } from './rational.js'
import type { Tree } from './tree.js'

/**
 * Two primes near 2^61 modulo which all primes up to 47 are squares. Modulo the first every number has exactly
 * one cube, fifth and seventh root; modulo the second -1 is a square, so that i exists.
 */
const FIELDS = [
  { p: 1510421742291941519n, cube: true, i: false },
  { p: 1579210683724171369n, cube: false, i: true },
] as const

type Field = (typeof FIELDS)[number]
const MAX_STEPS = 4000

/** A residue for each tree in the same field, or undefined where one of them is no such expression. */
export function residues(a: Tree, b: Tree): [bigint, bigint] | undefined {
  for (const field of FIELDS) {
    const evaluation = new Evaluation(field)
    const left = evaluation.of(a)
    if (left === undefined) continue
    const right = evaluation.of(b)
    if (right !== undefined) return [left, right]
  }
  return undefined
}

export function powerModulo(base: bigint, exponent: bigint, p: bigint): bigint {
  let result = 1n
  base %= p
  while (exponent > 0n) {
    if (exponent & 1n) result = (result * base) % p
    base = (base * base) % p
    exponent >>= 1n
  }
  return result
}

/** 64-bit FNV-1a: the same text gives the same residue in every run. */
export function hash(text: string): bigint {
  let low = 0x84222325
  let high = 0xcbf29ce4
  for (let k = 0; k < text.length; k++) {
    low ^= text.charCodeAt(k)
    // times 0x100000001b3, in halves
    const l = low >>> 0
    const product = (l & 0xffff) * 0x1b3
    const upper = (l >>> 16) * 0x1b3 + (product >>> 16)
    high = (Math.imul(high, 0x1b3) + (upper >>> 16) + (l << 8)) >>> 0
    low = ((upper << 16) | (product & 0xffff)) >>> 0
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
}

class Evaluation {
  private steps = 0
  constructor(private readonly field: Field) {}

  of(tree: Tree): bigint | undefined {
    if (++this.steps > MAX_STEPS) return undefined
    const { p } = this.field
    switch (tree.t) {
      case 'number':
        return this.rational(tree.value)
      case 'constant':
        return tree.name === 'i' ? this.imaginary() : hash(`constant ${tree.name}`) % p
      case 'symbol':
        return hash(`symbol ${tree.name}`) % p
      case 'word': {
        let value = 1n
        for (const letter of tree.name) {
          const factor = this.of(
            letter === 'e' || letter === 'i' ? { t: 'constant', name: letter } : { t: 'symbol', name: letter },
          )
          // A field without a square root of -1 says nothing of a word with an i in it.
          if (factor === undefined) return undefined
          value = (value * factor) % p
        }
        return value
      }
      case 'negative': {
        const of = this.of(tree.of)
        return of === undefined ? undefined : (p - of) % p
      }
      case 'percent': {
        const of = this.of(tree.of)
        return of === undefined ? undefined : (of * this.inverse(100n)!) % p
      }
      case 'degrees': {
        const of = this.of(tree.of)
        return of === undefined ? undefined : (((of * hash('constant pi')) % p) * this.inverse(180n)!) % p
      }
      case 'sum': {
        let total = 0n
        for (const part of tree.of) {
          const value = this.of(part)
          if (value === undefined) return undefined
          total += value
        }
        return total % p
      }
      case 'product': {
        let total = 1n
        for (const part of tree.of) {
          const value = this.of(part)
          if (value === undefined) return undefined
          total = (total * value) % p
        }
        return total
      }
      case 'quotient': {
        const over = this.of(tree.over)
        const under = over === undefined ? undefined : this.of(tree.under)
        const inverse = under === undefined ? undefined : this.inverse(under)
        return inverse === undefined ? undefined : (over! * inverse) % p
      }
      case 'power':
        return this.power(tree)
      case 'call':
        return this.call(tree)
      default:
        return undefined
    }
  }

  private imaginary(): bigint | undefined {
    return this.field.i ? this.squareRoot(this.field.p - 1n) : undefined
  }

  private rational(value: Rational): bigint | undefined {
    const { p } = this.field
    const inverse = value.d === 1n ? 1n : this.inverse(value.d % p)
    return inverse === undefined ? undefined : ((((value.n % p) + p) % p) * inverse) % p
  }

  private inverse(value: bigint): bigint | undefined {
    return value === 0n ? undefined : powerModulo(value, this.field.p - 2n, this.field.p)
  }

  private power(tree: Tree & { t: 'power' }): bigint | undefined {
    const { p } = this.field
    const exponent = exact(tree.exponent)
    // A symbolic exponent is left to the evaluation at points.
    if (!exponent) return undefined
    // Several roots of one base: x^{p/q} as (x^{1/q})^p, with the real root where q is odd.
    let base: bigint | undefined
    if (exponent.d === 1n) base = this.of(tree.base)
    else if (exponent.d <= 64n) base = this.root(tree.base, Number(exponent.d))
    if (base === undefined || bits(exponent.n) > 4000) return undefined
    if (exponent.n < 0n) {
      const inverse = this.inverse(base)
      return inverse === undefined ? undefined : powerModulo(inverse, -exponent.n, p)
    }
    return exponent.n === 0n && base === 0n ? undefined : powerModulo(base, exponent.n, p)
  }

  private call(tree: Tree & { t: 'call' }): bigint | undefined {
    const [of, second] = tree.of
    if (!of) return undefined
    switch (tree.name) {
      case 'sqrt':
        return this.root(of, 2)
      case 'root': {
        const index = tree.index && exact(tree.index)
        return index?.d === 1n && index.n >= 2n && index.n <= 64n ? this.root(of, Number(index.n)) : undefined
      }
      case 'ln': {
        const value = exact(of)
        return value ? this.logarithm(value) : of.t === 'constant' && of.name === 'e' ? 1n : undefined
      }
      case 'log': {
        const value = exact(of)
        const base = tree.index ? exact(tree.index) : { n: 10n, d: 1n }
        const over = value && this.logarithm(value)
        const under = base && this.logarithm(base)
        const inverse = over === undefined || under === undefined ? undefined : this.inverse(under)
        return inverse === undefined ? undefined : (over! * inverse) % this.field.p
      }
      case 'exp':
        return this.power({ t: 'power', base: { t: 'constant', name: 'e' }, exponent: of })
      case 'factorial': {
        const n = exact(of)
        if (n?.d === 1n && n.n >= 0n && n.n <= 20_000n) return this.factorial(n.n)
        const value = exact(tree)
        return value && this.rational(value)
      }
      default: {
        const value = exact(tree)
        if (value) return this.rational(value)
        // A function of the problem, f(x): any two of equal arguments are equal.
        if (/^(?:[a-zA-Z](?:_.*)?'*|[A-Z]{2,})$/.test(tree.name) && !second) {
          const argument = this.of(of)
          return argument === undefined ? undefined : hash(`${tree.name}(${argument})`) % this.field.p
        }
        return undefined
      }
    }
  }

  /** The real k-th root: of an exact fraction for k = 2, of anything for k = 3, 5, 7 and their products. */
  private root(tree: Tree, k: number): bigint | undefined {
    let twos = 0
    while (k % 2 === 0) {
      k /= 2
      twos++
    }
    if (twos > 1 || (k > 1 && !this.field.cube)) return undefined
    for (let rest = k, q = 3; rest > 1; q += 2) {
      while (rest % q === 0) rest /= q
      if (q > 7 && rest > 1) return undefined
    }
    let value: bigint | undefined
    if (twos) {
      const base = exact(tree)
      if (!base) return undefined
      value = this.rootOf(base)
    } else value = this.of(tree)
    if (value === undefined || k === 1) return value
    const { p } = this.field
    return powerModulo(value, inverseModulo(BigInt(k), p - 1n), p)
  }

  /** √(n/d) = √(n·d) / d, with the root of each prime factor chosen once. */
  private rootOf(value: Rational): bigint | undefined {
    const { p } = this.field
    let rest = value.n * value.d
    let result = 1n
    if (rest < 0n) {
      const i = this.imaginary()
      if (i === undefined) return undefined
      result = i
      rest = -rest
    }
    if (rest === 0n) return 0n
    const factors = factor(rest)
    if (!factors) return undefined
    for (const [q, times] of factors) {
      result = (result * powerModulo(q, BigInt(times >> 1), p)) % p
      if (times & 1) {
        const root = this.squareRoot(q % p)
        if (root === undefined) return undefined
        result = (result * root) % p
      }
    }
    return (result * this.inverse(value.d % p)!) % p
  }

  private factorial(n: bigint): bigint {
    const { p } = this.field
    let product = 1n
    for (let k = 2n; k <= n; k++) product = (product * k) % p
    this.steps += Number(n) / 20
    return product
  }

  private squareRoot(value: bigint): bigint | undefined {
    const { p } = this.field
    if (powerModulo(value, (p - 1n) / 2n, p) !== 1n) return undefined
    if (p % 4n === 3n) return powerModulo(value, (p + 1n) / 4n, p)
    return tonelli(value, p)
  }

  private logarithm(value: Rational): bigint | undefined {
    if (value.n <= 0n) return undefined
    const over = factor(value.n)
    const under = factor(value.d)
    if (!over || !under) return undefined
    let total = 0n
    for (const [q, times] of over) total += BigInt(times) * (hash(`ln ${q}`) % this.field.p)
    for (const [q, times] of under) total -= BigInt(times) * (hash(`ln ${q}`) % this.field.p)
    const { p } = this.field
    return ((total % p) + p) % p
  }
}

function inverseModulo(a: bigint, m: bigint): bigint {
  let [r, next] = [m, a % m]
  let [t, step] = [0n, 1n]
  while (next !== 0n) {
    const q = r / next
    ;[r, next] = [next, r - q * next]
    ;[t, step] = [step, t - q * step]
  }
  return t < 0n ? t + m : t
}

/** Square roots modulo a prime (Tonelli 1891, Shanks 1973). */
function tonelli(value: bigint, p: bigint): bigint {
  let q = p - 1n
  let s = 0n
  while (q % 2n === 0n) {
    q /= 2n
    s++
  }
  let z = 2n
  while (powerModulo(z, (p - 1n) / 2n, p) === 1n) z++
  let m = s
  let c = powerModulo(z, q, p)
  let t = powerModulo(value, q, p)
  let root = powerModulo(value, (q + 1n) / 2n, p)
  while (t !== 1n) {
    let k = 0n
    let square = t
    while (square !== 1n) {
      square = (square * square) % p
      k++
    }
    const b = powerModulo(c, 1n << (m - k - 1n), p)
    m = k
    c = (b * b) % p
    t = (t * c) % p
    root = (root * b) % p
  }
  return root
}

/** Prime factors up to 1,000 by trial division; undefined where a larger composite may be left. */
function factor(value: bigint): Map<bigint, number> | undefined {
  const factors = new Map<bigint, number>()
  for (let q = 2n; q < 1000n && q * q <= value; q += q === 2n ? 1n : 2n) {
    while (value % q === 0n) {
      factors.set(q, (factors.get(q) ?? 0) + 1)
      value /= q
    }
  }
  if (value > 1n) {
    if (value >= 1_000_000n) return undefined
    factors.set(value, (factors.get(value) ?? 0) + 1)
  }
  return factors
}
