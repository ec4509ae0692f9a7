// The kernel's end of the output pipe: chunks in, frames out.
import { FRAME, FRAME_HEAD, type FromRuntime } from './protocol.js'

export interface FrameHandler {
  stream(cell: number, name: 'stdout' | 'stderr', text: string): void
  message(message: FromRuntime, buffers: Uint8Array[]): void
}

/** Cuts what arrives on the pipe into frames; keeps what is not whole yet. */
export class FrameReader {
  private chunks: Buffer[] = []
  private held = 0
  private readonly handler: FrameHandler

  constructor(handler: FrameHandler) {
    this.handler = handler
  }

  push(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.held += chunk.length
    if (this.held < this.needed()) return
    let data = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks)
    while (data.length >= FRAME_HEAD) {
      const end = FRAME_HEAD + data.readUInt32LE(0)
      if (data.length < end) break
      this.frame(data[4]!, data.readUInt32LE(5), data.subarray(FRAME_HEAD, end))
      data = data.subarray(end)
    }
    this.chunks = data.length > 0 ? [data] : []
    this.held = data.length
  }

  /** Bytes until the first frame is whole, so that a large one is not joined again with every chunk. */
  private needed(): number {
    const first = this.chunks[0]!
    return first.length >= FRAME_HEAD ? FRAME_HEAD + first.readUInt32LE(0) : FRAME_HEAD
  }

  private frame(kind: number, cell: number, payload: Buffer): void {
    if (kind === FRAME.message) this.handler.message(JSON.parse(payload.toString()) as FromRuntime, [])
    else if (kind === FRAME.binary) this.binary(payload)
    else this.handler.stream(cell, kind === FRAME.stdout ? 'stdout' : 'stderr', payload.toString())
  }

  private binary(payload: Buffer): void {
    const count = payload.readUInt32LE(0)
    let at = 4 * (count + 2)
    const parts = Array.from({ length: count + 1 }, (_, place) => {
      const start = at
      at += payload.readUInt32LE(4 * (place + 1))
      return payload.subarray(start, at)
    })
    const [message, ...buffers] = parts
    this.handler.message(JSON.parse(message!.toString()) as FromRuntime, buffers)
  }
}
