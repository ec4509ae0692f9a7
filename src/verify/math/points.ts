// Evaluation at seeded points in complex doubles that carry their own error bound.
//
// What modular evaluation cannot hold (nested roots, trigonometry, symbolic exponents) is decided here: equal
// where both values agree within their bounds at every usable point, different where they do not at one.

import { hash } from './modular.js'
import { toNumber } from './rational.js'
import type { Tree } from './tree.js'

/** A complex value and a bound on its absolute error. */
export interface Point {
  re: number
  im: number
  error: number
}

const EPSILON = 2 ** -52
const MAX_STEPS = 6000

/** How the variables are drawn: positive, of either sign, whole numbers, or between -1 and 1 as arcsin needs them. */
export type Regime = 'positive' | 'signed' | 'whole' | 'small'

class Undefined extends Error {}
const UNDEFINED = new Undefined('no value here')

/** The value of a tree at the k-th point, or undefined where it has none (a pole, outside a domain, too many steps). */
export function at(tree: Tree, k: number, regime: Regime, complex: boolean): Point | undefined {
  const evaluation = new Evaluation(k, regime, complex)
  try {
    const value = evaluation.of(tree)
    return Number.isFinite(value.re) && Number.isFinite(value.im) && Number.isFinite(value.error) ? value : undefined
  } catch (error) {
    if (error instanceof Undefined) return undefined
    throw error
  }
}

const point = (re: number, im: number, error: number): Point => ({ re, im, error })
const real = (re: number): Point => point(re, 0, Math.abs(re) * EPSILON)
const size = (a: Point): number => Math.hypot(a.re, a.im)

function sum(a: Point, b: Point): Point {
  const re = a.re + b.re
  const im = a.im + b.im
  return point(re, im, a.error + b.error + EPSILON * (Math.abs(re) + Math.abs(im)))
}
function product(a: Point, b: Point): Point {
  const re = a.re * b.re - a.im * b.im
  const im = a.re * b.im + a.im * b.re
  const sizes = size(a) * size(b)
  return point(re, im, size(a) * b.error + size(b) * a.error + a.error * b.error + 4 * EPSILON * sizes)
}
function inverse(a: Point): Point {
  const square = a.re * a.re + a.im * a.im
  const length = Math.sqrt(square)
  if (length <= a.error * 4) throw UNDEFINED
  return point(a.re / square, -a.im / square, (a.error / square) * 1.5 + (4 * EPSILON) / length)
}
const minus = (a: Point): Point => point(-a.re, -a.im, a.error)

function logarithm(a: Point): Point {
  const length = size(a)
  if (length <= a.error * 4) throw UNDEFINED
  const re = Math.log(length)
  const im = Math.atan2(a.im, a.re)
  return point(re, im, (1.5 * a.error) / length + 4 * EPSILON * (Math.abs(re) + Math.abs(im)))
}
function exponential(a: Point): Point {
  const length = Math.exp(a.re)
  if (!Number.isFinite(length)) throw UNDEFINED
  return point(
    length * Math.cos(a.im),
    length * Math.sin(a.im),
    length * (1.5 * a.error + 4 * EPSILON * (1 + Math.abs(a.im) + Math.abs(a.re))),
  )
}
function root(a: Point): Point {
  const length = size(a)
  if (length === 0 && a.error === 0) return point(0, 0, 0)
  const r = Math.sqrt(length)
  const angle = Math.atan2(a.im, a.re) / 2
  const error = length > 4 * a.error ? a.error / r : Math.sqrt(a.error + length)
  return point(
    a.im === 0 && a.re >= 0 ? r : r * Math.cos(angle),
    a.im === 0 ? (a.re >= 0 ? 0 : r) : r * Math.sin(angle),
    error + 4 * EPSILON * r,
  )
}

class Evaluation {
  private steps = 0
  constructor(
    private readonly k: number,
    private readonly regime: Regime,
    private readonly complex: boolean,
  ) {}

  of(tree: Tree): Point {
    if (++this.steps > MAX_STEPS) throw UNDEFINED
    switch (tree.t) {
      case 'number':
        return real(toNumber(tree.value))
      case 'constant':
        return tree.name === 'i' ? point(0, 1, 0) : real(tree.name === 'pi' ? Math.PI : Math.E)
      case 'symbol':
        return this.variable(tree.name)
      case 'word': {
        let value = real(1)
        for (const letter of tree.name)
          value = product(
            value,
            letter === 'e' || letter === 'i' ? this.of({ t: 'constant', name: letter }) : this.variable(letter),
          )
        return value
      }
      case 'negative':
        return minus(this.of(tree.of))
      case 'percent':
        return product(this.of(tree.of), real(0.01))
      case 'degrees':
        return product(this.of(tree.of), real(Math.PI / 180))
      case 'sum': {
        let total = point(0, 0, 0)
        for (const part of tree.of) total = sum(total, this.of(part))
        return total
      }
      case 'product': {
        let total = point(1, 0, 0)
        for (const part of tree.of) total = product(total, this.of(part))
        return total
      }
      case 'quotient':
        return product(this.of(tree.over), inverse(this.of(tree.under)))
      case 'power':
        return this.power(tree)
      case 'call':
        return this.call(tree)
      case 'range': {
        const below = tree.below ? text(tree.below) : ''
        const above = tree.above ? (tree.above.t === 'text' ? tree.above.text : key(this.of(tree.above))) : ''
        return this.random(`${tree.operator}|${below}|${above}|${key(this.of(tree.of))}`)
      }
      default:
        throw UNDEFINED
    }
  }

  private variable(name: string): Point {
    const value = this.random(`symbol ${name}`)
    return point(value.re, 0, 0)
  }

  private random(name: string): Point {
    const unit = Number(hash(`${this.k} ${name}`) % 1_000_003n) / 1_000_003
    if (this.regime === 'whole') return point(2 + Math.floor(unit * 9), 0, 0)
    if (this.regime === 'small') return point(1.9 * unit - 0.95, 0, 0)
    const value = 0.31 + 2.17 * unit
    const sign = this.regime === 'signed' && Number(hash(`sign ${this.k} ${name}`) % 2n) === 1 ? -1 : 1
    return point(sign * value, 0, 0)
  }

  private power(tree: Tree & { t: 'power' }): Point {
    const { exponent } = tree
    if (tree.base.t === 'constant' && tree.base.name === 'e') return exponential(this.of(exponent))
    const base = this.of(tree.base)
    if (exponent.t === 'number' && exponent.value.d === 1n && exponent.value.n >= -400n && exponent.value.n <= 400n)
      return this.whole(base, Number(exponent.value.n))
    const value = this.of(exponent)
    if (value.im === 0 && Math.abs(value.re - Math.round(value.re)) <= value.error && Math.abs(value.re) <= 400)
      return this.whole(base, Math.round(value.re))
    // An odd root of a negative number is the real one, as contest answers mean it.
    if (exponent.t === 'quotient' && base.im === 0 && base.re < 0 && !this.complex) {
      const under = exponent.under
      const over = exponent.over
      if (
        under.t === 'number' &&
        under.value.d === 1n &&
        under.value.n % 2n === 1n &&
        over.t === 'number' &&
        over.value.d === 1n
      ) {
        const positive = exponential(product(logarithm(minus(base)), value))
        return over.value.n % 2n === 0n ? positive : minus(positive)
      }
    }
    this.demandReal(base.im === 0 && base.re < -base.error)
    if (size(base) <= base.error && value.re > 0) return point(0, 0, base.error)
    return exponential(product(logarithm(base), value))
  }

  /** Where all is real, a step through the complex plane is no value. */
  private demandReal(leaves: boolean): void {
    if (leaves && !this.complex) throw UNDEFINED
  }

  private whole(base: Point, exponent: number): Point {
    let result = point(1, 0, 0)
    let square = exponent < 0 ? inverse(base) : base
    for (let n = Math.abs(exponent); n > 0; n >>= 1) {
      if (n & 1) result = product(result, square)
      if (n > 1) square = product(square, square)
    }
    return result
  }

  private call(tree: Tree & { t: 'call' }): Point {
    const first = tree.of[0]
    if (!first) throw UNDEFINED
    const a = this.of(first)
    const is = (value: number, slope: number): Point => {
      if (!Number.isFinite(value)) throw UNDEFINED
      return point(value, 0, Math.abs(slope) * a.error + 8 * EPSILON * Math.abs(value))
    }
    const name = tree.name
    switch (name) {
      case 'sqrt':
        this.demandReal(a.im === 0 && a.re < -a.error)
        return root(a)
      case 'root': {
        const index = tree.index ? this.of(tree.index) : real(2)
        if (a.im === 0 && a.re < 0 && index.re % 2 === 1)
          return point(
            -(Math.abs(a.re) ** (1 / index.re)),
            0,
            (a.error / Math.abs(a.re) + 8 * EPSILON) * Math.abs(a.re) ** (1 / index.re),
          )
        this.demandReal(a.im === 0 && a.re < -a.error)
        if (size(a) <= a.error) return point(0, 0, Math.max(a.error, 0) ** (1 / index.re))
        return exponential(product(logarithm(a), inverse(index)))
      }
      case 'exp':
        return exponential(a)
      case 'ln':
        this.demandReal(a.im === 0 && a.re <= 0)
        return logarithm(a)
      case 'log': {
        this.demandReal(a.im === 0 && a.re <= 0)
        const base = tree.index ? this.of(tree.index) : real(10)
        return product(logarithm(a), inverse(logarithm(base)))
      }
      case 'abs':
        return point(size(a), 0, a.error)
      case 'cis':
        return exponential(product(a, point(0, 1, 0)))
      case 'factorial': {
        const n = Math.round(a.re)
        if (a.im !== 0 || Math.abs(a.re - n) > a.error + 1e-9 || n < 0 || n > 170) throw UNDEFINED
        let value = 1
        for (let k = 2; k <= n; k++) value *= k
        return point(value, 0, n * EPSILON * value)
      }
      case 'binomial': {
        const b = this.of(tree.of[1] ?? first)
        const n = Math.round(a.re)
        const k = Math.round(b.re)
        if (Math.abs(a.re - n) > 1e-9 || Math.abs(b.re - k) > 1e-9 || n < 0 || n > 1000 || k < 0) throw UNDEFINED
        if (k > n) return point(0, 0, 0)
        let value = 1
        for (let j = 1; j <= k; j++) value = (value * (n - k + j)) / j
        return point(value, 0, 2 * k * EPSILON * value)
      }
    }
    if (name.startsWith('accent-')) throw UNDEFINED
    if (a.im !== 0) {
      if (/^(?:sin|cos|tan)$/.test(name)) {
        const e = exponential(product(a, point(0, 1, 0)))
        const f = inverse(e)
        const cos = product(sum(e, f), real(0.5))
        const sin = product(sum(e, minus(f)), point(0, -0.5, 0))
        return name === 'sin' ? sin : name === 'cos' ? cos : product(sin, inverse(cos))
      }
      if (name === 'Re') return point(a.re, 0, a.error)
      if (name === 'Im') return point(a.im, 0, a.error)
      throw UNDEFINED
    }
    const x = a.re
    switch (name) {
      case 'Re':
        return a
      case 'Im':
        return point(0, 0, a.error)
      case 'sin':
        return is(Math.sin(x), 1)
      case 'cos':
        return is(Math.cos(x), 1)
      case 'tan':
        return product(is(Math.sin(x), 1), inverse(is(Math.cos(x), 1)))
      case 'cot':
        return product(is(Math.cos(x), 1), inverse(is(Math.sin(x), 1)))
      case 'sec':
        return inverse(is(Math.cos(x), 1))
      case 'csc':
        return inverse(is(Math.sin(x), 1))
      case 'sinh':
        return is(Math.sinh(x), Math.cosh(x))
      case 'cosh':
        return is(Math.cosh(x), Math.sinh(x))
      case 'tanh':
        return is(Math.tanh(x), 1)
      case 'arcsin':
        return is(Math.asin(x), 2 / Math.sqrt(Math.max(1e-12, 1 - x * x)))
      case 'arccos':
        return is(Math.acos(x), 2 / Math.sqrt(Math.max(1e-12, 1 - x * x)))
      case 'arctan':
        return is(Math.atan(x), 1)
      case 'arccot':
        return is(Math.PI / 2 - Math.atan(x), 1)
      case 'arcsinh':
        return is(Math.asinh(x), 1)
      case 'arccosh':
        return is(Math.acosh(x), 10)
      case 'arctanh':
        return is(Math.atanh(x), 10)
      case 'floor':
      case 'ceil':
        if (Math.abs(x - Math.round(x)) <= a.error * 2 && a.error > 0) throw UNDEFINED
        return point(name === 'floor' ? Math.floor(x) : Math.ceil(x), 0, 0)
      case 'sgn':
        return point(Math.sign(x), 0, 0)
      case 'max':
      case 'min': {
        const all = tree.of.map((part) => this.of(part))
        return all.reduce((p, q) => ((name === 'max' ? p.re >= q.re : p.re <= q.re) ? p : q))
      }
    }
    // A function that the problem named: the same argument gives the same value.
    if (/^[a-zA-Z]/.test(name)) return this.random(`${name}(${tree.of.map((part) => key(this.of(part))).join(',')})`)
    throw UNDEFINED
  }
}

/** Equal values reached on two ways must give one key: ten digits. */
const key = (value: Point): string =>
  `${value.re.toPrecision(10)},${Math.abs(value.im) < 1e-12 ? 0 : value.im.toPrecision(10)}`
const text = (tree: Tree): string =>
  tree.t === 'text'
    ? tree.text
    : JSON.stringify(tree, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
