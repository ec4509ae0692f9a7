// Exact fractions of big integers: where the grader starts, because most answers are numbers.

/** A fraction in lowest terms with a positive denominator. */
export interface Rational {
  readonly n: bigint
  readonly d: bigint
}

/** No number with more bits is ever built: a larger one is left to the evaluation at points. */
const MAX_BITS = 20_000

export const ZERO: Rational = { n: 0n, d: 1n }
export const ONE: Rational = { n: 1n, d: 1n }

/** n/d in lowest terms; `undefined` where d is 0. */
export function rational(n: bigint, d = 1n): Rational | undefined {
  if (d === 0n) return undefined
  if (d === 1n) return { n, d }
  if (d < 0n) {
    n = -n
    d = -d
  }
  const common = gcd(n < 0n ? -n : n, d)
  return common === 1n ? { n, d } : { n: n / common, d: d / common }
}

export function gcd(a: bigint, b: bigint): bigint {
  if (a < 0n) a = -a
  if (b < 0n) b = -b
  while (b !== 0n) {
    if (a <= 0x1fffffffffffffn && b <= 0x1fffffffffffffn) return BigInt(smallGcd(Number(a), Number(b)))
    const rest = a % b
    a = b
    b = rest
  }
  return a
}

function smallGcd(a: number, b: number): number {
  while (b !== 0) {
    const rest = a % b
    a = b
    b = rest
  }
  return a
}

export const add = (a: Rational, b: Rational): Rational =>
  a.d === 1n && b.d === 1n ? { n: a.n + b.n, d: 1n } : rational(a.n * b.d + b.n * a.d, a.d * b.d)!

export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d })

export const multiply = (a: Rational, b: Rational): Rational =>
  a.d === 1n && b.d === 1n ? { n: a.n * b.n, d: 1n } : rational(a.n * b.n, a.d * b.d)!

export const divide = (a: Rational, b: Rational): Rational | undefined => rational(a.n * b.d, a.d * b.n)

export const same = (a: Rational, b: Rational): boolean => a.n === b.n && a.d === b.d

/** Negative, zero or positive, as a sort function returns it. */
export function order(a: Rational, b: Rational): number {
  const difference = a.n * b.d - b.n * a.d
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export const bits = (value: bigint): number => (value < 0n ? -value : value).toString(16).length * 4

/** base^exponent for a whole exponent; `undefined` where it would be too large, or 0 to a negative power. */
export function power(base: Rational, exponent: bigint): Rational | undefined {
  if (exponent === 0n) return base.n === 0n ? undefined : ONE
  const size = exponent < 0n ? -exponent : exponent
  if (base.d === 1n && (base.n === 1n || base.n === 0n || base.n === -1n)) {
    if (base.n === 0n) return exponent < 0n ? undefined : ZERO
    return base.n === -1n && size % 2n === 1n ? base : ONE
  }
  if (size > BigInt(MAX_BITS)) return undefined
  if (Math.max(bits(base.n), bits(base.d)) * Number(size) > MAX_BITS) return undefined
  const n = base.n ** size
  const d = base.d ** size
  return exponent < 0n ? rational(d, n) : { n, d }
}

/** The whole k-th root of a fraction, where it has one. */
export function exactRoot(value: Rational, k: number): Rational | undefined {
  if (value.n < 0n && k % 2 === 0) return undefined
  const n = wholeRoot(value.n < 0n ? -value.n : value.n, k)
  const d = wholeRoot(value.d, k)
  if (n === undefined || d === undefined) return undefined
  return { n: value.n < 0n ? -n : n, d }
}

function wholeRoot(value: bigint, k: number): bigint | undefined {
  if (value < 2n) return value
  const power = BigInt(k)
  let guess = 1n << BigInt(Math.ceil(bits(value) / k) + 1)
  for (;;) {
    const next = ((power - 1n) * guess + value / guess ** (power - 1n)) / power
    if (next >= guess) break
    guess = next
  }
  return guess ** power === value ? guess : undefined
}

/** The nearest double, also where numerator or denominator alone is too large for one. */
export function toNumber(value: Rational): number {
  if (value.d === 1n) return Number(value.n)
  const n = Number(value.n)
  const d = Number(value.d)
  if (Number.isFinite(n) && Number.isFinite(d)) return n / d
  const shift = BigInt(Math.max(0, bits(value.d) - 900))
  const cut = BigInt(Math.max(0, bits(value.n) - 900))
  return (Number(value.n >> cut) / Number(value.d >> shift)) * 2 ** Number(cut - shift)
}

/** Reads "12", "-1.25" or ".5"; `undefined` for anything else. */
export function fromDecimal(text: string): Rational | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text)
  if (!found || (!found[2] && !found[3])) return undefined
  const digits = (found[2] ?? '') + (found[3] ?? '')
  if (digits.length > MAX_BITS / 4) return undefined
  const n = BigInt(digits) * (found[1] === '-' ? -1n : 1n)
  return found[3] ? rational(n, 10n ** BigInt(found[3].length)) : { n, d: 1n }
}
