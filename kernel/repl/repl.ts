// `skylab repl`: cells in a terminal.
import os from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { ReadStream, WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'
import { History } from '../jupyter/history.js'
import { version } from '../place.js'
import type { Output, Session } from '../session.js'
import { Printer, type Screen } from '../terminal.js'
import { colouredKnowledge, colouredTraceback, colouredValue, type Palette, painted, palette } from './colour.js'
import { command, isCommand } from './commands.js'
import { Editor } from './editor.js'
import { FigureSaver } from './figures.js'
import { runLines } from './lines.js'
import { completeness } from './piece.js'

/** After an interrupt its listeners have so many milliseconds to draw, before the prompt comes back. */
const LAST_WORDS = 120

export interface ReplOptions {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  output: NodeJS.WritableStream & Screen
  open(): Promise<Session>
  history?: History
}

/** Reads cells and runs them until the input ends; resolves to the exit status. */
export async function repl(options: ReplOptions): Promise<number> {
  const { input, output } = options
  const terminal = input.isTTY === true && output.isTTY === true
  if (terminal && process.env.TERM !== 'dumb')
    return new Terminal(options, input as ReadStream, output as WriteStream).run()
  return runLines({ ...options, typed: terminal })
}

/** The face of a session on a terminal that can move its cursor. */
class Terminal {
  readonly #output: WriteStream
  readonly #colours: Palette
  readonly #history: History
  readonly #opening: Promise<Session>
  readonly #editor: Editor
  readonly #printer: Printer
  /** What was typed here, and that with what was typed before, each oldest first. */
  readonly #typed: string[] = []
  readonly #past: string[]
  #count = 0

  constructor(options: ReplOptions, input: ReadStream, output: WriteStream) {
    this.#output = output
    // An empty NO_COLOR asks for nothing (https://no-color.org), which Node's own look at it forgets.
    this.#colours = process.env.NO_COLOR ? {} : palette(output.getColorDepth({ ...process.env, NO_COLOR: undefined }))
    this.#history = options.history ?? new History()
    this.#past = this.#history.tail(2000).map(([, , source]) => source)
    this.#greet()
    this.#opening = options.open()
    this.#editor = new Editor({
      input,
      output,
      colours: this.#colours,
      complete: async (text, at) => (await this.#opening).complete(text, at),
      isComplete: async (text) => completeness(text, await this.#opening),
      describe: async (text, at) => {
        const bundle = await (await this.#opening).inspect(text, at, 0)
        return typeof bundle?.data['text/plain'] === 'string'
          ? bundle.data['text/plain'].replace(/\s+/g, ' ').replace(/^\([a-z ]+\) /, '')
          : undefined
      },
    })
    const figures = new FigureSaver(process.env, this.#colours.quiet !== undefined)
    this.#printer = new Printer(output, {
      describe: (bundle, id, kind) => figures.describe(bundle, id) ?? this.#coloured(bundle.data, kind),
      traceback: (lines) => colouredTraceback(lines, this.#colours),
    })
  }

  async run(): Promise<number> {
    const ended = this.#onSignals()
    try {
      const session = await this.#opening
      this.#editor.onInterrupt = () => void session.interrupt().catch(() => undefined)
      const status = await Promise.race([this.#cells(session), ended])
      this.#editor.close()
      await session.close()
      return status
    } finally {
      this.#editor.close()
    }
  }

  async #cells(session: Session): Promise<number> {
    for (;;) {
      const source = await this.#editor.read({ prompt: '> ', history: this.#past })
      if (source === undefined) return 0
      if (source.trim() === '') continue
      this.#remember(source)
      let code = source
      if (isCommand(source)) {
        const asked = await command(source, session, this.#typed)
        if (asked.kind === 'leave') return asked.status
        if (asked.kind === 'print') {
          this.#printer.line(asked.text)
          continue
        }
        code = asked.code
      }
      this.#typed.push(code)
      await this.#cell(session, code)
    }
  }

  async #cell(session: Session, source: string): Promise<void> {
    let ended = false
    const { interrupted } = await session.run(source, {
      count: ++this.#count,
      // What comes after the cell has ended is printed above what is being typed.
      onOutput: (output) =>
        ended
          ? this.#editor.aside(() => this.#printer.late(this.#framed(output)))
          : this.#printer.output(this.#framed(output)),
      onPrompt: async (text, hidden) => {
        this.#printer.settle()
        const prompt = text ? `${text.trimEnd()} ` : ''
        return (await this.#editor.read({ prompt, plain: true, hidden })) ?? ''
      },
    })
    // What a library draws of its end when it hears of the interrupt goes to its place, above the prompt.
    if (interrupted) await pause(LAST_WORDS)
    ended = true
    this.#editor.abandon()
    this.#printer.settle()
  }

  #remember(source: string): void {
    // The same thing twice in a row is one step back; a line that begins with a blank is not kept on disk.
    if (!source.startsWith(' ')) this.#history.add(this.#count + 1, source)
    if (this.#past.at(-1) !== source) this.#past.push(source)
  }

  #greet(): void {
    const name = painted(`skylab ${version()}`, this.#colours.prompt)
    const rest = 'Tab completes, name? explains, .help says more, Ctrl-D leaves'
    this.#output.write(`${name} · Node ${process.versions.node}\n${painted(rest, this.#colours.quiet)}\n`)
  }

  /** Type errors come as text: the code that they quote gets its colours too. */
  #framed(output: Output): Output {
    if (
      output.kind !== 'stream' ||
      output.name !== 'stderr' ||
      !/^ +(?:> )? *\d+ \| /m.test(stripVTControlCharacters(output.text))
    )
      return output
    return { ...output, text: colouredTraceback(output.text.split('\n'), this.#colours).join('\n') }
  }

  /** A value, or what is known of a name, in colours; undefined where the text stays as it is. */
  #coloured(data: Record<string, unknown>, kind: 'display' | 'result'): string | undefined {
    const text = data['text/plain']
    if (typeof text !== 'string') return undefined
    const markdown = data['text/markdown']
    if (typeof markdown === 'string' && markdown.startsWith('```ts\n'))
      return colouredKnowledge(markdown, this.#colours)
    const value = kind === 'result' && Object.keys(data).length === 1
    return value && text.length < 50_000 ? colouredValue(text, this.#colours) : undefined
  }

  /** Resolves to the exit status when the process is asked to end. Ctrl-C from elsewhere is Ctrl-C. */
  #onSignals(): Promise<number> {
    process.on('SIGINT', () => this.#editor.press({ name: 'c', ctrl: true }))
    return new Promise((resolve) => {
      for (const signal of ['SIGTERM', 'SIGHUP'] as const)
        process.once(signal, () => resolve(128 + os.constants.signals[signal]))
    })
  }
}
