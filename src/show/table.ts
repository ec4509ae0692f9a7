// A table: the rows at a glance, and a danfo DataFrame behind them for everything else.
import { inspect } from 'node:util'
import { DISPLAY, type MimeBundle } from '../host.js'
import { Stopped } from '../stopped.js'
import { type Cell, type Columns, columnsOf, textOf } from './columns.js'
import { type DataFrame, danfo, isDataFrame } from './danfo.js'
import { escapeHtml } from './html.js'

/** Rows and columns that are shown. */
const SHOWN = { rows: 20, columns: 20 } as const

export interface TableOptions {
  title?: string
  /** Columns to show, in this order; also those that would be left out as too long. */
  columns?: string[]
}

/**
 * A table of rows, of a danfo DataFrame, or of scores: the first 20 rows and 20 short columns are
 * shown with the whole size stated; long texts are named and left out.
 *
 * `table(rows).frame` is a danfo DataFrame of all rows and short columns: groupby, query, sortValues.
 *
 * @throws Stopped 'bad-call' where the value is neither, or a named column is in no row.
 */
export function table(rows: Iterable<unknown> | DataFrame, options: TableOptions = {}): Frame {
  if (isDataFrame(rows)) return new Frame(ofFrame(rows), options, rows)
  if (typeof rows !== 'object' || rows === null || !(Symbol.iterator in rows)) {
    throw new Stopped(
      'bad-call',
      `table takes rows or a DataFrame, and got ${inspect(rows, { depth: 0 })}.`,
      'table(await sample(…))',
    )
  }
  const all = [...rows]
  const columns = options.columns ? chosen(all, options.columns) : columnsOf(all)
  return new Frame(columns, options)
}

/** What `table` gives back: it shows itself, and holds the rows as a danfo DataFrame. */
export class Frame {
  readonly title: string | undefined
  readonly #columns: Columns
  #frame: DataFrame | undefined

  constructor(columns: Columns, { title }: TableOptions = {}, frame?: DataFrame) {
    this.#columns = columns
    this.title = title
    this.#frame = frame
  }

  /** Rows and columns of the table, all of them. */
  get shape(): [rows: number, columns: number] {
    return [this.#columns.cells.length, this.#columns.names.length]
  }

  get columns(): string[] {
    return [...this.#columns.names]
  }

  /**
   * The rows as a danfo DataFrame. Missing numbers are NaN: danfo's `groupby` then says NaN for
   * that group, where it would count null as 0; `frame.dropNa()` leaves such rows out.
   */
  get frame(): DataFrame {
    return (this.#frame ??= frameOf(this.#columns))
  }

  /** The table as a box of characters, as it stands in a terminal. */
  toString(): string {
    return plain(this.#view(), this.title)
  }

  /** The table as a Markdown pipe table. */
  toMarkdown(): string {
    return markdown(this.#view())
  }

  /** All rows as CSV text (RFC 4180). */
  toCSV(): string {
    const field = (cell: Cell) => {
      const text = cell === null ? '' : String(cell)
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
    }
    return `${[this.#columns.names, ...this.#columns.cells].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`
  }

  [DISPLAY](): MimeBundle {
    const view = this.#view()
    return {
      'text/html': html(view, this.title),
      'text/markdown': markdown(view),
      'text/plain': plain(view, this.title),
    }
  }

  [inspect.custom](): string {
    return this.toString()
  }

  #view(): View {
    const { names, cells, left } = this.#columns
    const filled = names
      .keys()
      .filter((i) => cells.length === 0 || cells.some((row) => row[i] !== null && row[i] !== ''))
    const { vary, constant } = sorted([...filled], names, cells)
    const shown = vary.slice(0, SHOWN.columns)
    return {
      names: shown.map((i) => names[i]!),
      numeric: shown.map((i) => isNumeric(cells.map((row) => row[i]!))),
      rows: cells.slice(0, SHOWN.rows).map((row) => shown.map((i) => textOf(row[i]!))),
      size: cells.length,
      columns: names.length,
      constant: constant.map((i) => `${names[i]} ${textOf(cells[0]![i]!)}`),
      hidden: [...names.filter((_, i) => !shown.includes(i) && !constant.includes(i)), ...left],
    }
  }
}

/** Columns from which on a table is wide, and says once what all its rows share. */
const WIDE = 9

/** Of a wide table, the columns that vary and those that are the same in every row. */
function sorted(filled: number[], names: string[], cells: Cell[][]): { vary: number[]; constant: number[] } {
  if (names.length < WIDE || cells.length < 2) return { vary: filled, constant: [] }
  const alike = (i: number) => cells.every((row) => row[i] === cells[0]![i])
  return { vary: filled.filter((i) => !alike(i)), constant: filled.filter(alike) }
}

interface View {
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

function shapeText({ size, columns, constant, hidden }: View): string {
  const shown = size > SHOWN.rows ? `, the first ${SHOWN.rows} shown` : ''
  const also = hidden.length > 0 ? `; not shown: ${hidden.join(', ')}` : ''
  const alike = constant.length > 0 ? `; in all rows: ${constant.join(', ')}` : ''
  return `${size} row${size === 1 ? '' : 's'} × ${columns} column${columns === 1 ? '' : 's'}${shown}${alike}${also}`
}

function chosen(rows: readonly unknown[], names: string[]): Columns {
  const picked = rows.map((row) => Object.fromEntries(names.map((name) => [name, at(row, name)])))
  const missing = names.find((name) => rows.length > 0 && picked.every((row) => row[name] === undefined))
  if (missing !== undefined) {
    const there = columnsOf(rows)
    throw new Stopped(
      'bad-call',
      `No row has a column ${JSON.stringify(missing)}.`,
      `table(rows, { columns: ${JSON.stringify([...there.names, ...there.left].slice(0, 6))} })`,
    )
  }
  const cells = picked.map((row) =>
    names.map((name): Cell => {
      const value = row[name]
      if (value === undefined || value === null) return null
      return typeof value === 'object' ? JSON.stringify(value) : (value as Cell)
    }),
  )
  return { names, cells, left: [] }
}

/** `settings.temperature` of a row. */
function at(row: unknown, name: string): unknown {
  const own = row as Record<string, unknown>
  if (own === null || typeof own !== 'object' || name in own) return own?.[name]
  return name
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], own)
}

function ofFrame(frame: DataFrame): Columns {
  const rows = frame.values.map((row) => (Array.isArray(row) ? row : [row]))
  const cells = rows.map((row) =>
    row.map((value): Cell => (value === undefined || Number.isNaN(value) ? null : (value as Cell))),
  )
  // An index of words (that of describe(), for one) is a column to the reader.
  const worded = frame.index.some((name) => typeof name === 'string')
  if (!worded) return { names: [...frame.columns], cells, left: [] }
  return { names: ['', ...frame.columns], cells: cells.map((row, i) => [frame.index[i]!, ...row]), left: [] }
}

function frameOf({ names, cells }: Columns): DataFrame {
  const { DataFrame: Made } = danfo()
  showFramesAsTables(Made.prototype)
  const data: Record<string, Cell[]> = {}
  const dtypes: string[] = []
  for (const [i, name] of names.entries()) {
    const column = cells.map((row) => row[i]!)
    const numeric = isNumeric(column)
    data[name] = numeric ? column.map((cell) => (cell === null ? Number.NaN : cell)) : column
    const whole = numeric && column.every((cell) => Number.isInteger(cell))
    dtypes.push(
      numeric
        ? whole
          ? 'int32'
          : 'float32'
        : column.every((cell) => typeof cell === 'boolean')
          ? 'boolean'
          : 'string',
    )
  }
  return cells.length === 0 ? new Made([]) : new Made(data, { dtypes })
}

/** What groupby, query and a column give back shows itself as a table too: they share one root class. */
function showFramesAsTables(prototype: object): void {
  let root = prototype
  for (let next = Object.getPrototypeOf(root); next && next !== Object.prototype; next = Object.getPrototypeOf(next))
    root = next
  if (DISPLAY in root) return
  Object.defineProperty(root, DISPLAY, {
    value(this: DataFrame): MimeBundle {
      return new Frame(ofFrame(this))[DISPLAY]()
    },
  })
}

function isNumeric(column: readonly Cell[]): boolean {
  return (
    column.some((cell) => typeof cell === 'number') && column.every((cell) => cell === null || typeof cell === 'number')
  )
}

function html(view: View, title?: string): string {
  const { names, numeric, rows } = view
  const cell = (tag: string, text: string, i: number) =>
    `<${tag} style="text-align:${numeric[i] ? 'right' : 'left'};padding:2px 10px;white-space:nowrap">${escapeHtml(text)}</${tag}>`
  const head = `<tr style="border-bottom:1px solid #888">${names.map((name, i) => cell('th', name, i)).join('')}</tr>`
  const body = rows.map((row) => `<tr>${row.map((text, i) => cell('td', text, i)).join('')}</tr>`).join('')
  const above = title ? `<div><b>${escapeHtml(title)}</b></div>` : ''
  return `<div class="skylab-table" style="overflow-x:auto">${above}<table style="border-collapse:collapse;font-size:90%"><thead>${head}</thead><tbody>${body}</tbody></table><div style="opacity:.75;font-size:90%">${escapeHtml(shapeText(view))}</div></div>`
}

function markdown(view: View): string {
  const { names, numeric, rows } = view
  const line = (cells: string[]) => `| ${cells.map((text) => text.replace(/[\\|]/g, '\\$&')).join(' | ')} |`
  const rule = `|${numeric.map((right) => (right ? ' ---: ' : ' --- ')).join('|')}|`
  return [line(names), rule, ...rows.map(line), '', shapeText(view)].join('\n')
}

/** Characters: more is unreadable where lines are broken. */
const WIDEST = 140

function plain(view: View, title?: string): string {
  const width = (i: number) => Math.max(view.names[i]!.length, ...view.rows.map((row) => row[i]!.length), 1)
  const widths = view.names.map((_, i) => width(i))
  let [fits, total] = [0, 1]
  while (fits < widths.length && (fits === 0 || total + widths[fits]! + 3 <= WIDEST)) total += widths[fits++]! + 3
  const shape = shapeText({ ...view, hidden: [...view.names.slice(fits), ...view.hidden] })
  if (fits === 0) return [...(title ? [title] : []), shape].join('\n')
  const line = (cells: string[]) =>
    `│ ${cells
      .slice(0, fits)
      .map((text, i) => (view.numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
      .join(' │ ')} │`
  const rule = (left: string, middle: string, right: string) =>
    left +
    widths
      .slice(0, fits)
      .map((width) => '─'.repeat(width + 2))
      .join(middle) +
    right
  const box = [rule('┌', '┬', '┐'), line(view.names), rule('├', '┼', '┤'), ...view.rows.map(line), rule('└', '┴', '┘')]
  return [...(title ? [title] : []), ...box, shape].join('\n')
}
