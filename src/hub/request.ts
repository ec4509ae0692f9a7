// One request to the Hub: the token only to the Hub's own address, redirects in the open, patience with a busy server.
import { setTimeout as pause } from 'node:timers/promises'
import { Stopped } from '../stopped.js'
import { type Asked, refused, unreachable, waitOf } from './faults.js'
import { endpoint, isOffline, token } from './settings.js'

export interface HubRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  headers?: Record<string, string>
  /** Text or bytes; a function makes a stream anew for each try. */
  body?: string | Uint8Array | (() => BodyInit)
  signal?: AbortSignal
  /** What it is for, in messages. */
  asked?: Asked
  /** Statuses that the caller reads itself, where other refusals are thrown. */
  accept?: number[]
  /** Seconds until the answer's head has come. @default 30 */
  timeout?: number
  /** How often it is tried where the server is busy or not reached. @default 5 */
  tries?: number
}

/** Seconds between tries; a server's own wish goes before, up to WISH. */
const PAUSES = [0.5, 1, 2, 4]
/** The longest that is waited where a server asks for it, in seconds. */
const WISH = 310
const HOPS = 6
const AGAIN = new Set([408, 429, 500, 502, 503, 504])

/**
 * Sends a request to the Hub and gives the answer, its body unread.
 *
 * The token of the user travels only to the Hub's own address (HF_ENDPOINT): a redirect to a CDN or to any other host
 * goes without it. Where the server is busy, breaks off or is not reached, it is tried four times more.
 *
 * @param where A path that begins with `/`, or a whole address (an upload's, a next page's).
 * @throws Stopped: what a refusal means and what to type; 'no-server' where nothing answers; 'interrupted'.
 */
export async function hubRequest(where: string, request: HubRequest = {}): Promise<Response> {
  const address = where.startsWith('/') ? endpoint() + where : where
  if (isOffline())
    throw new Stopped(
      'no-server',
      `HF_HUB_OFFLINE is set, and ${request.asked ? `the ${request.asked.kind} ${request.asked.repo}` : new URL(address).pathname} is not here whole.`,
      'Once, with a network: unset HF_HUB_OFFLINE',
    )
  for (let attempt = 0; ; attempt++) {
    request.signal?.throwIfAborted()
    const next = attempt + 1 < (request.tries ?? 5) ? PAUSES[attempt] : undefined
    let response: Response
    try {
      response = await followed(address, request)
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason
      if (error instanceof Stopped) throw error
      // Nobody there is seldom a matter of seconds.
      if (next === undefined || isForbidden(error) || (attempt > 0 && isNobody(error)))
        throw unreachable(address, error)
      await pause(next * 1000, undefined, { signal: request.signal }).catch(() => request.signal?.throwIfAborted())
      continue
    }
    if (response.ok || response.status === 304 || isRedirect(response) || request.accept?.includes(response.status))
      return response
    await response.body?.cancel().catch(() => undefined)
    const wish = waitOf(response.headers)
    if (!AGAIN.has(response.status) || next === undefined || (wish ?? 0) > WISH)
      throw refused(response.status, response.headers, request.asked)
    await pause((wish ?? next) * 1000, undefined, { signal: request.signal }).catch(() =>
      request.signal?.throwIfAborted(),
    )
  }
}

/** As `hubRequest`, and the answer read as JSON. */
export async function hubJson<T>(where: string, request: HubRequest = {}): Promise<{ value: T; headers: Headers }> {
  const headers = { accept: 'application/json', ...request.headers }
  const response = await hubRequest(where, { ...request, headers })
  const text = await response.text()
  try {
    return { value: JSON.parse(text) as T, headers: response.headers }
  } catch (error) {
    throw new Stopped(
      'no-server',
      `${new URL(endpoint()).host} answered with something that is not JSON (${text.slice(0, 60).replace(/\s+/g, ' ')}…): it is not a Hub, or a proxy stands before it.`,
      'Check HF_ENDPOINT: curl -I $HF_ENDPOINT/api/datasets',
      error,
    )
  }
}

const isNobody = (error: unknown): boolean =>
  ['ENOTFOUND', 'ECONNREFUSED', 'ENETUNREACH'].includes((error as { cause?: { code?: string } }).cause?.code ?? '')

/** A port to which fetch sends nothing, whoever listens there: 9, 25 … */
const isForbidden = (error: unknown): boolean => (error as { cause?: Error }).cause?.message === 'bad port'

const isRedirect = ({ status }: Response): boolean => status >= 300 && status < 400

async function followed(address: string, request: HubRequest): Promise<Response> {
  const own = new URL(endpoint()).origin
  const secret = token()?.value
  let url = address
  for (let hop = 0; hop < HOPS; hop++) {
    const atHome = new URL(url).origin === own
    const headers: Record<string, string> = {
      'user-agent': 'skylab',
      // The size and the bytes are the file's own, not those of a compressed answer.
      'accept-encoding': 'identity',
      ...request.headers,
      ...(atHome && secret !== undefined ? { authorization: `Bearer ${secret}` } : {}),
    }
    const body = typeof request.body === 'function' ? request.body() : request.body
    // Only the head of the answer is waited for so long; its body has all the time it needs.
    const late = new AbortController()
    const seconds = request.timeout ?? 30
    const timer = setTimeout(() => late.abort(new DOMException('no answer in time', 'TimeoutError')), seconds * 1000)
    const response = await fetch(url, {
      method: request.method ?? 'GET',
      headers,
      redirect: 'manual',
      signal: request.signal ? AbortSignal.any([request.signal, late.signal]) : late.signal,
      ...(body === undefined ? {} : { body, ...(typeof request.body === 'function' ? { duplex: 'half' } : {}) }),
    } as RequestInit).finally(() => clearTimeout(timer))
    const target = response.headers.get('location')
    if (!isRedirect(response) || response.status === 304 || target === null) return response
    const next = new URL(target, url)
    // A HEAD wants to know what the Hub says of a file, not what the CDN says.
    if (request.method === 'HEAD' && next.origin !== own) return response
    await response.body?.cancel().catch(() => undefined)
    url = next.href
  }
  throw new Stopped('no-server', `${new URL(address).host} redirects in a circle.`, 'Check HF_ENDPOINT.')
}
