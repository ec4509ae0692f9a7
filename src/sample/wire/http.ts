// One HTTP request over sockets that are kept open and counted.
//
// Node's own http is used and not fetch: beside the network, fetch and its web streams cost three times the CPU
// of a request (npm run bench -- sampling), and they cap no sockets.
import { type IncomingHttpHeaders, type IncomingMessage, Agent as PlainAgent, request as plain } from 'node:http'
import { Agent as SecureAgent, request as secure } from 'node:https'
import { onAbort } from './abort.js'
import type { Endpoint } from './endpoint.js'

/** An answer of 400 and above, or one that could not be read: what `refusal` reads. */
export class HttpError extends Error {
  constructor(
    readonly status: number | undefined,
    message: string,
    readonly code: string | null = null,
    readonly headers: IncomingHttpHeaders = {},
  ) {
    super(message)
  }
}

/** Of a refusal this much is read: its message is at the beginning. */
const ENOUGH = 64 << 10

/** Sockets to one endpoint, kept open between requests. */
export class Sockets {
  readonly #plain: PlainAgent
  readonly #secure: SecureAgent

  /** @param most Sockets at once at most. */
  constructor(most: number) {
    const options = {
      keepAlive: true,
      maxSockets: most,
      maxFreeSockets: most,
      scheduling: 'lifo' as const,
      // As Node's own fetch: a proxy of the environment where NODE_USE_ENV_PROXY says so.
      ...(process.env.NODE_USE_ENV_PROXY === '1' && { proxyEnv: process.env }),
    }
    this.#plain = new PlainAgent(options)
    this.#secure = new SecureAgent(options)
  }

  /**
   * Sends a request and gives the response when its head is there. A socket that the server closed while it lay
   * idle is no failure: the request goes out again on a fresh one.
   *
   * @throws HttpError for a status of 300 and above, errors of the network as Node gives them, the signal's reason.
   */
  async send(to: Endpoint, path: string, body: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
    for (;;) {
      const attempt = await this.#once(to, path, body, signal)
      if (attempt === 'stale') continue
      const status = attempt.statusCode ?? 0
      if (status < 300) return attempt
      throw refused(status, attempt.headers, await textOf(attempt, signal).catch(() => ''))
    }
  }

  close(): void {
    this.#plain.destroy()
    this.#secure.destroy()
  }

  #once(to: Endpoint, path: string, body: string | undefined, signal: AbortSignal): Promise<IncomingMessage | 'stale'> {
    const url = to.at(path)
    const isSecure = url.protocol === 'https:'
    return new Promise((resolve, reject) => {
      const sent = (isSecure ? secure : plain)(url, {
        method: body === undefined ? 'GET' : 'POST',
        agent: isSecure ? this.#secure : this.#plain,
        headers: {
          ...to.headers,
          accept: 'application/json, text/event-stream',
          ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      })
      const forget = onAbort(signal, () => {
        sent.destroy()
        reject(signal.reason)
      })
      sent.on('response', (response) => {
        forget()
        resolve(response)
      })
      sent.on('error', (error: NodeJS.ErrnoException) => {
        forget()
        if (sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) resolve('stale')
        else reject(error)
      })
      sent.end(body)
    })
  }
}

/**
 * Hands the text of a response on as it comes; resolves at its end, or when `take` says that it has enough.
 * @throws where it is broken off, and what `take` throws.
 */
export function readText(
  response: IncomingMessage,
  take: (text: string) => boolean | undefined,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let settled = false
    const settle = (act: () => void, leave = true) => {
      if (settled) return
      settled = true
      forget()
      // Leaving closes the connection, and a server stops writing when nobody reads.
      if (leave) response.destroy()
      act()
    }
    const forget = onAbort(signal, () => settle(() => reject(signal.reason)))
    response.setEncoding('utf8')
    response.on('data', (text: string) => {
      if (settled) return
      try {
        if (take(text)) settle(resolve)
      } catch (error) {
        settle(() => reject(error))
      }
    })
    response.on('end', () => settle(resolve, false))
    response.on('error', (error) => settle(() => reject(error)))
    response.on('close', () => settle(() => reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))))
  })
}

/** A short response as one text. */
export async function textOf(response: IncomingMessage, signal: AbortSignal, most = ENOUGH): Promise<string> {
  const pieces: string[] = []
  let length = 0
  await readText(
    response,
    (text) => {
      length += text.length
      pieces.push(text)
      return length >= most
    },
    signal,
  )
  return pieces.join('')
}

/** A refusal in words: OpenAI's shape, that of vLLM and FastAPI, or the text as it came. */
function refused(status: number, headers: IncomingHttpHeaders, text: string): HttpError {
  if (status < 400) {
    const to = String(headers.location ?? 'nowhere').replace(/\?.*$/, '')
    return new HttpError(status, `${status} redirects to ${to}: name that address as baseURL`, null, headers)
  }
  let message = text.trim().slice(0, 500)
  let code: string | null = null
  try {
    const body = JSON.parse(text) as { error?: unknown; message?: unknown; detail?: unknown; code?: unknown }
    const inner = (typeof body.error === 'object' && body.error !== null ? body.error : body) as typeof body
    const said = inner.message ?? inner.detail ?? body.error
    if (said !== undefined) message = typeof said === 'string' ? said : JSON.stringify(said)
    code = inner.code == null ? null : String(inner.code)
  } catch {
    // A proxy in between answers in HTML: its title says enough.
    message = /<title>([^<]*)<\/title>/i.exec(text)?.[1]?.trim() ?? message
  }
  return new HttpError(status, `${status} ${message || 'without a word'}`, code, headers)
}
