// `skylab rows`: every row-wise step as a filter over JSON Lines.

import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Readable, Writable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { Stopped } from '../stopped.js'
import { compiled } from '../verify/compiled.js'
import { closeRunners, pythonRunner } from '../verify/index.js'
import { type Block, blockSize, blocks, type DoneBlock, throughBlock } from './blocks.js'
import { STEPS, type StepName, type StepOptions } from './steps.js'

const usage = `skylab rows ${STEPS.join('|')} [--in FILE] [--out FILE] [--workers N] [--shard I/N] [--policy strict|exact|sky-t1] [--runner auto|native|pyodide]`

interface Call extends StepOptions {
  in?: string
  out?: string
  workers: number
  shard?: { index: number; of: number }
}

/**
 * Reads JSON Lines, writes one row for each in the same order, with the step's fields added. A line that cannot be used
 * becomes {"line", "error"} in its place.
 *
 * @returns The exit status: 0; 3 where a line could not be used; 2 for a wrong call.
 */
export async function rows(args: string[]): Promise<number> {
  let call: Call
  let source: { stream: AsyncIterable<Buffer>; line: number }
  try {
    call = parse(args)
    if (call.step === 'judge') await checkRunner(call)
    source = input(call)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    process.stderr.write(`${error}\n`)
    return 2
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const leave = (signal: NodeJS.Signals) => process.exit(signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 129)
  for (const signal of signals) process.on(signal, leave)
  try {
    return await run(call, source)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    process.stderr.write(`${error}\n`)
    return 1
  } finally {
    for (const signal of signals) process.off(signal, leave)
    closeRunners()
  }
}

async function run(call: Call, source: { stream: AsyncIterable<Buffer>; line: number }): Promise<number> {
  const sink = output(call)
  const crew = new Crew(call)
  const began = performance.now()
  let done = 0
  let unusable = 0
  const telling = progress(call.step, began, () => done)
  try {
    const waiting: Promise<DoneBlock>[] = []
    const flush = async () => {
      const block = await waiting.shift()!
      done += block.rows
      unusable += block.unusable
      await sink.write(block.bytes)
    }
    for await (const block of blocks(source.stream, blockSize(call.step), source.line)) {
      const work = crew.run(block)
      // It is awaited in its turn; until then a failure must not count as unhandled.
      work.catch(() => undefined)
      waiting.push(work)
      while (waiting.length >= crew.width) await flush()
      if (sink.gone()) break
    }
    while (waiting.length && !sink.gone()) await flush()
    await sink.end()
  } catch (error) {
    sink.drop()
    throw error
  } finally {
    telling()
    await crew.end()
  }
  if (unusable) process.stderr.write(`${call.step}: ${unusable} of ${done} lines could not be used; each says why in its place\n`)
  return unusable && !sink.gone() ? 3 : 0
}

function parse(args: string[]): Call {
  const step = args[0]
  if (!STEPS.includes(step as StepName)) throw new Stopped('bad-call', step === undefined ? 'rows needs a step.' : `rows has no step ${JSON.stringify(step)}.`, usage)
  const call: Call = { step: step as StepName, policy: 'strict', runner: 'auto', workers: 1 }
  for (let i = 1; i < args.length; i++) {
    const [name, inline] = args[i]!.startsWith('--') ? (args[i]!.split(/=(.*)/s) as [string, string?]) : [args[i]!]
    if (!/^--(?:in|out|workers|shard|policy|runner)$/.test(name)) throw new Stopped('bad-call', `rows ${step} does not take ${JSON.stringify(args[i])}.`, usage)
    const value = inline ?? args[++i]
    if (value === undefined || value === '') throw new Stopped('bad-call', `${name} needs a value.`, usage)
    switch (name) {
      case '--in':
        call.in = value
        break
      case '--out':
        call.out = value
        break
      case '--workers':
        call.workers = whole(name, value, 1, 512)
        break
      case '--shard':
        call.shard = shardOf(value)
        break
      case '--policy':
        call.policy = oneOf(name, value, ['strict', 'exact', 'sky-t1'] as const)
        break
      case '--runner':
        call.runner = oneOf(name, value, ['auto', 'native', 'pyodide'] as const)
        break
    }
  }
  if (call.shard && call.in === undefined) throw new Stopped('bad-call', '--shard needs --in: a part of standard input cannot be found again.', usage)
  return call
}

function whole(name: string, value: string, least: number, most: number): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < least || number > most) throw new Stopped('bad-call', `${name} got ${JSON.stringify(value)}; it is a whole number from ${least} to ${most}.`, usage)
  return number
}

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  if (!known.includes(value as T)) throw new Stopped('bad-call', `${name} got ${JSON.stringify(value)}; it is ${known.join(', ')}.`, usage)
  return value as T
}

function shardOf(value: string): { index: number; of: number } {
  const found = /^(\d+)\/(\d+)$/.exec(value)
  const index = Number(found?.[1])
  const of = Number(found?.[2])
  if (!found || index < 1 || index > of || of > 100_000) throw new Stopped('bad-call', `--shard got ${JSON.stringify(value)}; it is I/N with I from 1 to N.`, '--shard 1/4')
  return { index, of }
}

/** Says on standard error where Python runs less well than it could; a native runner that cannot be is a wrong call. */
async function checkRunner(call: Call): Promise<void> {
  if (call.runner === 'pyodide') return
  const chosen = await pythonRunner()
  if (chosen.runner === 'native') return
  if (call.runner === 'native') throw new Stopped('no-tool', `Python cannot be run natively here: ${chosen.why}.`, `${chosen.fix}; or --runner auto`)
  process.stderr.write(`Python runs in Pyodide: ${chosen.why}.\n  → ${chosen.fix}\n`)
}

/** What is read, and the number of its first line. */
function input(call: Call): { stream: AsyncIterable<Buffer>; line: number } {
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
    for (let k = chunk.subarray(0, got).indexOf(10); k >= 0 && k < got; k = chunk.subarray(0, got).indexOf(10, k + 1)) count++
    at += got
  }
  return count
}

interface Sink {
  write(bytes: Uint8Array): Promise<void>
  /** Whether nobody reads any more. */
  gone(): boolean
  end(): Promise<void>
  /** Leaves nothing half written behind. */
  drop(): void
}

/** Standard output; or a file that gets its name when it is whole. */
function output(call: Call): Sink {
  const part = call.out === undefined ? undefined : `${call.out}.part`
  let stream: Writable = process.stdout
  if (part !== undefined) {
    try {
      closeSync(openSync(part, 'w'))
    } catch (error) {
      throw new Stopped('no-file', `${call.out} cannot be written: ${(error as Error).message}.`, `mkdir -p ${call.out!.replace(/[^/]*$/, '') || '.'}`)
    }
    stream = createWriteStream(part)
  }
  let gone = false
  let failure: Error | undefined
  let wake: (() => void) | undefined
  const onError = (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough, like head, is no fault.
    if (error.code === 'EPIPE') gone = true
    else failure = error
    wake?.()
  }
  stream.on('error', onError)
  const check = () => {
    if (failure) throw new Stopped('disk', `${call.out ?? 'standard output'} cannot be written: ${failure.message}.`, 'df -h')
  }
  return {
    gone: () => gone,
    async write(bytes) {
      check()
      if (gone || bytes.length === 0) return
      if (!stream.write(bytes)) {
        await new Promise<void>((resolve) => {
          wake = resolve
          stream.once('drain', resolve)
        })
        wake = undefined
      }
      check()
    },
    async end() {
      check()
      if (part === undefined) {
        // What standard output still holds must leave before the process does.
        if (!gone && process.stdout.writableLength > 0) await new Promise<void>((resolve) => {
          wake = resolve
          process.stdout.write('', () => resolve())
        })
        stream.off('error', onError)
        if (gone) stream.on('error', () => undefined)
        return
      }
      stream.end()
      try {
        await finished(stream)
      } catch (error) {
        failure ??= error as Error
      }
      check()
      renameSync(part, call.out!)
    },
    drop() {
      if (part === undefined) return
      stream.destroy()
      rmSync(part, { force: true })
    },
  }
}

/** Threads, where more than one was asked for: a block to whichever is free. */
class Crew {
  /** Blocks under way at once. */
  readonly width: number
  readonly #idle: Worker[] = []
  readonly #all: Worker[] = []
  readonly #queue: { block: Block; take: (done: DoneBlock) => void; fail: (error: Error) => void }[] = []

  constructor(private readonly call: Call) {
    this.width = call.workers === 1 ? 1 : call.workers * 2
  }

  run(block: Block): Promise<DoneBlock> {
    if (this.call.workers === 1) return throughBlock(block, this.call)
    return new Promise((take, fail) => {
      this.#queue.push({ block, take, fail })
      this.#next()
    })
  }

  #next(): void {
    if (this.#queue.length === 0) return
    let worker = this.#idle.pop()
    if (!worker) {
      if (this.#all.length >= this.call.workers) return
      worker = new Worker(compiled('./rows-worker.js', import.meta.url), { workerData: { step: this.call.step, policy: this.call.policy, runner: this.call.runner } })
      this.#all.push(worker)
    }
    const { block, take, fail } = this.#queue.shift()!
    const over = worker
    const onError = (error: Error) => {
      over.off('message', onMessage)
      fail(error)
    }
    const onMessage = (done: DoneBlock) => {
      over.off('error', onError)
      this.#idle.push(over)
      take(done)
      this.#next()
    }
    worker.once('message', onMessage)
    worker.once('error', onError)
    worker.postMessage(block, [block.bytes.buffer as ArrayBuffer])
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()))
  }
}

/** A line on standard error that a person sees change; nothing where nobody looks. */
function progress(step: string, began: number, done: () => number): () => void {
  if (!process.stderr.isTTY) return () => undefined
  const line = () => {
    const seconds = (performance.now() - began) / 1000
    return `${step}: ${done()} rows, ${Math.round(done() / Math.max(seconds, 0.001))} a second`
  }
  const timer = setInterval(() => process.stderr.write(`\r${line()}\x1b[K`), 200)
  timer.unref()
  return () => {
    clearInterval(timer)
    process.stderr.write(`\r${line()}\x1b[K\n`)
  }
}
