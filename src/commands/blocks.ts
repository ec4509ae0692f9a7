// Blocks of lines: how a file of any size passes through a step in bounded memory and in order.

import type { Readable } from 'node:stream'
import { type StepOptions, throughStep } from './steps.js'

/** Whole lines, and the number of the first. */
export interface Block {
  bytes: Uint8Array
  line: number
}

export interface DoneBlock {
  bytes: Uint8Array
  rows: number
  /** Lines that could not be used. */
  unusable: number
}

/** Lines and bytes of a block: small for programs, which take long, larger for what is done in microseconds. */
export const blockSize = (step: StepOptions['step']): { lines: number; bytes: number } =>
  step === 'judge' ? { lines: 2, bytes: 1 << 20 } : { lines: 256, bytes: 1 << 20 }

/** A stream as blocks of whole lines. */
export async function* blocks(
  from: Readable | AsyncIterable<Buffer>,
  size: { lines: number; bytes: number },
  firstLine: number,
): AsyncGenerator<Block> {
  let parts: Buffer[] = []
  let held = 0
  let count = 0
  let line = firstLine
  const cut = (): Block => {
    const block = { bytes: new Uint8Array(Buffer.concat(parts)), line }
    line += count
    parts = []
    held = 0
    count = 0
    return block
  }
  for await (const chunk of from as AsyncIterable<Buffer>) {
    let start = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
      count++
      if (count >= size.lines || held + at + 1 - start >= size.bytes) {
        parts.push(chunk.subarray(start, at + 1))
        start = at + 1
        yield cut()
      }
    }
    if (start < chunk.length) {
      // Copied, so that a large chunk is not kept alive by the end of a line.
      const rest = Buffer.from(chunk.subarray(start))
      parts.push(rest)
      held += rest.length
    }
  }
  if (held > 0) {
    count++
    yield cut()
  }
}

/** All lines of a block through the step, one after the other. */
export async function throughBlock(block: Block, options: StepOptions): Promise<DoneBlock> {
  const text = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.byteLength)
  const out: string[] = []
  let rows = 0
  let unusable = 0
  let place = block.line
  for (let start = 0; start < text.length; place++) {
    let end = text.indexOf(10, start)
    if (end < 0) end = text.length
    let line = text.toString('utf8', start, end)
    start = end + 1
    if (line.endsWith('\r')) line = line.slice(0, -1)
    if (place === 1 && line.charCodeAt(0) === 0xfeff) line = line.slice(1)
    if (line === '') continue
    const result = await throughStep(line, place, options)
    out.push(result.text, '\n')
    rows++
    if (!result.ok) unusable++
  }
  return { bytes: new Uint8Array(Buffer.from(out.join(''))), rows, unusable }
}
