// Adding lines to a stage's file, so that each is read back before it counts as kept; what the disk does not take is
// held in memory and elsewhere until it does.
import { statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import type { Stopped } from '../stopped.js'
import { leaveShelter, makeFolder, shelter, sheltered } from './disk.js'
import type { Kept } from './kept.js'
import { type Line, scan } from './line.js'
import type { Reading } from './reading.js'
import { syncFolder, writeAll } from './seal.js'

const NEWLINE = Buffer.from('\n')

/** Where answers are that the file could not take. */
export interface Elsewhere {
  answers: number
  file: string | undefined
}

interface Waiting {
  line: Line
  resolve: () => void
  reject: (error: unknown) => void
}

export class Writing {
  readonly #file: string
  readonly #stage: string
  readonly #dir: string
  readonly #kept: Kept
  readonly #reading: Reading
  readonly #after: { written(): void; stopped(error: unknown, elsewhere?: Elsewhere): Stopped }
  #writer: { file: FileHandle; inode: number } | undefined
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #unsaved: Line[] = []
  /** Where they are besides. */
  #shelter: string | undefined

  /**
   * @param file …/journal/STAGE.jsonl, in the workspace's folder.
   * @param after `written` is called when a batch is in the file, `stopped` makes an error of what kept it out.
   */
  constructor(
    file: string,
    kept: Kept,
    reading: Reading,
    after: { written(): void; stopped(error: unknown, elsewhere?: Elsewhere): Stopped },
  ) {
    this.#file = file
    this.#stage = path.basename(file, '.jsonl')
    this.#dir = path.dirname(path.dirname(file))
    this.#kept = kept
    this.#reading = reading
    this.#after = after
  }

  /** Keeps a line. When this resolves it is in the file and can be read back. */
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

  /** Takes in what an earlier process could not write here. */
  takeShelter(): void {
    const lines: Line[] = []
    for (const piece of sheltered(this.#dir, this.#stage))
      scan(piece, {
        line: (start, length, entry) => {
          const line = { ...entry, bytes: Buffer.from(piece.subarray(start, start + length)) }
          if (!this.#kept.inPlace(line)) lines.push(line)
        },
      })
    if (lines.length > 0) this.#hold(lines)
  }

  /** Waits for what is being written. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async close(): Promise<void> {
    await this.#writer?.file.sync().catch(() => undefined)
    await this.#writer?.file.close()
  }

  /** Writes all that waits as one piece, so that many small answers do not wait for one another's disk. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      let lines = [...new Set([...this.#unsaved, ...batch.map(({ line }) => line)])]
      try {
        // A torn line of another process, or of our own failed write, may swallow the start of ours: then again.
        for (let attempt = 0; lines.length > 0; attempt++) {
          if (attempt === 5) throw new Error(`what was written to ${this.#file} cannot be read back`)
          if (!(await this.#append(lines))) continue
          this.#reading.catchUp()
          lines = lines.filter((line) => !this.#kept.inPlace(line))
        }
        if (this.#unsaved.length > 0) {
          this.#unsaved = []
          this.#shelter = undefined
          leaveShelter(this.#dir, this.#stage)
        }
        for (const { resolve } of batch) resolve()
        this.#after.written()
      } catch (error) {
        const stopped = this.#after.stopped(error, this.#toShelter(lines))
        for (const { reject } of batch) reject(stopped)
      }
    }
  }

  /** Appends lines to the file; false where it got another name meanwhile, and they have to be written again. */
  async #append(lines: Line[]): Promise<boolean> {
    if (!this.#writer) {
      makeFolder(path.dirname(this.#file))
      const isNew = statSync(this.#file, { throwIfNoEntry: false }) === undefined
      const file = await open(this.#file, 'a')
      this.#writer = { file, inode: (await file.stat()).ino }
      if (isNew) syncFolder(path.dirname(this.#file))
    }
    const { file, inode } = this.#writer
    this.#reading.catchUp()
    // What stands behind the last newline is a torn line (or one that another process is writing, and
    // then an empty line does no harm): it must not swallow ours.
    const pieces = lines.flatMap(({ bytes }) => [bytes, NEWLINE])
    // One write per piece: with O_APPEND two processes cannot fall into each other's lines. A short write means that
    // the disk is nearly full; the rest says so with its own error.
    await writeAll(file, Buffer.concat(this.#reading.torn ? [NEWLINE, ...pieces] : pieces))
    // What was computed here can be computed again; what was paid for must survive a power cut too.
    if (lines.some(({ dollars, prompt, completion }) => dollars + prompt + completion > 0)) await file.datasync()
    if (statSync(this.#file, { throwIfNoEntry: false })?.ino === inode) return true
    this.#writer = undefined
    await file.close()
    return false
  }

  /** Keeps lines that the disk does not take in memory, and where else there is room. */
  #toShelter(lines: Line[]): Elsewhere | undefined {
    const fresh = lines.filter((line) => !this.#unsaved.includes(line))
    if (fresh.length > 0) {
      this.#hold(fresh)
      const bytes = fresh.map((line) => line.bytes)
      this.#shelter = shelter(this.#dir, this.#stage, bytes) ?? this.#shelter
    }
    const answers = this.#unsaved.length
    return answers > 0 ? { answers, file: this.#shelter } : undefined
  }

  #hold(lines: Line[]): void {
    this.#kept.hold(lines)
    this.#unsaved.push(...lines)
  }
}
