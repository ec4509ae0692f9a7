// A chat completion made from recordings: whole or streamed, or refused in OpenAI's shape.
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { drawFault, type Faults } from './faults.js'
import { plainContent, type Recording, recordingKey } from './recordings.js'
import type { Shelf, Wanted } from './shelf.js'

/** Characters of one streamed piece, about ten tokens. */
const PIECE = 40

/** A refusal in OpenAI's shape. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly code: string | null = null,
    readonly headers: Record<string, string> = {},
  ) {
    super(message)
  }
}

export function refuse(response: ServerResponse, { status, type, message, code, headers }: Refused): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ error: { message, type, param: null, code } }))
}

/** A request as it was read. */
export interface Asked extends Wanted {
  n: number
  stream: boolean
  usage: boolean
}

/** Reads the body of a request. */
export function read(text: string): Asked {
  const bad = (message: string) => new Refused(400, 'invalid_request_error', message)
  let body: Record<string, unknown>
  try {
    body = JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw bad(`The request is not JSON: ${(error as Error).message}.`)
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) throw bad('The request is not a JSON object.')
  const { model, messages, seed = null, n = 1, stream = false } = body
  if (typeof model !== 'string') throw bad('"model" has to be a text.')
  if (!Array.isArray(messages) || messages.length === 0) throw bad('"messages" has to be a list of messages.')
  if (messages.some((message) => typeof message?.role !== 'string')) throw bad('Every message needs a "role".')
  if (seed !== null && !Number.isInteger(seed)) throw bad('"seed" has to be a whole number.')
  if (!Number.isInteger(n) || (n as number) < 1 || (n as number) > 128)
    throw bad('"n" has to be a whole number from 1 to 128.')
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content: plainContent(content) })),
    seed: seed as number | null,
    n: n as number,
    stream: stream === true,
    usage: (body.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true,
  }
}

/** Answers a request from the shelf, with a fault where one is drawn. `seen` counts arrivals for that. */
export async function complete(
  shelf: Shelf,
  faults: Faults,
  seen: Map<string, number>,
  asked: Asked,
  response: ServerResponse,
): Promise<void> {
  const key = recordingKey(asked.model, asked.messages, asked.seed)
  const attempt = seen.get(key) ?? 0
  const faulty = Boolean(faults.limit || faults.error || faults.cut)
  if (faulty) seen.set(key, attempt + 1)
  const fault = drawFault(faults, key, attempt)
  if (faults.slow) await sleep(faults.slow, undefined, { ref: false })
  if (fault === 'limit')
    throw new Refused(
      429,
      'rate_limit_error',
      'Too many requests (injected by skylab replay).',
      'rate_limit_exceeded',
      { 'retry-after': '1', 'retry-after-ms': '50' },
    )
  if (fault === 'error') throw new Refused(500, 'server_error', 'The server failed (injected by skylab replay).')

  const choices: Recording[] = []
  for (let index = 0; index < asked.n; index++) {
    // A seed stands for one answer; several choices are told apart by their index where there is none.
    const found = asked.seed !== null && index > 0 ? undefined : await shelf.find(asked, index)
    if (!found) throw await missing(shelf, asked, index)
    choices.push(found)
  }
  const id = `chatcmpl-${key.slice(0, 24)}`
  const usage = usageOf(choices)
  if (asked.stream)
    return stream(response, {
      id,
      model: asked.model,
      choices,
      usage: asked.usage ? usage : undefined,
      cut: fault === 'cut',
    })
  const whole = JSON.stringify({
    id,
    object: 'chat.completion',
    created: 0,
    model: asked.model,
    choices: choices.map(({ answer }, index) => ({
      index,
      message: {
        role: 'assistant',
        content: answer.content,
        ...(answer.reasoning !== undefined && { reasoning_content: answer.reasoning }),
      },
      finish_reason: answer.finish,
    })),
    usage,
  })
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(whole) })
  if (fault !== 'cut') return void response.end(whole)
  await flushed(response, whole.slice(0, whole.length >> 1))
  response.destroy()
}

async function missing(shelf: Shelf, asked: Asked, index: number): Promise<Refused> {
  if (!shelf.models.includes(asked.model))
    return new Refused(
      404,
      'invalid_request_error',
      `There is no recording of the model ${asked.model}; these are here: ${shelf.models.join(', ')}.`,
      'model_not_found',
    )
  const nearest = await shelf.nearest(asked)
  if (!nearest)
    return new Refused(404, 'invalid_request_error', 'There is no recording of this request.', 'no_recording')
  const { recording, difference } = nearest
  const of = recording.for ?? { stage: '', problem: '', sample: 0 }
  const choice = asked.n > 1 ? ` (choice ${index})` : ''
  return new Refused(
    404,
    'invalid_request_error',
    `There is no recording of this request${choice}. The nearest is ${of.stage} of ${of.problem || 'an unnamed problem'}, sample ${of.sample} (model ${recording.model}, seed ${recording.seed}): ${difference}.`,
    'no_recording',
  )
}

function usageOf(choices: Recording[]): { prompt_tokens: number; completion_tokens: number; total_tokens: number } {
  const prompt = choices[0]!.answer.usage.prompt
  const completion = choices.reduce((sum, { answer }) => sum + answer.usage.completion, 0)
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
}

interface Streamed {
  id: string
  model: string
  choices: Recording[]
  usage: object | undefined
  cut: boolean
}

async function stream(response: ServerResponse, { id, model, choices, usage, cut }: Streamed): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  const event = (more: object) =>
    `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created: 0, model, ...more })}\n\n`
  const delta = (index: number, delta: object, finish: string | null = null) =>
    event({ choices: [{ index, delta, finish_reason: finish }], ...(usage && { usage: null }) })
  const events: string[] = []
  for (const [index, { answer }] of choices.entries()) {
    events.push(delta(index, { role: 'assistant', content: '' }))
    for (const piece of pieces(answer.reasoning ?? '')) events.push(delta(index, { reasoning_content: piece }))
    for (const piece of pieces(answer.content)) events.push(delta(index, { content: piece }))
    events.push(delta(index, {}, answer.finish))
  }
  if (usage) events.push(event({ choices: [], usage }))
  events.push('data: [DONE]\n\n')
  const end = cut ? events.length >> 1 : events.length
  for (let i = 0; i < end && !response.destroyed; i += 32)
    await flushed(response, events.slice(i, Math.min(end, i + 32)).join(''))
  if (cut) response.destroy()
  else response.end()
}

/** A text in pieces of about PIECE characters, none of which splits a surrogate pair. */
function* pieces(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    let end = start + PIECE
    const last = text.charCodeAt(end - 1)
    if (last >= 0xd800 && last < 0xdc00) end++
    yield text.slice(start, end)
    start = end
  }
}

/** Resolves when the text has gone out, or cannot any more. */
function flushed(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('close', done)
      resolve()
    }
    response.on('close', done)
    response.write(text, done)
  })
}
