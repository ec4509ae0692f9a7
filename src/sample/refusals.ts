// What an error of a request means: stop everything, wait, try again, or give this row up.
import type { IncomingHttpHeaders } from 'node:http'
import { Stopped } from '../stopped.js'
import { retryAfter } from './fleet/limits.js'

export type Refusal =
  | { kind: 'stop'; stopped: Stopped }
  /** The server asks for patience; `seconds` where it says how much. */
  | { kind: 'wait'; seconds?: number; why: string }
  /** Something broke: on the way, or in the server (`ofServer`). */
  | { kind: 'again'; why: string; ofServer: boolean }
  /** No server there. */
  | { kind: 'gone'; why: string }
  /** Another try would end alike. */
  | { kind: 'row'; why: string; ownFault: boolean; status?: number }
  /** The address is wrong, or the model is: the caller has to ask the server which. */
  | { kind: 'not-found'; why: string }

export interface Asker {
  id: string
  url: string
  /** Removes keys from a text. */
  clean(text: string): string
}

interface Trouble {
  status?: number
  code?: string | null
  message?: string
  headers?: IncomingHttpHeaders
  cause?: Trouble
}

/** Reads an error of a request: a status of 400 and above, or the network's. */
export function refusal(error: unknown, asker: Asker): Refusal {
  const trouble = error as Trouble
  const said = asker.clean(trouble.message ?? String(error))
  const { status } = trouble
  if (status === undefined) return ofNetwork(trouble, said, asker)
  if (status === 401 || status === 403) return { kind: 'stop', stopped: badKey(status, said, asker) }
  if (status === 404) {
    if (trouble.code === 'no_recording') return { kind: 'row', why: said.replace(/^404 /, ''), ownFault: true }
    return { kind: 'not-found', why: said }
  }
  const unpaid = status === 402 || (status === 429 && /insufficient_quota|billing/i.test(`${trouble.code} ${said}`))
  if (unpaid)
    return {
      kind: 'stop',
      stopped: new Stopped(
        'over-budget',
        `${asker.url} says that the account has no money left: ${said}`,
        'Add credit where the account is kept, and run the cell again: it continues where it stopped.',
        error,
      ),
    }
  const seconds = retryAfter(trouble.headers ?? {})
  // 529 is "overloaded" at some providers. A 503 may be a server that starts up, or one that has too much to do.
  if (status === 429 || status === 529 || (status === 503 && seconds !== undefined))
    return { kind: 'wait', why: said, ...(seconds !== undefined && { seconds }) }
  if (status === 408 || status === 409 || status >= 500) return { kind: 'again', why: said, ofServer: status >= 500 }
  return { kind: 'row', why: said, ownFault: false, status }
}

function badKey(status: number, said: string, { id, url }: Asker): Stopped {
  return new Stopped(
    'bad-key',
    `${url} does not accept the key for ${id} (${status}): ${said.replace(/^\d+ /, '')}`,
    `Set the right key and restart the kernel (export OPENAI_API_KEY=…), or pass it: model('${id}', { apiKey: process.env.MY_KEY })`,
  )
}

function ofNetwork(trouble: Trouble, said: string, { url }: Asker): Refusal {
  const codes: string[] = []
  let text = said
  for (let inner: Trouble | undefined = trouble, depth = 0; inner && depth < 6; inner = inner.cause, depth++) {
    if (inner.code) codes.push(inner.code)
    if (inner.message) text = inner.message
  }
  const code = codes.at(-1) ?? ''
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT/.test(code))
    return { kind: 'gone', why: code }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|EPROTO/.test(code))
    return {
      kind: 'stop',
      stopped: new Stopped(
        'no-server',
        `${url} has no certificate that this machine trusts (${code}).`,
        'export NODE_EXTRA_CA_CERTS=/path/to/ca.pem and restart the kernel, or use http:// on a network that you trust.',
      ),
    }
  const why = code ? `the connection broke (${code})` : `the connection broke: ${text}`
  return { kind: 'again', why, ofServer: false }
}
