// SQL over rows and files, by DuckDB, for what is too large or too joined for an array method.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DISPLAY, host, type MimeBundle } from '../host.js'
import type { Rows } from '../rows.js'
import { Stopped } from '../stopped.js'
import { layRows } from './sql-rows.js'
import { literal, plainValue, quoted } from './sql-values.js'
import { table } from './table.js'

/** A table of a query: rows, or a file (JSON Lines, JSON, CSV, TSV or Parquet, also gzipped where it is text). */
export type SqlSource = Rows<object> | string

/** The rows of a query; they show themselves as a table. */
export type SqlRows<T> = T[]

/**
 * Runs one SQL query (DuckDB's, https://duckdb.org/docs) over rows and files, and gives its rows as objects.
 *
 * The tables are named in the second argument; a file can also stand in the query itself, in quotes. Rows keep their
 * nesting (`verdict.ok`, `settings.temperature`); a field that holds values of different kinds is JSON text. Whole
 * numbers come back as numbers where JavaScript holds them exactly, and as bigint otherwise. DuckDB spills to disk what
 * does not fit in memory. An interrupt ends the query.
 *
 * @param query One statement; several are run in order, and the rows are those of the last.
 * @param sources Table name → rows (an array, an iterable or an async iterable) or a file's path.
 * @throws Stopped 'bad-call' with DuckDB's own message where the query is wrong, 'no-file', 'interrupted'.
 * @example await sql('select source, count(*) as n, avg(seconds) as mean from judged where verdict.ok group by all', { judged })
 * @example await sql("select value.finish, count(*) as n from 'runs/sky-t1/journal/sample.jsonl' group by 1")
 */
export async function sql<T = Record<string, unknown>>(
  query: string,
  sources: Record<string, SqlSource> = {},
): Promise<SqlRows<T>> {
  check(query, sources)
  const signal = host().signal()
  signal.throwIfAborted()
  const { DuckDBInstance } = await duckdb()
  const folder = mkdtempSync(path.join(tmpdir(), 'skylab-sql-'))
  const instance = await DuckDBInstance.create(':memory:', {
    // Nothing is fetched behind the user's back: what a query may use comes with the package.
    autoinstall_known_extensions: 'false',
    temp_directory: path.join(folder, 'spill'),
  })
  const connection = await instance.connect()
  const interrupt = () => connection.interrupt()
  signal.addEventListener('abort', interrupt, { once: true })
  try {
    for (const [name, source] of Object.entries(sources ?? {})) await lay(connection, name, source, folder, signal)
    return shown(await run<T>(connection, query))
  } catch (error) {
    if (signal.aborted)
      throw new Stopped('interrupted', 'The query was interrupted.', 'Run the cell again: it starts over.', error)
    throw error
  } finally {
    signal.removeEventListener('abort', interrupt)
    connection.closeSync()
    instance.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function duckdb(): Promise<typeof import('@duckdb/node-api')> {
  try {
    return await import('@duckdb/node-api')
  } catch (cause) {
    throw new Stopped(
      'no-tool',
      `DuckDB could not be loaded: ${(cause as Error).message.split('\n')[0]}`,
      'npm install @duckdb/node-api@1.5.6-r.1',
      cause,
    )
  }
}

async function lay(
  connection: DuckDBConnection,
  name: string,
  source: SqlSource,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const relation =
    typeof source === 'string' ? reader(source) : await layRows(source, path.join(folder, `${name}.jsonl`), signal)
  // A view and not a table: a query that needs two columns of a file reads two columns.
  await statement(
    connection,
    `create view ${quoted(name)} as select * from ${relation}`,
    typeof source === 'string' ? source : name,
  )
}

/** DuckDB's table function for a file, by its ending. */
function reader(file: string): string {
  const ending = /\.([a-z0-9]+)(?:\.(?:gz|zst))?$/i.exec(file)?.[1]?.toLowerCase()
  const functions: Record<string, string> = {
    parquet: 'read_parquet',
    csv: 'read_csv',
    tsv: 'read_csv',
    json: 'read_json_auto',
    jsonl: 'read_json_auto',
    ndjson: 'read_json_auto',
  }
  const read = ending === undefined ? undefined : functions[ending]
  if (read === undefined)
    throw new Stopped(
      'bad-call',
      `sql cannot tell what ${JSON.stringify(file)} is by its ending.`,
      "A file that ends in .parquet, .jsonl, .json, .csv or .tsv: sql('select * from t', { t: 'rows.jsonl' })",
    )
  return `${read}(${literal(file)})`
}

async function run<T>(connection: DuckDBConnection, query: string): Promise<T[]> {
  const reader = await statement(connection, query)
  const names = reader.deduplicatedColumnNames()
  const rows: T[] = []
  for (const row of reader.getRows()) {
    const object: Record<string, unknown> = {}
    for (const [i, name] of names.entries()) object[name] = plainValue(row[i])
    rows.push(object as T)
  }
  return rows
}

async function statement(connection: DuckDBConnection, text: string, file?: string) {
  try {
    return await connection.runAndReadAll(text)
  } catch (cause) {
    const message = (cause as Error).message.trim()
    if (/No files found|No such file|Cannot open file/i.test(message))
      throw new Stopped('no-file', `There is no file ${file ?? 'as the query names it'}: ${message}`, 'ls', cause)
    throw new Stopped('bad-call', `DuckDB refused the query. ${message}`, fixOf(message), cause)
  }
}

function fixOf(message: string): string {
  if (/Table with name .* does not exist/i.test(message))
    return "Name the rows in the second argument: sql('select * from judged', { judged })"
  if (/Referenced column/i.test(message)) return "Look at the columns: sql('describe judged', { judged })"
  return 'Mend the query at the place that is marked; https://duckdb.org/docs/sql/introduction'
}

/** Rows that are an ordinary array to every step, and a table to the eye. */
function shown<T>(rows: T[]): SqlRows<T> {
  Object.defineProperty(rows, DISPLAY, { value: (): MimeBundle => table(rows)[DISPLAY]() })
  return rows
}

function check(query: string, sources: Record<string, SqlSource>): void {
  const example = "sql('select count(*) from judged', { judged })"
  if (typeof query !== 'string' || query.trim() === '')
    throw new Stopped('bad-call', `sql(…) got ${JSON.stringify(query)} for its query.`, example)
  for (const [name, source] of Object.entries(sources))
    if (typeof source !== 'string' && !(typeof source === 'object' && source !== null && isRows(source)))
      throw new Stopped(
        'bad-call',
        `sql(…) got ${source === null ? 'null' : typeof source} for ${name}, and takes rows or a file's path.`,
        example,
      )
}

function isRows(value: object): boolean {
  return Symbol.iterator in value || Symbol.asyncIterator in value
}
