// What an OpenAI-compatible server has to offer.

import { Stopped } from '../stopped.js'
import { takesText } from '../taken.js'
import { keyFor, plainURL } from './address.js'

/**
 * Names of the models that a server offers, in its order.
 *
 * @param baseURL Ends in /v1 as a rule: 'http://127.0.0.1:8000/v1'.
 * @throws Stopped('no-server') where nobody answers or the answer is no list of models, 'bad-key', 'no-model' where the list is empty.
 */
export async function offered(baseURL: string): Promise<string[]> {
  takesText('offered', baseURL, "offered('http://127.0.0.1:8000/v1')")
  const url = plainURL(baseURL)
  const key = keyFor(url, baseURL !== process.env.OPENAI_BASE_URL)
  const fix = `Is the server up, and does the address end in /v1? Try: curl ${url}/models`
  let response: Response
  try {
    response = await fetch(`${url}/models`, {
      headers: key ? { authorization: `Bearer ${key}` } : {},
      signal: AbortSignal.timeout(15_000),
    })
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const why = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause)
    throw new Stopped('no-server', `${url} cannot be reached (${why}).`, fix, error)
  }
  if (response.status === 401 || response.status === 403)
    throw new Stopped(
      'bad-key',
      `${url} does not accept the key (${response.status}).`,
      'export OPENAI_API_KEY=… and restart the kernel',
    )
  const body = (await response.json().catch(() => undefined)) as { data?: { id?: unknown }[] } | undefined
  if (!response.ok || !Array.isArray(body?.data))
    throw new Stopped(
      'no-server',
      `${url}/models answered ${response.status} and no list of models.`,
      `${fix}. Where a server has no list, name its model: model('NAME', { baseURL }), in a notebook of ours -p model=NAME`,
    )
  const names = body.data.map(({ id }) => String(id))
  if (names.length === 0)
    throw new Stopped('no-model', `${url} offers no model.`, `Load a model first, then try: curl ${url}/models`)
  return names
}
