// A file of rows, whatever it is written in: JSON lines, a JSON array or object, CSV or TSV, each possibly packed by
// gzip or zstd, or Parquet. The format is read from the content, never from the name. Rows come one at a time with the
// line they start on.
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import zlib from 'node:zlib'
import { exactJson, isExactNumber } from '../json.js'
import { Stopped } from '../stopped.js'
import { type ParquetOptions, parquetEntries } from './parquet.js'
import { arrayItems, csvRecords, type Piece, separatorOf, textLines } from './pieces.js'
import { zstdBytes } from './zst.js'

/** One row of a file: its fields, or what is wrong with it. */
export type Entry = { line: number; record: Record<string, unknown> } | { line: number; fault: string }

/** The longest JSON document that is read as a whole: V8 cannot hold a string of more than 512 MB. */
const WHOLE = 256 * 1024 * 1024

export interface OpenOptions extends ParquetOptions {
  /** Told the sha256 of the file's bytes when all of a text file was read. */
  onSum?: (sha256: string) => void
}

/** Reads a file's rows. Stops with 'bad-data' where the file is empty or in a format that is not read here. */
export async function* entries(file: string, options: OpenOptions = {}): AsyncGenerator<Entry> {
  const magic = await firstBytes(file)
  if (magic.toString('latin1') === 'PAR1') {
    yield* parquetEntries(file, options)
    return
  }
  const hash = options.onSum ? createHash('sha256') : undefined
  yield* textEntries(file, magic, hash)
  if (hash) options.onSum?.(hash.digest('hex'))
}

async function* textEntries(file: string, magic: Buffer, hash: Hash | undefined): AsyncGenerator<Entry> {
  const chunks = text(file, magic, hash)[Symbol.asyncIterator]()
  const head: string[] = []
  let size = 0
  while (size < 65_536) {
    const next = await chunks.next()
    if (next.done) break
    head.push(next.value)
    size += next.value.length
  }
  const start = head.join('').trimStart()
  if (start === '')
    throw new Stopped(
      'bad-data',
      `${file} is empty.`,
      'Give a file with one problem a line (JSON Lines), a JSON array, or CSV.',
    )
  if (start.includes('\0')) {
    throw new Stopped(
      'bad-data',
      `${file} is not text.`,
      'Give JSON Lines, a JSON array or CSV in UTF-8 (gzipped or not).',
    )
  }
  const all = rest(head, chunks)
  if (start[0] === '[') yield* parse(arrayItems(all))
  else if (start[0] !== '{' && isBrokenLines(start, file)) yield* parse(textLines(all))
  else if (start[0] !== '{') yield* csvEntries(csvRecords(all, separatorOf(start.slice(0, start.search(/\r?\n|$/)))))
  else if (isOneObject(start)) yield* objectEntries(file, all)
  else yield* parse(textLines(all))
}

/** Decoded text of a file, unpacked where it is packed, without a byte order mark. */
async function* text(file: string, magic: Buffer, hash: Hash | undefined): AsyncGenerator<string> {
  if (magic.toString('latin1') === 'PK\x03\x04') {
    throw new Stopped('bad-data', `${file} is a zip archive.`, `Unpack it (unzip ${file}) and give the file inside.`)
  }
  if (magic.toString('latin1') === 'ARRO' || magic.readUInt32LE(0) === 0xffffffff)
    throw new Stopped(
      'bad-data',
      `${file} is an Arrow file, which is not read.`,
      `Write it as Parquet, in Python: datasets.Dataset.from_file('${file}').to_parquet('rows.parquet')`,
    )
  const packed = packing(file, magic)
  const source = createReadStream(file, { highWaterMark: 1 << 18 })
  const read = hash ? hashed(source, hash) : source
  const bytes = packed === 'gzip' ? gunzipped(read) : packed === 'zstd' ? zstdBytes(read) : read
  const decoder = new TextDecoder('utf-8')
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk as Buffer, { stream: true })
  } catch (error) {
    if (!packed) throw error
    throw new Stopped(
      'bad-data',
      `${file} is a damaged ${packed} file: ${(error as Error).message}.`,
      'Fetch the file again.',
      error,
    )
  } finally {
    source.destroy()
  }
  const last = decoder.decode()
  if (last !== '') yield last
}

function packing(file: string, magic: Buffer): 'gzip' | 'zstd' | undefined {
  if (magic[0] === 0x1f && magic[1] === 0x8b) return 'gzip'
  if (magic.readUInt32LE(0) !== 0xfd2fb528) return undefined
  // Node has it from 22.15 on; the library also works in an older one.
  if (typeof zlib.createZstdDecompress === 'function') return 'zstd'
  throw new Stopped(
    'bad-data',
    `${file} is packed by zstd, which Node ${process.versions.node} cannot unpack.`,
    `zstd -d ${file}`,
  )
}

async function* hashed(source: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    hash.update(chunk)
    yield chunk
  }
}

async function* gunzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unpacked = zlib.createGunzip()
  // Its callback hears the same error that the loop throws.
  pipeline(Readable.from(source), unpacked, () => {})
  for await (const bytes of unpacked) yield bytes as Buffer
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    // A file of fewer bytes is none of the binary ones.
    return bytesRead < 4 ? Buffer.alloc(4) : buffer
  } finally {
    await handle.close()
  }
}

async function* rest(head: string[], chunks: AsyncIterator<string>): AsyncGenerator<string> {
  yield* head
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
}

async function* parse(pieces: AsyncIterable<Piece>): AsyncGenerator<Entry> {
  for await (const { line, text } of pieces) {
    if (text.trim() === '') continue
    let value: unknown
    try {
      value = CALLS.test(text) ? callRow(text) : JSON.parse(text)
    } catch (error) {
      yield { line, fault: `not JSON (${(error as Error).message})` }
      continue
    }
    yield asEntry(value, line)
  }
}

/** A row whose tests call a function: its arguments stay as they are written. */
const CALLS = /"(?:fn|fn_name|func_name)"/

/** Numbers inside of fields keep their digits (2.0, 10^30); those that are a field are numbers as everywhere. */
function callRow(text: string): unknown {
  const row = exactJson(text)
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, isExactNumber(value) ? Number(value.$number) : value]),
  )
}

function asEntry(value: unknown, line: number): Entry {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { line, record: value as Record<string, unknown> }
  return { line, fault: `it is ${JSON.stringify(value)?.slice(0, 60)}, not an object with named fields` }
}

async function* csvEntries(records: AsyncIterable<{ line: number; cells: string[] }>): AsyncGenerator<Entry> {
  let names: string[] | undefined
  for await (const { line, cells } of records) {
    if (cells.every((cell) => cell === '')) continue
    if (names === undefined) {
      names = cells.map((cell) => cell.trim())
      continue
    }
    if (cells.length === names.length)
      yield { line, record: Object.fromEntries(names.map((name, i) => [name, cells[i]])) }
    else {
      const columns = `${cells.length} ${cells.length === 1 ? 'column' : 'columns'}`
      yield { line, fault: `it has ${columns}, the first line has ${names.length} (${clip(names.join(', '))})` }
    }
  }
}

function clip(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`
}

/**
 * True for JSON Lines whose first line is broken: it must not turn the others into rows of a table. Where every line
 * is broken, only the name says what the file was meant to be; a heading with columns goes before it.
 */
function isBrokenLines(start: string, file: string): boolean {
  const lines = start.split('\n').filter((line) => line.trim() !== '')
  if (lines.filter((line) => /^\s*\{\s*"/.test(line)).length * 2 >= lines.length) return true
  return /\.(jsonl|ndjson)(\.gz)?$/i.test(file) && !/[,;\t]/.test(lines[0]!)
}

/** True for a file that is one JSON object over several lines, or one that only holds the list of rows. */
function isOneObject(start: string): boolean {
  const end = start.indexOf('\n')
  const first = end < 0 ? start : start.slice(0, end)
  try {
    const value = JSON.parse(first) as Record<string, unknown>
    return start.slice(first.length).trim() === '' && rowsInside(value) !== undefined
  } catch {
    return /^\{\s*$/.test(first) || (end < 0 && rowsStart.test(start)) || /^\{\s*"[^"]*":\s*\[?\s*$/.test(first)
  }
}

/** How a very long one-line object that holds the list of rows begins. */
const rowsStart = /^\{\s*"(?:data|rows|problems|questions|examples|instances|train|test)":\s*\[\s*\{/

/** The list of rows in an object: `{ "data": [ … ] }`, or a column each: `{ "problem": [ … ], "answer": [ … ] }`. */
function rowsInside(value: Record<string, unknown>): unknown[] | undefined {
  const lists = Object.entries(value).filter(([, inner]) => Array.isArray(inner) && inner.length > 0) as [
    string,
    unknown[],
  ][]
  const ofObjects = lists.filter(
    ([, list]) => typeof list[0] === 'object' && list[0] !== null && !Array.isArray(list[0]),
  )
  const named = ofObjects.filter(([name]) =>
    /^(data|rows|problems|questions|examples|instances|train|test)$/.test(name),
  )
  if (named.length === 1) return named[0]![1].map((row) => (row as { row?: unknown }).row ?? row)
  const columns = Object.entries(value)
  if (
    lists.length === columns.length &&
    columns.length > 1 &&
    new Set(lists.map(([, list]) => list.length)).size === 1
  ) {
    return lists[0]![1].map((_, i) => Object.fromEntries(lists.map(([name, list]) => [name, list[i]])))
  }
  return undefined
}

async function* objectEntries(file: string, chunks: AsyncIterable<string>): AsyncGenerator<Entry> {
  let whole = ''
  for await (const chunk of chunks) {
    whole += chunk
    if (whole.length > WHOLE) {
      throw new Stopped(
        'bad-data',
        `${file} is one JSON object of more than ${WHOLE / 1024 / 1024} MB.`,
        'Write it as JSON Lines: one problem a line.',
      )
    }
  }
  let value: Record<string, unknown>
  try {
    value = JSON.parse(whole) as Record<string, unknown>
  } catch (error) {
    yield { line: 1, fault: `not JSON (${(error as Error).message})` }
    return
  }
  const rows = rowsInside(value)
  if (rows === undefined) yield { line: 1, record: value }
  else for (const row of rows) yield asEntry(row, 1)
}
