// danfo's data frames, loaded when one is first asked for (about a second and 120 MB).
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Stopped } from '../stopped.js'

/**
 * A danfo DataFrame (danfojs-node 1.2.0, https://danfo.jsdata.org): what is used most, typed; its other
 * methods are there as well.
 */
export interface DataFrame {
  readonly shape: [rows: number, columns: number]
  readonly columns: string[]
  readonly dtypes: string[]
  readonly values: unknown[][]
  readonly index: (string | number)[]
  head(rows?: number): DataFrame
  tail(rows?: number): DataFrame
  query(condition: unknown): DataFrame
  describe(): DataFrame
  sortValues(by: string, options?: { ascending?: boolean }): DataFrame
  groupby(columns: string[]): {
    agg(operations: Record<string, string | string[]>): DataFrame
    count(): DataFrame
    mean(): DataFrame
    sum(): DataFrame
    // biome-ignore lint/suspicious/noExplicitAny: danfo has no declarations that travel with the package
    [method: string]: any
  }
  // biome-ignore lint/suspicious/noExplicitAny: danfo has no declarations that travel with the package
  [method: string]: any
}

interface Danfo {
  DataFrame: (new (data: object, options?: object) => DataFrame) & { prototype: object }
  toJSON(frame: DataFrame, options?: object): unknown
}

let loaded: Danfo | undefined

/** The library itself: merge, concat, read and write functions, as in its documentation. */
export function danfo(): Danfo {
  if (loaded) return loaded
  // Bundled at build time, because what danfo asks for does not install everywhere.
  const built = import.meta.url.includes('/dist/src/') ? '../../vendor/danfo.cjs' : '../../dist/vendor/danfo.cjs'
  const file = fileURLToPath(new URL(built, import.meta.url))
  const { warn, log } = console
  const { emitWarning } = process
  try {
    // TensorFlow greets, and an old dependency of danfo's calls a deprecated module: neither is for the reader.
    console.warn = console.log = () => undefined
    process.emitWarning = () => undefined
    return (loaded = createRequire(import.meta.url)(file) as Danfo)
  } catch (cause) {
    throw new Stopped(
      'no-tool',
      `danfo could not be loaded from ${file}: ${(cause as Error).message}`,
      'npm run build',
      cause,
    )
  } finally {
    Object.assign(console, { warn, log })
    process.emitWarning = emitWarning
  }
}

/** Whether a value is a danfo DataFrame, from this package's danfo or another. */
export function isDataFrame(value: unknown): value is DataFrame {
  const frame = value as Partial<DataFrame> | null
  return (
    typeof frame === 'object' && frame !== null && typeof frame.groupby === 'function' && Array.isArray(frame.columns)
  )
}
