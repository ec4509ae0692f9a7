// Completions with the keys that a value has in the runtime, beside those that its type has.
import type { LiveKey } from '../runtime/protocol.js'
import type { Completion } from '../session.js'
import type { LiveQuery, TypedCompletion } from './live-query.js'
import { matches } from './matching.js'

/** How long the runtime is waited for, in milliseconds: a busy one is not. */
const LIVE_WAIT = 20

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/** Adds what the runtime knows; `look` gives nothing where it does not answer in time. */
export async function withLiveKeys(
  found: TypedCompletion,
  code: string,
  at: number,
  look: (query: LiveQuery, wait: number) => Promise<LiveKey[] | undefined>,
): Promise<Completion> {
  const { live, ...typed } = found
  const keys = live && (await look(live, LIVE_WAIT))
  if (!live || !keys) return typed
  const word = code.slice(typed.from, at)
  const items: Completion['items'] = []
  const quote = code[typed.from - 1] ?? '"'
  for (const { key, type, kind } of keys) {
    if (!matches(key, word)) continue
    const item = { text: key, type: kind, signature: type }
    if (live.written === 'string') items.push({ ...item, text: quoted(key, quote) })
    else if (IDENTIFIER.test(key)) items.push(item)
    else
      items.push({ ...item, text: `[${JSON.stringify(key)}]`, ...(live.dot === undefined ? {} : { from: live.dot }) })
  }
  const texts = new Set(items.map(({ text }) => text))
  const merged = [...items, ...typed.items.filter(({ text }) => !texts.has(text))]
  const from = merged[0]?.from
  // Where all of them replace the dot, it is the range of the answer.
  if (from !== undefined && merged.every((each) => each.from === from))
    return { ...typed, from, items: merged.map(({ from: _, ...item }) => item) }
  return { ...typed, items: merged }
}

/** A key as it stands between quotes. */
function quoted(key: string, quote: string): string {
  const text = JSON.stringify(key).slice(1, -1)
  return quote === '"' ? text : text.replaceAll('\\"', '"').replaceAll(quote, `\\${quote}`)
}
