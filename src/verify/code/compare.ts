// Outputs and values compared where the program cannot reach: in the judge's own process.

import { type Json, jsonText, parseJson } from '../../json.js'

export { type Json, jsonText, parseJson }

/** The rule by which two outputs are the same, or undefined where they are not. */
export type Rule = 'exact' | 'lines' | 'tokens' | 'case' | 'tolerance' | 'value' | 'unwrapped'

/** What a problem allows beyond equality; nothing where it does not say so. */
export interface Allowance {
  /** How far a number with a decimal point may be off, absolutely or relative to the expected one. */
  tolerance?: number | undefined
  /** YES and Yes are the same. */
  ignoreCase?: boolean | undefined
}

/**
 * Text against text, the strictest rule first, and the loosest that was needed is the one named:
 *
 * 1. exact: the same text.
 * 2. lines: the same lines, with space at their ends, blank lines at both ends and a byte order mark ignored.
 * 3. tokens: as many lines with as many tokens each, where numbers are compared as exact decimals (1.50 is 15e-1).
 * 4. case, tolerance: only where the problem says so. Two whole numbers are never compared with a tolerance.
 *
 * There is no other tolerance: 0.333 is not 1/3. Order counts always. No copy of the texts is made: outputs of
 * 50 MB are compared in place.
 */
export function sameOutput(expected: string, got: string, allowed: Allowance = {}): Rule | undefined {
  if (expected === got) return 'exact'
  const left = new Lines(expected)
  const right = new Lines(got)
  let worst = 0
  for (;;) {
    const more = left.next()
    if (more !== right.next()) return undefined
    if (!more) return RULES[worst]
    if (left.same(right)) continue
    const rule = sameTokens(left.line(), right.line(), allowed)
    if (rule === 0) return undefined
    worst = Math.max(worst, rule)
  }
}

/** From the strictest to the loosest. */
const RULES = ['lines', 'tokens', 'case', 'tolerance'] as const

/** White space and the byte order mark, by UTF-16 unit: what trim() takes away. */
const isSpace = (unit: number): boolean =>
  unit === 32 || (unit >= 9 && unit <= 13) || (unit >= 0xa0 && String.fromCharCode(unit).trim() === '')

/** The lines of a text one after another, as places in it: without blank ones at both ends, without space at their ends. */
class Lines {
  #at: number
  readonly #end: number
  start = 0
  stop = 0

  constructor(private readonly text: string) {
    let from = 0
    let to = text.length
    while (from < to && isSpace(text.charCodeAt(from))) from++
    while (to > from && isSpace(text.charCodeAt(to - 1))) to--
    this.#at = from
    // An empty text has one line, an empty one.
    this.#end = to
  }

  next(): boolean {
    if (this.#at > this.#end) return false
    let stop = this.text.indexOf('\n', this.#at)
    if (stop < 0 || stop > this.#end) stop = this.#end
    this.start = this.#at
    this.#at = stop + 1
    while (this.start < stop && isSpace(this.text.charCodeAt(this.start))) this.start++
    while (stop > this.start && isSpace(this.text.charCodeAt(stop - 1))) stop--
    this.stop = stop
    return true
  }

  same(other: Lines): boolean {
    const length = this.stop - this.start
    if (length !== other.stop - other.start) return false
    for (let k = 0; k < length; k++)
      if (this.text.charCodeAt(this.start + k) !== other.text.charCodeAt(other.start + k)) return false
    return true
  }

  line(): string {
    return this.text.slice(this.start, this.stop)
  }
}

/** The place in RULES of the loosest rule that two lines need; 0 where no rule makes them one. */
function sameTokens(a: string, b: string, { tolerance, ignoreCase }: Allowance): number {
  const left = a.split(/\s+/)
  const right = b.split(/\s+/)
  if (left.length !== right.length) return 0
  let worst = 1
  for (const [k, token] of left.entries()) {
    const other = right[k]!
    if (token === other || sameDecimal(token, other)) continue
    if (ignoreCase && token.toLowerCase() === other.toLowerCase()) worst = Math.max(worst, 2)
    else if (tolerance !== undefined && isClose(token, other, tolerance)) worst = Math.max(worst, 3)
    else return 0
  }
  return worst
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/

/** 1.50 and 15e-1 are one number; compared digit by digit, so that no size and no place is lost. */
export function sameDecimal(a: string, b: string): boolean {
  const left = decimal(a)
  const right = decimal(b)
  return left !== undefined && left === right
}

function decimal(text: string): string | undefined {
  const found = DECIMAL.exec(text)
  if (!found || !(found[2] || found[3])) return undefined
  const fraction = found[3] ?? ''
  const digits = (found[2]! + fraction).replace(/^0+/, '')
  if (digits === '') return '0'
  const trimmed = digits.replace(/0+$/, '')
  const exponent = Number(found[4] ?? 0) - fraction.length + (digits.length - trimmed.length)
  return `${found[1] === '-' ? '-' : ''}${trimmed}e${exponent}`
}

/** |a − b| ≤ t·max(1, |a|), for numbers of which one is written with a point or an exponent. */
function isClose(expected: string, got: string, tolerance: number): boolean {
  const whole = /^[+-]?\d+$/
  if (whole.test(expected) && whole.test(got)) return false
  if (decimal(expected) === undefined || decimal(got) === undefined) return false
  return near(Number(expected), Number(got), tolerance)
}

// The last factor is for the rounding of the subtraction itself: 0.1 may be off by exactly 0.1.
const near = (expected: number, got: number, tolerance: number): boolean =>
  Math.abs(expected - got) <= tolerance * Math.max(1, Math.abs(expected)) * (1 + 1e-12)

/**
 * Value against value, as Python's == has it: 1, 1.0 and True are one; lists and tuples are one; objects without
 * order. A tolerance, where the problem has one, is for numbers of which one is not whole.
 */
export function sameValue(expected: Json, got: Json, allowed: Allowance = {}): Rule | undefined {
  if (equal(expected, got)) return 'value'
  // APPS stores what a call returns in a list of one.
  const inner = Array.isArray(expected) && expected.length === 1 && !Array.isArray(got) ? expected[0]! : undefined
  if (inner !== undefined && equal(inner, got)) return 'unwrapped'
  if (allowed.tolerance === undefined) return undefined
  return equal(expected, got, allowed.tolerance) || (inner !== undefined && equal(inner, got, allowed.tolerance))
    ? 'tolerance'
    : undefined
}

function equal(a: Json, b: Json, tolerance?: number): boolean {
  if (a === b) return true
  const left = typeof a === 'boolean' ? Number(a) : a
  const right = typeof b === 'boolean' ? Number(b) : b
  // 10^30 that came here as the double 1e30: its own digits were lost before the test was read.
  if (typeof left === 'number' && typeof right === 'bigint' && !Number.isSafeInteger(left))
    return Number(right) === left
  if (
    (typeof left === 'number' || typeof left === 'bigint') &&
    (typeof right === 'number' || typeof right === 'bigint')
  ) {
    // biome-ignore lint/suspicious/noDoubleEquals: a BigInt equals the same whole double only by ==
    if (left == right) return true
    if (tolerance === undefined || typeof left === 'bigint' || typeof right === 'bigint') return false
    return !(Number.isInteger(left) && Number.isInteger(right)) && near(left, right, tolerance)
  }
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, k) => equal(item, b[k]!, tolerance))
  if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null && !Array.isArray(b)) {
    const keys = Object.keys(a)
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && equal(a[key]!, b[key]!, tolerance))
    )
  }
  return false
}
