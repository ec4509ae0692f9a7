// What `skylab rows` reads: standard input, a file, or one of N contiguous parts of a file.

import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { Stopped } from '../stopped.js'
import type { Call } from './call.js'

/** What is read, and the number of its first line. */
export function input(call: Call): { stream: AsyncIterable<Buffer>; line: number } {
  if (call.in === undefined) return { stream: process.stdin as Readable, line: 1 }
  let file: number
  try {
    file = openSync(call.in, 'r')
    if (!fstatSync(file).isFile() && call.shard) throw new Error('it is no file, and only a file has parts')
  } catch (error) {
    throw new Stopped('no-file', `${call.in} cannot be read: ${(error as Error).message}.`, `ls -l ${call.in}`)
  }
  if (!call.shard) return { stream: createReadStream('', { fd: file, highWaterMark: 1 << 20 }), line: 1 }
  const { index, of } = call.shard
  const { size } = fstatSync(file)
  // A block begins behind the first line end at or after its share of the bytes.
  const start = lineStart(file, size, Math.floor((size * (index - 1)) / of))
  const end = lineStart(file, size, Math.floor((size * index) / of))
  const line = 1 + lineEnds(file, start)
  if (start >= end) {
    closeSync(file)
    return { stream: nothing(), line }
  }
  return { stream: createReadStream('', { fd: file, start, end: end - 1, highWaterMark: 1 << 20 }), line }
}

async function* nothing(): AsyncGenerator<Buffer> {}

function lineStart(file: number, size: number, near: number): number {
  if (near <= 0 || near >= size) return Math.min(Math.max(near, 0), size)
  const chunk = Buffer.alloc(1 << 16)
  // The byte before: a share that ends with a line needs no more.
  for (let at = near - 1; at < size; ) {
    const got = readSync(file, chunk, 0, chunk.length, at)
    if (got === 0) break
    const found = chunk.subarray(0, got).indexOf(10)
    if (found >= 0) return at + found + 1
    at += got
  }
  return size
}

function lineEnds(file: number, before: number): number {
  const chunk = Buffer.alloc(1 << 20)
  let count = 0
  for (let at = 0; at < before; ) {
    const got = readSync(file, chunk, 0, Math.min(chunk.length, before - at), at)
    if (got === 0) break
    for (let k = chunk.subarray(0, got).indexOf(10); k >= 0 && k < got; k = chunk.subarray(0, got).indexOf(10, k + 1))
      count++
    at += got
  }
  return count
}
