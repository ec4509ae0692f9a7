// How many requests at once a server bears: halved when it says "too many", grown back while it answers.
import { setTimeout as sleep } from 'node:timers/promises'

/** One halving for all the requests that were refused together, in milliseconds. */
const TOGETHER = 1000

export class Pace {
  /** The most that was asked for. */
  readonly most: number
  #width: number
  #quietUntil = 0
  #halved = Number.NEGATIVE_INFINITY

  constructor(most: number) {
    this.most = most
    this.#width = most
  }

  /** Requests that may run at once now. */
  get width(): number {
    return Math.max(1, Math.floor(this.#width))
  }

  answered(): void {
    this.#width = Math.min(this.most, this.#width + 1 / this.#width)
  }

  /** The server said "too many": all wait so many seconds, and fewer go at once afterwards. */
  refused(seconds: number): void {
    const now = performance.now()
    this.#quietUntil = Math.max(this.#quietUntil, now + seconds * 1000)
    if (now - this.#halved < TOGETHER) return
    this.#halved = now
    this.#width = Math.max(1, this.#width / 2)
  }

  /** Resolves when requests may be sent again; rejects when the signal is aborted. */
  async turn(signal: AbortSignal): Promise<void> {
    for (let left = this.#quietUntil - performance.now(); left > 0; left = this.#quietUntil - performance.now())
      // Spread out, so that those that waited together do not all come back at once.
      await sleep(left + Math.random() * Math.min(1000, left), undefined, { signal })
  }
}
