// Rows that are conversations: the released Sky-T1 data, and other training sets in ShareGPT's or the chat form.

import { type FieldMap, fieldOf } from './roles.js'

export interface Conversation {
  system?: string
  /** The first turn of the user. */
  user: string
  /** The turn that answers it. */
  assistant?: string
}

/** The conversation in a row: `conversations` of { from, value } or `messages` of { role, content }. */
export function conversationOf(record: Record<string, unknown>): Conversation | undefined {
  const turns = record.conversations ?? record.messages
  if (!Array.isArray(turns)) return undefined
  const said = turns.map((turn) => {
    const { from, role, value, content } = (turn ?? {}) as Record<string, unknown>
    return { who: String(from ?? role), text: value ?? content }
  })
  const first = (...names: string[]) =>
    said.find(({ who, text }) => names.includes(who) && typeof text === 'string')?.text as string | undefined
  const user = first('user', 'human')
  if (user === undefined) return undefined
  const system = typeof record.system === 'string' ? record.system : first('system')
  const assistant = first('assistant', 'gpt')
  return { user, ...(system === undefined ? {} : { system }), ...(assistant === undefined ? {} : { assistant }) }
}

/** A worked trace that a row carries beside its question. */
export function traceOf(record: Record<string, unknown>, map?: FieldMap): string | undefined {
  const field = fieldOf(record, 'solution', map)
  const text = field === undefined ? conversationOf(record)?.assistant : record[field]
  return typeof text === 'string' && text.trim() !== '' ? text : undefined
}

/** The instruction lines that the recipe put around a question; with `{{}}` as they were released, by a mistake, or `{}`. */
const BOXED =
  /^\s*Return your final response within \\boxed\{\{?\}?\}\.?\s*|\s*Return your final response within \\boxed\{\{?\}?\}\.?\s*$/
const PROGRAM =
  /^\s*Generate an executable Python function generated from the given prompt\.[^\n]*?(?:after the definition|at the final solution)\.\s*/
const TACO = /^\s*QUESTION:\n[\s\S]*\nANSWER:\s*$/

export interface Bare {
  kind: 'math' | 'code'
  prompt: string
  /** false for a bare question: in the released set those are the science and riddle portion. */
  instructed: boolean
}

/** A released user turn without its instruction, and what the instruction says of its kind. */
export function bareTurn(user: string): Bare {
  const text = user.replaceAll('\r\n', '\n')
  if (BOXED.test(text)) return { kind: 'math', prompt: text.replace(BOXED, ''), instructed: true }
  if (PROGRAM.test(text)) return { kind: 'code', prompt: text.replace(PROGRAM, '').trimEnd(), instructed: true }
  if (TACO.test(text))
    return {
      kind: 'code',
      prompt: text
        .replace(/^\s*QUESTION:\n/, '')
        .replace(/\s*(?:\nUse Standard Input format|\nUse Call-Based format)?\s*\nANSWER:\s*$/, ''),
      instructed: true,
    }
  return { kind: 'math', prompt: text, instructed: false }
}
