// What of a table is shown: which rows and columns, which are alike and said once, and intervals beside their value.
import { type Cell, type Columns, isSetting, textOf } from './columns.js'

/** Rows and columns that are shown. */
const SHOWN = { rows: 20, columns: 20 } as const

/** Columns from which on a table is wide, and says once what all its rows share. */
const WIDE = 9

export interface View {
  names: string[]
  numeric: boolean[]
  rows: string[][]
  /** Of the whole table. */
  size: number
  columns: number
  /** `temperature 0.7`, for columns that are the same in every row of a wide table. */
  constant: string[]
  /** Columns that are there and not shown: too long, empty, or past the twentieth. */
  hidden: string[]
}

/** The first rows and columns as texts; with `whole`, all of them and every column by itself: what a file holds. */
export function viewOf({ names, cells, left }: Columns, whole = false): View {
  const intervals = intervalsOf(names, cells)
  const within = new Set(intervals.values().flatMap(({ low, high }) => [low, high]))
  const filled = [...names.keys()].filter(
    (i) => !within.has(i) && (whole || cells.length === 0 || cells.some((row) => row[i] !== null && row[i] !== '')),
  )
  const { vary, constant } = whole ? { vary: filled, constant: [] } : sorted(filled, names, cells)
  const shown = whole ? vary : vary.slice(0, SHOWN.columns)
  const seen = (i: number) => shown.includes(i) || constant.includes(i) || within.has(i)
  return {
    names: shown.map((i) => (intervals.has(i) ? `${names[i]} [low, high]` : names[i]!)),
    numeric: shown.map((i) => isNumeric(cells.map((row) => row[i]!))),
    rows: (whole ? cells : cells.slice(0, SHOWN.rows)).map((row) =>
      shown.map((i) => {
        const interval = intervals.get(i)
        return interval ? withInterval(row[i]!, row[interval.low]!, row[interval.high]!) : textOf(row[i]!)
      }),
    ),
    size: cells.length,
    columns: names.length,
    constant: constant.map((i) => `${names[i]} ${textOf(cells[0]![i]!)}`),
    hidden: [...names.filter((_, i) => !seen(i)), ...left],
  }
}

/** "3 rows × 4 columns", what all rows share, and what is left out. */
export function shapeText({ size, columns, constant, hidden, rows }: View): string {
  if (size === 0 && columns === 0) return 'no rows'
  const shown = size > rows.length ? `, the first ${rows.length} shown` : ''
  const also = hidden.length > 0 ? `; not shown: ${hidden.join(', ')}` : ''
  const alike = constant.length > 0 ? `; in all rows: ${constant.join(', ')}` : ''
  return `${size} row${size === 1 ? '' : 's'} × ${columns} column${columns === 1 ? '' : 's'}${shown}${alike}${also}`
}

export function isNumeric(column: readonly Cell[]): boolean {
  return (
    column.some((cell) => typeof cell === 'number') && column.every((cell) => cell === null || typeof cell === 'number')
  )
}

/** The columns that vary, and those that are said once as they are the same in every row: settings, and all of a wide table. */
function sorted(filled: number[], names: string[], cells: Cell[][]): { vary: number[]; constant: number[] } {
  if (cells.length < 2) return { vary: filled, constant: [] }
  const wide = filled.filter((i) => !isSetting(names[i]!)).length >= WIDE
  const alike = (i: number) =>
    (wide || (names.length >= WIDE && isSetting(names[i]!))) && cells.every((row) => row[i] === cells[0]![i])
  return { vary: filled.filter((i) => !alike(i)), constant: filled.filter(alike) }
}

/**
 * The columns that have an interval: `low` and `high` (or `math.low` and `math.high`) belong to the nearest column of
 * numbers before them that lies between them in every row.
 */
function intervalsOf(names: string[], cells: Cell[][]): Map<number, { low: number; high: number }> {
  const found = new Map<number, { low: number; high: number }>()
  for (const [low, name] of names.entries()) {
    const prefix = /^(.*\.)?low$/.exec(name)
    const high = prefix ? names.indexOf(`${prefix[1] ?? ''}high`) : -1
    if (high === -1) continue
    for (let i = low - 1; i >= 0; i--) {
      if (found.has(i) || !isNumeric(cells.map((row) => row[i]!))) continue
      if (cells.every((row) => between(row[low]!, row[i]!, row[high]!))) found.set(i, { low, high })
      break
    }
  }
  return found
}

function between(low: Cell, value: Cell, high: Cell): boolean {
  if (low === null || high === null) return low === high
  return (
    typeof low === 'number' && typeof value === 'number' && typeof high === 'number' && low <= value && value <= high
  )
}

function withInterval(value: Cell, low: Cell, high: Cell): string {
  return low === null ? textOf(value) : `${textOf(value)} [${textOf(low)}, ${textOf(high)}]`
}
