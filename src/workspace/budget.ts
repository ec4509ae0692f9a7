// Money that may be spent: asked for before a request, given back after it.
import { Stopped } from '../stopped.js'
import type { Peers } from './peers.js'
import { dollars } from './words.js'

/** How long is waited for money that another process has set aside, before a new look, in milliseconds. */
const LOOK = 200

/** Money set aside for one request that is under way. */
export interface Reservation {
  /** Gives it back; what the request really cost is in the journal by then. */
  release(): void
}

type Others = Pick<Peers, 'others' | 'aside' | 'tell' | 'tellNow'>

export class Budget {
  /** Dollars for the whole workspace; undefined: no bound. */
  limit: number | undefined
  readonly #name: string
  readonly #spent: () => number
  readonly #peers: Others | undefined
  #reserved = 0
  #waiting: (() => void)[] = []

  /**
   * @param spent What has been spent up to now, from the journals.
   * @param peers Other processes that spend in the same workspace.
   */
  constructor(name: string, limit: number | undefined, spent: () => number, peers?: Others) {
    this.#name = name
    this.limit = limit
    this.#spent = spent
    this.#peers = peers
  }

  /**
   * Sets money aside. Where the rest is held by requests under way, here or in another process, waits for them: they
   * mostly cost less than was set aside. Throws Stopped('over-budget') when even without them it would be too much.
   */
  async reserve(amount: number, signal?: AbortSignal): Promise<Reservation> {
    for (;;) {
      const spent = this.limit === undefined ? 0 : this.#spent()
      const fits = (elsewhere: number) =>
        this.limit === undefined || spent + this.#reserved + elsewhere + amount <= this.limit
      const elsewhere = this.limit !== undefined && this.#peers?.others ? this.#peers.aside() : 0
      if (fits(elsewhere)) {
        if (fits(this.#tell(this.#reserved + amount))) break
        // Another process was first.
        this.#tell(this.#reserved)
      }
      signal?.throwIfAborted()
      if (spent + amount > this.limit! || this.#reserved + elsewhere === 0) throw this.#over(amount)
      await this.#released(elsewhere > 0, signal)
    }
    this.#reserved += amount
    let held = true
    return {
      release: () => {
        if (!held) return
        held = false
        this.#reserved -= amount
        // Sums of fractions leave dust behind.
        if (this.#reserved < 1e-12) this.#reserved = 0
        this.#peers?.tell(this.#reserved)
        for (const wake of this.#waiting.splice(0)) wake()
      },
    }
  }

  /** Tells the other processes what we hold, and gives what they do; alone there is no hurry. */
  #tell(dollars: number): number {
    if (this.limit !== undefined && this.#peers?.others) return this.#peers.tellNow(dollars)
    this.#peers?.tell(dollars)
    return 0
  }

  #released(elsewhere: boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (elsewhere) setTimeout(resolve, LOOK)
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  #over(amount: number): Stopped {
    const left = Math.max(0, this.limit! - this.#spent())
    const suggested = Math.ceil((this.limit! + Math.max(amount, this.limit! / 2)) * 100) / 100
    return new Stopped(
      'over-budget',
      `The next request may cost ${dollars(amount)}; ${this.#name} has ${dollars(left)} of its ${dollars(this.limit!)} left. It was not sent.`,
      `Raise it with workspace('${this.#name}', { budget: ${suggested} }) and run the cell again, or pass fewer rows.`,
    )
  }
}
