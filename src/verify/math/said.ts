// What is said in words beside a sum: its unit, its scale, and the condition under which it holds.

import { sumOfQuantities, unitFraction } from './amounts.js'
import type { Parser } from './parse.js'
import type { Token } from './token.js'
import { number, type Tree, times } from './tree.js'
import { readUnit } from './units.js'
import { scaleWord } from './words.js'

/** Words that begin a condition or an explanation of what stands before them. */
export const CONDITION =
  /^(?:,\s*)?(?:for|where|when|whenever|if|provided|assuming|with|such that|as|其中|当|若)(?![a-z])/i

/** A sum with the words after it: 12 cm, 5 square metres, 3 hours. */
export function unit(parser: Parser, tree: Tree): Tree {
  const token = parser.peek()
  if (token?.k === 'currency') {
    parser.skip(1)
    parser.money = token.text
    return tree
  }
  const fraction = unitFraction(parser)
  if (fraction) return { t: 'quantity', of: tree, unit: fraction }
  if (!token || (token.k !== 'text' && token.k !== 'word')) return tree
  if (CONDITION.test(token.text)) {
    if (!parser.keepConditions) skipCondition(parser)
    return tree
  }
  const scale = scaleWord(token.text)
  if (scale !== undefined) {
    parser.skip(1)
    return unit(parser, times(tree, number({ n: scale, d: 1n })))
  }
  let text = ''
  for (;;) {
    const part = parser.peek()
    if (!part) break
    // 2 hours 30 minutes: the next amount begins.
    if (part.k === 'number' && (part.spaced || parser.peek(-1)?.k === 'text') && readUnit(text)) {
      const more = parser.terms()
      return sumOfQuantities({ t: 'quantity', of: tree, unit: text.trim() }, more) ?? tree
    }
    if (part.k === 'text' || part.k === 'word' || part.k === 'letter' || part.k === 'number')
      text += (part.spaced || part.k === 'text' ? ' ' : '') + part.text
    else if (
      part.k === 'op' &&
      /^[/^{}\-().'*%!]$/.test(part.text) &&
      !(part.text === '}' && !/\{[^}]*$/.test(text)) &&
      !(part.text === ')' && !/\([^)]*$/.test(text))
    )
      text += part.text
    else break
    parser.skip(1)
  }
  text = text.trim()
  const scaled = /^(thousand|million|billion|trillion)\b\s*(.*)$/i.exec(text)
  if (scaled) {
    tree = times(tree, number({ n: scaleWord(scaled[1]!)!, d: 1n }))
    text = scaled[2]!
    if (!text) return tree
  }
  if (/^(?:degrees?|deg)\.?$/i.test(text)) return { t: 'degrees', of: tree }
  return { t: 'quantity', of: tree, unit: text }
}

/** "for ω ≠ 2", "with probability 1/3": when it holds, not what it is. It ends with the item. */
export function skipCondition(parser: Parser): void {
  let depth = 0
  let said = ''
  for (let token = parser.peek(); token; token = parser.peek()) {
    if (token.k === 'op') {
      if (/^(?:[([{⟨]|set\{)$/.test(token.text)) depth++
      else if (/^(?:[)\]}⟩]|\}set)$/.test(token.text) && --depth < 0) break
      else if (depth === 0 && /^(?:[,;&]|\\\\)$/.test(token.text)) break
    } else if (token.k === 'end') break
    said += ` ${token.text}`
    parser.skip(1)
  }
  parser.conditions.push(said.trim())
}

/** A word after a number that names a unit or counts things is no factor. */
export function isUnit(token: Token, left: Tree): boolean {
  if (token.k !== 'word') return false
  if (left.t === 'symbol' || left.t === 'word') return token.spaced && token.text.length > 3
  return (
    readUnit(token.text) !== undefined ||
    scaleWord(token.text) !== undefined ||
    /^(?:sq|cu)$/.test(token.text) ||
    (token.spaced && token.text.length > 2 && /^[A-Za-z][a-z]+$/.test(token.text))
  )
}
