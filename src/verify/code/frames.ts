// Messages over a pipe: four bytes of length, then JSON.

import type { Readable, Writable } from 'node:stream'
import { jsonText } from './compare.js'

/** Longest message that is believed: the output limit, escaped. */
const MAX_FRAME = 256 * 1024 * 1024

export function send(to: Writable, message: unknown): void {
  const body = Buffer.from(jsonText(message))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  to.write(head)
  to.write(body)
}

/** Calls `take` with the JSON text of each message; `fail` where the stream is no sequence of messages. */
export function receive(from: Readable, take: (text: string) => void, fail: (why: string) => void): void {
  let parts: Buffer[] = []
  let have = 0
  let need = 4
  let head = true
  from.on('data', (chunk: Buffer) => {
    parts.push(chunk)
    have += chunk.length
    while (have >= need) {
      const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
      const piece = all.subarray(0, need)
      parts = [all.subarray(need)]
      have -= need
      if (head) {
        need = piece.readUInt32BE()
        if (need > MAX_FRAME) return fail(`a message of ${need} bytes`)
      } else {
        need = 4
        take(piece.toString('utf8'))
      }
      head = !head
    }
  })
}
