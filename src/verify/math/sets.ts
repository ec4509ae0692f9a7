// What stands in braces: elements, or elements and the condition on them.

import type { Parser } from './parse.js'
import type { Token } from './token.js'
import type { Tree } from './tree.js'

/** After an opening brace that is drawn: {1, 2, 3} or {x : x ≥ 0}. */
export function set(parser: Parser): Tree {
  if (parser.take('}set')) return { t: 'set', of: [] }
  const bar = barOf(parser)
  if (bar !== undefined) {
    parser.rewrite(bar + 1, (tokens) => [...tokens.slice(0, -1), { k: 'op', text: 'such', spaced: true }])
    const of = parser.deeper(() => parser.separated())
    parser.expect('such')
    const where = parser.deeper(() => parser.separated())
    parser.expect('}set')
    return { t: 'builder', of, where: where.t === 'list' ? where.of : [where] }
  }
  const inner = parser.deeper(() => parser.separated())
  parser.expect('}set')
  return { t: 'set', of: inner.t === 'list' ? inner.of : [inner] }
}

/** Where "such that" stands in this pair of braces: a colon, or one bar that has no partner. */
function barOf(parser: Parser): number | undefined {
  let depth = 0
  let colon: number | undefined
  const bars: number[] = []
  for (let k = 0; k < 400; k++) {
    const token: Token | undefined = parser.peek(k)
    if (!token) return undefined
    if ((token.k === 'text' || token.k === 'word') && depth === 0 && /^such that$/.test(token.text)) return k
    if (token.k !== 'op') continue
    if (/^(?:[([{⟨]|set\{)$/.test(token.text)) depth++
    else if (/^(?:[)\]}⟩]|\}set)$/.test(token.text)) {
      if (--depth < 0) break
    } else if (depth === 0 && token.text === '|') bars.push(k)
    else if (depth === 0 && token.text === ':') colon ??= k
  }
  // x | |x| < 1: the bar that stands for words is the one that leaves pairs.
  if (bars.length % 2 === 1) return bars[0] === 0 ? bars[2] : bars[0]
  return bars.length === 0 ? colon : undefined
}
