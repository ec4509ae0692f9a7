// What an error of a request means: stop everything, wait, try again, or give this row up.
import { Stopped } from '../stopped.js'

export type Refusal =
  | { kind: 'stop'; stopped: Stopped }
  /** The server asks for patience. */
  | { kind: 'wait'; seconds: number; why: string }
  | { kind: 'again'; why: string }
  /** No server there: worth another try only where one has answered before. */
  | { kind: 'gone'; why: string }
  | { kind: 'row'; why: string; ownFault: boolean }
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
  headers?: Headers
  cause?: Trouble
}

/** The longest a server may make us wait in one go, in seconds. */
const LONGEST_WAIT = 600

/** Reads an error of the openai package, or of the network under it. */
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
  if (status === 429 && /insufficient_quota|billing/i.test(`${trouble.code} ${said}`))
    return {
      kind: 'stop',
      stopped: new Stopped(
        'over-budget',
        `${asker.url} says that the account has no money left: ${said}`,
        'Add credit where the account is kept, and run the cell again: it continues where it stopped.',
        error,
      ),
    }
  if (status === 429 || (status === 503 && trouble.headers?.has('retry-after')))
    return { kind: 'wait', seconds: retryAfter(trouble.headers), why: said }
  if (status === 408 || status === 409 || status >= 500) return { kind: 'again', why: said }
  return { kind: 'row', why: said, ownFault: false }
}

function badKey(status: number, said: string, { id, url }: Asker): Stopped {
  return new Stopped(
    'bad-key',
    `${url} does not accept the key for ${id} (${status}): ${said.replace(/^\d+ /, '')}`,
    `Set the right key and restart the kernel (export OPENAI_API_KEY=…), or pass it: model('${id}', { apiKey: process.env.MY_KEY })`,
  )
}

function ofNetwork(trouble: Trouble, said: string, { url, id }: Asker): Refusal {
  const codes: string[] = []
  let text = said
  for (let inner: Trouble | undefined = trouble, depth = 0; inner && depth < 6; inner = inner.cause, depth++) {
    if (inner.code) codes.push(inner.code)
    if (inner.message) text = inner.message
  }
  const code = codes.at(-1) ?? ''
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN/.test(code)) return { kind: 'gone', why: code }
  if (code === 'ENOTFOUND')
    return {
      kind: 'stop',
      stopped: new Stopped(
        'no-server',
        `There is no host for ${url} (ENOTFOUND).`,
        `Look at the address: model('${id}', { baseURL: '…' }), and try: curl ${url}/models`,
      ),
    }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|EPROTO/.test(code))
    return {
      kind: 'stop',
      stopped: new Stopped(
        'no-server',
        `${url} has no certificate that this machine trusts (${code}).`,
        'export NODE_EXTRA_CA_CERTS=/path/to/ca.pem and restart the kernel, or use http:// on a network that you trust.',
      ),
    }
  return { kind: 'again', why: code ? `the connection broke (${code})` : `the connection broke: ${text}` }
}

/** What a server with nobody behind its address leads to. */
export function noServer({ url }: Asker, why: string): Stopped {
  const what =
    why === 'ECONNREFUSED' ? `${url} refused the connection (ECONNREFUSED).` : `${url} cannot be reached (${why}).`
  return new Stopped('no-server', what, `Is the server up? Try: curl ${url}/models`)
}

/** Seconds that a refusal asks to wait: retry-after-ms, retry-after as seconds or as a date; 1 where it says nothing. */
export function retryAfter(headers: Headers | undefined): number {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN)
  const plain = headers?.get('retry-after') ?? ''
  const seconds = Number.isFinite(ms)
    ? ms / 1000
    : /^\s*[\d.]+\s*$/.test(plain)
      ? Number(plain)
      : /[a-z]/i.test(plain)
        ? (Date.parse(plain) - Date.now()) / 1000
        : Number.NaN
  return Number.isFinite(seconds) ? Math.min(LONGEST_WAIT, Math.max(0, seconds)) : 1
}
