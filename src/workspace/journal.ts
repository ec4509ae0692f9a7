// One stage's finished work on disk: a file of JSON Lines that only grows, and sealed parts that are compressed.
//
// Opening reads keys, costs and sums, and parses no value; a value is read back from its place when it is asked for.
// A line that was torn by a kill or a full disk fails its sum and counts for nothing; what is whole in it is found.
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import type { Usage } from '../rows.js'
import { Stopped } from '../stopped.js'
import { diskStopped, makeFolder } from './disk.js'
import { Kept, type Totals } from './kept.js'
import { wordsOf } from './keys.js'
import { type Entry, encode, type Line, valueIn } from './line.js'
import type { Peers } from './peers.js'
import { Reading } from './reading.js'
import { compressPart, sealedParts, sealedSize, setAside } from './seal.js'
import { canCompress } from './segment.js'
import { type Elsewhere, Writing } from './writing.js'

/** Bytes of lines from which on they are compressed. */
const SEAL = 64 << 20
/** How long after another process was compressing, or it could not be done, it is tried again, in milliseconds. */
const AGAIN = 10_000

export interface JournalOptions {
  /** The workspace's other processes; without them nothing is compressed. */
  peers?: Peers
  /** Bytes of lines from which on they are compressed. @default 64 MB */
  sealAt?: number
}

export class Journal {
  readonly file: string
  readonly #stage: string
  /** How the workspace's folder is called in messages. */
  readonly #name: string
  readonly #sealed: string
  readonly #options: JournalOptions
  readonly #kept = new Kept()
  readonly #reading: Reading
  readonly #writing: Writing
  readonly #readOnly: unknown
  #sealing: Promise<void> | undefined
  /** When compressing was not possible. */
  #tried = Number.NEGATIVE_INFINITY
  readonly #closed = new AbortController()

  /** @param file …/journal/STAGE.jsonl, in the workspace's folder. */
  constructor(file: string, name: string, options: JournalOptions = {}) {
    this.file = file
    this.#stage = path.basename(file, '.jsonl')
    this.#name = name
    this.#sealed = path.join(path.dirname(file), 'sealed', this.#stage)
    this.#options = options
    this.#reading = new Reading(file, this.#sealed, this.#kept)
    this.#writing = new Writing(file, this.#kept, this.#reading, {
      written: () => this.#sealWhereLarge(),
      stopped: (error, elsewhere) => this.stopped(error, elsewhere),
    })
    const folder = path.dirname(file)
    try {
      if (!isThere(folder)) makeFolder(folder)
      this.#readOnly = notWritable(isThere(file) ? [folder, file] : [folder])
      this.#reading.catchUp()
      this.#writing.takeShelter()
    } catch (error) {
      throw this.stopped(error)
    }
  }

  /** What the lines that have been read come to. */
  get totals(): Readonly<Totals> {
    return this.#kept.totals
  }

  /** How many questions it has an answer to. */
  get size(): number {
    this.#reading.catchUp()
    return this.#kept.size
  }

  /** What they cost together. */
  get dollars(): number {
    this.#reading.catchUp()
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
    return n === -1 ? undefined : this.#kept.value<T>(n)
  }

  /** The bytes of every line in the order in which they were kept, from the nth on. */
  *lines(from = 0): Generator<Buffer> {
    this.#reading.catchUp()
    yield* this.#kept.lines(from)
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
    return this.#writing.keep(line)
  }

  /** Puts in place what the disk did not take before; throws where it still does not. */
  async save(): Promise<void> {
    await this.#writing.save()
  }

  /** Compresses what has been written, now and not only when it is large. */
  async seal(): Promise<void> {
    await this.#sealing
    this.#sealing = this.#seal(1)
    await this.#sealing
  }

  async close(): Promise<void> {
    await this.#writing.settled()
    this.#closed.abort(new Error('the workspace is closed'))
    await this.#sealing
    await this.#writing.close()
    this.#kept.close()
  }

  /** What an error of the disk means for a reader. */
  stopped(error: unknown, elsewhere?: Elsewhere): Stopped {
    if (error instanceof Stopped) return error
    return diskStopped(error, this.#name, this.#kept.keys - (elsewhere?.answers ?? 0), elsewhere)
  }

  #find(key: string): number {
    const words = wordsOf(key)
    const n = this.#kept.find(words)
    if (n !== -1) return n
    this.#reading.catchUp()
    return this.#kept.find(words)
  }

  #sealWhereLarge(): void {
    const least = this.#options.sealAt ?? SEAL
    if (this.#sealing || !(this.#reading.scanned >= least || this.#reading.halfSealed)) return
    if (performance.now() - this.#tried < AGAIN) return
    this.#sealing = this.#seal(least).finally(() => {
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
      this.#reading.catchUp()
      if (this.#reading.scanned >= least) {
        makeFolder(this.#sealed)
        setAside(this.file, this.#sealed)
        this.#reading.catchUp()
      }
      const damaged = path.join(path.dirname(this.file), 'damaged', `${this.#stage}.jsonl`)
      for (const { file } of sealedParts(this.#sealed).filter(({ raw }) => raw)) {
        const late = async (bytes: Buffer, entry: Entry) => {
          const line = { ...entry, bytes: Buffer.from(bytes) }
          if (!this.#kept.inPlace(line)) await this.keep(line)
        }
        await compressPart(file, damaged, late, this.#closed.signal)
        this.#reading.lookAtParts()
      }
    } catch {
      this.#tried = performance.now()
      // Nothing is lost: the lines stay as they are, and the next process tries again.
    } finally {
      peers.release(lock)
    }
  }
}

const isThere = (file: string): boolean => statSync(file, { throwIfNoEntry: false }) !== undefined

/** The error with which the first of these cannot be written to; undefined where all can. */
function notWritable(files: string[]): unknown {
  try {
    for (const file of files) accessSync(file, constants.W_OK)
    return undefined
  } catch (error) {
    return error
  }
}
