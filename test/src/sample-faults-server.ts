// A chat server in which everything goes wrong that goes wrong in the field, drawn from a seed, and which keeps
// its own books: what it would have billed for every answer and for every attempt that it spoiled.
//
// Its tokens are four characters long, one to a piece, so that its count and the client's estimate of an answer
// that broke off can be compared to the token.
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type Act, chatServer, type Request, type Server } from './sample-server.js'

export const FAULTS = [
  'limit',
  'limit-mute',
  'error',
  'overloaded',
  'reset-before',
  'reset-middle',
  'stall-before',
  'stall-middle',
  'truncated-json',
  'garbage',
  'error-in-stream',
  'polite-cut',
] as const
export type FaultKind = (typeof FAULTS)[number]

/** What is odd about an answer that is whole all the same. */
export const ODDITIES = [
  'wrong-usage',
  'no-usage',
  'repeated-end',
  'repeated-id',
  'slow-drip',
  'comments',
  'split',
] as const
export type Oddity = (typeof ODDITIES)[number]

export interface Books {
  /** Tokens of whole answers, and of what was sent of spoiled ones. */
  answers: { prompt: number; completion: number }
  spoiled: { prompt: number; completion: number }
  faults: Record<string, number>
  oddities: Record<string, number>
  /** Whole answers by their seed: more than one is one paid twice. */
  given: Map<number, number>
}

export const tokensOf = (text: string) => Math.ceil(text.length / 4)

/** Serves with this share of requests spoiled and this share odd. */
export async function faultyServer(share: number, odd = share, seed = 1): Promise<Server & { books: Books }> {
  const zero = () => ({ prompt: 0, completion: 0 })
  const books: Books = { answers: zero(), spoiled: zero(), faults: {}, oddities: {}, given: new Map() }
  const arrivals = new Map<string, number>()
  const act: Act = (request, response) => {
    const key = `${request.body.seed} ${request.body.messages.at(-1)!.content}`
    const arrival = arrivals.get(key) ?? 0
    arrivals.set(key, arrival + 1)
    const draw = (what: string) =>
      createHash('sha256').update(`${seed} ${what} ${key} ${arrival}`).digest().readUInt32BE(0) / 2 ** 32
    const fault = draw('fault') < share ? FAULTS[Math.floor(draw('which') * FAULTS.length)] : undefined
    const oddity = draw('odd') < odd ? ODDITIES[Math.floor(draw('what') * ODDITIES.length)] : undefined
    if (fault) books.faults[fault] = (books.faults[fault] ?? 0) + 1
    else if (oddity) books.oddities[oddity] = (books.oddities[oddity] ?? 0) + 1
    return fault ? spoil(fault, request, response, books) : answer(oddity, request, response, books)
  }
  return Object.assign(await chatServer(act), { books })
}

const promptTokens = ({ body }: Request) => body.messages.reduce((sum, { content }) => sum + tokensOf(content), 0)

/** The answer depends on the request alone. Whole tokens: a multiple of four characters. */
export function wholeAnswer({ body }: Pick<Request, 'body'>): string {
  const text = `Seed ${body.seed} says: ${'so and so, '.repeat(1 + (body.seed % 7))}\\boxed{${body.seed % 97}}`
  return text.padEnd(4 * tokensOf(text), '.')
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`
const piece = (content: string) => event({ choices: [{ index: 0, delta: { content } }] })
const pieces = (text: string) => text.match(/.{1,4}/gs) ?? []
const refuse = (response: ServerResponse, status: number, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ error: { message: `made to fail with ${status}`, type: 'x', code: null } }))
}
const begin = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' })
const flushed = (response: ServerResponse, text: string) => new Promise((resolve) => response.write(text, resolve))

async function spoil(fault: FaultKind, request: Request, response: ServerResponse, books: Books): Promise<void> {
  if (fault === 'limit') return refuse(response, 429, { 'retry-after-ms': '20' })
  if (fault === 'limit-mute') return refuse(response, 429)
  if (fault === 'error') return refuse(response, 500)
  if (fault === 'overloaded') return refuse(response, 503, { 'retry-after': '0.02' })
  if (fault === 'reset-before') return void response.destroy()
  if (fault === 'stall-before') return
  if (fault === 'truncated-json') {
    response.writeHead(200, { 'content-type': 'application/json' })
    // Counted as the prompt: nothing of the answer can be read.
    books.spoiled.prompt += promptTokens(request)
    await flushed(response, '{"choices":[{"index":0,"message":{"role":"assistant","content":"So the an')
    return void response.end()
  }
  begin(response)
  const sent = pieces(wholeAnswer(request)).slice(0, 5)
  await flushed(response, sent.map(piece).join(''))
  // The client has to have read it before the connection breaks, or the two books differ by what was on its way.
  await wait(30)
  books.spoiled.prompt += promptTokens(request)
  books.spoiled.completion += sent.length
  if (fault === 'reset-middle') response.destroy()
  else if (fault === 'garbage') response.end('data: {"choices":[{"in\u0000\u0000%%%\n\ndata: [DONE]\n\n')
  else if (fault === 'error-in-stream') response.end(event({ error: { message: 'out of memory', code: 500 } }))
  else if (fault === 'polite-cut') response.end('data: [DONE]\n\n')
  // 'stall-middle' says nothing more.
}

async function answer(
  oddity: Oddity | undefined,
  request: Request,
  response: ServerResponse,
  books: Books,
): Promise<void> {
  const text = wholeAnswer(request)
  const all = pieces(text)
  const usage = { prompt_tokens: promptTokens(request), completion_tokens: all.length }
  books.answers.prompt += usage.prompt_tokens
  books.answers.completion += usage.completion_tokens
  books.given.set(request.body.seed, (books.given.get(request.body.seed) ?? 0) + 1)
  begin(response)
  const end = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  const counted = event({ choices: [], usage })
  const done = 'data: [DONE]\n\n'
  const body = all.map(piece)
  if (oddity === 'slow-drip') {
    for (const each of [...body, end, counted, done]) {
      await flushed(response, each)
      await wait(2)
    }
    return void response.end()
  }
  if (oddity === 'split') {
    // In the middle of lines, of JSON, and of nothing in particular.
    const whole = [...body, end, counted, done].join('')
    for (let at = 0; at < whole.length; at += 97) {
      await flushed(response, whole.slice(at, at + 97))
      if (at % 5 === 0) await wait(1)
    }
    return void response.end()
  }
  if (oddity === 'repeated-id')
    response.write(body.map((each, i) => `id: ${i}\n${each}`.repeat(i % 3 === 0 ? 2 : 1)).join(''))
  else if (oddity === 'comments') response.write(`: keep-alive\n\nevent: message\n${body.join(': ping\n\n')}`)
  else response.write(body.join(''))
  response.write(oddity === 'repeated-end' ? end + end + piece('late') : end)
  if (oddity === 'wrong-usage')
    response.write(
      event({
        choices: [],
        usage: [
          { prompt_tokens: -1, completion_tokens: 1e9 },
          { completion_tokens: 'many' },
          { prompt_tokens: 3.5, completion_tokens: 0 },
        ][request.body.seed % 3]!,
      }),
    )
  else if (oddity !== 'no-usage') response.write(counted)
  response.end(oddity === 'repeated-end' ? done + counted + done : done)
}
