// What a server says of its limits in the heads of its answers.
import type { IncomingHttpHeaders } from 'node:http'

/** The longest a server may make us wait in one go, in seconds. */
const LONGEST_WAIT = 600

/**
 * Seconds that a refusal asks to wait: retry-after-ms, retry-after as seconds or as a date, else the
 * x-ratelimit-reset-… of what is used up. undefined where it says nothing.
 */
export function retryAfter(headers: IncomingHttpHeaders): number | undefined {
  const ms = Number(one(headers, 'retry-after-ms') ?? Number.NaN)
  const plain = one(headers, 'retry-after') ?? ''
  const seconds = Number.isFinite(ms)
    ? ms / 1000
    : /^\s*[\d.]+\s*$/.test(plain)
      ? Number(plain)
      : /[a-z]/i.test(plain)
        ? (Date.parse(plain) - Date.now()) / 1000
        : Number.NaN
  if (Number.isFinite(seconds)) return bounded(seconds)
  const resets = [bucket(headers, 'requests'), bucket(headers, 'tokens')].filter((each) => each !== undefined)
  const empty = resets.filter(({ left }) => left === 0)
  const waits = (empty.length > 0 ? empty : resets).map(({ reset }) => reset)
  return waits.length > 0 ? bounded(Math.max(...waits)) : undefined
}

/**
 * Seconds to hold back the next request after an answer that says how much is left: 0 where there is enough.
 * OpenAI's buckets refill evenly, so that one request's share is back long before the reset.
 *
 * @param tokens What the next request may take, prompt and answer.
 */
export function holdBack(headers: IncomingHttpHeaders, tokens: number): number {
  const share = (name: 'requests' | 'tokens', needed: number): number => {
    const known = bucket(headers, name)
    if (!known || known.left >= needed || known.reset <= 0) return 0
    const { left, limit, reset } = known
    // A request that is larger than the whole bucket is the server's to refuse.
    const missing = Math.min(needed, limit ?? needed) - left
    return limit !== undefined && limit > left ? reset * Math.min(1, missing / (limit - left)) : reset
  }
  return bounded(Math.max(share('requests', 1), share('tokens', tokens)))
}

function bucket(
  headers: IncomingHttpHeaders,
  name: string,
): { left: number; limit?: number; reset: number } | undefined {
  const left = one(headers, `x-ratelimit-remaining-${name}`)
  const reset = span(one(headers, `x-ratelimit-reset-${name}`))
  if (left === undefined || !Number.isFinite(Number(left)) || reset === undefined) return undefined
  const limit = Number(one(headers, `x-ratelimit-limit-${name}`) ?? Number.NaN)
  return { left: Math.max(0, Number(left)), reset, ...(Number.isFinite(limit) && { limit }) }
}

/** Seconds of "1s", "6m0s", "20ms", "1m12.5s", "1h", "1d2h", a number of seconds, a time of the clock or of Unix. */
export function span(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const plain = text.trim()
  if (/^[\d.]+$/.test(plain)) {
    const value = Number(plain)
    return value > 1e9 ? Math.max(0, (value > 1e12 ? value / 1000 : value) - Date.now() / 1000) : value
  }
  const parts = [...plain.matchAll(/([\d.]+)(ms|d|h|m|s)/g)]
  if (parts.length > 0 && parts.map(([whole]) => whole).join('') === plain)
    return parts.reduce((sum, [, n, unit]) => sum + Number(n) * UNITS[unit as keyof typeof UNITS], 0)
  const at = Date.parse(plain)
  return Number.isFinite(at) ? Math.max(0, (at - Date.now()) / 1000) : undefined
}

const UNITS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const

function one(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

function bounded(seconds: number): number {
  return Math.min(LONGEST_WAIT, Math.max(0, seconds))
}
