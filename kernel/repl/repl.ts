// `skylab repl`: cells in a terminal.
import { createInterface } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'
import { History } from '../jupyter/history.js'
import { version } from '../place.js'
import type { Session } from '../session.js'
import { Printer, type Screen } from '../terminal.js'
import { terminalColours } from './colour.js'
import { Editor } from './editor.js'
import { FigureSaver } from './figures.js'

export interface ReplOptions {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  output: NodeJS.WritableStream & Screen
  open(): Promise<Session>
  history?: History
}

/** Reads cells and runs them until the input ends; resolves to the exit status. */
export async function repl(options: ReplOptions): Promise<number> {
  return options.input.isTTY && options.output.isTTY ? interactive(options) : piped(options)
}

async function interactive({ input, output, open, history = new History() }: ReplOptions): Promise<number> {
  output.write(`skylab ${version()}: TypeScript in the terminal. Tab completes, Ctrl-C interrupts, Ctrl-D leaves.\n`)
  const colour = !process.env.NO_COLOR
  const opening = open()
  const editor = new Editor({
    input: input as ReadStream,
    output: output as WriteStream,
    colour: (source) => (colour ? terminalColours(source) : source),
    complete: async (text, at) => (await opening).complete(text, at),
    isComplete: async (text) => (await opening).isComplete(text),
  })
  try {
    const session = await opening
    editor.onInterrupt = () => void session.interrupt().catch(() => undefined)
    const figures = new FigureSaver()
    const printer = new Printer(output, { describe: (bundle, id) => figures.describe(bundle, id) })
    const past = history.tail(2000).map(([, , source]) => source)
    for (let count = 1; ; ) {
      const source = await editor.read({
        prompt: colour ? '\x1b[36m>\x1b[39m ' : '> ',
        more: colour ? '\x1b[90m…\x1b[39m ' : '… ',
        history: past,
      })
      if (source === undefined) break
      if (source.trim() === '') continue
      history.add(count, source)
      past.push(source)
      let ended = false
      await session.run(source, {
        count: count++,
        // What comes after the cell has ended is printed above what is being typed.
        onOutput: (cellOutput) => (ended ? editor.aside(() => printer.late(cellOutput)) : printer.output(cellOutput)),
        onPrompt: async (text, hidden) => {
          printer.settle()
          return (await editor.read({ prompt: text ? `${text.trimEnd()} ` : '', plain: true, hidden })) ?? ''
        },
      })
      ended = true
      printer.settle()
    }
    await session.close()
  } finally {
    editor.close()
  }
  return 0
}

/** Input from a pipe or a file: each complete piece is a cell; the status is 1 where one ended in an error. */
async function piped({ input, output, open }: ReplOptions): Promise<number> {
  const session = await open()
  const printer = new Printer(output)
  let status = 0
  let count = 0
  const run = async (source: string) => {
    if (source.trim() === '') return
    const outcome = await session.run(source, { count: ++count, onOutput: (cellOutput) => printer.output(cellOutput) })
    printer.settle()
    if (outcome.status === 'error') status = 1
  }
  let waiting = ''
  for await (const line of createInterface({ input })) {
    waiting += (waiting ? '\n' : '') + line
    if ((await session.isComplete(waiting)).status === 'incomplete') continue
    await run(waiting)
    waiting = ''
  }
  await run(waiting)
  await session.close()
  return status
}
