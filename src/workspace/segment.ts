// A sealed part of a journal: compressed blocks of lines that never change again, and an index beside them.
//
//   000001.jsonl.zst   blocks, each a zstd frame of whole lines behind a skippable frame that holds its lengths and
//                      sum; `zstd -dc` gives the lines back
//   000001.index       where each key lies; made again from the blocks where it is missing or damaged
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, renameSync, writeFileSync } from 'node:fs'
import zlib from 'node:zlib'
import { Stopped } from '../stopped.js'
import { type Words, wordsOf } from './keys.js'
import { type Entry, scan } from './line.js'
import type { Source } from './sources.js'

const MAGIC = Buffer.from('skylab index 1\n\0')
const INDEX_HEAD = MAGIC.length + 16
const BLOCK_ENTRY = 16
const LINE_ENTRY = 56
/** One of the numbers that a zstd frame to be skipped begins with (RFC 8878, 3.1.2). */
const SKIPPED = Buffer.from([0x5a, 0x2a, 0x4d, 0x18])
const FRAME_HEAD = SKIPPED.length + 4 + 12
/** Places of lines are a block's number times this, and the offset in the block. */
const BLOCK = 2 ** 32
/** Bytes of unpacked blocks that are held for the next look. */
const HELD = 32 << 20

export interface Block {
  /** Where the compressed bytes begin in the file. */
  at: number
  packed: number
  unpacked: number
}

/** A line of a segment, and its place. */
export interface Placed extends Entry {
  offset: number
  length: number
}

/** Whether this Node can compress and read segments; it came with 22.15. */
export const canCompress = typeof zlib.zstdCompress === 'function'

/** What stands in front of a block. */
export function frameHead(packed: Buffer, unpacked: number): Buffer {
  const head = Buffer.alloc(FRAME_HEAD)
  SKIPPED.copy(head)
  head.writeUInt32LE(12, 4)
  head.writeUInt32LE(packed.length, 8)
  head.writeUInt32LE(unpacked, 12)
  head.writeUInt32LE(zlib.crc32(packed), 16)
  return head
}

export const placeOf = (block: number, offset: number): number => block * BLOCK + offset

/** The index as the bytes of its file. */
export function indexBytes(blocks: Block[], lines: Placed[], size: number): Buffer {
  const bytes = Buffer.alloc(INDEX_HEAD + blocks.length * BLOCK_ENTRY + lines.length * LINE_ENTRY + 4)
  MAGIC.copy(bytes)
  bytes.writeDoubleLE(size, MAGIC.length)
  bytes.writeUInt32LE(blocks.length, MAGIC.length + 8)
  bytes.writeUInt32LE(lines.length, MAGIC.length + 12)
  let at = INDEX_HEAD
  for (const block of blocks) {
    bytes.writeDoubleLE(block.at, at)
    bytes.writeUInt32LE(block.packed, at + 8)
    bytes.writeUInt32LE(block.unpacked, at + 12)
    at += BLOCK_ENTRY
  }
  for (const line of lines) {
    bytes.write(line.key, at, 'hex')
    bytes.writeDoubleLE(line.offset, at + 16)
    bytes.writeUInt32LE(line.length, at + 24)
    bytes.writeUInt32LE(line.sum, at + 28)
    bytes.writeDoubleLE(line.dollars, at + 32)
    bytes.writeDoubleLE(line.at, at + 40)
    bytes.writeUInt32LE(line.prompt, at + 48)
    bytes.writeUInt32LE(line.completion, at + 52)
    at += LINE_ENTRY
  }
  bytes.writeUInt32LE(zlib.crc32(bytes.subarray(0, at)), at)
  return bytes
}

/** What is told of each line of a segment, without a text being made for its key. */
export type Take = (
  words: Words,
  sum: number,
  offset: number,
  length: number,
  dollars: number,
  at: number,
  prompt: number,
  completion: number,
) => void

/** A compressed segment, open for reading. */
export class Segment implements Source {
  readonly passing = false
  /** Bytes on disk. */
  readonly size: number
  /** Blocks that could not be read. */
  damaged = 0
  readonly #file: string
  #blocks: Block[] = []
  static #made = 0
  readonly #id = ++Segment.#made
  static readonly #held = new Map<string, Buffer>()
  static #bytes = 0

  /** @param take Gets every line. */
  constructor(file: string, indexFile: string, take: Take) {
    if (!canCompress)
      throw new Stopped(
        'no-tool',
        `${file} is compressed with zstd, which Node ${process.versions.node} cannot read.`,
        'Use the Node that comes with skylab (npx skylab …), or Node 22.15 or later.',
      )
    this.#file = file
    const opened = openSync(file, 'r')
    this.size = fstatSync(opened).size
    closeSync(opened)
    if (!this.#readIndex(indexFile, take)) this.#walk(indexFile, take)
  }

  read(offset: number, length: number): Buffer | undefined {
    const block = Math.floor(offset / BLOCK)
    const from = offset - block * BLOCK
    const lines = this.#block(block)
    return lines && from + length <= lines.length ? lines.subarray(from, from + length) : undefined
  }

  close(): void {
    for (const [name, bytes] of Segment.#held)
      if (name.startsWith(`${this.#id} `)) {
        Segment.#held.delete(name)
        Segment.#bytes -= bytes.length
      }
  }

  #readIndex(file: string, take: Take): boolean {
    if (!existsSync(file)) return false
    const bytes = readFileSync(file)
    const end = bytes.length - 4
    if (end < INDEX_HEAD || bytes.compare(MAGIC, 0, MAGIC.length, 0, MAGIC.length) !== 0) return false
    if (bytes.readUInt32LE(end) !== zlib.crc32(bytes.subarray(0, end))) return false
    if (bytes.readDoubleLE(MAGIC.length) !== this.size) return false
    const blocks = bytes.readUInt32LE(MAGIC.length + 8)
    let at = INDEX_HEAD
    for (let n = 0; n < blocks; n++, at += BLOCK_ENTRY)
      this.#blocks.push({
        at: bytes.readDoubleLE(at),
        packed: bytes.readUInt32LE(at + 8),
        unpacked: bytes.readUInt32LE(at + 12),
      })
    for (; at < end; at += LINE_ENTRY)
      take(
        [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4), bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)],
        bytes.readUInt32LE(at + 28),
        bytes.readDoubleLE(at + 16),
        bytes.readUInt32LE(at + 24),
        bytes.readDoubleLE(at + 32),
        bytes.readDoubleLE(at + 40),
        bytes.readUInt32LE(at + 48),
        bytes.readUInt32LE(at + 52),
      )
    return true
  }

  /** Finds the blocks and their lines where there is no index, and makes one; a block that is damaged costs no other. */
  #walk(indexFile: string, take: Take): void {
    const found: Placed[] = []
    const opened = openSync(this.#file, 'r')
    const head = Buffer.alloc(FRAME_HEAD)
    try {
      for (let at = 0; at < this.size; ) {
        readSync(opened, head, 0, FRAME_HEAD, at)
        const packed = head.readUInt32LE(8)
        const known = head.compare(SKIPPED, 0, 4, 0, 4) === 0 && head.readUInt32LE(4) === 12
        if (!known || at + FRAME_HEAD + packed > this.size) {
          this.damaged++
          at = nextFrame(opened, at + 1, this.size)
          continue
        }
        const number = this.#blocks.push({ at: at + FRAME_HEAD, packed, unpacked: head.readUInt32LE(12) }) - 1
        at += FRAME_HEAD + packed
        const lines = this.#block(number)
        if (!lines) continue
        scan(lines, {
          line: (from, length, entry) => {
            const { key, sum, dollars, at, prompt, completion } = entry
            const offset = placeOf(number, from)
            take(wordsOf(key), sum, offset, length, dollars, at, prompt, completion)
            found.push({ ...entry, offset, length })
          },
        })
      }
    } finally {
      closeSync(opened)
    }
    if (this.damaged > 0) return
    try {
      const part = `${indexFile}.${process.pid}.part`
      writeFileSync(part, indexBytes(this.#blocks, found, this.size))
      renameSync(part, indexFile)
    } catch {
      // Then it is found again next time.
    }
  }

  #block(number: number): Buffer | undefined {
    const name = `${this.#id} ${number}`
    const held = Segment.#held.get(name)
    if (held) {
      // Least recently used first.
      Segment.#held.delete(name)
      Segment.#held.set(name, held)
      return held
    }
    const block = this.#blocks[number]
    if (!block) return undefined
    let lines: Buffer
    try {
      lines = unpack(this.#file, block)
    } catch {
      this.damaged++
      return undefined
    }
    Segment.#held.set(name, lines)
    Segment.#bytes += lines.length
    for (const [oldest, bytes] of Segment.#held) {
      if (Segment.#bytes <= HELD || oldest === name) break
      Segment.#held.delete(oldest)
      Segment.#bytes -= bytes.length
    }
    return lines
  }
}

function unpack(file: string, { at, packed, unpacked }: Block): Buffer {
  const opened = openSync(file, 'r')
  try {
    const bytes = Buffer.allocUnsafe(packed)
    if (readSync(opened, bytes, 0, packed, at) !== packed) throw new Error('the file ends early')
    const lines = zlib.zstdDecompressSync(bytes)
    if (lines.length !== unpacked) throw new Error('another length')
    return lines
  } finally {
    closeSync(opened)
  }
}

/** Where the next block's head begins, behind damage. */
function nextFrame(opened: number, from: number, size: number): number {
  const piece = Buffer.alloc(1 << 20)
  for (let at = from; at < size; at += piece.length - FRAME_HEAD) {
    const got = readSync(opened, piece, 0, piece.length, at)
    const found = piece.subarray(0, got).indexOf(SKIPPED)
    if (found !== -1) return at + found
    if (got < piece.length) break
  }
  return size
}
