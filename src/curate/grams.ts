// Runs of n words of the benchmarks: which questions have them, and how many texts in all.
import { Kind, type Scan } from './scan.js'

/** A run that so many questions share is a phrase: it counts for none of them, and costs nothing more. */
const PHRASE = 64
const MASKED = 0x9e3779b9

/** Where the runs of a text stand that the benchmarks have: place (in words) and run, one after the other. */
export type Hits = Int32Array

/**
 * An index of runs by their 64-bit hash, in flat arrays. Its size depends on the benchmarks, not on what is compared
 * with them.
 */
export class Grams {
  readonly n: number
  readonly #masked: boolean
  readonly #real: number
  #high = new Uint32Array(1 << 16)
  #low = new Uint32Array(1 << 16)
  #slot = new Int32Array(1 << 16)
  #texts = new Uint32Array(1 << 15)
  #questions = new Uint32Array(1 << 15)
  /** The last posting of each run, and for each posting its question and the one before it. */
  #head = new Int32Array(1 << 15).fill(-1)
  #item = new Int32Array(1 << 15)
  #before = new Int32Array(1 << 15)
  #runs = 0
  #postings = 0
  #places = new Int32Array(1024)
  readonly #seen = new Set<number>()

  /** `real`: words of three letters and more that a run must have. `masked`: every number is the same. */
  constructor(n: number, { real, masked = false }: { real: number; masked?: boolean }) {
    this.n = n
    this.#real = real
    this.#masked = masked
  }

  /** Texts that have a run, questions included. */
  texts(run: number): number {
    return this.#texts[run]!
  }

  /** What a run weighs: 1 over the texts that have it; nothing for a phrase. */
  weight(run: number): number {
    return this.#questions[run]! > PHRASE ? 0 : 1 / this.#texts[run]!
  }

  /** The postings of a run, the question added last first: -1 ends them. A phrase has none. */
  first(run: number): number {
    return this.#questions[run]! > PHRASE ? -1 : this.#head[run]!
  }

  next(posting: number): number {
    return this.#before[posting]!
  }

  itemAt(posting: number): number {
    return this.#item[posting]!
  }

  has(run: number, item: number): boolean {
    for (let at = this.#head[run]!; at >= 0; at = this.#before[at]!) if (this.#item[at] === item) return true
    return false
  }

  /** Adds a question's runs; gives the different ones. */
  add(scan: Scan, item: number): Int32Array {
    const found = this.#walk(scan, true)
    this.#seen.clear()
    for (let i = 1; i < found.length; i += 2) {
      const run = found[i]!
      if (this.#seen.has(run)) continue
      this.#seen.add(run)
      this.#texts[run]!++
      if (++this.#questions[run]! <= PHRASE) this.#post(run, item)
    }
    return Int32Array.from(this.#seen)
  }

  /** The runs of a text that the benchmarks have; undefined where there is none. `count` adds the text to theirs. */
  find(scan: Scan, count: boolean): Hits | undefined {
    const found = this.#walk(scan, false)
    if (found.length === 0) return undefined
    if (count) {
      this.#seen.clear()
      for (let i = 1; i < found.length; i += 2) this.#seen.add(found[i]!)
      for (const run of this.#seen) this.#texts[run]!++
    }
    return found.slice()
  }

  /** Two rolling hashes over the words. */
  #walk(scan: Scan, add: boolean): Int32Array {
    const { n } = this
    const { hash, kind, word, words } = scan
    if (words < n) return this.#places.subarray(0, 0)
    const masked = this.#masked
    let [outHigh, outLow] = [1, 1]
    for (let i = 0; i < n; i++) {
      outHigh = Math.imul(outHigh, 0x01000193)
      outLow = Math.imul(outLow, 0x5bd1e995)
    }
    let [high, low, count, real] = [0, 0, 0, 0]
    for (let i = 0; i < words; i++) {
      const at = word[i]!
      if (kind[at] === Kind.word) real++
      const token = masked && kind[at] === Kind.number ? MASKED : hash[at]!
      high = (Math.imul(high, 0x01000193) + token) | 0
      low = (Math.imul(low, 0x5bd1e995) + token) | 0
      if (i >= n) {
        const gone = word[i - n]!
        if (kind[gone] === Kind.word) real--
        const old = masked && kind[gone] === Kind.number ? MASKED : hash[gone]!
        high = (high - Math.imul(outHigh, old)) | 0
        low = (low - Math.imul(outLow, old)) | 0
      }
      if (i < n - 1 || real < this.#real) continue
      const run = this.#lookUp(high >>> 0, low >>> 0, add)
      if (run < 0) continue
      if (count + 2 > this.#places.length) this.#places = grown(this.#places)
      this.#places[count++] = i - n + 1
      this.#places[count++] = run
    }
    return this.#places.subarray(0, count)
  }

  #lookUp(high: number, low: number, add: boolean): number {
    const mask = this.#slot.length - 1
    let at = Math.imul(high ^ (low >>> 7) ^ (high >>> 15), 0x85ebca6b) & mask
    for (;;) {
      const slot = this.#slot[at]!
      if (slot === 0) break
      if (this.#high[at] === high && this.#low[at] === low) return slot - 1
      at = (at + 1) & mask
    }
    if (!add) return -1
    const run = this.#runs++
    if (run === this.#texts.length) {
      this.#texts = grown(this.#texts)
      this.#questions = grown(this.#questions)
      const head = new Int32Array(this.#head.length * 2).fill(-1)
      head.set(this.#head)
      this.#head = head
    }
    this.#high[at] = high
    this.#low[at] = low
    this.#slot[at] = run + 1
    if (this.#runs * 2 > this.#slot.length) this.#rehash()
    return run
  }

  #rehash(): void {
    const [high, low, slot] = [this.#high, this.#low, this.#slot]
    const size = slot.length * 2
    this.#high = new Uint32Array(size)
    this.#low = new Uint32Array(size)
    this.#slot = new Int32Array(size)
    for (let i = 0; i < slot.length; i++) {
      if (slot[i] === 0) continue
      let at = Math.imul(high[i]! ^ (low[i]! >>> 7) ^ (high[i]! >>> 15), 0x85ebca6b) & (size - 1)
      while (this.#slot[at] !== 0) at = (at + 1) & (size - 1)
      this.#high[at] = high[i]!
      this.#low[at] = low[i]!
      this.#slot[at] = slot[i]!
    }
  }

  #post(run: number, item: number): void {
    if (this.#postings === this.#item.length) {
      this.#item = grown(this.#item)
      this.#before = grown(this.#before)
    }
    this.#item[this.#postings] = item
    this.#before[this.#postings] = this.#head[run]!
    this.#head[run] = this.#postings++
  }
}

function grown<T extends Uint32Array | Int32Array>(old: T): T {
  const made = new (old.constructor as new (size: number) => T)(old.length * 2)
  made.set(old as never)
  return made
}
