// Parquet files for tests, written by DuckDB.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** Rows as the bytes of a Parquet file, the types as DuckDB finds them in JSON. */
export async function parquetOf(rows: object[], options = 'compression zstd'): Promise<Buffer> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-parquet-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const source = path.join(folder, 'rows.jsonl')
    const target = path.join(folder, 'rows.parquet')
    const text = (_: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)
    writeFileSync(source, rows.map((row) => JSON.stringify(row, text)).join('\n'))
    await connection.run(
      `copy (select * from read_json_auto('${source}', format = 'newline_delimited', sample_size = -1)) to '${target}' (format parquet, ${options})`,
    )
    return readFileSync(target)
  } finally {
    connection.closeSync()
    instance.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
}
