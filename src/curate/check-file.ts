// The rows of a training file with their places, one at a time, and what is wrong with the text itself.
import { createReadStream } from 'node:fs'
import { arrayItems, type Piece, textLines } from '../problems/pieces.js'

/** One row of a file, or what is wrong with it; `faults` are those of its text. */
export interface FileRow {
  /** From 0, as LLaMA-Factory counts. */
  row: number
  /** The line on which it starts, from 1; 0 in a Parquet file. */
  line: number
  value: unknown
  faults: string[]
}

/** JSON array, JSON Lines or Parquet, by its content; memory holds one row at a time. */
export async function* fileRows(file: string): AsyncGenerator<FileRow> {
  const chunks = text(file)[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done) return
  if (first.value.startsWith('PAR1')) {
    await chunks.return?.(undefined)
    yield* parquetRows(file)
    return
  }
  let last = ''
  async function* all(): AsyncGenerator<string> {
    for (let next = first; !next.done; next = await chunks.next()) {
      last = next.value.trimEnd().at(-1) ?? last
      yield next.value
    }
  }
  const list = first.value.trimStart().startsWith('[')
  const pieces = list ? arrayItems(all()) : textLines(all())
  let row = 0
  for await (const piece of pieces) {
    if (piece.text.trim() === '') continue
    yield read(piece, row++)
  }
  if (list && last !== ']')
    yield { row, line: 0, value: undefined, faults: ['it is not JSON (the list has no end: the file was cut off)'] }
}

function read({ line, text }: Piece, row: number): FileRow {
  const faults: string[] = []
  if (text.includes('\ufffd'))
    faults.push('a character could not be read (bytes that are no UTF-8, or a � that was written)')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { row, line, value: undefined, faults: [`it is not JSON (${(error as Error).message})`] }
  }
  const twice = duplicateKey(text)
  if (twice !== undefined)
    faults.push(`the key ${JSON.stringify(twice)} stands twice in one object; the last one counts`)
  return { row, line, value, faults }
}

async function* text(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
    yield decoder.decode(chunk as Buffer, { stream: true })
  const last = decoder.decode()
  if (last !== '') yield last
}

/** A key that stands twice in one object of a JSON text; JSON.parse and Python keep the last one without a word. */
export function duplicateKey(text: string): string | undefined {
  const objects: (Set<string> | undefined)[] = []
  let i = 0
  while (i < text.length) {
    const code = text.charCodeAt(i)
    if (code === 123) objects.push(new Set())
    else if (code === 91) objects.push(undefined)
    else if (code === 125 || code === 93) objects.pop()
    else if (code === 34) {
      const begin = i
      for (i++; i < text.length && text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++
      const keys = objects.at(-1)
      if (keys !== undefined) {
        let next = i + 1
        while (next < text.length && text.charCodeAt(next) <= 32) next++
        if (text.charCodeAt(next) === 58) {
          const key = text.slice(begin, i + 1)
          if (keys.has(key)) return JSON.parse(key) as string
          keys.add(key)
        }
      }
    }
    i++
  }
  return undefined
}

async function* parquetRows(file: string): AsyncGenerator<FileRow> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '1GB' })
  const connection = await instance.connect()
  try {
    // As JSON text, so that a list of structs reads as in the other forms.
    const result = await connection.stream(
      `SELECT to_json(t)::VARCHAR AS row FROM read_parquet('${file.replaceAll("'", "''")}') t`,
    )
    let row = 0
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
      for (const [text] of chunk.getRows()) yield { ...read({ line: 0, text: String(text) }, row), row: row++ }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
