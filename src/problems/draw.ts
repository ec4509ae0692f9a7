// So many problems of a source, drawn by a seed, with no more of them in memory than are drawn.
import { createHash } from 'node:crypto'
import type { Problem } from '../rows.js'

interface Ranked<T> {
  rank: string
  place: number
  row: T
}

/**
 * Keeps the `limit` problems whose sha256 of seed and id come first. That depends on nothing else: not on the order of the file,
 * not on how it is cut into pieces, not on other sources; and a larger draw contains a smaller one.
 */
export class Draw<T extends { problem: Problem }> {
  readonly #limit: number
  readonly #seed: number
  /** A heap whose top is the kept problem that would be the first to go. */
  readonly #heap: Ranked<T>[] = []
  #place = 0

  constructor(limit: number, seed: number) {
    this.#limit = limit
    this.#seed = seed
  }

  offer(row: T): void {
    const place = this.#place++
    const rank = createHash('sha256').update(`${this.#seed}\n${row.problem.id}`).digest('hex')
    const heap = this.#heap
    if (heap.length === this.#limit) {
      if (rank >= heap[0]!.rank) return
      heap[0] = { rank, place, row }
      this.#sink()
      return
    }
    heap.push({ rank, place, row })
    for (let at = heap.length - 1; at > 0; ) {
      const above = (at - 1) >> 1
      if (heap[above]!.rank >= heap[at]!.rank) break
      ;[heap[above], heap[at]] = [heap[at]!, heap[above]!]
      at = above
    }
  }

  /** How many were offered. */
  get offered(): number {
    return this.#place
  }

  /** The drawn rows in the order in which they were offered. */
  get rows(): T[] {
    return [...this.#heap].sort((a, b) => a.place - b.place).map(({ row }) => row)
  }

  #sink(): void {
    const heap = this.#heap
    for (let at = 0; ; ) {
      let largest = at
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && heap[child]!.rank > heap[largest]!.rank) largest = child
      if (largest === at) return
      ;[heap[largest], heap[at]] = [heap[at]!, heap[largest]!]
      at = largest
    }
  }
}
