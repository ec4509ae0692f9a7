// One of the servers behind a model: how it does, what it bears, how fast it is.
import type { Limits } from '../stream.js'
import type { Endpoint } from '../wire/endpoint.js'
import { Pace } from './pace.js'

/** Requests at once in the beginning. */
export const START = 64
/** Broken connections or answers of 5xx in a row, after which a server is looked at, or let rest. */
const IN_A_ROW = 5
/** Longest rest of a server that fails, in seconds. */
const LONGEST_REST = 30
/** Tokens a second of the slowest request where nothing was measured yet. */
const UNMEASURED = 16
/** A request may be so many times as slow as the slowest seen before it. */
const SLOWER = 4

/** How a replica does, for a reader. */
export interface Health {
  url: string
  /** 'up'; 'waits' while it asked for patience or rests; 'down' while nobody answers there. */
  state: 'up' | 'waits' | 'down'
  /** Requests under way, and how many may be. */
  open: number
  width: number
  answered: number
  /** Why it is not up. */
  why?: string
}

export class Replica {
  readonly endpoint: Endpoint
  readonly weight: number
  readonly pace: Pace
  /** Requests under way, and what breaks each off when the server turns out to be gone. */
  readonly open = new Set<AbortController>()
  answered = 0
  /** When it last answered, on the clock of performance.now(). */
  answeredAt = Number.NEGATIVE_INFINITY
  /** Why nobody answers there; undefined where it is up. */
  down: { why: string; since: number } | undefined
  #why = ''
  #failed = 0
  #rests = 0
  #last = performance.now()
  /** Tokens a second of a request, the slow end of what was seen. */
  #speed: number | undefined
  #first = 0

  constructor(endpoint: Endpoint, weight: number, most: number, start: number, careful: boolean) {
    this.endpoint = endpoint
    this.weight = weight
    this.pace = new Pace(most, start, careful)
  }

  get url(): string {
    return this.endpoint.url
  }

  get resting(): boolean {
    return this.pace.quietUntil > performance.now()
  }

  /** Whether another request may be sent now. @param beyond So many more than its width. */
  hasRoom(beyond = 0): boolean {
    return !this.down && !this.resting && this.open.size < this.pace.width + beyond
  }

  /** Seconds that a request may take here: from its limit of tokens and the speed that was seen. */
  limits(maxTokens: number, given: { timeout?: number | undefined; silence?: number | undefined }): Limits {
    const whole = given.timeout ?? 120 + 2 * this.#first + (maxTokens * SLOWER) / (this.#speed ?? UNMEASURED)
    return { whole, first: given.silence ?? Math.min(whole, 600), silence: given.silence ?? Math.min(whole, 120) }
  }

  onAnswer({ tokens, seconds, first }: { tokens: number; seconds: number; first: number }): void {
    this.answered++
    this.answeredAt = performance.now()
    this.#failed = 0
    this.#rests = 0
    this.#last = performance.now()
    this.#first = Math.max(first, 0.99 * this.#first)
    if (tokens < 20 || seconds - first < 0.05) return
    const speed = tokens / (seconds - first)
    // Goes down at once and up slowly: the slow end counts.
    this.#speed = this.#speed === undefined || speed < this.#speed ? speed : 0.98 * this.#speed + 0.02 * speed
  }

  onWait(seconds: number, why: string): void {
    this.#why = why
    this.pace.refused(seconds)
  }

  /** A connection broke, or the server failed. @returns Whether somebody should look whether it is there at all. */
  onFailure(why: string, ofServer: boolean): boolean {
    this.#why = why
    this.#failed++
    if (this.#failed < IN_A_ROW || performance.now() - this.#last < 1000) return false
    this.#failed = 0
    // A server that fails and fails is let rest: what it would spoil can be answered elsewhere, or later.
    if (ofServer) this.pace.hold(Math.min(LONGEST_REST, 2 ** this.#rests++))
    return !ofServer
  }

  onGone(why: string): void {
    this.down ??= { why, since: performance.now() }
    this.down.why = why
  }

  onBack(start: number): void {
    this.down = undefined
    this.#failed = 0
    this.#last = performance.now()
    this.pace.restart(start)
  }

  health(): Health {
    const { url, answered } = this
    const state = this.down ? 'down' : this.resting ? 'waits' : 'up'
    const why = this.down?.why ?? (state === 'waits' ? this.#why : undefined)
    return { url, state, open: this.open.size, width: this.pace.width, answered, ...(why && { why }) }
  }
}
