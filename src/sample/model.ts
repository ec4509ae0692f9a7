// A model behind an OpenAI-compatible address: its name, its price, and who answers for it.
import path from 'node:path'
import type OpenAI from 'openai'
import type { Usage } from '../rows.js'
import { Stopped } from '../stopped.js'
import { isLocal, keyFor, plainURL, withoutSecrets } from './address.js'
import type { Chat, Reply } from './chat.js'
import { explainMissing } from './missing.js'
import { checkModel, type ModelOptions, type Server, serversOf } from './options.js'
import { type Price, priceOf } from './prices.js'
import { Recorder } from './recorder.js'
import { replayFor } from './replay.js'
import { type Live, Transport } from './transport.js'
import { type Endpoint, endpoint } from './wire/endpoint.js'

export type { BatchOptions, ModelOptions, Server } from './options.js'

/** Requests at once of a model of which nobody said how many it bears. */
const UNNAMED = 256
/** A server that answers from recordings is a process of one thread: this one. */
const REPLAYED = 16
/** Questions of a batch that are under way, as nothing is sent for each: what two full files hold. */
const BATCHED = 100_000

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
  /** Dollars for a million tokens, those of a batch already halved; null where nobody knows. */
  readonly price: Price | null
  readonly system: string | null | undefined
  /** Whether it answers from recordings. */
  readonly replayed: boolean
  /** How many questions a step may begin at once; how many are sent is found out on the way. */
  readonly pace: { readonly width: number }
  readonly options: ModelOptions
  readonly #recorder: Recorder | undefined
  #transport: Promise<Transport> | undefined
  #opened: Transport | undefined
  readonly #servers: { servers: Server[]; named: boolean }
  #urls: string[]

  constructor(id: string, options: ModelOptions) {
    checkModel(id, options)
    this.id = id
    this.options = options
    this.replayed = options.replay !== undefined
    this.concurrency = options.concurrency ?? (this.replayed ? REPLAYED : UNNAMED)
    this.pace = { width: options.batch ? BATCHED : this.concurrency }
    this.system = options.system
    this.#servers = serversOf(options)
    this.#urls = this.#servers.servers.map(({ url }) => plainURL(url))
    this.price = this.replayed ? null : priceOf(id, this.#urls[0]!, options)
    this.#recorder = options.record === undefined ? undefined : new Recorder(options.record)
  }

  /** Where it is: 'replay', else the (first) base URL without user and password. */
  get address(): string {
    return this.replayed ? 'replay' : this.#urls[0]!
  }

  /** What stands for the server in keys: the identity that was given, else the address. */
  get identity(): string {
    const { identity } = this.options
    return identity === undefined || this.replayed ? this.address : plainURL(identity)
  }

  /** Whether nobody sends a bill: a replay, or a server on this machine or in a private network. */
  get local(): boolean {
    return this.replayed || this.#urls.every(isLocal)
  }

  /** Where its answers come from, for a reader. */
  get origin(): string {
    if (!this.replayed) return this.#urls.join(', ')
    return `replay of ${[this.options.replay!]
      .flat()
      .map((file) => path.basename(file))
      .join(', ')}`
  }

  /** Dollars for so many tokens; 0 for a replay, null where the price is unknown. */
  cost({ prompt, completion, cached = 0 }: Usage): number | null {
    if (this.replayed) return 0
    if (!this.price) return null
    const { price } = this
    const cheap = price.cached === undefined ? 0 : cached
    const all = (prompt - cheap) * price.prompt + cheap * (price.cached ?? 0) + completion * price.completion
    return all / 1e6
  }

  /** What is under way; undefined before the first request. */
  live(): Live | undefined {
    return this.#opened?.live()
  }

  /** Whether its server takes a seed, as far as is known: some refuse it. */
  get seeds(): boolean {
    return this.#opened?.dialect.seeds ?? true
  }

  /**
   * Asks until there is an answer or no hope of one: tries again after 408, 409, 5xx, a broken
   * connection or a cut stream, waits when the server says so, and gives a failure back as a value.
   *
   * @param wasted Grows by what broken attempts used, estimated from what arrived of them; also when it throws.
   * @param onBroken Is told of each of them before the next attempt is made.
   * @throws Stopped where no other row could fare better: no key, wrong key, no server, no such model;
   *   the signal's reason when it is aborted.
   */
  async ask(
    chat: Chat,
    signal: AbortSignal = new AbortController().signal,
    wasted: Usage = { prompt: 0, completion: 0 },
    onBroken?: (usage: Usage) => Promise<void>,
  ): Promise<Reply> {
    const transport = await this.#connect()
    await this.#recorder?.ready()
    const { reply, url } = await transport.ask(chat, signal, async (usage) => {
      wasted.prompt += usage.prompt
      wasted.completion += usage.completion
      await onBroken?.(usage)
    })
    // What we ended is not what the model would have said.
    if (reply.ok && !reply.answer.stopped) await this.#recorder?.add(this.id, url, chat, reply.answer)
    return reply
  }

  /** The openai package's client for its first server: for batches, files and lists of models. */
  async client(url = this.#urls[0]!): Promise<OpenAI> {
    await this.#connect()
    const at = this.#urls.indexOf(url)
    const { OpenAI } = await import('openai')
    const base = this.replayed ? url : (this.#servers.servers[at]?.url ?? url)
    const plain = new URL(base)
    plain.username = ''
    plain.password = ''
    plain.search = ''
    const { headers } = this.#endpoints()[Math.max(0, at)]!.endpoint
    return new OpenAI({
      baseURL: plain.href,
      apiKey: 'none',
      defaultHeaders: headers,
      defaultQuery: Object.fromEntries(new URL(base).searchParams),
      organization: null,
      project: null,
      maxRetries: 2,
      logLevel: 'off',
    })
  }

  toString(): string {
    return `${this.id} (${this.origin})`
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return { 'text/plain': this.toString() }
  }

  /** A text without anything secret that this model knows. */
  clean(text: string): string {
    let clean = text
    for (const { endpoint } of this.#endpoints())
      for (const secret of endpoint.secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '[key]')
    return withoutSecrets(clean, this.options.apiKey ?? process.env.OPENAI_API_KEY)
  }

  #connect(): Promise<Transport> {
    this.#transport ??= this.#open().catch((error: unknown) => {
      this.#transport = undefined
      throw error
    })
    return this.#transport
  }

  async #open(): Promise<Transport> {
    const { replay, timeout, silence, retries = 10, patience = 120 } = this.options
    if (replay !== undefined) this.#urls = [`${(await replayFor([replay].flat())).url}/v1`]
    this.#opened = new Transport(this.id, {
      servers: this.#endpoints(),
      concurrency: this.concurrency,
      named: this.options.concurrency !== undefined || this.replayed,
      retries,
      patience,
      timeout,
      silence,
      asker: (url) => ({ id: this.id, url, clean: (text) => this.clean(text) }),
      notFound: async (url, why) =>
        explainMissing(
          await this.client(url),
          this.id,
          this.replayed ? this.origin.replace(/^replay of /, '') : url,
          why,
        ),
    })
    return this.#opened
  }

  #endpoints(): { endpoint: Endpoint; weight: number }[] {
    if (this.replayed) return [{ endpoint: endpoint(this.#urls[0]!, 'replay'), weight: 1 }]
    const { servers, named } = this.#servers
    return servers.map(({ url, weight = 1, apiKey }) => ({
      endpoint: endpoint(url, this.#key(url, named, apiKey ?? this.options.apiKey)),
      weight,
    }))
  }

  #key(url: string, named: boolean, passed: string | undefined): string {
    const key = keyFor(plainURL(url), named, passed)
    if (key) return key
    if (isLocal(plainURL(url)) || new URL(url).password || new URL(url).search) return 'none'
    throw new Stopped(
      'no-key',
      `${this.id} at ${plainURL(url)} needs a key, and OPENAI_API_KEY is not set.`,
      `export OPENAI_API_KEY=… and restart the kernel; or pass one: model('${this.id}', { apiKey: process.env.MY_KEY }); or name a server of yours: model('${this.id}', { baseURL: 'http://127.0.0.1:8000/v1' })`,
    )
  }
}
