// Rows of any shape as columns: nested settings become `settings.temperature`, texts too long for a
// table are named and left out, and nothing is lost silently.

export type Cell = string | number | boolean | bigint | null

export interface Columns {
  names: string[]
  /** One array of cells a row, in the order of `names`. */
  cells: Cell[][]
  /** Columns that are there and not shown: long texts and lists. */
  left: string[]
}

/** Characters up to which a text fits a table. */
const SHORT = 48
const DEEPEST = 2

/** Fields of scores whose keys are the ids of problems: a column for each would be a table of another thing. */
const BY_PROBLEM = ['byProblem', 'outcomes', 'answers']

/** Fields whose keys are reasons: they are read together, '4 wrong, 1 time-limit'. */
const TALLIES = ['lost', 'dropped']

/** What became of a row, the last step first: what a table of rows is looked at for. */
const FATES = ['fate.kept', 'fate.why', 'verdict.ok', 'verdict.why', 'verdict.how', 'format.ok', 'format.why', 'finish']

/** Turns rows into columns of short values. */
export function columnsOf(rows: readonly unknown[]): Columns {
  const flat = rows.map((row) => flatten(row))
  const names = inOrder([...new Set(flat.flatMap((row) => [...row.keys()]))])
  const long = new Set(names.filter((name) => tooLong(flat.map((row) => row.get(name)))))
  // Where nothing is short, a long text cut short is better than an empty table.
  const shown = long.size < names.length ? names.filter((name) => !long.has(name)) : names
  return {
    names: shown,
    cells: flat.map((row) => shown.map((name) => cellOf(row.get(name)))),
    left: names.filter((name) => !shown.includes(name)),
  }
}

/** As the rows have them; but what became of a row stands after its id, and what it came from last. */
function inOrder(names: string[]): string[] {
  const fates = names.includes('id') ? FATES.filter((name) => names.includes(name)) : []
  const settings = names.filter(isSetting)
  const rest = names.filter((name) => name !== 'id' && !fates.includes(name) && !isSetting(name))
  return [...(names.includes('id') ? ['id'] : []), ...fates, ...rest, ...settings]
}

/** Whether a column says how a row was made and not what it is. */
export function isSetting(name: string): boolean {
  return name.startsWith('settings.')
}

function flatten(row: unknown, before = '', depth = 0, into = new Map<string, unknown>()): Map<string, unknown> {
  if (row === null || typeof row !== 'object' || row instanceof Date) return into.set(before || 'value', row)
  if (Array.isArray(row) && before !== '') return into.set(before, row)
  for (const [key, value] of Object.entries(row)) {
    const name = before ? `${before}.${key}` : key
    const plain = value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
    if (plain && TALLIES.includes(key) && isTally(value)) into.set(name, tallyText(value))
    else if (plain && BY_PROBLEM.includes(key)) into.set(name, value)
    else if (plain && depth + 1 < DEEPEST && Object.keys(value).length <= 12) flatten(value, name, depth + 1, into)
    else into.set(name, value)
  }
  return into
}

function isTally(value: object): value is Record<string, number> {
  return Object.values(value).every((count) => Number.isInteger(count) && (count as number) >= 0)
}

function tallyText(tally: Record<string, number>): string {
  return Object.entries(tally)
    .map(([why, count]) => `${count} ${why}`)
    .join(', ')
}

function tooLong(values: unknown[]): boolean {
  return values.some((value) => {
    if (typeof value === 'string') return value.length > SHORT * 2 || value.includes('\n')
    return value !== null && typeof value === 'object' && !(value instanceof Date)
  })
}

function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return value
  if (value instanceof Date) return value.toISOString()
  return JSON.stringify(value) ?? String(value)
}

/** A cell as text: numbers to four digits, nothing for null, long texts cut short. */
export function textOf(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return numberText(cell)
  const text = String(cell).replace(/\s+/g, ' ')
  return text.length > SHORT ? `${text.slice(0, SHORT - 1)}…` : text
}

function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size >= 1000) return value.toFixed(1)
  if (size >= 1) return String(Number(value.toPrecision(4)))
  return size < 1e-3 ? value.toExponential(2) : String(Number(value.toFixed(4)))
}
