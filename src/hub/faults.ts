// What the Hub's refusals mean, and what to do about each.
import { Stopped } from '../stopped.js'
import { duration } from '../workspace/index.js'
import { endpoint, token } from './settings.js'

/** What was asked for, in messages: 'dataset AI-MO/NuminaMath-CoT'. */
export interface Asked {
  kind: 'dataset' | 'model'
  repo: string
  revision?: string
  file?: string
}

const page = ({ kind, repo }: Asked): string => `${endpoint()}/${kind === 'dataset' ? 'datasets/' : ''}${repo}`
const setToken = '%env HF_TOKEN=? in a notebook, export HF_TOKEN=… in a shell, or hf auth login'

/** An answer of the Hub that is not a success, as an error. Neither token nor signed address is ever part of it. */
export function refused(status: number, headers: Headers, asked: Asked | undefined): Stopped {
  const code = headers.get('x-error-code') ?? ''
  const message = (headers.get('x-error-message') ?? '').slice(0, 300)
  const used = token()
  if (asked === undefined) {
    if (status === 401 || status === 403) return badToken(status, message)
    return new Stopped('no-server', `${host()} answered ${status}${message && `: ${message}`}.`, 'Try again later.')
  }
  const name = `${asked.kind} ${asked.repo}`
  if (code === 'GatedRepo' || (status === 403 && /gated|restricted/i.test(message))) {
    const click = `Open ${page(asked)}, log in and click "Agree and access repository"`
    if (used === undefined)
      return new Stopped(
        'no-key',
        `The ${name} is gated, and there is no token (${status}).`,
        `${click}; make a token at ${endpoint()}/settings/tokens; then ${setToken}`,
      )
    return new Stopped(
      'bad-key',
      `The ${name} is gated, and the account of the token in ${used.from} may not read it (${status}${message && `: ${message}`}).`,
      `${click}. A fine-grained token also needs "Read access to contents of all public gated repos you can access".`,
    )
  }
  if (code === 'RevisionNotFound')
    return new Stopped(
      'no-dataset',
      `The ${name} has no revision ${JSON.stringify(asked.revision ?? 'main')}.`,
      `${page(asked)}/commits/main lists them; without { revision } it is main.`,
    )
  if (code === 'EntryNotFound')
    return new Stopped(
      'no-file',
      `The ${name} has no file ${asked.file ?? ''} at ${asked.revision ?? 'main'}.`,
      `${page(asked)}/tree/main lists them.`,
    )
  if (status === 401 && used !== undefined && (code === '' || /credential|token|expired/i.test(message)))
    return badToken(status, message)
  if (status === 401 || status === 404)
    return new Stopped(
      'no-dataset',
      `There is no ${name} at ${host()}, or it is private${used ? ` and the account of the token in ${used.from} may not see it` : ''} (${status}).`,
      `Check the name at ${page(asked)}${used ? '' : `; where it is private: ${setToken}`}`,
    )
  if (status === 403)
    return new Stopped(
      'bad-key',
      `${host()} does not let the token in ${used?.from ?? 'use'} read the ${name} (403${message && `: ${message}`}).`,
      `Give the token read access at ${endpoint()}/settings/tokens`,
    )
  if (status === 429) return tooMany(headers)
  return new Stopped(
    'no-server',
    `${host()} answered ${status} for the ${name}${message && `: ${message}`}.`,
    status >= 500
      ? 'Try again later: finished files and begun ones are kept. HF_HUB_OFFLINE=1 uses what is there.'
      : 'Check the call.',
  )
}

const host = (): string => new URL(endpoint()).host

function badToken(status: number, message: string): Stopped {
  const from = token()?.from ?? 'HF_TOKEN'
  return new Stopped(
    'bad-key',
    `${host()} does not accept the token in ${from}: it is wrong or expired (${status}${message && `: ${message}`}).`,
    `Make a new one at ${endpoint()}/settings/tokens; then ${setToken}`,
  )
}

function tooMany(headers: Headers): Stopped {
  const wait = waitOf(headers)
  const until = wait === undefined ? '' : ` It asks to wait ${duration(wait)}.`
  return new Stopped(
    'no-server',
    `${host()} has had too many requests from here (429).${until}`,
    token() === undefined
      ? `Requests with a token have a higher limit: ${setToken}`
      : 'Run it again later: finished files and begun ones are kept.',
  )
}

/** Seconds that a server asks to wait: Retry-After, or t of the RateLimit header; undefined where it says nothing. */
export function waitOf(headers: Headers): number | undefined {
  const limit = /;\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]
  const after = headers.get('retry-after')
  if (after !== null && /^\d+$/.test(after.trim())) return Number(after)
  if (after !== null && Number.isFinite(Date.parse(after)))
    return Math.max(0, Math.ceil((Date.parse(after) - Date.now()) / 1000))
  return limit === undefined ? undefined : Number(limit)
}

/** No answer at all: the name that the system gives to it, without the address that may hold a signature. */
export function unreachable(address: string, error: unknown): Stopped {
  const { hostname, port } = new URL(address)
  const reason = reasonOf(error)
  return new Stopped(
    'no-server',
    `${hostname}${port && `:${port}`} cannot be reached (${reason}).`,
    'Check the network. A mirror: HF_ENDPOINT=https://…; a proxy: NODE_USE_ENV_PROXY=1 with HTTPS_PROXY; what was downloaded before: HF_HUB_OFFLINE=1',
  )
}

function reasonOf(error: unknown): string {
  const { cause, name, message } = error as Error & { cause?: NodeJS.ErrnoException }
  if (name === 'TimeoutError') return 'no answer in time'
  return cause?.code ?? cause?.message ?? message
}
