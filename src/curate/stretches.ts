// What the comparison with benchmarks asks of a text's tokens: its key, and a stretch of its words.
import type { Hits } from './grams.js'
import { Kind, type Scan } from './scan.js'

/** Different words of three letters and more that a stretch must have: else it is a formula. */
export const REAL_WORDS = 3

/** Words of a text, by their number among those that are no operators; `to` is not in it. */
export interface Stretch {
  from: number
  to: number
}

/** Order, operators included, in 53 bits. */
export function keyOf({ hash, kind }: Scan, from: number, to: number, masked: boolean): number {
  let high = 7
  let low = 11
  for (let i = from; i < to; i++) {
    const token = masked && kind[i] === Kind.number ? 0x9e3779b9 : hash[i]!
    high = Math.imul(high ^ token, 0x01000193)
    high ^= high >>> 15
    low = Math.imul(low ^ token, 0x5bd1e995)
    low ^= low >>> 13
  }
  return (high & 0x1fffff) * 4294967296 + (low >>> 0)
}

/** Two words or commands at least: `\\tan 225^\\circ` alone is a formula, with "Compute" before it a question. */
export function saysSomething({ kind, count }: Scan): boolean {
  let n = 0
  for (let i = 0; i < count; i++) if (kind[i] === Kind.word || kind[i] === Kind.command) n++
  return n >= 3
}

export function hasNumber({ kind, count }: Scan): boolean {
  for (let i = 0; i < count; i++) if (kind[i] === Kind.number) return true
  return false
}

/** The longest stretch of words all of whose runs count. */
export function longest(hits: Hits, n: number, counts: (run: number) => boolean): Stretch | undefined {
  let best: Stretch | undefined
  let from = -1
  let last = -2
  for (let i = 0; i < hits.length; i += 2) {
    const place = hits[i]!
    if (!counts(hits[i + 1]!)) continue
    if (place !== last + 1) from = place
    last = place
    if (best === undefined || place + n - from > best.to - best.from) best = { from, to: place + n }
  }
  return best
}

export function runAt(hits: Hits, place: number): number {
  for (let i = 0; i < hits.length; i += 2) if (hits[i] === place) return hits[i + 1]!
  return -1
}

export function realWords({ hash, kind, word }: Scan, { from, to }: Stretch): number {
  const found = new Set<number>()
  for (let i = from; i < to && found.size < REAL_WORDS; i++) {
    const at = word[i]!
    if (kind[at] === Kind.word) found.add(hash[at]!)
  }
  return found.size
}

/** How many words stand before a token. */
export function lowerBound({ word, words }: Scan, token: number): number {
  let at = 0
  while (at < words && word[at]! < token) at++
  return at
}

export function placeOf({ start, end, word }: Scan, { from, to }: Stretch): [number, number] {
  return to > from ? [start[word[from]!]!, end[word[to - 1]!]!] : [0, 0]
}
