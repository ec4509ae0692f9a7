// Compressing what a journal has written: the file gets another name, and its lines a smaller shape.
//
// At every point of this a kill leaves either the old file or both, never neither:
//   1. STAGE.jsonl is renamed to sealed/STAGE/NNNNNN.jsonl; whoever writes next begins a new STAGE.jsonl
//   2. its lines are written to NNNNNN.jsonl.zst.part, which is synced and gets its name when it is whole
//   3. the index is written beside it
//   4. NNNNNN.jsonl is removed
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { appendFile, type FileHandle, mkdir, open, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { type Entry, scan, scanLine } from './line.js'
import { type Block, frameHead, indexBytes, type Placed, placeOf } from './segment.js'

/** Bytes of lines in a block, which is unpacked as one: a look at one answer costs that much. */
const BLOCK = 128 << 10
const CHUNK = 4 << 20
const NEWLINE = Buffer.from('\n')

const compress = (bytes: Buffer): Promise<Buffer> =>
  promisify(zlib.zstdCompress)(bytes, {
    params: { [zlib.constants.ZSTD_c_compressionLevel]: 3, [zlib.constants.ZSTD_c_checksumFlag]: 1 },
  })
const decompress = promisify(zlib.zstdDecompress)

/** The sealed parts of a stage, oldest first: their number, and which files there are. */
export function sealedParts(folder: string): { number: number; file: string; raw: boolean; packed: boolean }[] {
  let names: string[] = []
  try {
    names = readdirSync(folder)
  } catch {}
  const numbers = new Set(names.map((name) => /^(\d+)\.jsonl(\.zst)?$/.exec(name)?.[1]).filter((n) => n !== undefined))
  return [...numbers]
    .map((text) => ({
      number: Number(text),
      file: path.join(folder, text),
      raw: names.includes(`${text}.jsonl`),
      packed: names.includes(`${text}.jsonl.zst`),
    }))
    .sort((a, b) => a.number - b.number)
}

/** Step 1: gives the journal's file the name of the next sealed part. */
export function setAside(file: string, folder: string): void {
  const last = sealedParts(folder).at(-1)?.number ?? 0
  renameSync(file, path.join(folder, `${String(last + 1).padStart(6, '0')}.jsonl`))
  syncFolder(folder)
}

/**
 * Steps 2 to 4 for one part. Lines that another process wrote into the file while it was being renamed are told to
 * `late`, which writes them again before the file goes.
 *
 * @param part Path of the part without its endings.
 * @param damaged The file to which what is no line is moved.
 * @throws What the disk says; and the signal's reason, with nothing changed.
 */
export async function compressPart(
  part: string,
  damaged: string,
  late: (line: Buffer, entry: Entry) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const raw = `${part}.jsonl`
  const packed = `${part}.jsonl.zst`
  const source = await open(raw, 'r')
  try {
    const taken = existsSync(packed) ? undefined : await pack(source, part, damaged, signal)
    const known = taken?.known ?? new Set<string>()
    // What came after we had read to the end; or all of it, where an earlier attempt ended before step 4.
    await eachLine(source, taken?.end ?? 0, signal, {
      line: async (line, entry) => {
        if (!known.has(`${entry.key} ${entry.sum}`)) await late(line, entry)
      },
      damage: async () => {},
    })
    rmSync(raw, { force: true })
    syncFolder(path.dirname(part))
  } finally {
    await source.close()
  }
}

/** Steps 2 and 3. Gives where it stopped reading, and the lines that it took. */
async function pack(
  source: FileHandle,
  part: string,
  damaged: string,
  signal: AbortSignal,
): Promise<{ end: number; known: Set<string> }> {
  const known = new Set<string>()
  const blocks: Block[] = []
  const lines: Placed[] = []
  const aside: Buffer[] = []
  let pieces: Buffer[] = []
  let held = 0
  let size = 0
  const target = await open(`${part}.jsonl.zst.part`, 'w')
  const flush = async () => {
    if (held === 0) return
    signal.throwIfAborted()
    const block = Buffer.concat(pieces)
    const bytes = await compress(block)
    // The old file is removed on the word of the new one: it is read back before it counts.
    if (!(await decompress(bytes)).equals(block)) throw new Error(`${part} could not be compressed`)
    const head = frameHead(bytes, block.length)
    await writeAll(target, Buffer.concat([head, bytes]))
    blocks.push({ at: size + head.length, packed: bytes.length, unpacked: block.length })
    size += head.length + bytes.length
    pieces = []
    held = 0
  }
  let end: number
  try {
    end = await eachLine(source, 0, signal, {
      line: async (line, entry) => {
        const name = `${entry.key} ${entry.sum}`
        if (known.has(name)) return
        known.add(name)
        if (held > 0 && held + line.length + 1 > BLOCK) await flush()
        lines.push({ ...entry, offset: placeOf(blocks.length, held), length: line.length })
        pieces.push(Buffer.from(line), NEWLINE)
        held += line.length + 1
      },
      damage: async (bytes) => void aside.push(Buffer.from(bytes), NEWLINE),
    })
    await flush()
    await target.sync()
  } finally {
    await target.close()
  }
  if (aside.length > 0) {
    await mkdir(path.dirname(damaged), { recursive: true })
    await appendFile(damaged, Buffer.concat(aside))
  }
  renameSync(`${part}.jsonl.zst.part`, `${part}.jsonl.zst`)
  syncFolder(path.dirname(part))
  await writeFile(`${part}.index.part`, indexBytes(blocks, lines, size))
  renameSync(`${part}.index.part`, `${part}.index`)
  return { end, known }
}

interface Each {
  line(bytes: Buffer, entry: Entry): Promise<void>
  damage(bytes: Buffer): Promise<void>
}

/** Every line of a file from a place on, the last one too where its newline is missing. Gives where it ended. */
async function eachLine(source: FileHandle, from: number, signal: AbortSignal, each: Each): Promise<number> {
  let rest = Buffer.alloc(0)
  let at = from
  const give = async (piece: Buffer, last: boolean): Promise<number> => {
    const found: { start: number; length: number; entry?: Entry }[] = []
    const take = {
      line: (start: number, length: number, entry: Entry) => void found.push({ start, length, entry }),
      damage: (start: number, length: number) => void found.push({ start, length }),
    }
    const done = scan(piece, take)
    if (last && done < piece.length) scanLine(piece, done, piece.length, take)
    for (const { start, length, entry } of found) {
      const bytes = piece.subarray(start, start + length)
      await (entry ? each.line(bytes, entry) : each.damage(bytes))
    }
    return last ? piece.length : done
  }
  for (;;) {
    signal.throwIfAborted()
    const chunk = Buffer.allocUnsafe(CHUNK)
    const { bytesRead } = await source.read(chunk, 0, CHUNK, at)
    at += bytesRead
    const piece = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, bytesRead)]) : chunk.subarray(0, bytesRead)
    const done = await give(piece, bytesRead === 0)
    if (bytesRead === 0) return at
    rest = piece.subarray(done)
  }
}

export async function writeAll(target: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await target.write(bytes, done, bytes.length - done)
    done += bytesWritten
  }
}

/** A name that was given or taken must survive a power cut too. Not every system can be asked for that. */
export function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, 'r')
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch {}
}

/** Bytes of a stage's sealed parts on disk. */
export function sealedSize(folder: string): number {
  let sum = 0
  for (const { file } of sealedParts(folder))
    for (const ending of ['.jsonl', '.jsonl.zst', '.index'])
      sum += statSync(`${file}${ending}`, { throwIfNoEntry: false })?.size ?? 0
  return sum
}
