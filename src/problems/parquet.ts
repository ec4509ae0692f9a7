// Rows of a Parquet file, one at a time. Small files are read in JavaScript, which is there at once and needs little
// memory; large ones by DuckDB, which is four times as fast and streams.
import { statSync } from 'node:fs'
import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import { Stopped } from '../stopped.js'
import type { Entry } from './open.js'
import type { Where } from './sieve.js'

/** From this size on DuckDB reads it, in bytes. Below, starting it costs more than it saves. */
const LARGE = 32 * 1024 * 1024

export interface ParquetOptions {
  /** Columns to read, of those that are there. @default all */
  columns?: string[]
  /** What rows must be; where it can, the file is asked for those rows only. */
  where?: Where
  /** Told how many rows were left out because of `where`. */
  onSkipped?: (rows: number) => void
  /** From how many bytes on DuckDB reads it. @default 32 MB */
  large?: number
}

/** Reads a Parquet file's rows, with their number from 1. @throws Stopped('bad-data') where it is damaged. */
export async function* parquetEntries(file: string, options: ParquetOptions = {}): AsyncGenerator<Entry> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetSchema } = await import('hyparquet')
  let opened: AsyncBuffer
  let metadata: FileMetaData
  try {
    opened = await asyncBufferFromFile(file)
    metadata = await parquetMetadataAsync(opened)
  } catch (error) {
    throw damaged(file, error)
  }
  const there = parquetSchema(metadata).children.map(({ element }) => element.name)
  const columns = options.columns?.filter((name) => there.includes(name))
  const wanted = columns === undefined || columns.length === 0 ? there : columns
  const duckdb =
    statSync(file).size >= (options.large ?? LARGE)
      ? await import('@duckdb/node-api').catch(() => undefined)
      : undefined
  try {
    if (duckdb) yield* byDuckDB(duckdb, file, wanted, there, Number(metadata.num_rows), options)
    else yield* byHyparquet(opened, metadata, wanted)
  } catch (error) {
    if (error instanceof Stopped) throw error
    throw damaged(file, error)
  }
}

/** Row group by row group: the memory needed is that of the largest one. */
async function* byHyparquet(file: AsyncBuffer, metadata: FileMetaData, columns: string[]): AsyncGenerator<Entry> {
  const { parquetReadObjects } = await import('hyparquet')
  const { compressors } = await import('hyparquet-compressors')
  let row = 0
  for (const group of metadata.row_groups) {
    const rowEnd = row + Number(group.num_rows)
    const records = await parquetReadObjects({ file, metadata, compressors, columns, rowStart: row, rowEnd })
    for (const record of records) yield { line: ++row, record: plain(record) as Record<string, unknown> }
  }
}

async function* byDuckDB(
  { DuckDBInstance }: typeof import('@duckdb/node-api'),
  file: string,
  columns: string[],
  there: string[],
  held: number,
  { where, onSkipped }: ParquetOptions,
): AsyncGenerator<Entry> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', threads: '2' })
  const connection = await instance.connect()
  try {
    const condition = where === undefined || onSkipped === undefined ? '' : conditionOf(where, there)
    const query = `select ${columns.map(quoted).join(', ')}, file_row_number from read_parquet(${literal(file)}, file_row_number = true)${condition}`
    const result = await connection.stream(query)
    let kept = 0
    for await (const rows of result.yieldRowObjectJs())
      for (const { file_row_number, ...record } of rows) {
        kept++
        yield { line: Number(file_row_number) + 1, record: plain(record) as Record<string, unknown> }
      }
    if (condition !== '') onSkipped?.(held - kept)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Equalities of text columns; anything else is left to the caller, who looks at every row again. */
function conditionOf(where: Where, there: string[]): string {
  if (typeof where === 'function') return ''
  const parts = Object.entries(where).map(([field, wanted]) => {
    const values = wanted instanceof RegExp ? [] : [wanted].flat()
    if (!there.includes(field) || values.length === 0 || !values.every((value) => typeof value === 'string'))
      return undefined
    return `${quoted(field)} in (${values.map((value) => literal(value as string)).join(', ')})`
  })
  return parts.length === 1 && parts[0] !== undefined ? ` where ${parts[0]}` : ''
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Values as JSON has them: whole numbers as numbers, dates and bytes as text. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}

function damaged(file: string, error: unknown): Stopped {
  const why = (error as Error).message.split('\n')[0]!
  return new Stopped('bad-data', `${file} is a damaged Parquet file: ${why}.`, 'Fetch the file again.', error)
}
