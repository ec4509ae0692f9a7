// How numbers are written by hand: mixed numbers, ordinals, degree signs.

import type { Parser } from './parse.js'
import { add, rational } from './rational.js'
import { type Tree, times } from './tree.js'

/** 2 3/4 */
export function mixedNumber(parser: Parser, left: Tree): Tree | undefined {
  const over = parser.peek()
  const under = parser.peek(2)
  if (
    left.t !== 'number' ||
    left.value.d !== 1n ||
    over?.k !== 'number' ||
    !over.spaced ||
    !parser.is('/', 1) ||
    under?.k !== 'number'
  )
    return undefined
  if (/\D/.test(over.text + under.text)) return undefined
  const part = rational(BigInt(over.text), BigInt(under.text))
  if (!part || part.n >= part.d) return undefined
  parser.skip(3)
  return { t: 'number', value: add(left.value, part) }
}

/** 2\frac34: a whole number right before a proper fraction of whole numbers. */
export function mixedFraction(parser: Parser, left: Tree): Tree | undefined {
  const token = parser.peek()
  if (
    left.t !== 'number' ||
    left.value.d !== 1n ||
    left.places !== undefined ||
    token?.k !== 'command' ||
    !/^[dtc]?frac$/.test(token.text)
  )
    return undefined
  const before = parser.peek(-1)
  if (before?.k !== 'number' && !(before?.k === 'op' && before.text === '}')) return undefined
  const fraction = parser.atom()
  if (fraction.t === 'quotient' && fraction.over.t === 'number' && fraction.under.t === 'number') {
    const part = rational(
      fraction.over.value.n * fraction.under.value.d,
      fraction.over.value.d * fraction.under.value.n,
    )
    if (part && part.n > 0n && part.n < part.d && left.value.n > 0n)
      return parser.postfix({ t: 'number', value: add(left.value, part) })
  }
  return times(left, parser.postfix(fraction))
}

/** 22^\circ 30' and 22°30'15'': minutes and seconds of arc. */
export function minutes(parser: Parser, left: Tree): Tree | undefined {
  if (left.t !== 'degrees') return undefined
  let total = left.of
  for (const parts of [60n, 3600n]) {
    const token = parser.peek()
    if (token?.k !== 'number' || /\D/.test(token.text)) break
    let ahead = 1
    if (parser.is('^', ahead)) ahead++
    if (parser.is('{', ahead)) ahead++
    let marks = 0
    while (parser.is("'", ahead)) {
      marks++
      ahead++
    }
    if (marks === 0 || (parts === 60n && marks !== 1)) break
    if (parser.is('}', ahead)) ahead++
    parser.skip(ahead)
    total = { t: 'sum', of: [total, { t: 'number', value: rational(BigInt(token.text), parts)! }] }
  }
  return total === left.of ? undefined : { t: 'degrees', of: total }
}

/** 12^{\text{th}} is twelve. */
export function ordinalSign(parser: Parser): boolean {
  const braced = parser.is('{')
  const token = parser.peek(braced ? 1 : 0)
  if (
    (token?.k !== 'text' && token?.k !== 'word') ||
    !/^(?:st|nd|rd|th)$/.test(token.text) ||
    (braced && !parser.is('}', 2))
  )
    return false
  parser.skip(braced ? 3 : 1)
  return true
}

export function degreeSign(parser: Parser): boolean {
  if (parser.is('∘') || parser.is('°')) {
    parser.skip(1)
    return true
  }
  // 60^o, from a keyboard.
  const [first, second] = [parser.peek(), parser.peek(1)]
  if (parser.peek(-2)?.k === 'number' && first?.k === 'letter' && first.text === 'o') {
    parser.skip(1)
    return true
  }
  if (parser.peek(-2)?.k === 'number' && parser.is('{') && second?.text === 'o' && parser.is('}', 2)) {
    parser.skip(3)
    return true
  }
  if (parser.is('{') && (parser.is('∘', 1) || parser.is('°', 1)) && parser.is('}', 2)) {
    parser.skip(3)
    return true
  }
  return false
}

/** 30^\circ\text{C}: the letter behind the degrees is the scale. */
export function temperature(parser: Parser, of: Tree): Tree | undefined {
  const token = parser.peek()
  if (token?.k !== 'letter' || !/^[CF]$/.test(token.text)) return undefined
  parser.skip(1)
  return { t: 'quantity', of, unit: token.text === 'C' ? 'celsius' : 'fahrenheit' }
}
