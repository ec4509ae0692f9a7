// Work that is done once and whose value is kept, however many ask for it: here, or in other processes.
import type { Usage } from '../rows.js'
import { keyOf } from './canonical.js'
import { isFull } from './disk.js'
import type { Journal } from './journal.js'
import type { Ledger } from './ledger.js'
import type { Peers } from './peers.js'

/** How long a disk that had room is believed to have some, in milliseconds. */
const ROOMY = 2_000

/** What work comes to: a value, what it cost, and what is to be called once that is booked. */
export interface Outcome<T> {
  value: T
  dollars?: number
  /** Tokens that it took, for the ledger. */
  tokens?: Usage
  /** Gives back the money that was set aside. */
  release?: () => void
}

export interface OnceOptions<T> {
  /** Whether a value is kept. @default every one is */
  keep?: (value: T) => boolean
  /** Ends the waiting for work that is under way elsewhere. */
  signal?: AbortSignal
}

export class Once {
  readonly #dir: string
  readonly #peers: Peers
  readonly #ledger: Ledger
  readonly #books: () => Journal
  readonly #running = new Map<string, Promise<unknown>>()
  #roomy = Number.NEGATIVE_INFINITY

  /** @param books the ledger's journal, whose message tells of a folder in which nothing can be claimed */
  constructor(dir: string, peers: Peers, ledger: Ledger, books: () => Journal) {
    this.#dir = dir
    this.#peers = peers
    this.#ledger = ledger
    this.#books = books
  }

  /** The kept value; or the work is done, its value kept and given. `Workspace.once` says the rest. */
  async give<T>(
    stage: string,
    journal: Journal,
    key: object,
    work: () => Promise<Outcome<T>>,
    how: OnceOptions<T> | NonNullable<OnceOptions<T>['keep']>,
  ): Promise<T> {
    const { keep = () => true, signal } = typeof how === 'function' ? { keep: how } : how
    const hash = keyOf(key)
    const name = `${stage}/${hash}`
    for (;;) {
      const kept = journal.get<T>(hash)
      if (kept !== undefined) return kept
      const other = this.#running.get(name)
      if (!other) break
      // The other's interrupt or failure is not ours: then we try ourselves.
      const outcome = await other.then((value) => ({ value: value as T })).catch(() => undefined)
      if (outcome) return outcome.value
    }
    const own = this.#alone(journal, stage, hash, name, work, keep, signal).finally(() => this.#running.delete(name))
    this.#running.set(name, own)
    return own
  }

  /** Does the work where no other process does it, or gives what that has kept. */
  async #alone<T>(
    journal: Journal,
    stage: string,
    hash: string,
    name: string,
    work: () => Promise<Outcome<T>>,
    keep: (value: T) => boolean,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    await this.#writable(journal)
    while (!(await this.#claimed(name))) {
      await this.#peers.free(name, signal)
      const kept = journal.get<T>(hash)
      if (kept !== undefined) return kept
    }
    try {
      // It may have come between our look and our claim.
      const kept = journal.get<T>(hash)
      if (kept !== undefined) return kept
      const { value, dollars = 0, tokens, release } = await work()
      try {
        if (keep(value)) await journal.put(hash, value, dollars, tokens)
        else {
          this.#ledger.count(stage, 'failed')
          if (dollars > 0) await this.#ledger.charge(stage, dollars)
        }
      } finally {
        release?.()
      }
      return value
    } finally {
      this.#peers.release(name)
    }
  }

  /** Finds out before the work whether its value could be kept. */
  async #writable(journal: Journal): Promise<void> {
    const readOnly = journal.readOnly
    if (readOnly) throw readOnly
    await journal.save()
    const now = performance.now()
    if (now - this.#roomy < ROOMY) return
    if (isFull(this.#dir)) throw journal.stopped(Object.assign(new Error('no room'), { code: 'ENOSPC' }))
    this.#roomy = now
  }

  async #claimed(name: string): Promise<boolean> {
    try {
      return await this.#peers.claim(name)
    } catch (error) {
      throw this.#books().stopped(error)
    }
  }
}
