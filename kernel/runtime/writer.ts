// The runtime's end of the output pipe: everything goes out at once and in order.
import { writeSync } from 'node:fs'
import { messageOf } from '../display/text.js'
import { FRAME, FRAME_HEAD, type FromRuntime, PIPE } from './protocol.js'

// One stream frame holds at most this many characters: a write that fits the pipe is not torn by a
// termination between its halves.
const CHUNK = 16_384

const buffer = Buffer.allocUnsafe(FRAME_HEAD + 3 * CHUNK)

/** Sends text that a cell printed. */
export function writeStream(cell: number, name: 'stdout' | 'stderr', text: string): void {
  for (let at = 0; at < text.length; at += CHUNK) {
    const length = buffer.write(text.length <= CHUNK ? text : text.slice(at, at + CHUNK), FRAME_HEAD)
    head(buffer, length, FRAME[name], cell)
    writeAll(buffer, FRAME_HEAD + length)
  }
}

/** Sends a message, with binary data where there is any; its own field names the cell. */
export function writeMessage(message: FromRuntime, buffers: readonly Uint8Array[] = []): void {
  if (buffers.length > 0) {
    writeBinary(message, buffers)
    return
  }
  const text = toJson(message)
  const length = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(FRAME_HEAD + length)
  frame.write(text, FRAME_HEAD)
  head(frame, length, FRAME.message, 0)
  writeAll(frame, FRAME_HEAD + length)
}

/** One frame and one write, however large: a termination must not fall between two of them. */
function writeBinary(message: FromRuntime, buffers: readonly Uint8Array[]): void {
  const parts = [Buffer.from(JSON.stringify(message)), ...buffers]
  const lengths = Uint32Array.of(buffers.length, ...parts.map((part) => part.length))
  const payload = [new Uint8Array(lengths.buffer), ...parts]
  const start = Buffer.alloc(FRAME_HEAD)
  const frame = Buffer.concat([start, ...payload])
  head(frame, frame.length - FRAME_HEAD, FRAME.binary, 0)
  writeAll(frame, frame.length)
}

/** A bundle may hold what is no JSON: the other forms are shown then. */
function toJson(message: FromRuntime): string {
  try {
    return JSON.stringify(message)
  } catch (error) {
    if (!('bundle' in message)) throw error
    const data: Record<string, unknown> = {}
    for (const [type, value] of Object.entries(message.bundle.data)) {
      try {
        JSON.stringify(value)
        data[type] = value
      } catch (reason) {
        data['text/plain'] ??= `(its ${type} is no JSON: ${messageOf(reason)})`
      }
    }
    return JSON.stringify({ ...message, bundle: { data, metadata: {} } })
  }
}

function head(frame: Buffer, length: number, kind: number, cell: number): void {
  frame.writeUInt32LE(length, 0)
  frame[4] = kind
  frame.writeUInt32LE(cell, 5)
}

function writeAll(frame: Buffer, length: number): void {
  let at = 0
  while (at < length) {
    try {
      at += writeSync(PIPE.outputs, frame, at, length - at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // The kernel is gone: nobody is left to print for.
      if (code === 'EPIPE') process.kill(process.pid, 'SIGKILL')
      if (code !== 'EAGAIN') throw error
    }
  }
}
