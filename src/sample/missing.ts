// A 404 explained: the address is wrong, or the server has other models.
import type OpenAI from 'openai'
import { Stopped } from '../stopped.js'

/** Asks a server which models it has, and says what a request for one that it has not should have named. */
export async function explainMissing(client: OpenAI, id: string, url: string, why: string): Promise<Stopped> {
  let names: string[]
  try {
    names = (await client.models.list({ timeout: 10_000 })).data.map((each) => each.id)
  } catch {
    return new Stopped(
      'no-server',
      `${url} has no chat completions: ${why}`,
      `Does the address end in /v1? Try: curl ${url}/models`,
    )
  }
  if (names.includes(id))
    return new Stopped('no-server', `${url} offers ${id} but not for chat: ${why}`, `Try: curl ${url}/models`)
  const some =
    names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ') || 'none'
  return new Stopped(
    'no-model',
    `${url} has no model ${id}; it ${/^https?:/.test(url) ? 'offers' : 'holds recordings of'}: ${some}.`,
    names.length > 0 ? `model('${closest(id, names)}', …)` : `Load a model first, then try: curl ${url}/models`,
  )
}

/** The name that shares most with the one that was asked for. */
function closest(id: string, names: string[]): string {
  const pieces = new Set(id.toLowerCase().split(/[^a-z0-9]+/))
  const shared = (name: string) =>
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((piece) => pieces.has(piece)).length
  return [...names].sort((a, b) => shared(b) - shared(a))[0]!
}
