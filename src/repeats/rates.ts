// Rates of repetition over a whole text: they say how much, and not where.

import { deflateSync } from 'node:zlib'

const MULTIPLIER = 0x5bd1e995

/**
 * rep-n: the share of n-grams that stood before, 1 − |distinct n-grams| / |n-grams|.
 *
 * Welleck et al. 2019 (arXiv 1908.04319), seq-rep-n; distinct-n of Li et al. 2016 is 1 − rep-n.
 *
 * @param ids Word numbers.
 * @returns 0 … 1; 0 where there are fewer than n words.
 */
export function repetitionRate(ids: Int32Array, n: number): number {
  const total = ids.length - n + 1
  if (total < 1) return 0
  const bits = Math.max(4, 33 - Math.clz32(total))
  const size = 1 << bits
  // Open addressing over 32-bit hashes; 0 is "empty", so hashes are made odd.
  const table = new Int32Array(size)
  let distinct = 0
  // A rolling hash: the oldest word leaves as a new one comes.
  let oldest = 1
  for (let i = 1; i < n; i++) oldest = Math.imul(oldest, MULTIPLIER)
  let rolling = 0
  for (let i = 0; i < n - 1; i++) rolling = (Math.imul(rolling, MULTIPLIER) + ids[i]! + 1) | 0
  for (let i = 0; i < total; i++) {
    rolling = (Math.imul(rolling, MULTIPLIER) + ids[i + n - 1]! + 1) | 0
    const hash = Math.imul(rolling ^ (rolling >>> 15), 0x2c1b3c6d) | 1
    rolling = (rolling - Math.imul(ids[i]! + 1, oldest)) | 0
    let slot = (hash ^ (hash >>> 13)) >>> (32 - bits)
    while (table[slot] !== 0 && table[slot] !== hash) slot = (slot + 1) & (size - 1)
    if (table[slot] === 0) {
      table[slot] = hash
      distinct++
    }
  }
  return 1 - distinct / total
}

/**
 * For every n-gram of words: did it stand before?
 *
 * @param ids Word numbers.
 * @returns One entry an n-gram, 1 where an equal one stands earlier; empty where there are fewer than n words.
 */
export function seenBefore(ids: Int32Array, n: number): Uint8Array {
  const total = Math.max(0, ids.length - n + 1)
  const seen = new Uint8Array(total)
  const known = new Set<number>()
  for (let i = 0; i < total; i++) {
    // Two hashes of 26 bits in one number: a false "seen" about once in 2^52 pairs.
    let [high, low] = [0, 0x811c9dc5]
    for (let j = i; j < i + n; j++) {
      high = (Math.imul(high, MULTIPLIER) + ids[j]! + 1) | 0
      low = Math.imul(low ^ ids[j]!, 0x01000193)
    }
    const gram = (high >>> 6) * 2 ** 26 + (low >>> 6)
    if (known.has(gram)) seen[i] = 1
    else known.add(gram)
  }
  return seen
}

/**
 * How many times smaller the text becomes: bytes of UTF-8 over bytes after deflate, level 1.
 * Prose is about 2 to 4, a text that loops 8 and more. Deflate looks back 32 kB, so a loop with a
 * longer period does not show.
 *
 * @returns 1 for an empty text.
 */
export function compression(text: string): number {
  if (text === '') return 1
  const bytes = Buffer.from(text, 'utf8')
  return bytes.length / deflateSync(bytes, { level: 1 }).length
}
