// A question seen through to an answer: a turn at a server, an attempt, and what each failure means.
import type { Usage } from '../rows.js'
import { Stopped } from '../stopped.js'
import type { Answer, Chat, Reply } from './chat.js'
import { roughPromptTokens } from './chat.js'
import { Dialect } from './dialect.js'
import { Fleet, Gone, type Turn } from './fleet/fleet.js'
import { holdBack } from './fleet/limits.js'
import { type Health, Replica, START } from './fleet/replica.js'
import { type Asker, type Refusal, refusal } from './refusals.js'
import { type Broken, OddEnd, streamAnswer, TooLong } from './stream.js'
import { pause } from './wire/abort.js'
import type { Endpoint } from './wire/endpoint.js'
import { Sockets } from './wire/http.js'

/** So many first requests that fail alike, and none that succeeded, mean that it is not the row's fault. */
const ALIKE = 3
/** So many questions in a row that a server could not answer mean that it answers none. */
const IN_A_ROW = 20
/** A server that asks for patience is waited for this many times as often as a failure is tried again. */
const PATIENCE = 4
/** How often a request that took too long is tried again: each time, all that it wrote is paid for. */
const TOO_LONG = 2
/** Longest pause before a failed request is tried again, in seconds. */
const LONGEST_PAUSE = 30
/** Seconds without requests after a "too many" that does not say how long. */
const BREATH = 0.25
/** A look at a server that seems to be gone takes so many milliseconds at most. */
const LOOK = 10_000

export interface TransportOptions {
  servers: { endpoint: Endpoint; weight: number }[]
  /** Requests at once at most, over all servers. */
  concurrency: number
  /** Whether somebody named that number; else it is approached with care. */
  named: boolean
  retries: number
  patience: number
  timeout?: number | undefined
  silence?: number | undefined
  asker(url: string): Asker
  /** What a 404 means: asks the server. */
  notFound(url: string, why: string): Promise<Stopped>
}

/** What is under way, for a reader. */
export interface Live {
  /** Requests under way, those that wait for a turn, and how many may be under way. */
  open: number
  waiting: number
  width: number
  /** Tokens that have come in all, those of answers under way included. */
  tokens: number
  servers: Health[]
}

export class Transport {
  readonly dialect: Dialect
  readonly #options: TransportOptions
  readonly #fleet: Fleet
  readonly #sockets: Sockets
  #tokens = 0
  #answered = false
  #alike = { why: '', n: 0 }
  #failedInARow = 0

  constructor(id: string, options: TransportOptions) {
    this.#options = options
    this.dialect = new Dialect(id)
    const { servers, concurrency, named } = options
    // One server gets them all; of several, each may take over what another one drops.
    const start = named ? Math.min(START, concurrency) : Math.min(16, concurrency)
    const replicas = servers.map(({ endpoint, weight }) => new Replica(endpoint, weight, concurrency, start, !named))
    // A few more than requests: a look at a server must get through.
    this.#sockets = new Sockets(concurrency + 4)
    this.#fleet = new Fleet(replicas, {
      start,
      patience: options.patience,
      look: ({ endpoint }) => this.#look(endpoint),
    })
  }

  live(): Live {
    const servers = this.#fleet.health()
    const sum = (of: (each: Health) => number) => servers.reduce((all, each) => all + of(each), 0)
    const width = Math.min(
      this.#options.concurrency,
      sum(({ state, width }) => (state === 'down' ? 0 : width)),
    )
    return { open: sum(({ open }) => open), waiting: this.#fleet.waiting, width, tokens: this.#tokens, servers }
  }

  /**
   * Asks until there is an answer or no hope of one.
   *
   * @param onBroken Is told what each attempt that broke off has used, before the next one is made.
   * @returns The answer and where it came from, or the failure.
   */
  async ask(
    chat: Chat,
    signal: AbortSignal,
    onBroken: (usage: Usage) => Promise<void>,
  ): Promise<{ reply: Reply; url: string }> {
    const began = performance.now()
    const group = `${chat.for?.stage} ${chat.for?.problem}`
    let [tries, waits, slow] = [0, 0, 0]
    for (let again = false; ; again = true) {
      const turn = await this.#fleet.turn(group, again, signal)
      const { replica } = turn
      const broken: Broken = {}
      const attempt = await this.#attempt(turn, chat, signal, broken).catch((error: unknown) => ({ error }))
      turn.end()
      if (!('error' in attempt)) {
        this.#answered = true
        this.#failedInARow = 0
        const { usage, seconds, firstSeconds = seconds } = attempt
        replica.onAnswer({ tokens: usage.completion, seconds, first: firstSeconds })
        this.#fleet.wake()
        return { reply: { ok: true, answer: attempt }, url: replica.url }
      }
      const { error } = attempt
      if (broken.usage) await onBroken(broken.usage)
      signal.throwIfAborted()
      if (error instanceof Gone) continue
      const why = this.#read(error, replica.url)
      if (why.kind === 'stop') throw why.stopped
      if (why.kind === 'not-found') throw await this.#options.notFound(replica.url, why.why)
      if (why.kind === 'row' && this.dialect.learns(why.status, why.why)) continue
      if (why.kind === 'gone') {
        this.#fleet.gone(replica, why.why)
        continue
      }
      let seconds = 0
      if (why.kind === 'wait') {
        // A server that does not say how long: all hold their breath, and this one comes back later and later.
        if (why.seconds === undefined) seconds = Math.random() * Math.min(LONGEST_PAUSE, 2 ** waits)
        replica.onWait(why.seconds ?? BREATH, why.why)
        waits++
      } else if (why.kind === 'again') {
        if (error instanceof TooLong && !error.silent) {
          slow++
          replica.pace.refused(0)
        } else if (error instanceof TooLong || replica.onFailure(why.why, why.ofServer))
          void this.#fleet.suspect(replica)
        seconds = Math.random() * Math.min(LONGEST_PAUSE, 0.5 * 2 ** tries++)
      }
      this.#fleet.wake()
      const { retries } = this.#options
      const last =
        why.kind === 'row' || tries > retries || slow > Math.min(retries, TOO_LONG) || waits > retries * PATIENCE
      if (last) return { reply: this.#failed(why, (performance.now() - began) / 1000, replica.url), url: replica.url }
      if (seconds > 0) await pause(seconds * 1000, signal)
    }
  }

  async #attempt({ replica, gone }: Turn, chat: Chat, signal: AbortSignal, broken: Broken): Promise<Answer> {
    const limits = replica.limits(chat.maxTokens, this.#options)
    const tokens = roughPromptTokens(chat.messages) + chat.maxTokens
    return streamAnswer(
      this.#sockets,
      replica.endpoint,
      this.dialect,
      chat,
      limits,
      signal,
      gone,
      {
        onHead: (headers) => {
          const hold = holdBack(headers, tokens)
          if (hold > 0.01) replica.pace.hold(hold)
        },
        onFirst: (seconds) => {
          replica.pace.began(seconds, replica.open.size)
          if (this.#fleet.waiting > 0) this.#fleet.wake()
        },
        onPieces: (n) => {
          this.#tokens += n
        },
      },
      broken,
    )
  }

  #read(error: unknown, url: string): Refusal {
    if (error instanceof OddEnd) return { kind: 'row', why: error.message, ownFault: true }
    if (error instanceof TooLong) return { kind: 'again', why: error.message, ofServer: false }
    return refusal(error, this.#options.asker(url))
  }

  /** A failure for good. @throws Stopped where the others would fare no better. */
  #failed(why: Exclude<Refusal, { kind: 'stop' }>, seconds: number, url: string): Reply {
    const own = why.kind === 'row' && why.ownFault
    if (!this.#answered && !own) {
      // The counts in "you asked for 16,512 tokens" differ from row to row, the reason does not.
      const reason = why.why.replace(/\d+/g, '0')
      this.#alike = this.#alike.why === reason ? { why: reason, n: this.#alike.n + 1 } : { why: reason, n: 1 }
      if (this.#alike.n >= ALIKE) {
        this.#alike = { why: '', n: 0 }
        throw new Stopped(
          why.kind === 'row' ? 'bad-call' : 'no-server',
          `The first ${ALIKE} requests to ${url} failed alike, and none succeeded: ${why.why}`,
          why.kind === 'row'
            ? 'Change what the server objects to (often a lower maxTokens), and run the cell again.'
            : `Look at the server's log, and try: curl ${url}/models`,
        )
      }
    }
    // A row that a server refuses says nothing of the server.
    if (why.kind !== 'row' && ++this.#failedInARow >= IN_A_ROW) {
      this.#failedInARow = 0
      throw new Stopped(
        'no-server',
        `The last ${IN_A_ROW} questions to ${url} could not be answered, the latest of them because: ${why.why}`,
        `Look at the server's log, and run the cell again: it continues where it stopped.`,
      )
    }
    return { ok: false, failure: why.why, seconds }
  }

  /** Whether anybody is there: any answer but a server's own failure will do. */
  async #look(endpoint: Endpoint): Promise<void> {
    const response = await this.#sockets
      .send(endpoint, '/models', undefined, AbortSignal.timeout(LOOK))
      .catch((error: { status?: number }) => {
        if (error.status !== undefined && error.status < 500) return undefined
        throw error
      })
    response?.resume()
  }
}
