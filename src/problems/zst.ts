// Unpacking zstd whole. Node's decompressor ends after the first frame of a file, and ends a torn one without a word:
// either way rows would be lost in silence.
import { pipeline, Readable } from 'node:stream'
import zlib from 'node:zlib'

const FRAME = 0xfd2fb528
/** Frames that hold no data begin with 0x184D2A50 to 0x184D2A5F. */
const SKIPPED = 0x184d2a50

/**
 * Walks the frames and blocks of a zstd stream (RFC 8878) as its bytes pass, without looking into them: it only reads how long each
 * part says it is.
 */
class Frames {
  /** Bytes of a heading that has not come whole. */
  #held: Buffer = Buffer.alloc(0)
  /** Bytes of a block, a checksum or a skipped frame still to come. */
  #skip = 0
  #state: 'frame' | 'block' = 'frame'
  #checksum = false
  /** Some byte of the frame has come. */
  #begun = false

  /** Takes bytes; gives how many of them belong to the frame that ends in them, undefined where none does. */
  push(chunk: Buffer): number | undefined {
    let bytes = chunk
    for (;;) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, bytes.length)
        this.#skip -= step
        bytes = bytes.subarray(step)
      }
      if (this.#begun && this.#state === 'frame' && this.#skip === 0 && this.#held.length === 0) {
        this.#begun = false
        return chunk.length - bytes.length
      }
      if (bytes.length === 0) return undefined
      this.#begun = true
      const heading = this.#held.length > 0 ? Buffer.concat([this.#held, bytes.subarray(0, 18)]) : bytes
      const length = this.#state === 'frame' ? this.#frame(heading) : this.#block(heading)
      if (length === undefined) {
        this.#held = Buffer.from(heading)
        return undefined
      }
      bytes = bytes.subarray(length - this.#held.length)
      this.#held = Buffer.alloc(0)
    }
  }

  /** The length of a frame's heading; undefined where more bytes are needed. */
  #frame(bytes: Buffer): number | undefined {
    if (bytes.length < 5) return undefined
    const magic = bytes.readUInt32LE(0)
    if (magic >>> 4 === SKIPPED >>> 4) {
      if (bytes.length < 8) return undefined
      this.#skip = bytes.readUInt32LE(4)
      return 8
    }
    // What is no frame is for the decompressor to name.
    if (magic !== FRAME) return bytes.length
    const flags = bytes[4]!
    const single = (flags & 0x20) !== 0
    const size = [single ? 1 : 0, 2, 4, 8][flags >> 6]!
    const dictionary = [0, 1, 2, 4][flags & 3]!
    const length = 5 + (single ? 0 : 1) + dictionary + size
    if (bytes.length < length) return undefined
    this.#checksum = (flags & 4) !== 0
    this.#state = 'block'
    return length
  }

  #block(bytes: Buffer): number | undefined {
    if (bytes.length < 3) return undefined
    const heading = bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16)
    const size = heading >>> 3
    // A block of one repeated byte holds that byte only.
    this.#skip = ((heading >> 1) & 3) === 1 ? 1 : size
    if (heading & 1) {
      if (this.#checksum) this.#skip += 4
      this.#state = 'frame'
    }
    return 3
  }
}

/** The unpacked bytes of a zstd stream of any number of frames. Throws where it is torn. */
export async function* zstdBytes(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]()
  const frames = new Frames()
  let rest: Buffer | undefined = await next()
  async function next(): Promise<Buffer | undefined> {
    const { done, value } = await chunks.next()
    return done ? undefined : value
  }
  async function* frame(): AsyncGenerator<Buffer> {
    while (rest !== undefined) {
      const end = frames.push(rest)
      const part = rest.subarray(0, end ?? rest.length)
      rest = end === undefined || end === rest.length ? await next() : rest.subarray(end)
      yield part
      if (end !== undefined) return
    }
    throw new Error('unexpected end of file')
  }
  while (rest !== undefined) {
    const unpacked = zlib.createZstdDecompress()
    // Its callback hears the same error that the loop throws.
    pipeline(Readable.from(frame()), unpacked, () => {})
    for await (const bytes of unpacked) yield bytes as Buffer
  }
}
