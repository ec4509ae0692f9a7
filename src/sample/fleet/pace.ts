// How many requests at once a server bears: begun low, grown while it takes them, halved when it says "too many".

/** One halving for all the requests that were refused together, in milliseconds. */
const TOGETHER = 1000
/** Beyond where a server has refused before, the width grows by one step in so many milliseconds. */
const STEP = 2000
/** A step, as a share of the width. */
const GROWTH = 0.05
/** Where nobody said how many: a first token that comes later than this, and than so many times the best, is a queue. */
const QUEUE = { seconds: 3, times: 4 }

export class Pace {
  /** The most that may be. */
  readonly most: number
  /** Whether growth also asks that first tokens come soon. */
  readonly #careful: boolean
  #width: number
  /** Up to here the width grows by one with every request that is taken: nothing was refused below. */
  #steep = Number.POSITIVE_INFINITY
  #quietUntil = 0
  #halved = Number.NEGATIVE_INFINITY
  #grown = Number.NEGATIVE_INFINITY
  #best = Number.POSITIVE_INFINITY

  /**
   * @param start Requests at once in the beginning.
   * @param careful Whether a first token that is late keeps the width from growing: for a width that nobody asked for.
   */
  constructor(most: number, start = most, careful = false) {
    this.most = most
    this.#careful = careful
    this.#width = Math.min(most, start)
  }

  /** Requests that may run at once now. */
  get width(): number {
    return Math.max(1, Math.floor(this.#width))
  }

  /** When requests may be sent again, on the clock of performance.now(). */
  get quietUntil(): number {
    return this.#quietUntil
  }

  /** The server has begun to answer a request after so many seconds, while so many were under way. */
  began(seconds: number, open: number): void {
    this.#best = Math.min(this.#best, seconds)
    if (this.#careful && seconds > Math.max(QUEUE.seconds, QUEUE.times * this.#best)) return
    // Room that nobody uses says nothing of how much there is.
    if (open < 0.8 * this.#width) return
    const now = performance.now()
    if (this.#width < this.#steep) this.#width = Math.min(this.most, this.#width + 1)
    else if (now - this.#grown >= STEP) {
      this.#grown = now
      this.#width = Math.min(this.most, this.#width + Math.max(1, GROWTH * this.#width))
    }
  }

  /** Nothing is sent for so many seconds. */
  hold(seconds: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, performance.now() + seconds * 1000)
  }

  /** The server said "too many": all wait so many seconds, and half as many go at once afterwards. */
  refused(seconds: number): void {
    this.hold(seconds)
    const now = performance.now()
    if (now - this.#halved < TOGETHER) return
    this.#halved = now
    this.#grown = now
    this.#steep = 0.75 * this.#width
    this.#width = Math.max(1, this.#width / 2)
  }

  /** A server that comes back begins anew. */
  restart(start: number): void {
    this.#width = Math.min(this.most, start)
    this.#steep = Number.POSITIVE_INFINITY
    this.#quietUntil = 0
  }
}
