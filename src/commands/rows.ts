// `skylab rows`: every row-wise step as a filter over JSON Lines.

import { Stopped } from '../stopped.js'
import { closeRunners, pythonRunner } from '../verify/index.js'
import { blockSize, blocks, type DoneBlock } from './blocks.js'
import { type Call, help, parseCall } from './call.js'
import { Crew } from './crew.js'
import { input } from './input.js'
import { output } from './sink.js'

/**
 * Reads JSON Lines, writes one row for each in the same order, with the step's fields added. A line that cannot be used
 * becomes {"line", "error"} in its place.
 *
 * @returns The exit status: 0; 3 where a line could not be used; 2 for a wrong call.
 */
export async function rows(args: string[]): Promise<number> {
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(`${help}\n`)
    return 0
  }
  let call: Call
  let source: { stream: AsyncIterable<Buffer>; line: number }
  try {
    call = parseCall(args)
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
  if (unusable)
    process.stderr.write(`${call.step}: ${unusable} of ${done} lines could not be used; each says why in its place\n`)
  return unusable && !sink.gone() ? 3 : 0
}

/** Says on standard error where Python runs less well than it could; a native runner that cannot be is a wrong call. */
async function checkRunner(call: Call): Promise<void> {
  if (call.runner === 'pyodide') return
  const chosen = await pythonRunner()
  if (chosen.runner === 'native') return
  if (call.runner === 'native')
    throw new Stopped(
      'no-tool',
      `Python cannot be run natively here: ${chosen.why}.`,
      `${chosen.fix}; or --runner auto`,
    )
  process.stderr.write(`Python runs in Pyodide: ${chosen.why}.\n  → ${chosen.fix}\n`)
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
