// A base URL as requests need it: where its paths are, what stands for it in messages, and what of it is secret.
import { openaiURL, plainURL } from '../address.js'

export interface Endpoint {
  /** Without user, password and query: what may stand in keys, files and messages. */
  readonly url: string
  /** Headers that go with every request. Secret. */
  readonly headers: Readonly<Record<string, string>>
  /** Texts that must never be shown or written: key, password, values of the query. */
  readonly secrets: readonly string[]
  /** The full address of a path under the base. Secret where the base URL has a query. */
  at(path: string): URL
}

/**
 * Reads a base URL. A user and password in it become an Authorization header where there is no key, a query
 * ("?api-version=…") goes with every request.
 *
 * @param key What is sent as the bearer token.
 */
export function endpoint(baseURL: string, key: string): Endpoint {
  const base = new URL(baseURL)
  const password = decodeURIComponent(base.password)
  const user = decodeURIComponent(base.username)
  const basic = user || password ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` : undefined
  const url = plainURL(baseURL)
  const folder = base.pathname.replace(/\/+$/, '')
  const account = url === openaiURL ? process.env : {}
  return {
    url,
    headers: {
      authorization: basic && key === 'none' ? basic : `Bearer ${key}`,
      'user-agent': 'skylab',
      // Names of an OpenAI account are nobody else's business.
      ...(account.OPENAI_ORG_ID && { 'openai-organization': account.OPENAI_ORG_ID }),
      ...(account.OPENAI_PROJECT_ID && { 'openai-project': account.OPENAI_PROJECT_ID }),
    },
    secrets: [
      key === 'none' || key === 'replay' ? '' : key,
      password,
      basic?.slice(6) ?? '',
      ...base.searchParams.values(),
    ],
    at(path) {
      const full = new URL(base)
      full.username = ''
      full.password = ''
      full.pathname = `${folder}${path}`
      return full
    },
  }
}
