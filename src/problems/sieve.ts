// Which rows of a source count: by fields, by place, by a box in the solution, by date, by difficulty. Every row that does not is
// counted under its reason.
import { Stopped } from '../stopped.js'
import { number } from '../workspace/index.js'
import type { Labels } from './labels.js'
import { type FieldMap, fieldOf } from './roles.js'

type Scalar = string | number | boolean | null

/** Fields and what they must be: a value, one of several, a pattern; or a function of the row. */
export type Where = Record<string, Scalar | Scalar[] | RegExp> | ((row: Record<string, unknown>) => boolean)

export interface Filters {
  /** Rows by their fields: `{ source: 'math' }`, `{ domain: ['physics', 'puzzle'] }`, `{ url: /2024/ }`, or a function. */
  where?: Where
  /** Only the first so many of the rows that `where` left, in the order of the file; or from one place to another: [100, 200]. */
  first?: number | [number, number]
  /** Only rows whose worked solution has the word boxed, as the recipe asks of NuminaMath. */
  boxed?: boolean
  /** Dates that a row must lie between, both included: '2024-08-01'. The field is contest_date or date, or `fields.date`. */
  from?: string
  to?: string
  /** Bounds of the difficulty, both included; false: none. Without `labels` it is the row's own. */
  difficulty?: [number, number] | false
  /** Where difficulties come from: a dataset on the Hub, a file, or rows; found by the text of the problem. */
  labels?: string | Iterable<{ prompt: string; difficulty?: number }>
}

/** Takes rows one at a time and says why one does not count; undefined where it does. */
export class Sieve {
  readonly #filters: Filters
  readonly #labels: Labels | undefined
  readonly #fields: FieldMap | undefined
  #place = 0

  constructor(filters: Filters, fields: FieldMap | undefined, labels: Labels | undefined) {
    this.#filters = filters
    this.#fields = fields
    this.#labels = labels
  }

  refuses(row: Record<string, unknown>): string | undefined {
    const { where, first, boxed, difficulty } = this.#filters
    const other = where === undefined ? undefined : differs(row, where)
    if (other !== undefined) return other
    if (first !== undefined) {
      const [begin, end] = typeof first === 'number' ? [0, first] : first
      const place = this.#place++
      if (place < begin) return `before row ${number(begin)}`
      if (place >= end) return `after the first ${number(end)}`
    }
    const dated = this.#dated(row)
    if (dated !== undefined) return dated
    if (boxed) {
      const field = fieldOf(row, 'solution', this.#fields)
      if (field === undefined || !String(row[field]).includes('boxed')) return 'no box in the solution'
    }
    if (!difficulty) return undefined
    const level = this.difficultyOf(row)
    if (level === undefined) return 'no difficulty label'
    const [low, high] = difficulty
    return level < low || level > high ? `difficulty outside ${low}–${high}` : undefined
  }

  /** The label of a row's text where there are labels, else the row's own. */
  difficultyOf(row: Record<string, unknown>): number | undefined {
    if (this.#labels) {
      const field = fieldOf(row, 'prompt', this.#fields)
      return field === undefined ? undefined : this.#labels.of(String(row[field]))
    }
    const field = fieldOf(row, 'difficulty', this.#fields)
    const value = field === undefined ? Number.NaN : Number(row[field])
    return value >= 1 && value <= 10 ? value : undefined
  }

  #dated(row: Record<string, unknown>): string | undefined {
    const { from, to } = this.#filters
    if (from === undefined && to === undefined) return undefined
    const field = fieldOf(row, 'date', this.#fields)
    const date = field === undefined ? undefined : /^\d{4}-\d\d-\d\d/.exec(dateText(row[field]))?.[0]
    if (date === undefined) return 'no date'
    if (from !== undefined && date < from) return `before ${from}`
    return to !== undefined && date > to ? `after ${to}` : undefined
  }
}

const dateText = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value))

/** Why a row is another than it must be; undefined where it is not. */
export function differs(row: Record<string, unknown>, where: Where): string | undefined {
  if (typeof where === 'function') return where(row) ? undefined : 'where says no'
  for (const [field, wanted] of Object.entries(where)) {
    const value = row[field]
    const fits =
      wanted instanceof RegExp
        ? new RegExp(wanted.source, wanted.flags.replace(/[gy]/g, '')).test(String(value ?? ''))
        : [wanted]
            .flat()
            .some((one) => one === value || (one !== null && value != null && String(one) === String(value)))
    if (!fits) return whyDiffers(field, wanted)
  }
  return undefined
}

export function whyDiffers(field: string, wanted: Scalar | Scalar[] | RegExp): string {
  if (wanted instanceof RegExp) return `${field} has not ${wanted.source}`
  const all = [wanted].flat().map(String)
  return `${field} is not ${all.length === 1 ? all[0] : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`}`
}

/** Stops at filters that cannot be meant. */
export function checkFilters({ where, first, from, to, difficulty }: Filters): void {
  const bad = (what: string, fix: string) => new Stopped('bad-call', what, fix)
  if (where !== undefined && typeof where !== 'function' && (typeof where !== 'object' || where === null))
    throw bad(`where is ${JSON.stringify(where)}, not fields and values.`, "{ where: { source: 'math' } }")
  const places = first === undefined ? [] : [first].flat()
  if (
    !places.every((place) => Number.isInteger(place) && place >= 0) ||
    (places.length === 2 && places[0]! >= places[1]!)
  )
    throw bad(`first is ${JSON.stringify(first)}, not a number of rows.`, '{ first: 20_000 } or { first: [100, 200] }')
  for (const [name, date] of [
    ['from', from],
    ['to', to],
  ] as const)
    if (date !== undefined && (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(Date.parse(date))))
      throw bad(`${name} is ${JSON.stringify(date)}, not a date.`, `{ ${name}: '2024-08-01' }`)
  if (difficulty === undefined || difficulty === false) return
  if (!Array.isArray(difficulty) || difficulty.length !== 2 || !(difficulty[0] <= difficulty[1]))
    throw bad(
      `difficulty is ${JSON.stringify(difficulty)}, not two bounds.`,
      '{ difficulty: [4, 9] }, or false for none',
    )
}
