// Near duplicates in linear time: MinHash signatures find candidates, and each candidate is compared in full.
//
// Broder, "On the resemblance and containment of documents" (1997); bands as in Leskovec, Rajaraman and Ullman,
// Mining of Massive Datasets, chapter 3. 25 bands of 5 find a pair of Jaccard similarity 0.8 with probability
// 1 − (1 − 0.8⁵)²⁵ = 0.99995, one of 0.7 with 0.99.
import type { Scan } from './scan.js'

const BANDS = 25
const ROWS = 5
const HASHES = BANDS * ROWS
/** Tokens in a row that make one shingle, operators included. */
const SHINGLE = 5
/** Texts of one bucket that a new one is compared with: what is there a thousand times is compared with the first. */
const COMPARED = 4

const MULTIPLIERS = new Uint32Array(HASHES)
const ADDENDS = new Uint32Array(HASHES)
{
  // Any fixed odd numbers: the same on every machine, so that the same rows give the same pairs.
  let state = 0x2545f491
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  for (let i = 0; i < HASHES; i++) {
    MULTIPLIERS[i] = next() | 1
    ADDENDS[i] = next()
  }
}

/** Texts so far, by the hashes of their shingles. About 4 bytes a token and 250 bytes a text. */
export class NearTexts {
  readonly #least: number
  /** Sorted shingles of all texts, one after the other, and where each text's begin. */
  #shingles = new Uint32Array(1 << 16)
  #used = 0
  #starts = new Float64Array(1 << 10)
  #count = 0
  readonly #buckets = Array.from({ length: BANDS }, () => new Buckets())
  readonly #signature = new Uint32Array(HASHES)

  /** `least`: Jaccard similarity from which two texts are near, 0 … 1. */
  constructor(least: number) {
    this.#least = least
  }

  /**
   * The earlier text that is most like this one, of those that `counts`; undefined where none is near. A text that is
   * near none is remembered: its place is the number of those before it.
   */
  add(tokens: Scan, counts: (place: number, share: number) => boolean): { place: number; share: number } | undefined {
    const own = shinglesOf(tokens)
    this.#sign(own)
    let best: { place: number; share: number } | undefined
    const compared = new Set<number>()
    const keys: number[] = []
    for (let band = 0; band < BANDS; band++) {
      const key = this.#bandKey(band)
      keys.push(key)
      let met = 0
      for (let place = this.#buckets[band]!.last(key); place >= 0 && met < COMPARED; met++) {
        if (!compared.has(place)) {
          compared.add(place)
          const share = this.#jaccard(own, place)
          if (share >= this.#least && share > (best?.share ?? 0) && counts(place, share)) best = { place, share }
        }
        place = this.#buckets[band]!.before(place)
      }
    }
    if (best === undefined) this.#keep(own, keys)
    return best
  }

  #keep(own: Uint32Array, keys: number[]): void {
    if (this.#used + own.length > this.#shingles.length) {
      const bigger = new Uint32Array(Math.max(this.#shingles.length * 2, this.#used + own.length))
      bigger.set(this.#shingles)
      this.#shingles = bigger
    }
    if (this.#count + 1 >= this.#starts.length) {
      const bigger = new Float64Array(this.#starts.length * 2)
      bigger.set(this.#starts)
      this.#starts = bigger
    }
    this.#shingles.set(own, this.#used)
    this.#starts[this.#count] = this.#used
    this.#used += own.length
    this.#starts[this.#count + 1] = this.#used
    const place = this.#count++
    for (const [band, key] of keys.entries()) this.#buckets[band]!.add(key, place)
  }

  #sign(own: Uint32Array): void {
    const signature = this.#signature.fill(0xffffffff)
    for (const shingle of own) {
      for (let i = 0; i < HASHES; i++) {
        let hash = Math.imul(shingle ^ ADDENDS[i]!, MULTIPLIERS[i]!)
        hash = (hash ^ (hash >>> 15)) >>> 0
        if (hash < signature[i]!) signature[i] = hash
      }
    }
  }

  #bandKey(band: number): number {
    let hash = 0x811c9dc5
    for (let i = band * ROWS; i < (band + 1) * ROWS; i++) {
      hash = Math.imul(hash ^ this.#signature[i]!, 0x85ebca6b)
      hash ^= hash >>> 13
    }
    return hash >>> 0
  }

  #jaccard(own: Uint32Array, place: number): number {
    const other = this.#shingles.subarray(this.#starts[place]!, this.#starts[place + 1]!)
    return jaccard(own, other)
  }
}

/** |A ∩ B| / |A ∪ B| of two sorted sets. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let [i, j, both] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      both++
      i++
      j++
    } else if (a[i]! < b[j]!) i++
    else j++
  }
  return both / (a.length + b.length - both || 1)
}

/** Different shingles of a text, sorted. A text shorter than one shingle is one. */
export function shinglesOf({ hash, count }: Scan): Uint32Array {
  const n = Math.max(1, count - SHINGLE + 1)
  const found = new Uint32Array(n)
  for (let i = 0; i < n; i++) {
    let shingle = 0x811c9dc5
    for (let j = i; j < Math.min(count, i + SHINGLE); j++) {
      shingle = Math.imul(shingle ^ hash[j]!, 0x01000193)
      shingle ^= shingle >>> 15
    }
    found[i] = shingle
  }
  found.sort()
  let different = 0
  for (let i = 0; i < n; i++) if (i === 0 || found[i] !== found[i - 1]) found[different++] = found[i]!
  return found.slice(0, different)
}

/** Band key → the texts that have it, the last one first: open addressing, 8 bytes a text and the list behind it. */
class Buckets {
  #keys = new Uint32Array(1 << 10)
  #lasts = new Int32Array(1 << 10).fill(-1)
  #before = new Int32Array(1 << 10).fill(-1)
  #used = 0

  last(key: number): number {
    return this.#lasts[this.#slot(key)]!
  }

  before(place: number): number {
    return this.#before[place]!
  }

  add(key: number, place: number): void {
    if (place >= this.#before.length) {
      const bigger = new Int32Array(Math.max(this.#before.length * 2, place + 1)).fill(-1)
      bigger.set(this.#before)
      this.#before = bigger
    }
    const slot = this.#slot(key)
    this.#before[place] = this.#lasts[slot]!
    if (this.#lasts[slot] === -1) this.#used++
    this.#keys[slot] = key
    this.#lasts[slot] = place
    if (this.#used * 2 > this.#keys.length) this.#grow()
  }

  #slot(key: number): number {
    const mask = this.#keys.length - 1
    let at = Math.imul(key, 0x9e3779b1) & mask
    at = (at ^ (at >>> 7)) & mask
    while (this.#lasts[at] !== -1 && this.#keys[at] !== key) at = (at + 1) & mask
    return at
  }

  #grow(): void {
    const [keys, lasts] = [this.#keys, this.#lasts]
    this.#keys = new Uint32Array(keys.length * 2)
    this.#lasts = new Int32Array(keys.length * 2).fill(-1)
    for (let i = 0; i < keys.length; i++) {
      if (lasts[i] === -1) continue
      const slot = this.#slot(keys[i]!)
      this.#keys[slot] = keys[i]!
      this.#lasts[slot] = lasts[i]!
    }
  }
}
