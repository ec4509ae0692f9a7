// A recorded answer: one line of JSON, and the key by which a request finds it again.
import type { Usage } from '../rows.js'
import { keyOf } from '../workspace/index.js'
import type { Message } from './chat.js'

export interface Recording {
  key: string
  model: string
  messages: Message[]
  /** null where the request had none. */
  seed: number | null
  /** Which of several choices, where there is no seed. */
  index: number
  answer: { content: string; reasoning?: string; finish: 'stop' | 'length'; usage: Usage }
  /** How long the answer took. */
  seconds?: number
  for: { stage: string; problem: string; sample: number }
  /** "recorded: model, server, date", or "written for this project". */
  origin: string
}

/**
 * The key of a recording: model, messages and seed (or the choice's index where there is no seed), so
 * that the same request gets the same answer at any time, in any order, after any restart. Sampling
 * settings are no part of it.
 */
export function recordingKey(
  model: string,
  messages: readonly { role: string; content: unknown }[],
  seed: number | null,
  index = 0,
): string {
  const plain = messages.map(({ role, content }) => ({ role, content: plainContent(content) }))
  return keyOf({ model, messages: plain, ...(seed === null ? { index } : { seed }) })
}

/** A message's content as one text: a list of text parts, as some clients send, is joined. */
export function plainContent(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return content == null ? '' : JSON.stringify(content)
  return content
    .map((part: { text?: unknown }) => (typeof part?.text === 'string' ? part.text : JSON.stringify(part)))
    .join('')
}

/** Why a value is no recording; undefined where it is one. */
export function recordingFault(value: unknown): string | undefined {
  const line = value as Partial<Recording> | null
  if (line === null || typeof line !== 'object' || Array.isArray(line)) return 'it is not an object'
  if (typeof line.model !== 'string') return '"model" is not a text'
  if (!Array.isArray(line.messages) || line.messages.length === 0) return '"messages" is not a list of messages'
  if (line.messages.some((message) => typeof message?.role !== 'string')) return 'a message has no role'
  if (line.seed !== null && !Number.isInteger(line.seed)) return '"seed" is neither a whole number nor null'
  const { answer } = line
  if (typeof answer?.content !== 'string') return '"answer.content" is not a text'
  if (answer.finish !== 'stop' && answer.finish !== 'length') return '"answer.finish" is neither "stop" nor "length"'
  if (!Number.isInteger(answer.usage?.prompt) || !Number.isInteger(answer.usage?.completion))
    return '"answer.usage" has no counts of tokens'
  const key = recordingKey(line.model, line.messages, line.seed ?? null, line.index ?? 0)
  if (line.key !== key) return `its key is ${JSON.stringify(line.key)}, and its model, messages and seed give "${key}"`
  return undefined
}
