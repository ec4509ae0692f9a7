// The tokens of one text: what kind each is, the hash of its spelling and where it stands.

/** Letters are one or two, words three and more; a command is one that says something: `sqrt`. */
export const Kind = { operator: 0, letter: 1, word: 2, number: 3, command: 4 } as const

/** Tokens of one text, in arrays that the next `scan` into it overwrites. */
export class Scan {
  /** Tokens, and those of them that are no operators. */
  count = 0
  words = 0
  hash: Uint32Array = new Uint32Array(512)
  kind: Uint8Array = new Uint8Array(512)
  /** Where in the text each token starts and ends. */
  start: Int32Array = new Int32Array(512)
  end: Int32Array = new Int32Array(512)
  /** Places of the tokens that are no operators. */
  word: Int32Array = new Int32Array(512)
  /** Canonical spellings; only where they are asked for. */
  spelled: string[] | undefined

  push(hash: number, kind: number, start: number, end: number): void {
    if (this.count === this.hash.length) this.#grow()
    const at = this.count++
    this.hash[at] = hash
    this.kind[at] = kind
    this.start[at] = start
    this.end[at] = end
    if (kind !== Kind.operator) this.word[this.words++] = at
  }

  #grow(): void {
    const bigger = <T extends Uint32Array | Int32Array | Uint8Array>(made: T, old: T): T => {
      made.set(old)
      return made
    }
    const size = this.hash.length * 2
    this.hash = bigger(new Uint32Array(size), this.hash)
    this.kind = bigger(new Uint8Array(size), this.kind)
    this.start = bigger(new Int32Array(size), this.start)
    this.end = bigger(new Int32Array(size), this.end)
    this.word = bigger(new Int32Array(size), this.word)
  }
}

export const FNV = 0x811c9dc5
export const PRIME = 0x01000193

/** Spreads an FNV hash over all its bits. */
export function mix(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** The hash of a canonical spelling. */
export function hashOf(spelling: string): number {
  let hash = FNV
  for (let i = 0; i < spelling.length; i++) hash = Math.imul(hash ^ spelling.charCodeAt(i), PRIME)
  return mix(hash)
}

const known = new Map<string, number>()

/** The hash of a spelling of the tables, remembered. */
export function tableHash(spelling: string): number {
  let hash = known.get(spelling)
  if (hash === undefined) {
    hash = hashOf(spelling)
    known.set(spelling, hash)
  }
  return hash
}
