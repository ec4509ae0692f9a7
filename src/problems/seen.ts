// Which ids of a source were given: in 16 bytes a row, so that a million rows need no more than 32 MB.

import type { Problem } from '../rows.js'
import { contentHash } from './fields.js'
import { hash53 } from './hash53.js'

/** Numbers below 2^53 and a number for each, in two flat arrays. */
class Table {
  #keys = new Float64Array(1024).fill(-1)
  #values = new Float64Array(1024)
  #size = 0

  get(key: number): number | undefined {
    const at = this.#place(key)
    return this.#keys[at] === key ? this.#values[at] : undefined
  }

  set(key: number, value: number): void {
    let at = this.#place(key)
    if (this.#keys[at] !== key) {
      if (++this.#size * 2 > this.#keys.length) {
        this.#grow()
        at = this.#place(key)
      }
      this.#keys[at] = key
    }
    this.#values[at] = value
  }

  #place(key: number): number {
    const { length } = this.#keys
    let at = key % length
    while (this.#keys[at] !== key && this.#keys[at] !== -1) at = at + 1 === length ? 0 : at + 1
    return at
  }

  #grow(): void {
    const keys = this.#keys
    const values = this.#values
    this.#keys = new Float64Array(keys.length * 2).fill(-1)
    this.#values = new Float64Array(keys.length * 2)
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === -1) continue
      const at = this.#place(keys[i]!)
      this.#keys[at] = keys[i]!
      this.#values[at] = values[i]!
    }
  }
}

/**
 * Gives each problem of a source its id, one at a time: the row's own where no row before it has it, else a hash of the content.
 * So an id stays the same when the file grows. A row that is there twice, word for word, gets a number; in a file of our own
 * samples, where a problem stands once for each sample, it is one problem.
 */
export class Ids {
  /** Own id → content of the row that has it. */
  readonly #own = new Table()
  /** Content → how often it came. */
  readonly #content = new Table()
  readonly #source: string

  constructor(source: string) {
    this.#source = source
  }

  /** The id; undefined where the problem, one of ours, was given before. */
  of(problem: Omit<Problem, 'id'>, own: string | undefined, ours: boolean): string | undefined {
    const hash = contentHash(problem)
    const content = Number.parseInt(hash, 16)
    if (own === undefined) return this.#numbered(`${this.#source}/${hash}`, content)
    // Two ids that are one by accident: the later row gets a hash for its id, nothing worse.
    const key = hash53(own)
    const holder = this.#own.get(key)
    if (holder === undefined) {
      this.#own.set(key, content)
      this.#content.set(mixed(key, content), 1)
      return ours ? own : `${this.#source}/${own}`
    }
    // The same id and the same content: the same row again.
    if (holder === content) return ours ? undefined : this.#numbered(`${this.#source}/${own}`, mixed(key, content))
    if (ours && this.#content.get(mixed(key, content)) !== undefined) return undefined
    if (ours) this.#content.set(mixed(key, content), 1)
    return this.#numbered(`${this.#source}/${hash}`, content)
  }

  #numbered(id: string, key: number): string {
    const times = (this.#content.get(key) ?? 0) + 1
    this.#content.set(key, times)
    return times === 1 ? id : `${id}#${times}`
  }
}

const PRIME = 2 ** 47 - 115

const mixed = (a: number, b: number): number => (a * 3 + b * 7 + 11) % PRIME
