// Where the bytes of a kept line come from: a file of lines, memory, or a compressed segment.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export interface Source {
  /** The bytes of a line; undefined where they cannot be read any more. */
  read(offset: number, length: number): Buffer | undefined
  /** Will be replaced: by a segment, or by the journal's file once the disk takes lines again. */
  passing: boolean
  close(): void
}

/** A file of lines, open for reading. It can be read to its end even where somebody has removed its name. */
export class LineFile implements Source {
  readonly inode: number
  passing = false
  /** Bytes of whole lines that the index knows. */
  scanned = 0
  readonly #file: number

  constructor(file: string) {
    this.#file = openSync(file, 'r')
    this.inode = fstatSync(this.#file).ino
  }

  get size(): number {
    return fstatSync(this.#file).size
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    let done = 0
    while (done < length) {
      const got = readSync(this.#file, bytes, done, length - done, offset + done)
      if (got === 0) break
      done += got
    }
    return bytes.subarray(0, done)
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** Lines that the disk would not take, until it does. */
export class Unsaved implements Source {
  passing = true
  readonly #lines: Buffer[] = []

  add(line: Buffer): number {
    return this.#lines.push(line) - 1
  }

  read(offset: number): Buffer | undefined {
    return this.#lines[offset]
  }

  close(): void {
    this.#lines.length = 0
  }
}
