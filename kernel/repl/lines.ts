// Cells from a pipe, a file, or a terminal that can only print: line by line, without editing.
import { createInterface, type Interface } from 'node:readline'
import { lateTypes } from '../late-types.js'
import type { Session } from '../session.js'
import { Printer, type Screen } from '../terminal.js'
import { command, isCommand } from './commands.js'
import { completeness } from './piece.js'
import { waitUntilQuiet } from './quiet.js'

export interface LinesOptions {
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream & Screen
  open(): Promise<Session>
  /** Somebody types: there are prompts, and questions of cells can be answered. */
  typed: boolean
}

/** Runs each complete piece as a cell; the status is 1 where one ended in an error. */
export async function runLines({ input, output, open, typed }: LinesOptions): Promise<number> {
  const session = await open()
  const quiet = typed ? undefined : await waitUntilQuiet(session)
  const printer = new Printer({
    write: (text) => output.write(text),
    ...(typed ? {} : { isTTY: output.isTTY ?? false }),
  })
  const lines = new Lines(createInterface({ input, terminal: false }))
  const interrupt = () => void session.interrupt().catch(() => undefined)
  if (typed) process.on('SIGINT', interrupt)
  const sources: string[] = []
  let status = 0
  let count = 0
  let left: number | undefined

  const run = async (source: string): Promise<void> => {
    if (source.trim() === '') return
    if (isCommand(source)) {
      const asked = await command(source, session, sources)
      if (asked.kind === 'leave') left = asked.status
      else if (asked.kind === 'print') printer.line(asked.text)
      else await run(asked.code)
      return
    }
    sources.push(source)
    const onPrompt = async (text: string) => {
      output.write(text ? `${text.trimEnd()} ` : '')
      return (await lines.next()) ?? ''
    }
    const outcome = await session.run(source, {
      count: ++count,
      onOutput: (cellOutput) => printer.output(cellOutput),
      ...(typed ? { onPrompt } : {}),
    })
    printer.settle()
    if (outcome.status === 'error') status = 1
  }

  let waiting = ''
  for (;;) {
    if (typed) output.write(waiting ? '… ' : '> ')
    const line = await lines.next()
    if (line === undefined) break
    waiting += (waiting ? '\n' : '') + line
    if (!(await goesOn(waiting, lines.waiting, session))) {
      await run(waiting)
      waiting = ''
    }
    if (left !== undefined) break
  }
  if (left === undefined) {
    await run(waiting)
    // As with a script: what was started is waited for.
    if (left === undefined) await quiet?.()
    if (!typed) await lateTypes(session)
  }
  printer.settle()
  if (typed) process.off('SIGINT', interrupt)
  await session.close()
  return left ?? (typed ? 0 : status)
}

/** Whether a piece is not complete yet, or the next line, where it is there already, belongs to it. */
async function goesOn(piece: string, next: string | undefined, session: Session): Promise<boolean> {
  if ((await completeness(piece, session)).status === 'incomplete') return true
  if (next === undefined || !/^\s*(?:else\b|catch\b|finally\b|while\b|[.?:&|+*/)\]}])/.test(next)) return false
  return (await session.isComplete(`${piece}\n${next}`)).status !== 'invalid'
}

/** Lines one at a time, with a look at the one after it. */
class Lines {
  readonly #ready: string[] = []
  #ended = false
  #wanted: ((line: string | undefined) => void) | undefined

  constructor(source: Interface) {
    source.on('line', (line) => {
      if (this.#wanted) this.#give(line)
      else this.#ready.push(line)
    })
    source.on('close', () => {
      this.#ended = true
      this.#give(undefined)
    })
  }

  /** The next line where it has come already. */
  get waiting(): string | undefined {
    return this.#ready[0]
  }

  next(): Promise<string | undefined> {
    if (this.#ready.length > 0 || this.#ended) return Promise.resolve(this.#ready.shift())
    return new Promise((resolve) => {
      this.#wanted = resolve
    })
  }

  #give(line: string | undefined): void {
    const wanted = this.#wanted
    this.#wanted = undefined
    wanted?.(line)
  }
}
