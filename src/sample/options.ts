// What a model can be told, and whether it can be.
import { checkKnown, type Known } from '../known.js'
import { Stopped } from '../stopped.js'
import { openaiURL } from './address.js'
import type { Price } from './prices.js'

/** One of several servers of one model. */
export interface Server {
  url: string
  /** Its share of the requests beside the others'. @default 1 */
  weight?: number
  /** @default the model's */
  apiKey?: string
}

export interface ModelOptions {
  /**
   * Where it is served. Several addresses are replicas of one model: the samples of one problem go to one of them,
   * one that dies hands its work to the others and is asked again later.
   * @default OPENAI_BASE_URL, else https://api.openai.com/v1
   */
  baseURL?: string | (string | Server)[]
  /** @default OPENAI_API_KEY; a server on this machine or in a private network is asked without one */
  apiKey?: string
  /**
   * What stands for the server in the keys of kept answers. Where a server has moved to another host or port, the
   * address under which its answers were kept says that it is the same one; any other text names it for good.
   * @default the base URL, the first of several
   */
  identity?: string
  /**
   * Requests at once at most, over all servers. Begins with 64, grows as the server takes them, is halved when it says
   * "too many". @default up to 256, begun with 16 and grown only while first tokens come soon
   */
  concurrency?: number
  /** Dollars for a million tokens. @default list prices where they are public (`listPrices`); unknown elsewhere */
  price?: Price
  /**
   * Asks through OpenAI's Batch API: half the price, answers within 24 hours. What was handed in stays at the server
   * over interrupts and restarts, and is fetched by the same cell. @default false
   */
  batch?: boolean | BatchOptions
  /** A file to which every real answer is appended, to be replayed later. */
  record?: string
  /** Recordings to answer from instead of a server: a file or several. */
  replay?: string | string[]
  /** System prompt in place of the prompt set's; null: none is sent. */
  system?: string | null
  /**
   * Seconds that one request may take. @default 120, and maxTokens at a quarter of the slowest speed seen so far
   * (of 16 tokens a second before anything was seen)
   */
  timeout?: number
  /** Seconds without a byte after which a request counts as dead. @default 600 before the first one, then 120 */
  silence?: number
  /** How often a failed request is tried again. @default 10: at 30 % faults, one question in half a million fails */
  retries?: number
  /** Seconds for which servers are waited for that have answered and are all gone. @default 120 */
  patience?: number
}

export interface BatchOptions {
  /** Seconds between two looks at a batch. @default 15, growing to 120 */
  poll?: number
  /** Seconds for which questions are gathered after the last one came. @default 2 */
  gather?: number
  /** Requests of one batch at most. @default 50000, OpenAI's limit */
  requests?: number
  /** Megabytes of one batch at most. @default 200, OpenAI's limit */
  megabytes?: number
}

/** The servers that options name, and whether a cell named them. */
export function serversOf(options: ModelOptions): { servers: Server[]; named: boolean } {
  const given = [options.baseURL ?? []].flat()
  const servers = given.map((each) => (typeof each === 'string' ? { url: each } : each))
  if (servers.length > 0) return { servers, named: true }
  return { servers: [{ url: process.env.OPENAI_BASE_URL ?? openaiURL }], named: false }
}

/** @throws Stopped('bad-call') for an option that cannot be. */
const OPTIONS: Known<Required<ModelOptions>> = {
  baseURL: true,
  apiKey: true,
  identity: true,
  concurrency: true,
  price: true,
  batch: true,
  record: true,
  replay: true,
  system: true,
  timeout: true,
  silence: true,
  retries: true,
  patience: true,
}

export function checkModel(id: string, options: ModelOptions): void {
  const bad = (what: string, fix: string) => new Stopped('bad-call', what, fix)
  if (typeof id !== 'string' || id.trim() === '')
    throw bad(`model(…) got ${JSON.stringify(id)} for its name.`, "model('gpt-4o-mini')")
  checkKnown(`model('${id}', …)`, options, OPTIONS)
  const { concurrency, retries, timeout, silence, patience, price, baseURL, batch, replay, identity } = options
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1))
    throw bad(`model('${id}') got the concurrency ${concurrency}.`, `model('${id}', { concurrency: 16 })`)
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0))
    throw bad(`model('${id}') got ${retries} retries.`, `model('${id}', { retries: 5 })`)
  for (const [name, seconds] of Object.entries({ timeout, silence, patience }))
    if (seconds !== undefined && !(seconds > 0))
      throw bad(`model('${id}') got the ${name} ${seconds}, in seconds.`, `model('${id}', { ${name}: 600 })`)
  if (price !== undefined && !(price.prompt >= 0 && price.completion >= 0 && (price.cached ?? 0) >= 0))
    throw bad(
      `model('${id}') got the price ${JSON.stringify(price)}.`,
      `model('${id}', { price: { prompt: 0.15, completion: 0.6 } }), in dollars for a million tokens`,
    )
  if (identity !== undefined && (typeof identity !== 'string' || identity.trim() === ''))
    throw bad(
      `model('${id}') got ${JSON.stringify(identity)} for its identity.`,
      `model('${id}', { identity: 'http://gpu-box:8000/v1' })`,
    )
  const servers = [baseURL ?? []].flat() as (string | Server)[]
  if (Array.isArray(baseURL) && servers.length === 0)
    throw bad(
      `model('${id}') got an empty list of addresses.`,
      `model('${id}', { baseURL: 'http://127.0.0.1:8000/v1' })`,
    )
  for (const each of servers) {
    const url = typeof each === 'string' ? each : each?.url
    if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url))
      throw bad(
        `model('${id}') got the address ${JSON.stringify(url)}.`,
        `model('${id}', { baseURL: 'http://127.0.0.1:8000/v1' })`,
      )
    if (typeof each === 'object' && each.weight !== undefined && !(each.weight > 0))
      throw bad(`${url} got the weight ${each.weight}.`, `model('${id}', { baseURL: [{ url: '${url}', weight: 2 }] })`)
  }
  if (batch && servers.length > 1)
    throw bad(
      `model('${id}') got ${servers.length} addresses and batch: a batch goes to one.`,
      `model('${id}', { batch: true })`,
    )
  if (batch && replay !== undefined)
    throw bad(`model('${id}') got batch and replay.`, `model('${id}', { replay: … }): recordings cost nothing`)
}
