// Numbers as they are written: decimals, repeating ones, powers of ten, a base as a subscript.

import type { Parser } from './parse.js'
import { multiply, ONE, power, rational } from './rational.js'
import type { Token } from './token.js'
import { type Tree, Unreadable } from './tree.js'

export function numberAtom(parser: Parser, token: Token & { k: 'number' }): Tree {
  const point = token.text.indexOf('.')
  const digits = token.text.replace('.', '')
  if (digits.length > 5000) throw new Unreadable('a number of more than 5,000 digits')
  const places = point < 0 ? 0 : token.text.length - point - 1
  let value = rational(BigInt(digits || '0'), 10n ** BigInt(places))!
  if (token.repeating) {
    const nines = 10n ** BigInt(token.repeating.length) - 1n
    const part = rational(BigInt(token.repeating), nines * 10n ** BigInt(places))!
    value = rational(value.n * part.d + part.n * value.d, value.d * part.d)!
    return { t: 'number', value }
  }
  if (token.exponent !== undefined) value = multiply(value, power({ n: 10n, d: 1n }, BigInt(token.exponent)) ?? ONE)
  if (point < 0 && token.exponent === undefined && parser.is('_')) {
    const base = baseAfter(parser)
    if (base) return { t: 'numeral', digits: digits.replace(/^0+(?=.)/, ''), base }
  }
  if (point < 0 && token.exponent === undefined) return { t: 'number', value }
  const significant = digits.replace(/^0+/, '').length
  return {
    t: 'number',
    value,
    places: Math.max(0, places - (token.exponent ?? 0)),
    digits: significant,
    ...(token.cut && { cut: true }),
  }
}

const BASES = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')

/** _6, _{6}, _{(6)} and _{\text{six}}: a whole number from 2 to 36. */
export function baseAfter(parser: Parser): number | undefined {
  let ahead = 1
  const open: string[] = []
  while (parser.is('{', ahead) || parser.is('(', ahead)) open.push(parser.peek(ahead++)!.text)
  const base = parser.peek(ahead++)
  const value =
    base?.k === 'number' && /^\d{1,2}$/.test(base.text)
      ? Number(base.text)
      : base?.k === 'text' || base?.k === 'word'
        ? BASES.indexOf(base.text.toLowerCase())
        : 0
  if (value < 2 || value > 36) return undefined
  for (const bracket of open.reverse()) if (!parser.is(bracket === '{' ? '}' : ')', ahead++)) return undefined
  parser.skip(ahead)
  return value
}
