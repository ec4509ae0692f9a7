// One stage's finished work on disk: a file of JSON Lines that only grows, and sealed parts that are compressed.
//
// Opening reads keys, costs and sums, and parses no value; a value is read back from its place when it is asked for.
// A line that was torn by a kill or a full disk fails its sum and counts for nothing; what is whole in it is found.
import { accessSync, constants, type PathLike, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import type { Usage } from '../rows.js'
import { Stopped } from '../stopped.js'
import { diskStopped, leaveShelter, makeFolder, shelter, sheltered } from './disk.js'
import { Keys, type Words, wordsOf } from './keys.js'
import { type Entry, encode, type Line, scan, valueIn } from './line.js'
import type { Peers } from './peers.js'
import { compressPart, sealedParts, sealedSize, setAside, syncFolder, writeAll } from './seal.js'
import { canCompress, Segment } from './segment.js'
import { LineFile, type Source, Unsaved } from './sources.js'

const CHUNK = 4 << 20
/** Bytes of lines from which on they are compressed. */
const SEAL = 64 << 20
/** How often is looked whether another process has compressed something, in milliseconds. */
const LOOK = 1000
/** How long after another process was compressing, or it could not be done, it is tried again, in milliseconds. */
const AGAIN = 10_000
const NEWLINE = Buffer.from('\n')

export interface JournalOptions {
  /** The workspace's other processes; without them nothing is compressed. */
  peers?: Peers
  /** Bytes of lines from which on they are compressed. @default 64 MB */
  sealAt?: number
}

/** What a stage has come to, over all processes. */
export interface Totals {
  /** Lines: answers that were paid for, also where one question has two. */
  lines: number
  dollars: number
  prompt: number
  completion: number
  /** Milliseconds since 1970 of the first line that says so; Infinity where none does. */
  since: number
  /** Pieces that are no line: torn by a kill, overwritten. */
  damaged: number
}

interface Waiting {
  line: Line
  resolve: () => void
  reject: (error: unknown) => void
}

export class Journal {
  readonly file: string
  readonly totals: Totals = {
    lines: 0,
    dollars: 0,
    prompt: 0,
    completion: 0,
    since: Number.POSITIVE_INFINITY,
    damaged: 0,
  }
  readonly #stage: string
  /** The workspace's folder, and how it is called in messages. */
  readonly #dir: string
  readonly #name: string
  readonly #sealed: string
  readonly #options: JournalOptions
  readonly #keys = new Keys()
  /** Keys whose answer cannot be read any more. */
  #lost = 0
  readonly #sources: Source[] = []
  /** Second answers to one question: they were paid for, and count once. */
  readonly #seconds = new Set<string>()
  /** Numbers of the parts that were taken in, and how. */
  readonly #parts = new Map<number, 'raw' | 'packed'>()
  readonly #readOnly: unknown
  #tail: { file: LineFile; source: number } | undefined
  /** The file's size when it was last read to its end. */
  #seen = 0
  #looked = 0
  #writer: { file: FileHandle; inode: number } | undefined
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #unsaved: Line[] = []
  /** Where they are besides. */
  #shelter: string | undefined
  #sealing: Promise<void> | undefined
  /** When compressing was not possible. */
  #tried = Number.NEGATIVE_INFINITY
  readonly #closed = new AbortController()

  /** @param file …/journal/STAGE.jsonl, in the workspace's folder. */
  constructor(file: string, name: string, options: JournalOptions = {}) {
    this.file = file
    this.#stage = path.basename(file, '.jsonl')
    this.#dir = path.dirname(path.dirname(file))
    this.#name = name
    this.#sealed = path.join(path.dirname(file), 'sealed', this.#stage)
    this.#options = options
    const folder = path.dirname(file)
    try {
      if (!isThere(folder)) makeFolder(folder)
      this.#readOnly = notWritable(isThere(file) ? [folder, file] : [folder])
      this.#catchUp()
      this.#takeShelter()
    } catch (error) {
      throw this.stopped(error)
    }
  }

  /** How many questions it has an answer to. */
  get size(): number {
    this.#catchUp()
    return this.#keys.count - this.#lost
  }

  /** What they cost together. */
  get dollars(): number {
    this.#catchUp()
    return this.totals.dollars
  }

  /** Bytes on disk. */
  get bytes(): number {
    return (statSync(this.file, { throwIfNoEntry: false })?.size ?? 0) + sealedSize(this.#sealed)
  }

  /** Why nothing can be written here; undefined where something can, as far as is known. */
  get readOnly(): Stopped | undefined {
    return this.#readOnly === undefined ? undefined : this.stopped(this.#readOnly)
  }

  has(key: string): boolean {
    return this.#find(key) !== -1
  }

  /** The value that was kept under a key, read from disk. */
  get<T>(key: string): T | undefined {
    const n = this.#find(key)
    if (n === -1) return undefined
    const bytes = this.#sources[this.#keys.source(n)]!.read(this.#keys.offset(n), this.#keys.length(n))
    if (bytes) return valueIn<T>(bytes)
    // A block that went bad: its answers will be asked again.
    this.#lose(n)
    return undefined
  }

  /** The bytes of every line in the order in which they were kept, from the nth on. */
  *lines(from = 0): Generator<Buffer> {
    this.#catchUp()
    const end = this.#keys.count
    let window: { source: LineFile; at: number; bytes: Buffer } | undefined
    for (let n = from; n < end; n++) {
      const [offset, length] = [this.#keys.offset(n), this.#keys.length(n)]
      if (length === 0) continue
      const source = this.#sources[this.#keys.source(n)]!
      let bytes: Buffer | undefined
      if (source instanceof LineFile) {
        // Lines lie one behind the other: they are read many at a time.
        if (window?.source !== source || offset < window.at || offset + length > window.at + window.bytes.length)
          window = { source, at: offset, bytes: source.read(offset, Math.max(length, CHUNK / 4)) }
        bytes = window.bytes.subarray(offset - window.at, offset - window.at + length)
      } else bytes = source.read(offset, length)
      if (bytes) yield bytes
      else this.#lose(n)
    }
  }

  /** Every value in the order in which it was kept, from the nth on. */
  *values<T>(from = 0): Generator<T> {
    for (const bytes of this.lines(from)) yield valueIn<T>(bytes)
  }

  /** Keeps a value. When this resolves it is in the file and can be read back; what was paid for also after a power cut. */
  async put(key: string, value: unknown, dollars = 0, tokens?: Usage): Promise<void> {
    await this.keep(encode(key, value, dollars, tokens))
  }

  /** Keeps a line as it is. */
  keep(line: Line): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject })
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined
      })
    })
  }

  /** Puts in place what the disk did not take before; throws where it still does not. */
  async save(): Promise<void> {
    if (this.#unsaved.length > 0) await this.keep(this.#unsaved[0]!)
  }

  /** Compresses what has been written, now and not only when it is large. */
  async seal(): Promise<void> {
    await this.#sealing
    this.#sealing = this.#seal(1)
    await this.#sealing
  }

  async close(): Promise<void> {
    await this.#writing
    this.#closed.abort(new Error('the workspace is closed'))
    await this.#sealing
    await this.#writer?.file.sync().catch(() => undefined)
    await this.#writer?.file.close()
    for (const source of new Set(this.#sources)) source.close()
  }

  #find(key: string): number {
    const words = wordsOf(key)
    let n = this.#keys.find(words)
    if (n === -1 || this.#keys.length(n) === 0) {
      this.#catchUp()
      n = this.#keys.find(words)
    }
    return n !== -1 && this.#keys.length(n) > 0 ? n : -1
  }

  #lose(n: number): void {
    this.totals.damaged++
    this.#lost++
    this.#keys.move(n, 0, this.#keys.source(n), 0, 0)
  }

  // ---- writing ----

  /** Writes all that waits as one piece, so that many small answers do not wait for one another's disk. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      let lines = [...new Set([...this.#unsaved, ...batch.map(({ line }) => line)])]
      try {
        // A torn line of another process, or of our own failed write, may swallow the start of ours: then again.
        for (let attempt = 0; lines.length > 0; attempt++) {
          if (attempt === 5) throw new Error(`what was written to ${this.file} cannot be read back`)
          if (!(await this.#append(lines))) continue
          this.#catchUp()
          lines = lines.filter((line) => !this.#inPlace(line))
        }
        if (this.#unsaved.length > 0) {
          this.#unsaved = []
          this.#shelter = undefined
          leaveShelter(this.#dir, this.#stage)
        }
        for (const { resolve } of batch) resolve()
        this.#sealWhereLarge()
      } catch (error) {
        const stopped = this.stopped(error, this.#toShelter(lines))
        for (const { reject } of batch) reject(stopped)
      }
    }
  }

  /** Appends lines to the file; false where it got another name meanwhile, and they have to be written again. */
  async #append(lines: Line[]): Promise<boolean> {
    if (!this.#writer) {
      makeFolder(path.dirname(this.file))
      const isNew = !isThere(this.file)
      const file = await open(this.file, 'a')
      this.#writer = { file, inode: (await file.stat()).ino }
      if (isNew) syncFolder(path.dirname(this.file))
    }
    const { file, inode } = this.#writer
    this.#catchUp()
    // What stands behind the last newline is a torn line (or one that another process is writing, and
    // then an empty line does no harm): it must not swallow ours.
    const torn = this.#tail !== undefined && this.#tail.file.size > this.#tail.file.scanned
    const pieces = lines.flatMap(({ bytes }) => [bytes, NEWLINE])
    // One write per piece: with O_APPEND two processes cannot fall into each other's lines. A short write means that
    // the disk is nearly full; the rest says so with its own error.
    await writeAll(file, Buffer.concat(torn ? [NEWLINE, ...pieces] : pieces))
    // What was computed here can be computed again; what was paid for must survive a power cut too.
    if (lines.some(({ dollars, prompt, completion }) => dollars + prompt + completion > 0)) await file.datasync()
    if (statSync(this.file, { throwIfNoEntry: false })?.ino === inode) return true
    this.#writer = undefined
    await file.close()
    return false
  }

  /** Whether a line is where it will stay. */
  #inPlace({ key, sum }: Line): boolean {
    if (this.#seconds.has(`${key} ${sum}`)) return true
    const n = this.#keys.find(wordsOf(key))
    return n !== -1 && this.#keys.sum(n) === sum && !this.#sources[this.#keys.source(n)]!.passing
  }

  /** Keeps lines that the disk does not take in memory, and where else there is room. */
  #toShelter(lines: Line[]): { answers: number; file: string | undefined } | undefined {
    const fresh = lines.filter((line) => !this.#unsaved.includes(line))
    if (fresh.length > 0) {
      this.#hold(fresh)
      this.#shelter =
        shelter(
          this.#dir,
          this.#stage,
          fresh.map(({ bytes }) => bytes),
        ) ?? this.#shelter
    }
    const answers = this.#unsaved.length
    return answers > 0 ? { answers, file: this.#shelter } : undefined
  }
  #hold(lines: Line[]): void {
    const memory = new Unsaved()
    const source = this.#sources.push(memory) - 1
    for (const line of lines)
      this.#take(
        wordsOf(line.key),
        line.sum,
        line.dollars,
        line.prompt,
        line.completion,
        line.at,
        source,
        memory.add(line.bytes),
        line.bytes.length,
      )
    this.#unsaved.push(...lines)
  }

  /** Takes in what an earlier process could not write here. */
  #takeShelter(): void {
    const lines: Line[] = []
    for (const piece of sheltered(this.#dir, this.#stage))
      scan(piece, {
        line: (start, length, entry) => {
          const line = { ...entry, bytes: Buffer.from(piece.subarray(start, start + length)) }
          if (!this.#inPlace(line)) lines.push(line)
        },
      })
    if (lines.length > 0) this.#hold(lines)
  }

  stopped(error: unknown, elsewhere?: { answers: number; file: string | undefined }): Stopped {
    if (error instanceof Stopped) return error
    return diskStopped(error, this.#name, this.#keys.count - (elsewhere?.answers ?? 0), elsewhere)
  }

  // ---- reading ----

  /** Takes in every whole line that was written since the last look, by whichever process. */
  #catchUp(): void {
    const stat = statSync(this.file, { throwIfNoEntry: false })
    if (this.#tail && this.#tail.file.inode !== stat?.ino) {
      // It was sealed: what it holds stands in a part now, or soon will.
      this.#readTail(this.#tail)
      this.#tail.file.passing = true
      this.#tail = undefined
    }
    if (!this.#tail) {
      this.#lookAtParts()
      if (stat) {
        const file = new LineFile(this.file)
        this.#tail = { file, source: this.#sources.push(file) - 1 }
        this.#seen = 0
        // It may have been sealed, and begun again, since we looked.
        this.#lookAtParts()
      }
    } else if (performance.now() - this.#looked > LOOK) this.#lookAtParts()
    if (this.#tail && (stat?.size ?? 0) > this.#seen) this.#readTail(this.#tail)
  }

  #readTail({ file, source }: { file: LineFile; source: number }): void {
    this.#readLines(file, source)
    this.#seen = file.size
  }

  #readLines(file: LineFile, source: number): void {
    const size = file.size
    let rest: Buffer = Buffer.alloc(0)
    for (let from = file.scanned; from < size; ) {
      const chunk = file.read(from, Math.min(CHUNK, size - from))
      if (chunk.length === 0) break
      from += chunk.length
      const piece = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      const base = file.scanned
      const done = scan(piece, {
        line: (start, length, { key, sum, dollars, prompt, completion, at }) =>
          this.#take(wordsOf(key), sum, dollars, prompt, completion, at, source, base + start, length),
        damage: () => {
          this.totals.damaged++
        },
      })
      file.scanned += done
      rest = piece.subarray(done)
    }
  }

  /** Takes in sealed parts that were not there before, or have been compressed since. */
  #lookAtParts(): void {
    this.#looked = performance.now()
    let taken = false
    for (const { number, file, packed } of sealedParts(this.#sealed)) {
      const known = this.#parts.get(number)
      if (known === 'packed' || (known === 'raw' && !packed)) continue
      try {
        if (packed) this.#takePacked(file)
        else this.#takeRaw(`${file}.jsonl`)
      } catch (error) {
        // It was compressed between the list and the look.
        if (packed || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        this.#takePacked(file)
      }
      this.#parts.set(number, packed || !isThere(`${file}.jsonl`) ? 'packed' : 'raw')
      taken ||= packed
    }
    if (taken) this.#closePassed()
  }

  #takePacked(file: string): void {
    const source = this.#sources.push(nowhere) - 1
    const segment = new Segment(
      `${file}.jsonl.zst`,
      `${file}.index`,
      (words, sum, offset, length, dollars, at, prompt, completion) =>
        this.#take(words, sum, dollars, prompt, completion, at, source, offset, length),
    )
    this.#sources[source] = segment
    this.totals.damaged += segment.damaged
  }

  #takeRaw(file: string): void {
    const lines = new LineFile(file)
    lines.passing = true
    this.#readLines(lines, this.#sources.push(lines) - 1)
  }

  /** Closes files of which every line has a better place. */
  #closePassed(): void {
    const used = new Set<number>()
    for (let n = 0; n < this.#keys.count; n++) used.add(this.#keys.source(n))
    for (const [number, source] of this.#sources.entries())
      if (source.passing && source instanceof LineFile && !used.has(number)) {
        source.close()
        this.#sources[number] = nowhere
      }
  }

  /** Books a line, and remembers its place where it is the first for its key or a better one. */
  #take(
    words: Words,
    sum: number,
    dollars: number,
    prompt: number,
    completion: number,
    at: number,
    source: number,
    offset: number,
    length: number,
  ): void {
    const n = this.#keys.find(words)
    if (n === -1) this.#keys.add(words, sum, source, offset, length)
    else if (this.#keys.length(n) === 0) {
      this.#keys.move(n, sum, source, offset, length)
      this.#lost--
    } else if (this.#keys.sum(n) === sum) {
      if (this.#sources[this.#keys.source(n)]?.passing) this.#keys.move(n, sum, source, offset, length)
      return
    } else {
      const second = `${this.#keys.key(n)} ${sum}`
      if (this.#seconds.has(second)) return
      this.#seconds.add(second)
    }
    const { totals } = this
    totals.lines++
    totals.dollars += dollars
    totals.prompt += prompt
    totals.completion += completion
    if (at > 0 && at < totals.since) totals.since = at
  }

  // ---- sealing ----

  #sealWhereLarge(): void {
    const size = this.#tail?.file.scanned ?? 0
    const left = [...this.#parts.values()].includes('raw')
    if (this.#sealing || !(size >= (this.#options.sealAt ?? SEAL) || left)) return
    if (performance.now() - this.#tried < AGAIN) return
    this.#sealing = this.#seal(this.#options.sealAt ?? SEAL).finally(() => {
      this.#sealing = undefined
    })
  }

  /** Compresses the file where it is that large, and what an earlier process left half done. */
  async #seal(least: number): Promise<void> {
    const { peers } = this.#options
    if (!peers || !canCompress || this.#closed.signal.aborted) return
    const lock = `seal:${this.#stage}`
    try {
      if (!(await peers.claim(lock))) {
        this.#tried = performance.now()
        return
      }
      this.#catchUp()
      if ((this.#tail?.file.scanned ?? 0) >= least) {
        makeFolder(this.#sealed)
        setAside(this.file, this.#sealed)
        this.#catchUp()
      }
      const damaged = path.join(path.dirname(this.file), 'damaged', `${this.#stage}.jsonl`)
      for (const { file } of sealedParts(this.#sealed).filter(({ raw }) => raw)) {
        const late = async (bytes: Buffer, entry: Entry) => {
          const line = { ...entry, bytes: Buffer.from(bytes) }
          if (!this.#inPlace(line)) await this.keep(line)
        }
        await compressPart(file, damaged, late, this.#closed.signal)
        this.#lookAtParts()
      }
    } catch {
      this.#tried = performance.now()
      // Nothing is lost: the lines stay as they are, and the next process tries again.
    } finally {
      peers.release(lock)
    }
  }
}

const nowhere: Source = { passing: false, read: () => undefined, close: () => undefined }

function isThere(file: PathLike): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined
}

/** The error with which the first of these cannot be written to; undefined where all can. */
function notWritable(files: string[]): unknown {
  try {
    for (const file of files) accessSync(file, constants.W_OK)
    return undefined
  } catch (error) {
    return error
  }
}
