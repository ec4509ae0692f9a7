// A workspace as one file, and back.
//
// The file is gzipped JSON Lines: {"skylab":"workspace","version":1}, then for each stage {"stage":"…"} and its lines
// as they stand in the journal, then {"end":<lines>}. `gzip -dc` shows it.
import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { Stopped } from '../stopped.js'
import type { Journal } from './journal.js'
import { decode, encode, type Line, valueIn } from './line.js'
import { count } from './words.js'

const VERSION = 1
/** So many lines are written before we wait for them. */
const BATCH = 500

/** What went through, by stage; shows itself as a line of text. */
export interface Imported {
  file: string
  /** Lines that were written, or are new here. */
  rows: Record<string, number>
  /** Lines that were here already, or hold a secret's value and were written without it. */
  known: number
  hidden: number
  toString(): string
}

export async function exportTo(file: string, stages: { stage: string; journal: Journal }[]): Promise<Imported> {
  const secrets = secretValues()
  const told = report(file, 'written to')
  async function* text(): AsyncGenerator<Buffer> {
    yield Buffer.from(`${JSON.stringify({ skylab: 'workspace', version: VERSION })}\n`)
    let lines = 0
    for (const { stage, journal } of stages) {
      if (journal.size === 0) continue
      yield Buffer.from(`${JSON.stringify({ stage })}\n`)
      for (const bytes of journal.lines()) {
        const shown = without(secrets, bytes)
        if (shown !== bytes) told.hidden++
        yield Buffer.concat([shown, Buffer.from('\n')])
        told.rows[stage] = (told.rows[stage] ?? 0) + 1
        lines++
      }
    }
    yield Buffer.from(`${JSON.stringify({ end: lines })}\n`)
  }
  const part = `${file}.part`
  try {
    await pipeline(
      Readable.from(text(), { objectMode: true, highWaterMark: 64 }),
      createGzip(),
      createWriteStream(part),
    )
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    throw new Stopped(
      'disk',
      `${file} cannot be written: ${(error as Error).message}.`,
      `Name a file in a folder that is there and has room (df -h .): await work.export('mine.jsonl.gz')`,
      error,
    )
  }
  return told
}

export async function importFrom(file: string, journalOf: (stage: string) => Journal): Promise<Imported> {
  const told = report(file, 'taken from')
  let journal: Journal | undefined
  let stage = ''
  let began = false
  let ended = false
  let waiting: Promise<void>[] = []
  for await (const bytes of linesOf(file)) {
    const line = decode(bytes)
    if (!line) {
      const said = headOf(file, bytes)
      if ('end' in said) ended = true
      else if ('stage' in said) {
        stage = said.stage
        journal = journalOf(stage)
      } else began = true
      continue
    }
    if (!began || !journal) throw foreign(file, 'it does not begin as one')
    if (journal.has(line.key)) {
      told.known++
      continue
    }
    waiting.push(journal.keep({ ...line, bytes: Buffer.from(bytes) }))
    told.rows[stage] = (told.rows[stage] ?? 0) + 1
    if (waiting.length >= BATCH) {
      await Promise.all(waiting)
      waiting = []
    }
  }
  await Promise.all(waiting)
  if (!ended)
    throw new Stopped(
      'bad-data',
      `${file} ends in the middle. ${count(total(told.rows), 'answer')} from before that ${total(told.rows) === 1 ? 'is' : 'are'} here now.`,
      'Copy the file again, and import it again: nothing is taken twice.',
    )
  return told
}

async function* linesOf(file: string): AsyncGenerator<Buffer> {
  const raw = createReadStream(file, { highWaterMark: 1 << 20 })
  const unpacked = createGunzip({ chunkSize: 1 << 20 })
  const failed = pipeline(raw, unpacked).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error,
  )
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      const piece = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      let start = 0
      for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
        yield piece.subarray(start, end)
        start = end + 1
      }
      rest = piece.subarray(start)
    }
  } catch (error) {
    // Of a file that was cut off, everything before the cut is good.
    const { code, message } = ((await failed) ?? error) as NodeJS.ErrnoException
    if (code === 'Z_BUF_ERROR') return
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
      throw new Stopped('no-file', `${file} cannot be read: ${message}.`, `ls -l ${file}`)
    if (code?.startsWith('Z_')) throw foreign(file, message)
    throw error
  }
}

function headOf(file: string, bytes: Buffer): { stage: string } | { end: number } | { skylab: string } {
  let said: Record<string, unknown> = {}
  try {
    said = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
  } catch {}
  if (typeof said?.stage === 'string') return { stage: said.stage }
  if (typeof said?.end === 'number') return { end: said.end }
  if (said?.skylab === 'workspace') {
    if (said.version === VERSION) return { skylab: 'workspace' }
    throw new Stopped(
      'bad-data',
      `${file} has version ${JSON.stringify(said.version)} of the format; this skylab reads version ${VERSION}.`,
      'Use the skylab that wrote it, or a newer one: npm install skylab@latest',
    )
  }
  throw foreign(file, `it holds ${bytes.toString('utf8', 0, 40)}`)
}

function foreign(file: string, why: string): Stopped {
  return new Stopped(
    'bad-data',
    `${file} is no exported workspace: ${why}.`,
    "await work.export('mine.jsonl.gz') writes one.",
  )
}

/** Values of environment variables that are called like secrets; shorter ones would be found everywhere. */
function secretValues(): Buffer[] {
  return Object.entries(process.env)
    .filter(([name, value]) => /(^|_)(KEY|TOKEN|SECRET|PASSWORD)$/i.test(name) && (value?.length ?? 0) >= 8)
    .map(([, value]) => Buffer.from(JSON.stringify(value).slice(1, -1)))
}

/** A line without the values of secrets; the same line where it has none. */
function without(secrets: Buffer[], bytes: Buffer): Buffer {
  const found = secrets.filter((secret) => bytes.includes(secret))
  if (found.length === 0) return bytes
  const { key, dollars, prompt, completion, at } = decode(bytes) as Line
  let text = JSON.stringify(valueIn(bytes))
  for (const secret of found) text = text.replaceAll(secret.toString(), '[secret]')
  return encode(key, JSON.parse(text), dollars, { prompt, completion }, at).bytes
}

const total = (rows: Record<string, number>): number => Object.values(rows).reduce((sum, n) => sum + n, 0)

function report(file: string, way: string): Imported {
  return {
    file,
    rows: {},
    known: 0,
    hidden: 0,
    toString() {
      const parts = Object.entries(this.rows).map(([stage, n]) => `${stage} ${n}`)
      const known = this.known > 0 ? `; ${count(this.known, 'line')} known already` : ''
      const hidden = this.hidden > 0 ? `; a secret was left out of ${count(this.hidden, 'line')}` : ''
      return `${count(total(this.rows), 'line')} ${way} ${file}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}${known}${hidden}`
    },
  }
}
