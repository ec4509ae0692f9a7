// A chat server for tests that does what it is told, request by request.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { MimeBundle } from '../../src/host.js'
import type { Problem } from '../../src/rows.js'
import { listening } from './listening.js'

export interface Request {
  /** 0, 1, … in the order of arrival. */
  nth: number
  body: {
    model: string
    messages: { role: string; content: string }[]
    seed: number
    max_tokens?: number
    temperature?: number
  }
  headers: IncomingMessage['headers']
}

/** What the server does with a request. */
export type Act = (request: Request, response: ServerResponse) => void | Promise<void>

export interface Server {
  url: string
  requests: Request[]
  /** The most requests that were open at once. */
  most: number
  close(): Promise<void>
}

export async function chatServer(act: Act, models: string[] = ['m']): Promise<Server> {
  const served: Server = { url: '', requests: [], most: 0, close: async () => {} }
  let open = 0
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/models')) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ object: 'list', data: models.map((id) => ({ id, object: 'model' })) }))
      return
    }
    served.most = Math.max(served.most, ++open)
    response.on('close', () => open--)
    let text = ''
    for await (const chunk of request) text += chunk
    const seen = { nth: served.requests.length, body: JSON.parse(text), headers: request.headers }
    served.requests.push(seen)
    await act(seen, response)
  })
  const { url, close } = await listening(server)
  return Object.assign(served, { url: `${url}/v1`, close })
}

const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`

/** Streams an answer to its end. */
export function say(
  response: ServerResponse,
  text: string,
  more: { finish?: string; delta?: object; usage?: object | null } = {},
): void {
  const { finish = 'stop', delta = {}, usage = { prompt_tokens: 7, completion_tokens: 3 } } = more
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(event({ choices: [{ index: 0, delta: { role: 'assistant', ...delta } }] }))
  for (const piece of text.match(/.{1,5}/gs) ?? [])
    response.write(event({ choices: [{ index: 0, delta: { content: piece } }] }))
  response.write(event({ choices: [{ index: 0, delta: {}, finish_reason: finish }] }))
  if (usage) response.write(event({ choices: [], usage }))
  response.end('data: [DONE]\n\n')
}

export function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
  code: string | null = null,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ error: { message, type: 'x', code } }))
}

/** Begins an answer and breaks the connection; or ends it politely, without a finish reason. */
export async function cut(response: ServerResponse, how: 'reset' | 'polite'): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  await new Promise((resolve) =>
    response.write(event({ choices: [{ index: 0, delta: { content: 'half of' } }] }), resolve),
  )
  if (how === 'polite') response.end('data: [DONE]\n\n')
  else response.destroy()
}

/** An answer that depends on the request alone. */
export const answerTo = ({ body }: Request) =>
  `<think>${body.seed}</think> ${body.messages.at(-1)!.content.slice(-12)} \\boxed{${body.seed % 97}}`

export function problem(i: number, more: Partial<Problem> = {}): Problem {
  return {
    id: `test/${i}`,
    source: 'test',
    kind: 'math',
    domain: 'math',
    prompt: `What is ${i} + ${i}?`,
    answer: String(2 * i),
    ...more,
  }
}

export const problems = (n: number) => Array.from({ length: n }, (_, i) => problem(i))

/** A host that keeps what was shown and can be interrupted. */
export function testHost() {
  const HOST = Symbol.for('skylab.host')
  const shown: { bundle: MimeBundle; id?: string; update?: boolean; final?: boolean }[] = []
  let controller = new AbortController()
  Object.assign(globalThis, {
    [HOST]: {
      display: (bundle: MimeBundle, options = {}) => void shown.push({ bundle, ...options }),
      signal: () => controller.signal,
      prompt: () => Promise.reject(new Error('nobody here')),
    },
  })
  return {
    shown,
    /** Interrupts the running cell; the next one has a fresh signal. */
    interrupt() {
      const old = controller
      controller = new AbortController()
      old.abort(new Error('interrupted by the test'))
    },
    remove: () => delete (globalThis as Record<symbol, unknown>)[HOST],
  }
}
