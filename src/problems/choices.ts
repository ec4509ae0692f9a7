// Multiple choice rows: the options without their letters, and the letter of the right one.
import { createHash } from 'node:crypto'

export interface Choice {
  choices: string[]
  /** The right letter. */
  answer: string
}

const letterOf = (index: number): string => String.fromCharCode(65 + index)

/** Fields named as in GPQA: one right answer and several wrong ones, in columns of their own. */
const WRONG = /^incorrect[ _]?answer[ _]?\d+$/i
const RIGHT = /^correct[ _]?answer$/i

/** True for a row that stores its options in columns of their own, as GPQA does. */
export function hasAnswerColumns(record: Record<string, unknown>): boolean {
  const names = Object.keys(record)
  return names.some((name) => RIGHT.test(name)) && names.some((name) => WRONG.test(name))
}

/**
 * Options and letter from GPQA's columns. The order is drawn from a hash of the question and each option, so that it is
 * the same on every machine and in every run; the original shuffled with an unseeded generator.
 */
export function fromAnswerColumns(record: Record<string, unknown>, prompt: string): Choice | string {
  const text = (name: string): string => String(record[name] ?? '').trim()
  const names = Object.keys(record)
  const right = text(names.find((name) => RIGHT.test(name))!)
  const wrong = names.filter((name) => WRONG.test(name)).map(text)
  if (right === '' || wrong.some((option) => option === '')) return 'an answer column is empty'
  const rank = (option: string): string => createHash('sha256').update(`${prompt}\n${option}`).digest('hex')
  const choices = [right, ...wrong].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
  return { choices, answer: letterOf(choices.indexOf(right)) }
}

/**
 * Options and letter from a list (`["A)1", "B)2"]`), an object (`{ A: "1" }`) or ARC's `{ text, label }`, with the right
 * one as a letter, a position counted from 0, or the option's own text. A string says what is wrong with the row.
 */
export function fromOptions(options: unknown, right: unknown): Choice | string {
  const listed = optionList(options)
  if (listed === undefined) return `the choices are ${describe(options)}, not a list of texts`
  const { labels, texts } = listed
  if (texts.length < 2) return `there is ${texts.length === 1 ? 'one choice' : 'no choice'}`
  if (texts.length > 26) return `there are ${texts.length} choices, more than letters`
  const choices = withoutLetters(texts)
  const position = rightPosition(right, labels, texts, choices)
  if (typeof position === 'string') return position
  return { choices, answer: letterOf(position) }
}

function optionList(options: unknown): { labels: string[]; texts: string[] } | undefined {
  if (typeof options === 'string') {
    try {
      return optionList(JSON.parse(options))
    } catch {
      return undefined
    }
  }
  if (Array.isArray(options)) {
    const texts = options.map((option) =>
      typeof option === 'object' && option !== null ? (option as { text?: unknown }).text : option,
    )
    if (!texts.every((text) => typeof text === 'string' || typeof text === 'number')) return undefined
    return { labels: texts.map((_, i) => letterOf(i)), texts: texts.map(clean) }
  }
  if (typeof options !== 'object' || options === null) return undefined
  const { text, label } = options as { text?: unknown; label?: unknown }
  if (Array.isArray(text)) {
    const labels = Array.isArray(label) ? label.map(String) : text.map((_, i) => letterOf(i))
    return { labels, texts: text.map(clean) }
  }
  const entries = Object.entries(options)
  if (!entries.every(([key, value]) => /^[A-Z]$/i.test(key) && typeof value === 'string')) return undefined
  return { labels: entries.map(([key]) => key.toUpperCase()), texts: entries.map(([, value]) => clean(value)) }
}

const clean = (value: unknown): string => String(value).replaceAll('\r\n', '\n').trim()

/** AQuA writes `A)…`: the letters go only where every option starts with its own. */
function withoutLetters(texts: string[]): string[] {
  const marks = texts.map((text, i) => new RegExp(`^\\(?${letterOf(i)}\\s*[).:]\\s*`).exec(text)?.[0])
  return marks.every((mark) => mark !== undefined) ? texts.map((text, i) => text.slice(marks[i]!.length)) : texts
}

function rightPosition(right: unknown, labels: string[], texts: string[], choices: string[]): number | string {
  if (typeof right === 'number') {
    if (Number.isInteger(right) && right >= 0 && right < texts.length) return right
    return `the answer is ${right}, but the ${texts.length} choices are counted from 0 to ${texts.length - 1}`
  }
  if (typeof right !== 'string' || right.trim() === '') return 'no answer'
  const text = right.trim()
  for (const list of [choices, texts]) {
    const same = list.indexOf(text)
    if (same >= 0 && list.indexOf(text, same + 1) < 0) return same
  }
  const label = labels.indexOf(/^\(?([A-Za-z0-9]{1,2})\)?\.?$/.exec(text)?.[1]?.toUpperCase() ?? '')
  if (label >= 0) return label
  if (/^\d+$/.test(text)) return rightPosition(Number(text), labels, texts, choices)
  return `the answer ${JSON.stringify(text)} is neither a letter of the ${texts.length} choices nor one of them`
}

function describe(value: unknown): string {
  return value === null || value === undefined
    ? 'missing'
    : Array.isArray(value)
      ? 'a list of other things'
      : `a ${typeof value}`
}
