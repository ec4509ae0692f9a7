// The runtime's end of the output pipe: everything goes out at once and in order.
import { writeSync } from 'node:fs'
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

/** Sends a message; its own field names the cell. */
export function writeMessage(message: FromRuntime): void {
  const text = JSON.stringify(message)
  const length = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(FRAME_HEAD + length)
  frame.write(text, FRAME_HEAD)
  head(frame, length, FRAME.message, 0)
  writeAll(frame, FRAME_HEAD + length)
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
