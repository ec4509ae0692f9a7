// Outputs and values compared where the program cannot reach: in the judge's own process.

/** The rule by which two outputs are the same, or undefined where they are not. */
export type Rule = 'exact' | 'lines' | 'tokens' | 'value' | 'unwrapped'

/**
 * Text against text: the same bytes; else the same lines with space at their ends and blank lines at both ends
 * ignored; else the same number of lines, each with the same tokens, where numbers are compared as exact decimals.
 * There is no tolerance: 0.333 is not 1/3.
 */
export function sameOutput(expected: string, got: string): Rule | undefined {
  if (expected === got) return 'exact'
  const left = lines(expected)
  const right = lines(got)
  if (left.length !== right.length) return undefined
  let tokens = false
  for (let k = 0; k < left.length; k++) {
    if (left[k] === right[k]) continue
    if (!sameTokens(left[k]!, right[k]!)) return undefined
    tokens = true
  }
  return tokens ? 'tokens' : 'lines'
}

const lines = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim())

function sameTokens(a: string, b: string): boolean {
  const left = a.split(/\s+/)
  const right = b.split(/\s+/)
  return left.length === right.length && left.every((token, k) => token === right[k] || sameDecimal(token, right[k]!))
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

/** Whole numbers that a double cannot hold come as BigInt. */
export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json }

/** JSON.parse that keeps whole numbers of any size. */
export function parseJson(text: string): Json {
  if (!/\d{16}/.test(text)) return JSON.parse(text) as Json
  const reviver = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' &&
    context?.source !== undefined &&
    /^-?\d{16,}$/.test(context.source) &&
    !Number.isSafeInteger(value)
      ? BigInt(context.source)
      : value
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown) as Json
}

/** JSON.stringify that writes BigInt as the number it is. */
export function jsonText(value: unknown): string {
  const raw = (JSON as unknown as { rawJSON?: (text: string) => unknown }).rawJSON
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? (raw ? raw(String(inner)) : Number(inner)) : inner,
  )
}

/** Value against value, as Python's == has it: 1, 1.0 and True are one; lists and tuples are one; objects without order. */
export function sameValue(expected: Json, got: Json): Rule | undefined {
  if (equal(expected, got)) return 'value'
  // APPS stores what a call returns in a list of one.
  if (Array.isArray(expected) && expected.length === 1 && !Array.isArray(got) && equal(expected[0]!, got))
    return 'unwrapped'
  return undefined
}

function equal(a: Json, b: Json): boolean {
  if (a === b) return true
  const left = typeof a === 'boolean' ? Number(a) : a
  const right = typeof b === 'boolean' ? Number(b) : b
  // 10^30 that came here as the double 1e30: its own digits were lost before the test was read.
  if (typeof left === 'number' && typeof right === 'bigint' && !Number.isSafeInteger(left))
    return Number(right) === left
  if (
    (typeof left === 'number' || typeof left === 'bigint') &&
    (typeof right === 'number' || typeof right === 'bigint')
  )
    // biome-ignore lint/suspicious/noDoubleEquals: a BigInt equals the same whole double only by ==
    return left == right
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, k) => equal(item, b[k]!))
  if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null && !Array.isArray(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && equal(a[key]!, b[key]!))
  }
  return false
}
