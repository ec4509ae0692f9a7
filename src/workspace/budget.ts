// Money that may be spent: asked for before a request, given back after it.
import { Stopped } from '../stopped.js'
import { dollars } from './words.js'

/** Money set aside for one request that is under way. */
export interface Reservation {
  /** Gives it back; what the request really cost is in the journal by then. */
  release(): void
}

export class Budget {
  /** Dollars for the whole workspace; undefined: no bound. */
  limit: number | undefined
  readonly #name: string
  readonly #spent: () => number
  #reserved = 0
  #waiting: (() => void)[] = []

  /** @param spent What has been spent up to now, from the journals. */
  constructor(name: string, limit: number | undefined, spent: () => number) {
    this.#name = name
    this.limit = limit
    this.#spent = spent
  }

  /**
   * Sets money aside. Where the rest is held by requests under way, waits for them: they mostly cost
   * less than was set aside. Throws Stopped('over-budget') when even without them it would be too much.
   */
  async reserve(amount: number, signal?: AbortSignal): Promise<Reservation> {
    while (this.limit !== undefined && this.#spent() + this.#reserved + amount > this.limit) {
      signal?.throwIfAborted()
      if (this.#spent() + amount > this.limit || this.#reserved === 0) throw this.#over(amount)
      await this.#released(signal)
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
        for (const wake of this.#waiting.splice(0)) wake()
      },
    }
  }

  #released(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
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
