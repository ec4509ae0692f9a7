// What LLaMA-Factory does with a row that is not as it expects: it stops, skips the row, or trains on something else.
import { hasMarker, readMarkers, withMarkers } from '../reformat/markers.js'

/**
 * `stops`: loading ends with an error. `skipped`: the row is left out with a line in a long log. `mangled`: the row is
 * trained on, and is not what it seems. `cut`: it is longer than the cutoff, and its end is cut off.
 */
export type Severity = 'stops' | 'skipped' | 'mangled' | 'cut'

export interface RowFault {
  severity: Severity
  why: string
}

export interface Entry {
  file_name?: string
  formatting?: string
  ranking?: boolean
  columns?: Record<string, string>
  tags?: Record<string, string>
}

const DEFAULT_TAGS: Record<string, string> = {
  role_tag: 'from',
  content_tag: 'value',
  user_tag: 'human',
  assistant_tag: 'gpt',
  observation_tag: 'observation',
  function_tag: 'function_call',
  system_tag: 'system',
}

const EMPTY = 'is empty'

/** Whether nothing is to be learned from a row with this fault: it stops the trainer, is skipped, or has an empty turn. */
export function useless({ severity, why }: RowFault): boolean {
  return severity === 'stops' || severity === 'skipped' || why.endsWith(` ${EMPTY}`)
}

/** Control tokens of chat templates: in a text they become the tokens themselves and end the turn. */
const CONTROL = ['<|im_start|>', '<|im_end|>', '<|endoftext|>', '<|eot_id|>', '<|start_header_id|>']

export interface ReadRow {
  faults: RowFault[]
  /** What is trained on, where the row is used: for its tokens. */
  system: string
  asked: string
  answers: string[]
}

/** Reads a row as LLaMA-Factory's ShareGPT converter does, and says what it would do with it. */
export function readRow(value: unknown, entry: Entry): ReadRow {
  const faults: RowFault[] = []
  const add = (severity: Severity, why: string): unknown => faults.push({ severity, why })
  const done: ReadRow = { faults, system: '', asked: '', answers: [] }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    add('stops', `it is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value}, not an object`)
    return done
  }
  const row = value as Record<string, unknown>
  // A columns block replaces all of LLaMA-Factory's names, and a tags block all of its tags: what it does not name is unknown.
  const columns = entry.columns ?? { messages: 'conversations' }
  const tags = entry.tags ?? DEFAULT_TAGS
  const { role_tag: roleTag = '', content_tag: contentTag = '' } = tags
  const all = columns.messages === undefined ? undefined : row[columns.messages]
  if (!Array.isArray(all)) {
    add(
      'stops',
      columns.messages === undefined
        ? 'the entry names no column of messages'
        : `${JSON.stringify(columns.messages)} is ${all === undefined ? 'missing' : 'no list'}`,
    )
    return done
  }
  let turns = all as (Record<string, unknown> | null)[]
  let system = columns.system === undefined ? '' : row[columns.system]
  if (tags.system_tag !== undefined && turns[0]?.[roleTag] === tags.system_tag) {
    const own = turns[0]?.[contentTag]
    if (typeof system === 'string' && system !== '' && system !== own)
      add('mangled', 'its first turn is a system turn, which replaces the system column')
    system = own
    turns = turns.slice(1)
  }
  if (columns.system !== undefined && (typeof system !== 'string' || system === ''))
    add(
      'mangled',
      `its system prompt ${system === '' ? 'is empty' : system === undefined ? 'is missing' : 'is no text'}: the template's default takes its place`,
    )
  const odd = [tags.user_tag, tags.observation_tag]
  const even = [tags.assistant_tag, tags.function_tag]
  const texts: string[] = []
  for (const [i, turn] of turns.entries()) {
    const wanted = i % 2 === 0 ? odd : even
    if (typeof turn !== 'object' || turn === null || !(roleTag in turn) || !(contentTag in turn)) {
      add('stops', `turn ${i + 1} has no ${JSON.stringify(roleTag)} or no ${JSON.stringify(contentTag)}`)
      return done
    }
    if (!wanted.includes(turn[roleTag] as string)) {
      add('skipped', `turn ${i + 1} is from ${JSON.stringify(turn[roleTag])}, expected ${JSON.stringify(wanted[0])}`)
      return done
    }
    texts.push(textOf(turn[contentTag], `turn ${i + 1}`, add))
  }
  if (entry.ranking) {
    if (turns.length % 2 === 0) add('skipped', `${turns.length} turns; before a pair of answers it is an odd number`)
    const answers = (['chosen', 'rejected'] as const).map((name) => {
      const answer = row[columns[name] ?? name] as Record<string, unknown> | null
      if (typeof answer !== 'object' || answer === null) {
        add('skipped', `${name} is no turn`)
        return ''
      }
      if (!even.includes(answer[roleTag] as string))
        add('stops', `${name} is from ${JSON.stringify(answer[roleTag])}, expected ${JSON.stringify(even[0])}`)
      const text = textOf(answer[contentTag], name, add)
      answerFaults(text, name, add)
      return text
    })
    if (answers[0] === answers[1]) add('mangled', 'both answers are the same: nothing is learned from them')
    return { faults, system: wordsOf(system), asked: texts.join('\n'), answers }
  }
  if (turns.length === 0 || turns.length % 2 !== 0)
    add('skipped', `${turns.length} ${turns.length === 1 ? 'turn' : 'turns'}; they come in pairs`)
  for (const [i, text] of texts.entries()) if (i % 2 === 1) answerFaults(text, `turn ${i + 1}`, add)
  return { faults, system: wordsOf(system), asked: texts[0] ?? '', answers: texts.slice(1, 2) }
}

const wordsOf = (system: unknown): string => (typeof system === 'string' ? system : '')

type Add = (severity: Severity, why: string) => unknown

function textOf(value: unknown, where: string, add: Add): string {
  if (typeof value !== 'string') {
    add('stops', `${where} is ${value === null ? 'null' : typeof value}, not text`)
    return ''
  }
  if (value.trim() === '') add('mangled', `${where} ${EMPTY}`)
  // Python cannot encode half a character: the tokenizer throws, and the whole run with it.
  if (!value.isWellFormed()) add('stops', `${where} has half a character (a lone surrogate)`)
  const control = CONTROL.find((token) => value.includes(token))
  if (control) add('mangled', `${where} contains ${control}, which becomes the control token`)
  return value
}

function answerFaults(text: string, where: string, add: Add): void {
  if (!hasMarker(text)) return
  const parts = readMarkers(text)
  if (typeof parts === 'string') add('mangled', `${where}: ${parts}`)
  else if (text !== withMarkers(parts)) add('mangled', `${where}: there is text outside the markers`)
}
