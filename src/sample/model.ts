// A model behind an OpenAI-compatible address, and how a question to it is seen through to an answer.
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type OpenAI from 'openai'
import type { Usage } from '../rows.js'
import { Stopped } from '../stopped.js'
import { isLocal, keyFor, openaiURL, plainURL, withoutSecrets } from './address.js'
import { type Chat, type Reply, roughPromptTokens, roughTokens } from './chat.js'
import { Pace } from './pace.js'
import { listPrices, type Price } from './prices.js'
import { Recorder } from './recorder.js'
import { type Asker, noServer, type Refusal, refusal } from './refusals.js'
import { replayFor } from './replay.js'
import { OddEnd, streamAnswer } from './stream.js'

/** So many first requests that fail alike, and none that succeeded, mean that it is not the row's fault. */
const ALIKE = 3
/** A server that asks for patience is waited for this many times as often as a failure is tried again. */
const PATIENCE = 4
/** Longest pause before a failed request is tried again, in seconds. */
const LONGEST_PAUSE = 30

export interface ModelOptions {
  /** Where it is served. @default OPENAI_BASE_URL, else https://api.openai.com/v1 */
  baseURL?: string
  /**
   * What stands for the server in the keys of kept answers. Where a server has moved to another host or port, the
   * address under which its answers were kept says that it is the same one; any other text names it for good.
   * @default the base URL
   */
  identity?: string
  /** @default OPENAI_API_KEY; a server on this machine or in a private network is asked without one */
  apiKey?: string
  /** Requests at once at most; fewer while the server says "too many". @default 16 */
  concurrency?: number
  /** Dollars for a million tokens. @default a small table of OpenAI's list prices; unknown elsewhere */
  price?: Price
  /** A file to which every real answer is appended, to be replayed later. */
  record?: string
  /** Recordings to answer from instead of a server: a file or several. */
  replay?: string | string[]
  /** System prompt in place of the prompt set's; null: none is sent. */
  system?: string | null
  /** Seconds that one request may take. @default 120 + maxTokens / 4: a server that makes four tokens a second */
  timeout?: number
  /** How often a failed request is tried again. @default 5 */
  retries?: number
}

/**
 * Names a model. Nothing is sent and no key is asked for until the first request.
 *
 * @param id The name under which it is served: 'Qwen/QwQ-32B-Preview', 'gpt-4o-mini'.
 * @throws Stopped('bad-call') for an option that cannot be.
 * @example const qwq = model('Qwen/QwQ-32B-Preview', { baseURL: 'http://gpu-box:8000/v1', concurrency: 256 })
 */
export function model(id: string, options: ModelOptions = {}): Model {
  return new Model(id, options)
}

export class Model {
  readonly id: string
  /** Requests at once at most. */
  readonly concurrency: number
  /** Dollars for a million tokens; null where nobody knows. */
  readonly price: Price | null
  readonly system: string | null | undefined
  /** Whether it answers from recordings. */
  readonly replayed: boolean
  readonly pace: Pace
  readonly #options: ModelOptions
  readonly #recorder: Recorder | undefined
  #client: Promise<OpenAI> | undefined
  #url: string
  #answered = false
  #alike = { why: '', n: 0 }

  constructor(id: string, options: ModelOptions) {
    check(id, options)
    this.id = id
    this.#options = options
    this.replayed = options.replay !== undefined
    this.concurrency = options.concurrency ?? 16
    this.system = options.system
    this.#url = plainURL(options.baseURL ?? process.env.OPENAI_BASE_URL ?? openaiURL)
    this.price = this.replayed
      ? null
      : (options.price ?? (this.#url === openaiURL ? listPrices.of[id] : undefined) ?? null)
    this.pace = new Pace(this.concurrency)
    this.#recorder = options.record === undefined ? undefined : new Recorder(options.record)
  }

  /** Where it is: 'replay', else the base URL without user and password. */
  get address(): string {
    return this.replayed ? 'replay' : this.#url
  }

  /** What stands for the server in keys: the identity that was given, else the address. */
  get identity(): string {
    const { identity } = this.#options
    return identity === undefined || this.replayed ? this.address : plainURL(identity)
  }

  /** Whether nobody sends a bill: a replay, or a server on this machine or in a private network. */
  get local(): boolean {
    return this.replayed || isLocal(this.#url)
  }

  /** Where its answers come from, for a reader. */
  get origin(): string {
    if (!this.replayed) return this.#url
    return `replay of ${[this.#options.replay!]
      .flat()
      .map((file) => path.basename(file))
      .join(', ')}`
  }

  /** Dollars for so many tokens; 0 for a replay, null where the price is unknown. */
  cost(usage: Usage): number | null {
    if (this.replayed) return 0
    if (!this.price) return null
    return (usage.prompt * this.price.prompt + usage.completion * this.price.completion) / 1e6
  }

  /**
   * Asks until there is an answer or no hope of one: tries again after 408, 409, 5xx, a broken
   * connection or a cut stream, waits when the server says so, and gives a failure back as a value.
   *
   * @param wasted Grows by what broken attempts used, estimated from what arrived of them; also when it throws.
   * @throws Stopped where no other row could fare better: no key, wrong key, no server, no such model;
   *   the signal's reason when it is aborted.
   */
  async ask(
    chat: Chat,
    signal: AbortSignal = new AbortController().signal,
    wasted: Usage = { prompt: 0, completion: 0 },
  ): Promise<Reply> {
    const client = await this.#connect()
    await this.#recorder?.ready()
    const retries = this.#options.retries ?? 5
    const seconds = this.#options.timeout ?? 120 + chat.maxTokens / 4
    const began = performance.now()
    for (let tries = 0, waits = 0; ; ) {
      await this.pace.turn(signal)
      const partial = { characters: 0 }
      const attempt = await streamAnswer(client, this.id, chat, seconds, signal, partial).catch((error: unknown) => ({
        error,
      }))
      if (!('error' in attempt)) {
        this.#answered = true
        this.pace.answered()
        // What we ended is not what the model would have said.
        if (!attempt.stopped) await this.#recorder?.add(this.id, this.#url, chat, attempt)
        return { ok: true, answer: attempt }
      }
      if (partial.characters > 0) {
        wasted.prompt += roughPromptTokens(chat.messages)
        wasted.completion += roughTokens(partial.characters)
      }
      signal.throwIfAborted()
      const why = this.#read(attempt.error)
      if (why.kind === 'stop') throw why.stopped
      if (why.kind === 'not-found') throw await this.#notFound(client, why.why)
      if (why.kind === 'gone' && (!this.#answered || tries >= retries)) throw noServer(this.#asker(), why.why)
      const last = why.kind === 'row' || (why.kind === 'wait' ? waits >= retries * PATIENCE : tries >= retries)
      if (last) return this.#failed(why, (performance.now() - began) / 1000)
      if (why.kind === 'wait') {
        waits++
        this.pace.refused(why.seconds)
      } else {
        const longest = Math.min(LONGEST_PAUSE, 0.5 * 2 ** tries++)
        await sleep(longest * Math.random() * 1000, undefined, { signal })
      }
    }
  }

  toString(): string {
    return `${this.id} (${this.origin})`
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return { 'text/plain': this.toString() }
  }

  #read(error: unknown): Refusal {
    if (error instanceof OddEnd) return { kind: 'row', why: error.message, ownFault: true }
    return refusal(error, this.#asker())
  }

  #failed(why: Exclude<Refusal, { kind: 'stop' }>, seconds: number): Reply {
    const own = why.kind === 'row' && why.ownFault
    if (!this.#answered && !own) {
      // The counts in "you asked for 16,512 tokens" differ from row to row, the reason does not.
      const reason = why.why.replace(/\d+/g, '0')
      this.#alike = this.#alike.why === reason ? { why: reason, n: this.#alike.n + 1 } : { why: reason, n: 1 }
      if (this.#alike.n >= ALIKE) {
        this.#alike = { why: '', n: 0 }
        throw new Stopped(
          why.kind === 'row' ? 'bad-call' : 'no-server',
          `The first ${ALIKE} requests to ${this.#url} failed alike, and none succeeded: ${why.why}`,
          why.kind === 'row'
            ? 'Change what the server objects to (often a lower maxTokens), and run the cell again.'
            : `Look at the server's log, and try: curl ${this.#url}/models`,
        )
      }
    }
    return { ok: false, failure: why.why, seconds }
  }

  #connect(): Promise<OpenAI> {
    this.#client ??= this.#open().catch((error: unknown) => {
      this.#client = undefined
      throw error
    })
    return this.#client
  }

  async #open(): Promise<OpenAI> {
    const { replay } = this.#options
    if (replay !== undefined) this.#url = `${(await replayFor([replay].flat())).url}/v1`
    const apiKey = this.#key()
    const { OpenAI } = await import('openai')
    return new OpenAI({
      baseURL: this.#options.baseURL && !this.replayed ? this.#options.baseURL : this.#url,
      apiKey,
      // Names of an OpenAI account are nobody else's business.
      ...(this.#url !== openaiURL && { organization: null, project: null }),
      maxRetries: 0,
      logLevel: 'off',
    })
  }

  #key(): string {
    const { apiKey, baseURL } = this.#options
    if (this.replayed) return 'replay'
    const key = keyFor(this.#url, baseURL !== undefined, apiKey)
    if (key) return key
    if (isLocal(this.#url)) return 'none'
    throw new Stopped(
      'no-key',
      `${this.id} at ${this.#url} needs a key, and OPENAI_API_KEY is not set.`,
      `export OPENAI_API_KEY=… and restart the kernel; or name a server of yours: model('${this.id}', { baseURL: 'http://127.0.0.1:8000/v1' })`,
    )
  }

  #asker(): Asker {
    const key = this.#options.apiKey ?? process.env.OPENAI_API_KEY
    return { id: this.id, url: this.#url, clean: (text) => withoutSecrets(text, key) }
  }

  async #notFound(client: OpenAI, why: string): Promise<Stopped> {
    let names: string[]
    try {
      names = (await client.models.list({ timeout: 10_000 })).data.map(({ id }) => id)
    } catch {
      return new Stopped(
        'no-server',
        `${this.#url} has no chat completions: ${why}`,
        `Does the address end in /v1? Try: curl ${this.#url}/models`,
      )
    }
    if (names.includes(this.id))
      return new Stopped(
        'no-server',
        `${this.#url} offers ${this.id} but not for chat: ${why}`,
        `Try: curl ${this.#url}/models`,
      )
    const some =
      names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ') || 'none'
    return new Stopped(
      'no-model',
      `${this.#url} has no model ${this.id}; it offers: ${some}.`,
      names.length > 0
        ? `model('${closest(this.id, names)}', …)`
        : `Load a model first, then try: curl ${this.#url}/models`,
    )
  }
}

/** The name that shares most with the one that was asked for. */
function closest(id: string, names: string[]): string {
  const pieces = new Set(id.toLowerCase().split(/[^a-z0-9]+/))
  const shared = (name: string) =>
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((piece) => pieces.has(piece)).length
  return [...names].sort((a, b) => shared(b) - shared(a))[0]!
}

function check(id: string, { concurrency, retries, timeout, baseURL, identity, price }: ModelOptions): void {
  const bad = (what: string, fix: string) => new Stopped('bad-call', what, fix)
  if (typeof id !== 'string' || id.trim() === '')
    throw bad(`model(…) got ${JSON.stringify(id)} for its name.`, "model('gpt-4o-mini')")
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1))
    throw bad(`model('${id}') got the concurrency ${concurrency}.`, `model('${id}', { concurrency: 16 })`)
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0))
    throw bad(`model('${id}') got ${retries} retries.`, `model('${id}', { retries: 5 })`)
  if (timeout !== undefined && !(timeout > 0))
    throw bad(`model('${id}') got the timeout ${timeout}, in seconds.`, `model('${id}', { timeout: 600 })`)
  if (price !== undefined && !(price.prompt >= 0 && price.completion >= 0))
    throw bad(
      `model('${id}') got the price ${JSON.stringify(price)}.`,
      `model('${id}', { price: { prompt: 0.15, completion: 0.6 } }), in dollars for a million tokens`,
    )
  if (identity !== undefined && (typeof identity !== 'string' || identity.trim() === ''))
    throw bad(
      `model('${id}') got ${JSON.stringify(identity)} for its identity.`,
      `model('${id}', { identity: 'http://gpu-box:8000/v1' })`,
    )
  if (baseURL !== undefined && !/^https?:\/\//.test(baseURL))
    throw bad(
      `model('${id}') got the address ${JSON.stringify(baseURL)}.`,
      `model('${id}', { baseURL: 'http://127.0.0.1:8000/v1' })`,
    )
}
