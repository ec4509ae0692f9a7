// Where every kept answer lies: a hash table in flat arrays, so that a million keys take 70 MB and are read in a moment.

const FIRST = 1 << 10

/** A key as four words of 32 bits. */
export type Words = readonly [number, number, number, number]

/** Keys of 32 hex digits and a place for each, in the order in which they were added. */
export class Keys {
  #count = 0
  /** Four words for each key. */
  #keys = new Uint32Array(FIRST * 4)
  #sources = new Uint32Array(FIRST)
  #offsets = new Float64Array(FIRST)
  #lengths = new Uint32Array(FIRST)
  #sums = new Uint32Array(FIRST)
  /** Number of the entry, from 1; 0: free. */
  #slots = new Int32Array(FIRST * 2)

  get count(): number {
    return this.#count
  }

  /** The number of a key's entry; -1 where there is none. */
  find([a, b, c, d]: Words): number {
    return this.#slots[this.#slot(a, b, c, d)]! - 1
  }

  /** Adds a key that is not there yet. */
  add(words: Words, sum: number, source: number, offset: number, length: number): number {
    if (this.#count === this.#sources.length) this.#grow()
    const slot = this.#slot(...words)
    const n = this.#count++
    this.#keys.set(words, n * 4)
    this.#slots[slot] = n + 1
    this.move(n, sum, source, offset, length)
    return n
  }

  /** Gives an entry another place. */
  move(n: number, sum: number, source: number, offset: number, length: number): void {
    this.#sums[n] = sum
    this.#sources[n] = source
    this.#offsets[n] = offset
    this.#lengths[n] = length
  }

  key(n: number): string {
    let text = ''
    for (let i = 0; i < 4; i++) text += this.#keys[n * 4 + i]!.toString(16).padStart(8, '0')
    return text
  }

  source(n: number): number {
    return this.#sources[n]!
  }

  offset(n: number): number {
    return this.#offsets[n]!
  }

  length(n: number): number {
    return this.#lengths[n]!
  }

  sum(n: number): number {
    return this.#sums[n]!
  }

  /** The slot in which a key is, or where it would be put: keys are hashes, so their first word is spread evenly. */
  #slot(a: number, b: number, c: number, d: number): number {
    const mask = this.#slots.length - 1
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const at = (this.#slots[slot]! - 1) * 4
      if (at < 0) return slot
      const keys = this.#keys
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d) return slot
    }
  }

  #grow(): void {
    const room = this.#sources.length * 2
    this.#keys = grown(this.#keys, new Uint32Array(room * 4))
    this.#sources = grown(this.#sources, new Uint32Array(room))
    this.#offsets = grown(this.#offsets, new Float64Array(room))
    this.#lengths = grown(this.#lengths, new Uint32Array(room))
    this.#sums = grown(this.#sums, new Uint32Array(room))
    this.#slots = new Int32Array(room * 2)
    const mask = this.#slots.length - 1
    for (let n = 0; n < this.#count; n++) {
      let slot = this.#keys[n * 4]! & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = n + 1
    }
  }
}

function grown<T extends Uint32Array | Float64Array>(from: T, into: T): T {
  into.set(from)
  return into
}

/** A key of 32 hex digits as words. */
export function wordsOf(key: string): Words {
  return [word(key, 0), word(key, 8), word(key, 16), word(key, 24)]
}

function word(key: string, from: number): number {
  return Number.parseInt(key.slice(from, from + 8), 16) >>> 0
}
