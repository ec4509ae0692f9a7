// What danfo 1.2.0 gets wrong, put right in the copy of it that this package carries.
//
// The repairs replace methods on danfo's own classes, and not on subclasses of them: nearly every method gives back a
// frame that danfo makes itself, and a subclass would be lost with the first of a chain. No other copy of danfo in the
// process is touched. The rules for missing values are those of pandas: a statistic is one of the values that are
// there, and the missing ones stand last in a sorted column.
import type { DataFrame } from './danfo.js'

type Value = string | number | boolean | null | undefined

interface Series {
  readonly values: Value[]
  readonly index: (string | number)[]
  readonly dtypes: string[]
  iloc(rows: number[]): Series
  $setValues(values: Value[]): void
  $setIndex(index: (string | number)[]): void
}

interface Groupby {
  colIndex: number[]
  columnName: string[]
  data: Value[][] | null
  colDict: Record<string, Record<string, Value[]>>
  keyToValue: Record<string, Value[]>
  toDataFrame(groups: Groupby['colDict']): DataFrame
}

export interface DanfoModule {
  DataFrame: (new (data: object, options?: object) => DataFrame) & { prototype: object }
  Series: (new (data: object, options?: object) => Series) & { prototype: object }
  merge(parameters: MergeParameters): DataFrame
  toJSON(frame: DataFrame, options?: object): unknown
}

export interface MergeParameters {
  left: DataFrame
  right: DataFrame
  /** Columns that both have. */
  on: string[]
  how: 'left' | 'right' | 'inner' | 'outer'
}

const missing = (value: Value): boolean => value === null || value === undefined || Number.isNaN(value)

/** Repairs the classes of a loaded danfo in place, and gives its exports back, which are read-only, with our `merge`. */
export function repaired(danfo: DanfoModule): DanfoModule {
  const { DataFrame, Series } = danfo
  replace(DataFrame.prototype, { sortValues: sortFrame(DataFrame), describe: describe(DataFrame) })
  replace(Series.prototype, { sortValues: sortSeries(Series) })
  const groups = Object.getPrototypeOf(new DataFrame({ key: [1] }).groupby(['key'])) as object
  replace(groups, { group, getGroup: groupOf, groupMathLog: statistic, colKeyDict: Object.keys })
  return { ...danfo, merge: (parameters) => merge(DataFrame, parameters) }
}

/** What danfo gives back is mostly of its base class: a method is replaced where it was defined. */
function replace(prototype: object, methods: Record<string, unknown>): void {
  for (const [name, method] of Object.entries(methods)) {
    let owner = prototype
    while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object
    Object.defineProperty(owner, name, { value: method, configurable: true, writable: true })
  }
}

// ---- sorting ----

/**
 * The places of the values in sorted order: stable, missing ones last. danfo's own takes time with the square of the
 * rows (13 s for 100,000), and sorts null as 0 and NaN anywhere.
 */
function order(values: readonly Value[], ascending: boolean): number[] {
  const there = [...values.keys()].filter((i) => !missing(values[i]))
  const gone = [...values.keys()].filter((i) => missing(values[i]))
  const sign = ascending ? 1 : -1
  there.sort((a, b) => {
    const [x, y] = [values[a]!, values[b]!]
    return x < y ? -sign : x > y ? sign : a - b
  })
  return [...there, ...gone]
}

function sortFrame(Frame: DanfoModule['DataFrame']) {
  return function sortValues(
    this: DataFrame,
    by: string,
    { ascending = true, inplace = false }: { ascending?: boolean; inplace?: boolean } = {},
  ): DataFrame | undefined {
    const place = this.columns.indexOf(by)
    if (place === -1) throw new Error(`ParamError: specified column "${by}" not found in columns`)
    const rows = this.values as Value[][]
    const places = order(
      rows.map((row) => row[place]),
      ascending,
    )
    const values = places.map((i) => rows[i]!)
    const index = places.map((i) => this.index[i]!)
    if (inplace) {
      this.$setValues(values)
      this.$setIndex(index)
      return undefined
    }
    return new Frame(values, { columns: [...this.columns], index, dtypes: [...this.dtypes] })
  }
}

function sortSeries(Column: DanfoModule['Series']) {
  return function sortValues(
    this: Series,
    { ascending = true, inplace = false }: { ascending?: boolean; inplace?: boolean } = {},
  ): Series | undefined {
    const places = order(this.values, ascending)
    const values = places.map((i) => this.values[i])
    const index = places.map((i) => this.index[i]!)
    if (inplace) {
      this.$setValues(values)
      this.$setIndex(index)
      return undefined
    }
    return new Column(values, { index, dtypes: [...this.dtypes] })
  }
}

// ---- statistics ----

const DESCRIBED = ['count', 'mean', 'std', 'min', 'median', 'max', 'variance'] as const

/** danfo's own throws at a null and says NaN for a column that has one. */
function describe(Frame: DanfoModule['DataFrame']) {
  return function describe(this: DataFrame): DataFrame {
    const columns: Record<string, number[]> = {}
    for (const [i, name] of this.columns.entries()) {
      if (this.dtypes[i] === 'string') continue
      const values = (this.values as Value[][]).map((row) => row[i]).filter((value) => !missing(value))
      columns[name] = DESCRIBED.map((what) => number(what, values.map(Number)))
    }
    return new Frame(columns, { index: [...DESCRIBED] })
  }
}

/** One statistic of numbers that are all there; NaN where there are too few for it. Variance divides by n - 1. */
function number(what: (typeof DESCRIBED)[number], values: readonly number[]): number {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const variance = () => (n < 2 ? Number.NaN : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  if (what === 'count') return n
  if (n === 0) return Number.NaN
  if (what === 'mean') return mean
  if (what === 'min') return values.reduce((a, b) => Math.min(a, b))
  if (what === 'max') return values.reduce((a, b) => Math.max(a, b))
  if (what === 'variance') return variance()
  if (what === 'std') return Math.sqrt(variance())
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.floor(n / 2)]!) / 2
}

/**
 * One operation over a group. danfo's own counts null as 0 in a mean, says NaN where one value is missing, and counts
 * missing values as there. A running sum, product or extreme passes over what is missing and leaves its place NaN.
 */
function statistic(this: Groupby, column: readonly Value[], operation: string): Value[] {
  const there = column.filter((value) => !missing(value))
  if (operation === 'count') return [there.length]
  if (operation === 'mode') return [mode(there)]
  if (operation.startsWith('cum')) return running(column, operation)
  const values = there.map(Number)
  if (operation === 'sum') return [values.reduce((sum, value) => sum + value, 0)]
  return [number(operation === 'var' ? 'variance' : (operation as (typeof DESCRIBED)[number]), values)]
}

function mode(values: readonly Value[]): Value {
  const counts = new Map<Value, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best: Value = Number.NaN
  for (const [value, count] of counts) if (count > (counts.get(best) ?? 0)) best = value
  return best
}

const steps: Record<string, (before: number, value: number) => number> = {
  cumsum: (before, value) => before + value,
  cumprod: (before, value) => before * value,
  cummax: Math.max,
  cummin: Math.min,
}

function running(column: readonly Value[], operation: string): Value[] {
  let before: number | undefined
  return column.map((value) => {
    if (missing(value)) return Number.NaN
    before = before === undefined ? Number(value) : steps[operation]!(before, Number(value))
    return before
  })
}

// ---- groups and joins ----

/** Several key values as one text. danfo's own joins them with a dash: ('a-b', 'c') and ('a', 'b-c') were one group. */
function keyOf(values: readonly Value[]): string {
  // The letter in front keeps JavaScript from moving keys that look like numbers to the front.
  return `k${JSON.stringify(values.map((value) => (missing(value) ? null : value)))}`
}

function group(this: Groupby): Groupby {
  const groups: Groupby['colDict'] = {}
  const keys: Groupby['keyToValue'] = {}
  for (const row of this.data ?? []) {
    const values = this.colIndex.map((i) => row[i])
    const key = keyOf(values)
    keys[key] ??= values
    const own = (groups[key] ??= Object.fromEntries(this.columnName.map((name) => [name, []])))
    for (const [i, name] of this.columnName.entries()) own[name]!.push(row[i])
  }
  this.colDict = groups
  this.keyToValue = keys
  return this
}

function groupOf(this: Groupby, keys: readonly Value[]): DataFrame {
  const key = keyOf(keys)
  const own = this.colDict[key]
  if (!own) throw new Error(`ParamError: there is no group ${JSON.stringify(keys)}`)
  return this.toDataFrame({ [key]: own })
}

/**
 * Joins two frames as pandas does: rows keep the order of the left frame (of the right one for 'right'), and each pairs
 * with every row of the other that has the same key. danfo's own puts rows of one key together, and numbers before
 * words. Columns are named as danfo names them: the second `score` is `score_1`.
 */
function merge(Frame: DanfoModule['DataFrame'], { left, right, on, how }: MergeParameters): DataFrame {
  for (const [side, frame] of [['left', left] as const, ['right', right] as const]) {
    const lacks = on.find((name) => !frame.columns.includes(name))
    if (lacks !== undefined) throw new Error(`ParamError: the ${side} frame has no column "${lacks}" to merge on`)
  }
  const [a, b] = [sideOf(left, on), sideOf(right, on)]
  const rows: Value[][] = []
  const blank = (names: string[]): Value[] => names.map(() => Number.NaN)
  const [first, second] = how === 'right' ? [b, a] : [a, b]
  const joined = (key: Value[], own: Value[], other: Value[]) =>
    rows.push(how === 'right' ? [...key, ...other, ...own] : [...key, ...own, ...other])
  for (const { key, of, rest } of first.rows) {
    const others = second.byKey.get(key)
    if (others) for (const other of others) joined(of, rest, other)
    else if (how !== 'inner') joined(of, rest, blank(second.names))
  }
  if (how === 'outer') for (const { key, of, rest } of b.rows) if (!a.byKey.has(key)) joined(of, blank(a.names), rest)
  const columns = [...on, ...distinct([...a.names, ...b.names])]
  return new Frame(rows, { columns })
}

interface Side {
  /** Columns that are no key. */
  names: string[]
  rows: { key: string; of: Value[]; rest: Value[] }[]
  byKey: Map<string, Value[][]>
}

function sideOf(frame: DataFrame, on: readonly string[]): Side {
  const places = on.map((name) => frame.columns.indexOf(name))
  const others = [...frame.columns.keys()].filter((i) => !places.includes(i))
  const rows = (frame.values as Value[][]).map((row) => {
    const of = places.map((i) => row[i])
    return { key: keyOf(of), of, rest: others.map((i) => row[i]) }
  })
  const byKey = new Map<string, Value[][]>()
  for (const { key, rest } of rows) {
    const same = byKey.get(key)
    if (same) same.push(rest)
    else byKey.set(key, [rest])
  }
  return { names: others.map((i) => frame.columns[i]!), rows, byKey }
}

/** Names told apart as danfo does: a, a_1, a_2. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return names.map((name) => {
    const times = seen.get(name) ?? 0
    seen.set(name, times + 1)
    return times === 0 ? name : `${name}_${times}`
  })
}
