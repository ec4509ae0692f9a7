// One stage's finished work on disk: a file of JSON Lines that only grows.
//
// A line is {"key":"<32 hex>","dollars":<number>,"value":<any>,"sum":"<crc32 of all before, 8 hex>"}.
// Opening reads keys, costs and sums, and parses no value; a value is read back from its place when
// it is asked for. A line that was torn by a kill or a full disk fails its sum and counts for nothing.
import { closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { Stopped } from '../stopped.js'
import { count } from './words.js'

const HEAD = Buffer.from('{"key":"')
const KEY_LENGTH = 32
const COST = HEAD.length + KEY_LENGTH + '","dollars":'.length
const TAIL_LENGTH = ',"sum":"00000000"}'.length
const CHUNK = 4 << 20
const NEWLINE = 10

interface Place {
  offset: number
  length: number
}

interface Entry<T> {
  key: string
  dollars: number
  value: T
}

export class Journal {
  readonly file: string
  /** How the workspace is called in messages. */
  readonly #name: string
  readonly #places = new Map<string, Place>()
  readonly #reader: number
  #writer: FileHandle | undefined
  #scanned = 0
  #dollars = 0
  #waiting: { line: Buffer; key: string; resolve: () => void; reject: (error: unknown) => void }[] = []
  #writing: Promise<void> | undefined

  constructor(file: string, name: string) {
    this.file = file
    this.#name = name
    try {
      makeFolder(path.dirname(file))
      this.#reader = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o644)
    } catch (error) {
      throw this.#stopped(error)
    }
    this.#catchUp()
  }

  /** How many answers it holds. */
  get size(): number {
    this.#catchUp()
    return this.#places.size
  }

  /** What they cost together. */
  get dollars(): number {
    this.#catchUp()
    return this.#dollars
  }

  has(key: string): boolean {
    if (this.#places.has(key)) return true
    this.#catchUp()
    return this.#places.has(key)
  }

  /** The value that was kept under a key, read from disk. */
  get<T>(key: string): T | undefined {
    if (!this.has(key)) return undefined
    return this.#read<T>(this.#places.get(key)!).value
  }

  /** Every value in the order in which it was kept. */
  *values<T>(): Generator<T> {
    this.#catchUp()
    for (const place of this.#places.values()) yield this.#read<T>(place).value
  }

  /** Keeps a value. When this resolves it is in the file and can be read back. */
  async put(key: string, value: unknown, dollars: number): Promise<void> {
    const body = `${HEAD}${key}","dollars":${cost(dollars)},"value":${JSON.stringify(value) ?? 'null'}`
    const line = Buffer.from(`${body},"sum":"${sum(Buffer.from(body))}"}\n`)
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ line, key, resolve, reject })
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined
      })
    })
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#writer?.sync().catch(() => undefined)
    await this.#writer?.close()
    closeSync(this.#reader)
  }

  /** Writes all that waits as one piece, so that many small answers do not wait for one another's disk. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        this.#writer ??= await open(this.file, 'a')
        let lines = batch
        // A torn line of another process, or of our own failed write, may swallow the start of ours: then again.
        for (let attempt = 0; lines.length > 0; attempt++) {
          if (attempt === 3) throw new Error(`what was written to ${this.file} cannot be read back`)
          await this.#append(lines.map(({ line }) => line))
          this.#catchUp()
          lines = lines.filter(({ key }) => !this.#places.has(key))
        }
        for (const { resolve } of batch) resolve()
      } catch (error) {
        const stopped = this.#stopped(error)
        for (const { reject } of batch) reject(stopped)
      }
    }
  }

  async #append(lines: Buffer[]): Promise<void> {
    // What stands behind the last newline is a torn line (or one that another process is writing, and
    // then an empty line does no harm): it must not swallow ours.
    const torn = fstatSync(this.#reader).size > this.#scanned
    const all = Buffer.concat(torn ? [Buffer.from('\n'), ...lines] : lines)
    // One write per piece: with O_APPEND two processes cannot fall into each other's lines.
    const { bytesWritten } = await this.#writer!.write(all)
    if (bytesWritten === all.length) return
    // A short write means that the disk is nearly full; the rest says so with its own error.
    await this.#writer!.write(all.subarray(bytesWritten))
  }

  /** Takes in every whole line that was written since the last look, by whichever process. */
  #catchUp(): void {
    const size = fstatSync(this.#reader).size
    if (size <= this.#scanned) return
    let rest: Buffer = Buffer.alloc(0)
    let from = this.#scanned
    while (from < size) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size - from))
      const read = readSync(this.#reader, chunk, 0, chunk.length, from)
      if (read === 0) break
      from += read
      const text = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, read)]) : chunk.subarray(0, read)
      let start = 0
      for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE, start)) {
        this.#index(text.subarray(start, end), this.#scanned)
        this.#scanned += end - start + 1
        start = end + 1
      }
      rest = text.subarray(start)
    }
  }

  #index(line: Buffer, offset: number): void {
    if (line.length < COST + TAIL_LENGTH || line.compare(HEAD, 0, HEAD.length, 0, HEAD.length) !== 0) return
    const body = line.subarray(0, line.length - TAIL_LENGTH)
    if (line.toString('latin1', body.length) !== `,"sum":"${sum(body)}"}`) return
    const key = line.toString('latin1', HEAD.length, HEAD.length + KEY_LENGTH)
    this.#dollars += Number(line.toString('latin1', COST, line.indexOf(',', COST)))
    if (!this.#places.has(key)) this.#places.set(key, { offset, length: line.length })
  }

  #read<T>(place: Place): Entry<T> {
    const line = Buffer.allocUnsafe(place.length)
    readSync(this.#reader, line, 0, place.length, place.offset)
    return JSON.parse(line.toString('utf8')) as Entry<T>
  }

  #stopped(error: unknown): Stopped {
    const { code = 'unknown', message } = error as NodeJS.ErrnoException
    const saved =
      this.#places.size > 0
        ? ` ${count(this.#places.size, 'answer')} before it ${this.#places.size === 1 ? 'is' : 'are'} saved.`
        : ''
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
      return new Stopped(
        'disk',
        `The disk is full: ${this.#name} cannot take another line (${code}).${saved}`,
        `Make room (df -h ${this.#name}) and run the cell again: it continues with what is saved.`,
        error,
      )
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      return new Stopped(
        'disk',
        `${this.#name} cannot be written to (${code}).${saved}`,
        `Make it writable (chmod -R u+w ${this.#name}), or name a folder of yours: workspace('runs/mine').`,
        error,
      )
    if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR')
      return new Stopped(
        'disk',
        `${this.#name} cannot be a workspace: a file stands where a folder is needed (${message}).`,
        "Name another folder: workspace('runs/mine').",
        error,
      )
    return new Stopped(
      'disk',
      `${this.#name} cannot be written to: ${message}.${saved}`,
      'Run the cell again: it continues with what is saved.',
      error,
    )
  }
}

/** Makes a folder and those above it. Node's own way calls a read-only disk a missing folder: then the reason is found. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    let missing = folder
    while (!existsSync(path.dirname(missing))) missing = path.dirname(missing)
    mkdirSync(missing)
    mkdirSync(folder, { recursive: true })
  }
}

/** A cost as JSON, which knows no NaN. */
function cost(dollars: number): string {
  return Number.isFinite(dollars) ? JSON.stringify(dollars) : '0'
}

function sum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0')
}
