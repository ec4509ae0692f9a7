// Messages over a pipe: four bytes of length, then JSON.

import type { Readable, Writable } from 'node:stream'
import { jsonText } from '../../json.js'

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

/** A message and raw bytes behind it; their lengths stand in the message. */
export function sendParts(to: Writable, message: object, parts: readonly Buffer[]): void {
  const body = Buffer.from(jsonText(message))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  to.write(Buffer.concat([head, body, ...parts]))
}

/** Messages whose `sections` say how many bytes follow them, and in which lengths. */
export function receiveParts(
  from: Readable,
  take: (message: unknown, sections: Buffer[]) => void,
  fail: (why: string) => void,
): void {
  let parts: Buffer[] = []
  let have = 0
  let need = 4
  let state: 'length' | 'message' | 'sections' = 'length'
  let message: { sections?: number[] } = {}
  from.on('data', (chunk: Buffer) => {
    parts.push(chunk)
    have += chunk.length
    while (have >= need) {
      const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
      const piece = all.subarray(0, need)
      parts = [all.subarray(need)]
      have -= need
      if (state === 'length') {
        need = piece.readUInt32BE()
        state = 'message'
      } else if (state === 'message') {
        try {
          message = JSON.parse(piece.toString('utf8')) as typeof message
        } catch {
          return fail('no message')
        }
        need = (message.sections ?? []).reduce((sum, size) => sum + size, 0)
        state = 'sections'
      } else {
        let at = 0
        const sections = (message.sections ?? []).map((size) => piece.subarray(at, (at += size)))
        need = 4
        state = 'length'
        take(message, sections)
      }
      if (need > MAX_FRAME) return fail(`a message of ${need} bytes`)
    }
  })
}
