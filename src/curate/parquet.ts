// The training set as Parquet, by DuckDB out of the JSON Lines beside it.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { Stopped } from '../stopped.js'
import { beside } from './write.js'

const TURN = 'STRUCT("from" VARCHAR, "value" VARCHAR)'
const COLUMNS = {
  rows: `{system: 'VARCHAR', conversations: '${TURN}[]'}`,
  pairs: `{system: 'VARCHAR', conversations: '${TURN}[]', chosen: '${TURN}', rejected: '${TURN}'}`,
}

/**
 * Writes a Parquet file (zstd, row groups of 1,000 rows) with the rows of a JSON Lines file, in their order and in
 * bounded memory; it is there whole or not at all. Gives its sha256 and size. The same rows give the same bytes.
 *
 * @throws Stopped 'disk' where it cannot be written.
 */
export async function writeParquet(
  file: string,
  lines: string,
  kind: 'rows' | 'pairs',
): Promise<{ sha256: string; bytes: number }> {
  const part = beside(file)
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
  try {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    // One thread: several would write row groups in the order in which they end.
    const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '1GB' })
    const connection = await instance.connect()
    try {
      await connection.run(
        `COPY (SELECT * FROM read_json(${quoted(lines)}, columns = ${COLUMNS[kind]}, format = 'newline_delimited', maximum_object_size = 268435456)) TO ${quoted(part)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 1000)`,
      )
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
    const handle = await open(part, 'r+')
    await handle.sync()
    await handle.close()
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    throw new Stopped('disk', `${file} cannot be written: ${(error as Error).message}.`, `df -h ${file}`, error)
  }
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return { sha256: hash.digest('hex'), bytes: (await stat(file)).size }
}
