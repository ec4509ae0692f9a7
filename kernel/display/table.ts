// Rows of plain objects as a table.
import { escapeHtml } from './escape.js'
import { plain } from './text.js'

export interface Rows {
  rows: Record<string, unknown>[]
  columns: string[]
}

/** A table shows at most this many rows and columns, and says how many there are. */
export const SHOWN = 20

const LOOKED_AT = 10_000

/** A cell shows at most so many characters, and fewer where the table has many cells: together about so many. */
const LONGEST = 200
const ALTOGETHER = 16_000

/** The rows and columns of an array of plain objects; undefined where it is something else. */
export function rowsOf(value: unknown): Rows | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const columns = new Set<string>()
  // Of very many rows the first ones tell what they are.
  for (const row of value.length > LOOKED_AT ? value.slice(0, LOOKED_AT) : value) {
    if (row === null || typeof row !== 'object') return undefined
    const prototype: unknown = Object.getPrototypeOf(row)
    if (prototype !== Object.prototype && prototype !== null) return undefined
    for (const key of Object.keys(row)) columns.add(key)
  }
  return columns.size === 0 ? undefined : { rows: value as Rows['rows'], columns: [...columns] }
}

/** An HTML table: everything escaped, no script, the whole size in the caption. */
export function tableHtml(rows: Rows['rows'], columns: string[]): string {
  const shown = columns.slice(0, SHOWN)
  const longest = room(rows, shown)
  // Said of each cell: Jupyter's own style puts all of them on the right.
  const sides = shown.map((column) => ` style="text-align:${isNumeric(rows, column) ? 'right' : 'left'}"`)
  const head = shown.map((column, at) => `<th${sides[at]}>${escapeHtml(cellText(column, longest))}</th>`).join('')
  const lines = rows.slice(0, SHOWN).map((row, at) => {
    const cells = shown.map((column, place) => {
      const value = row?.[column]
      return `<td${sides[place]}>${escapeHtml(cellText(value, longest))}</td>`
    })
    return `<tr><th>${at}</th>${cells.join('')}</tr>`
  })
  const caption = `<caption style="caption-side:bottom;text-align:left">${escapeHtml(size(rows, columns))}</caption>`
  return `<table>${caption}<thead><tr><th></th>${head}</tr></thead><tbody>${lines.join('')}</tbody></table>`
}

/** The same as lines of text. */
export function tableText(rows: Rows['rows'], columns: string[]): string {
  const shown = columns.slice(0, SHOWN)
  const longest = Math.min(40, room(rows, shown))
  const lines = [shown, ...rows.slice(0, SHOWN).map((row) => shown.map((column) => cellText(row?.[column], longest)))]
  const widths = shown.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)))
  const text = lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  )
  return [...text, size(rows, columns)].join('\n')
}

function size(rows: Rows['rows'], columns: string[]): string {
  const total = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'} × ${columns.length} ${columns.length === 1 ? 'column' : 'columns'}`
  if (rows.length <= SHOWN && columns.length <= SHOWN) return total
  return `${total}; the first ${Math.min(rows.length, SHOWN)} × ${Math.min(columns.length, SHOWN)} are shown`
}

function isNumeric(rows: Rows['rows'], column: string): boolean {
  const kinds = rows.slice(0, SHOWN).map((row) => row?.[column] ?? undefined)
  const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint'
  return kinds.some(isNumber) && kinds.every((value) => value === undefined || isNumber(value))
}

/** How many characters a cell may show. */
function room(rows: Rows['rows'], shown: string[]): number {
  return Math.min(LONGEST, Math.max(20, Math.floor(ALTOGETHER / (Math.min(rows.length, SHOWN) * shown.length))))
}

function cellText(value: unknown, longest: number): string {
  if (value === undefined) return ''
  const text = (typeof value === 'string' ? value : plain(value)).replace(/\s*\n\s*/g, ' ')
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
