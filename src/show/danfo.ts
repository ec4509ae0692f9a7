// danfo's data frames, loaded when one is first asked for (about a second and 120 MB).
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Stopped } from '../stopped.js'
import { type DanfoModule, repaired } from './danfo-repairs.js'

/** What is used most of a danfo DataFrame, typed. */
export interface FrameMembers {
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
}

/** A danfo DataFrame (danfojs-node 1.2.0, https://danfo.jsdata.org); its other methods are there as well. */
export interface DataFrame extends FrameMembers {
  readonly shape: [rows: number, columns: number]
  readonly columns: string[]
  // biome-ignore lint/suspicious/noExplicitAny: danfo has no declarations that travel with the package
  [method: string]: any
}

/** What a danfo DataFrame has, so that a table can offer it before danfo is loaded; a test holds the list to danfo's own. */
export const FRAME_MEMBERS = `toJSON toExcel iloc loc head tail sample add sub mul div divNoNan pow mod mean median
  mode min max std var lt gt eq ne le ge count sum pctChange diff abs round cumProd cumSum cumMin cumMax describe dropNa
  addColumn copy isNa fillNa drop sortValues setIndex resetIndex apply applyMap column selectDtypes transpose T replace
  asType nUnique rename sortIndex append query ctypes getDummies groupby iat at plot tensor dtypes ndim axis config
  index values getColumnData size print`.split(/\s+/)

let loaded: DanfoModule | undefined

/**
 * The library itself: merge, concat, read and write functions, as in its documentation, with its faults mended
 * (danfo-repairs.ts says which).
 * @throws Stopped('no-tool') where the build has not made it.
 */
export function danfo(): DanfoModule {
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
    return (loaded = repaired(createRequire(import.meta.url)(file) as DanfoModule))
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
