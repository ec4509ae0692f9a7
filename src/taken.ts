// What a call takes, where something else was passed: said before anything is done with it.
//
// TypeScript says most of it at its place; a cell that runs in spite of its type errors, and plain JavaScript, get here.
import { inspect } from 'node:util'
import { Stopped } from './stopped.js'

export interface RowsTaken {
  /** What to type: 'plot.flow(await verify(rows))'. */
  fix: string
  /** What the rows are called. @default 'rows' */
  what?: string
  /** Fields that every row has to have. */
  has?: readonly string[]
  /** A step takes rows that are still coming. @default false */
  coming?: boolean
}

/**
 * Stops where there are no rows: nothing, a text, a step that was not awaited, an array with a hole in it.
 * Only arrays are looked into: what comes one by one is not used up.
 *
 * @param call as it is written: 'plot.flow'
 * @throws Stopped 'bad-call'; 'bad-data' for a row that lacks a field
 */
export function takesRows(call: string, rows: unknown, { fix, what = 'rows', has = [], coming }: RowsTaken): void {
  const some = typeof rows === 'object' && rows !== null
  const taken = some && (Symbol.iterator in rows || (coming === true && Symbol.asyncIterator in rows))
  if (!taken) throw new Stopped('bad-call', `${call} takes ${what}, and got ${passed(rows)}.`, awaited(rows) ?? fix)
  if (!Array.isArray(rows)) return
  for (const [place, row] of rows.entries()) {
    if (typeof row !== 'object' || row === null)
      throw new Stopped('bad-call', `${call} takes ${what}, and number ${place} of them is ${passed(row)}.`, fix)
    const lacks = has.find((field) => (row as Record<string, unknown>)[field] === undefined)
    if (lacks !== undefined)
      throw new Stopped('bad-data', `${call}: number ${place} of the ${what} has no field ${lacks}.`, fix)
  }
}

/** Stops where one row was asked for and something else came, or a row without what is looked at. */
export function takesRow(call: string, row: unknown, has: readonly string[], fix: string): void {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw new Stopped('bad-call', `${call} takes one row, and got ${passed(row)}.`, awaited(row) ?? fix)
  const lacks = has.find((field) => typeof (row as Record<string, unknown>)[field] !== 'string')
  if (lacks !== undefined) throw new Stopped('bad-data', `${call}: the row has no ${lacks}.`, fix)
}

/** Stops where a text was asked for. */
export function takesText(call: string, text: unknown, fix: string): asserts text is string {
  if (typeof text !== 'string') throw new Stopped('bad-call', `${call} takes a text, and got ${passed(text)}.`, fix)
}

/** Stops where numbers were asked for: an array of them, however few. */
export function takesNumbers(call: string, values: unknown, fix: string): void {
  const list = Array.isArray(values) || ArrayBuffer.isView(values)
  if (!list) throw new Stopped('bad-call', `${call} takes an array of numbers, and got ${passed(values)}.`, fix)
  const place = Array.prototype.findIndex.call(values, (value) => typeof value !== 'number' || Number.isNaN(value))
  if (place >= 0) {
    const value = (values as unknown[])[place]
    throw new Stopped('bad-call', `${call} takes numbers, and number ${place} of them is ${passed(value)}.`, fix)
  }
}

/** What was passed, in a few words. */
export function passed(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'string') return value.length > 40 ? `a text of ${value.length} characters` : inspect(value)
  if (typeof value !== 'object' || value === null) return inspect(value)
  if ('then' in value || Symbol.asyncIterator in value) return 'a promise or a step'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array'
  const names = Object.keys(value)
  return names.length === 0 ? 'an object with no fields' : `an object with ${names.join(', ')}`
}

/** Of a promise or a step: to wait for it. */
function awaited(value: unknown): string | undefined {
  return passed(value) === 'a promise or a step' ? 'Put await in front of it.' : undefined
}
