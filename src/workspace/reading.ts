// Taking in what stands on disk for a stage, and what any process adds to it: the file that grows, and the sealed parts.
import { statSync } from 'node:fs'
import type { Kept } from './kept.js'
import { wordsOf } from './keys.js'
import { scan } from './line.js'
import { sealedParts } from './seal.js'
import { Segment } from './segment.js'
import { LineFile } from './sources.js'

const CHUNK = 4 << 20
/** How often is looked whether another process has compressed something, in milliseconds. */
const LOOK = 1000

export class Reading {
  readonly #file: string
  readonly #sealed: string
  readonly #kept: Kept
  /** Numbers of the parts that were taken in, and how. */
  readonly #parts = new Map<number, 'raw' | 'packed'>()
  #tail: { file: LineFile; source: number } | undefined
  /** The file's size when it was last read to its end. */
  #seen = 0
  #looked = 0

  /**
   * @param file The file of lines that grows.
   * @param sealed The folder of its sealed parts.
   */
  constructor(file: string, sealed: string, kept: Kept) {
    this.#file = file
    this.#sealed = sealed
    this.#kept = kept
  }

  /** Bytes of whole lines in the file. */
  get scanned(): number {
    return this.#tail?.file.scanned ?? 0
  }

  /** Whether something stands behind the file's last newline. */
  get torn(): boolean {
    return this.#tail !== undefined && this.#tail.file.size > this.#tail.file.scanned
  }

  /** Whether a part was set aside and not compressed. */
  get halfSealed(): boolean {
    return [...this.#parts.values()].includes('raw')
  }

  /** Takes in every whole line that was written since the last look, by whichever process. */
  catchUp(): void {
    const stat = statSync(this.#file, { throwIfNoEntry: false })
    if (this.#tail && this.#tail.file.inode !== stat?.ino) {
      // It was sealed: what it holds stands in a part now, or soon will.
      this.#readTail(this.#tail)
      this.#tail.file.passing = true
      this.#tail = undefined
    }
    if (!this.#tail) {
      this.lookAtParts()
      if (stat) {
        const file = new LineFile(this.#file)
        this.#tail = { file, source: this.#kept.add(file) }
        this.#seen = 0
        // It may have been sealed, and begun again, since we looked.
        this.lookAtParts()
      }
    } else if (performance.now() - this.#looked > LOOK) this.lookAtParts()
    if (this.#tail && (stat?.size ?? 0) > this.#seen) this.#readTail(this.#tail)
  }

  /** Takes in sealed parts that were not there before, or have been compressed since. */
  lookAtParts(): void {
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
      const isRaw = !packed && statSync(`${file}.jsonl`, { throwIfNoEntry: false }) !== undefined
      this.#parts.set(number, isRaw ? 'raw' : 'packed')
      taken ||= packed
    }
    if (taken) this.#kept.closePassed()
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
          this.#kept.take(wordsOf(key), sum, dollars, prompt, completion, at, source, base + start, length),
        damage: () => {
          this.#kept.totals.damaged++
        },
      })
      file.scanned += done
      rest = piece.subarray(done)
    }
  }

  #takePacked(file: string): void {
    const segment = this.#kept.addOpened(
      (source) =>
        new Segment(
          `${file}.jsonl.zst`,
          `${file}.index`,
          (words, sum, offset, length, dollars, at, prompt, completion) =>
            this.#kept.take(words, sum, dollars, prompt, completion, at, source, offset, length),
        ),
    )
    this.#kept.totals.damaged += segment.damaged
  }

  #takeRaw(file: string): void {
    const lines = new LineFile(file)
    lines.passing = true
    this.#readLines(lines, this.#kept.add(lines))
  }
}
