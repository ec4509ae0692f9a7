// Where a model is: its base URL, whose key goes there, and how it is called in messages.

export const openaiURL = 'https://api.openai.com/v1'

/** A base URL without trailing slash, user, password or query: what may stand in keys and messages. */
export function plainURL(baseURL: string): string {
  try {
    const url = new URL(baseURL)
    url.username = ''
    url.password = ''
    url.search = ''
    return url.href.replace(/\/+$/, '')
  } catch {
    return baseURL.replace(/\/+$/, '')
  }
}

/** Whether an address is on this machine or in a private network, where no key is asked for as a rule. */
export function isLocal(baseURL: string): boolean {
  let host: string
  try {
    host = new URL(baseURL).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return false
  }
  if (!host.includes('.') && !host.includes(':')) return true
  if (host === '::1' || /^f[cd][0-9a-f]{2}:/i.test(host) || /\.(local|internal|lan|localhost)$/i.test(host)) return true
  return /^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^169\.254\.|^0\.0\.0\.0$/.test(host)
}

/**
 * The key for an address: the one that was passed, else OPENAI_API_KEY. That one is for OpenAI, or for
 * the address that stands beside it in the environment: it is not sent to a machine in the
 * neighbourhood that a cell names and that never asked for one.
 *
 * @param named Whether a cell named the address, and not the environment.
 */
export function keyFor(baseURL: string, named: boolean, passed?: string): string | undefined {
  if (passed) return passed
  return isLocal(baseURL) && named ? undefined : process.env.OPENAI_API_KEY || undefined
}

/** A text without a key that may have found its way into it. */
export function withoutSecrets(text: string, key: string | undefined): string {
  const known = key && key.length >= 6 ? text.replaceAll(key, '[key]') : text
  return known
    .replace(/\b(sk|hf|gsk|xai|nvapi)[-_][A-Za-z0-9_*.-]{6,}/g, '[key]')
    .replace(/(Bearer\s+)\S+/gi, '$1[key]')
}
