// A table: the rows at a glance, and a danfo DataFrame behind them for everything else.
import path from 'node:path'
import { inspect } from 'node:util'
import { DISPLAY, type MimeBundle } from '../host.js'
import { checkKnown } from '../known.js'
import { Stopped } from '../stopped.js'
import { passed, takesText } from '../taken.js'
import { type Cell, type Columns, columnsOf } from './columns.js'
import { type DataFrame, danfo, FRAME_MEMBERS, type FrameMembers, isDataFrame } from './danfo.js'
import { save } from './save.js'
import { csv, html, latex, markdown, plain } from './table-forms.js'
import { isNumeric, viewOf } from './table-view.js'

export interface TableOptions {
  title?: string
  /** Columns to show, in this order; also those that would be left out as too long. */
  columns?: string[]
}

/**
 * A table of rows, of a danfo DataFrame, or of scores: the first 20 rows and 20 short columns are
 * shown with the whole size stated; long texts are named and left out; an interval (`low`, `high`) stands beside its
 * value. The table is a danfo DataFrame of all rows and short columns: `groupby`, `query`, `sortValues`, `describe`.
 *
 * @throws Stopped 'bad-call' where the value is neither, or a named column is in no row.
 */
export function table(rows: Iterable<unknown> | DataFrame | Frame, options: TableOptions = {}): Frame {
  checkOptions(options)
  if (rows instanceof Frame) return table(rows.frame, options)
  if (isDataFrame(rows)) return new Frame(ofFrame(rows), options, rows)
  if (typeof rows !== 'object' || rows === null || !(Symbol.iterator in rows)) throw noRows(rows)
  const all = [...rows]
  const columns = options.columns ? chosen(all, options.columns) : columnsOf(all)
  return new Frame(columns, options)
}

/**
 * What `table` gives back: a table that shows itself and is a danfo DataFrame of all its rows and short columns.
 * danfo's methods and properties are there (`groupby`, `query`, `merge` through `danfo()`, `sortValues`, a column by its
 * name); danfo itself is loaded by the first of them that is used.
 *
 * Missing numbers are NaN there, and statistics pass over them, as in pandas.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what the interface adds is defined below the class, from one list
export class Frame {
  readonly title: string | undefined
  readonly #columns: Columns
  #frame: DataFrame | undefined

  constructor(columns: Columns, { title }: TableOptions = {}, frame?: DataFrame) {
    this.#columns = columns
    this.title = title
    this.#frame = frame
    for (const name of columns.names)
      if (!(name in this)) Object.defineProperty(this, name, { get: () => this.frame[name], configurable: true })
  }

  /** Rows and columns of the table, all of them. */
  get shape(): [rows: number, columns: number] {
    return [this.#columns.cells.length, this.#columns.names.length]
  }

  get columns(): string[] {
    return [...this.#columns.names]
  }

  /** The danfo DataFrame itself, as danfo's own functions take it: `danfo().merge({ left: a.frame, … })`. */
  get frame(): DataFrame {
    return (this.#frame ??= frameOf(this.#columns))
  }

  /** The table as a box of characters, as it stands in a terminal. */
  toString(): string {
    return plain(viewOf(this.#columns), this.title)
  }

  /** All rows as a Markdown pipe table. */
  toMarkdown(): string {
    return markdown(viewOf(this.#columns, true), false)
  }

  /** All rows as a LaTeX table; it needs the package booktabs. */
  toLaTeX(): string {
    return latex(viewOf(this.#columns, true), this.title)
  }

  /** All rows as CSV text (RFC 4180). */
  toCSV(): string {
    return csv(this.#columns)
  }

  /**
   * Writes all rows in the form that the ending of the name asks for: .csv, .md or .tex.
   * @throws Stopped 'bad-call' for another ending, 'disk' where it cannot be written.
   */
  save(file: string): void {
    const ending = path.extname(file).toLowerCase()
    if (ending === '.csv') save(file, this.toCSV())
    else if (ending === '.md') save(file, `${this.toMarkdown()}\n`)
    else if (ending === '.tex') save(file, `${this.toLaTeX()}\n`)
    else
      throw new Stopped(
        'bad-call',
        `A table cannot be saved as ${JSON.stringify(file)}.`,
        "table(rows).save('scores.csv'), '.md' or '.tex'",
      )
  }

  [DISPLAY](): MimeBundle {
    const view = viewOf(this.#columns)
    return {
      'text/html': html(view, this.title),
      'text/markdown': markdown(view),
      'text/plain': plain(view, this.title),
    }
  }

  [inspect.custom](): string {
    return this.toString()
  }
}

export interface Frame extends FrameMembers {
  // biome-ignore lint/suspicious/noExplicitAny: danfo has no declarations that travel with the package
  [member: string]: any
}

for (const name of FRAME_MEMBERS)
  if (!(name in Frame.prototype))
    Object.defineProperty(Frame.prototype, name, {
      configurable: true,
      get(this: Frame) {
        const member: unknown = this.frame[name]
        return typeof member === 'function' ? member.bind(this.frame) : member
      },
    })

/** What was passed instead of rows, and where in it there are some. */
function noRows(value: unknown): Stopped {
  const bad = (fix: string) =>
    new Stopped('bad-call', `table takes rows or a DataFrame, and got ${passed(value)}.`, fix)
  if (typeof value === 'function') return bad(`table(${value.name || 'rows'}(…))`)
  if (typeof value !== 'object' || value === null) return bad('table(await sample(…))')
  if ('then' in value || Symbol.asyncIterator in value) return bad('table(await …)')
  const fields = Object.entries(value)
  const lists = fields.filter(([, inside]) => Array.isArray(inside) && inside.length > 0)
  if (lists.length === 1 || (lists.length > 0 && lists.length === fields.length))
    return bad(`table(value.${lists.at(-1)![0]})`)
  const rows = fields.length > 1 && fields.every(([, inside]) => typeof inside === 'object' && inside !== null)
  return bad(rows ? 'table(Object.values(value))' : 'table([value])')
}

function checkOptions(options: TableOptions): void {
  checkKnown('table(…)', options, { title: true, columns: true })
  const { title, columns } = options
  if (title !== undefined) takesText('title of table(…)', title, "table(rows, { title: 'Scores' })")
  if (columns !== undefined && !(Array.isArray(columns) && columns.every((name) => typeof name === 'string')))
    throw new Stopped(
      'bad-call',
      `columns of table(…) is ${passed(columns)}; it is a list of names.`,
      `table(rows, { columns: [${typeof columns === 'string' ? `'${columns}'` : "'id'"}] })`,
    )
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
