// Editing on a terminal: several lines, coloured, with history and completion.
import { emitKeypressEvents } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'
import type { Completion } from '../session.js'
import { textWidth } from '../terminal.js'
import { commonStart, type Edit, edited, inserted, type Key, movedLine, typedIn } from './editing.js'

export interface EditorOptions {
  input: ReadStream
  output: WriteStream
  colour(source: string): string
  complete(text: string, at: number): Promise<Completion>
  isComplete(text: string): Promise<{ status: string; indent?: string }>
}

/** What was entered; undefined where the person leaves. */
export type Entered = string | undefined

export interface ReadOptions {
  prompt: string
  /** Prompt of the second and later lines. */
  more?: string
  /** Earlier inputs, oldest first. */
  history?: string[]
  /** One line for a question of a cell: no history, no completion, no highlighting. */
  plain?: boolean
  /** What is typed is not shown. */
  hidden?: boolean
}

export class Editor {
  readonly #options: EditorOptions
  #edit: Edit = { text: '', at: 0 }
  #reading: { options: ReadOptions; done(text: Entered): void } | undefined
  /** Place in the history while it is walked: 0 is the text being typed. */
  #back = 0
  #typed = ''
  /** Rows above the cursor that belong to the text on screen. */
  #above = 0
  #pasting = false
  #leaving = false
  #busy: Promise<unknown> = Promise.resolve()
  /** Called on Ctrl-C while nothing is being read. */
  onInterrupt: () => void = () => undefined

  constructor(options: EditorOptions) {
    this.#options = options
    const { input, output } = options
    emitKeypressEvents(input)
    input.setRawMode(true)
    output.write('\x1b[?2004h')
    input.on('keypress', (sequence: string | undefined, key: Key) => {
      // Keys are taken one after the other, also where one has to wait for an answer.
      this.#busy = this.#busy
        .then(() => this.#press({ ...key, sequence: sequence ?? key.sequence ?? '' }))
        .catch(() => undefined)
    })
    input.on('end', () => this.#done(undefined))
    output.on('resize', () => this.#reading && this.#draw())
    input.resume()
  }

  /** Reads one input. */
  read(options: ReadOptions): Promise<Entered> {
    this.#edit = { text: '', at: 0 }
    this.#back = 0
    this.#above = 0
    return new Promise((resolve) => {
      this.#reading = { options, done: resolve }
      this.#draw()
    })
  }

  /** Lets something be printed above what is being typed. */
  aside(print: () => void): void {
    if (this.#reading) this.#erase()
    print()
    if (this.#reading) this.#draw()
  }

  /** Gives the terminal back. */
  close(): void {
    this.#options.output.write('\x1b[?2004l')
    this.#options.input.setRawMode(false)
    this.#options.input.pause()
  }

  async #press(key: Key): Promise<void> {
    const reading = this.#reading
    if (!reading) {
      if (key.ctrl && key.name === 'c') this.onInterrupt()
      return
    }
    const leaving = this.#leaving
    this.#leaving = false
    if (key.name === 'paste-start' || key.name === 'paste-end') this.#pasting = key.name === 'paste-start'
    else if (key.ctrl && key.name === 'c') this.#cancel(leaving)
    else if (key.ctrl && key.name === 'd' && this.#edit.text === '') this.#done(undefined)
    else if (key.ctrl && key.name === 'l') this.#options.output.write('\x1b[2J\x1b[H', () => this.#draw())
    else if (key.name === 'return' || key.name === 'enter') await this.#enter(key)
    else if (key.name === 'up' || (key.ctrl && key.name === 'p')) this.#vertical(-1)
    else if (key.name === 'down' || (key.ctrl && key.name === 'n')) this.#vertical(1)
    else if (key.name === 'tab' && !this.#pasting) await this.#complete()
    else {
      const typed =
        !key.ctrl && !key.meta && key.sequence && !/^[\x00-\x08\x0b-\x1f\x7f]/.test(key.sequence)
          ? key.sequence
          : undefined
      const put = this.#pasting ? inserted : typedIn
      const next = edited(this.#edit, key) ?? (typed ? put(this.#edit, typed) : undefined)
      if (next) this.#set(next)
    }
  }

  #cancel(leaving: boolean): void {
    const { output } = this.#options
    this.#toEnd()
    if (this.#edit.text === '' && leaving) {
      this.#done(undefined)
      return
    }
    if (this.#edit.text === '') {
      output.write('\n(Ctrl-C again, or Ctrl-D, leaves)\n')
      this.#leaving = true
    } else output.write('\n')
    this.#above = 0
    this.#back = 0
    this.#set({ text: '', at: 0 })
  }

  async #enter(key: Key): Promise<void> {
    const { text, at } = this.#edit
    const { options } = this.#reading!
    if (options.plain) return this.#done(text)
    if (this.#pasting || key.meta) return this.#set(inserted(this.#edit, '\n'))
    if (text.trim() === '') return this.#done('')
    // In the middle of a text of several lines, Enter makes a line; at its end, it may run.
    if (!/^\s*$/.test(text.slice(at)) && text.includes('\n'))
      return this.#set(inserted(this.#edit, `\n${indent(text, at)}`))
    const { status, indent: more } = await this.#options.isComplete(text)
    if (status === 'incomplete')
      this.#set(inserted({ text, at: text.length }, `\n${more ?? indent(text, text.length)}`))
    else this.#done(text)
  }

  #vertical(step: -1 | 1): void {
    const moved = movedLine(this.#edit, step)
    if (moved) {
      this.#set(moved)
      return
    }
    const history = this.#reading!.options.history ?? []
    if (this.#back === 0) this.#typed = this.#edit.text
    // What was typed already narrows the walk to inputs that begin with it.
    const fitting = [...new Set(history.filter((entry) => entry.startsWith(this.#typed)).reverse())]
    const back = this.#back - step
    if (back < 0 || back > fitting.length) return
    this.#back = back
    const text = back === 0 ? this.#typed : fitting[back - 1]!
    this.#set({ text, at: text.length })
  }

  async #complete(): Promise<void> {
    const { text, at } = this.#edit
    if (this.#reading!.options.plain) return
    if (/(^|\n)[ \t]*$/.test(text.slice(0, at))) return this.#set(inserted(this.#edit, '  '))
    const found = await this.#options.complete(text, at)
    const names = found.items.map((item) => item.text)
    if (names.length === 0) return
    const shared = names.length === 1 ? names[0]! : commonStart(names)
    if (shared.length > found.to - found.from || names.length === 1)
      return this.#set({
        text: text.slice(0, found.from) + shared + text.slice(found.to),
        at: found.from + shared.length,
      })
    this.#toEnd()
    this.#options.output.write(`\n${columns(names, this.#options.output.columns || 80)}\n`)
    this.#above = 0
    this.#draw()
  }

  #set(edit: Edit): void {
    this.#edit = edit
    this.#draw()
  }

  #done(text: Entered): void {
    const reading = this.#reading
    if (!reading) return
    this.#toEnd()
    this.#options.output.write('\n')
    this.#reading = undefined
    reading.done(text)
  }

  #erase(): void {
    this.#options.output.write(`\r${this.#above > 0 ? `\x1b[${this.#above}A` : ''}\x1b[J`)
    this.#above = 0
  }

  #toEnd(): void {
    this.#edit.at = this.#edit.text.length
    this.#draw()
  }

  #draw(): void {
    const { options } = this.#reading!
    const { output } = this.#options
    const width = output.columns || 80
    const { text, at } = this.#edit
    const visible = options.hidden ? '' : text
    const prompts = (row: number) => (row === 0 ? options.prompt : (options.more ?? '… '))
    const coloured = (options.plain ? visible : this.#options.colour(visible)).split('\n')
    this.#erase()
    output.write(coloured.map((line, row) => prompts(row) + line).join('\n'))
    // Where the cursor stands now (the end), and where it belongs, in rows and columns of the screen.
    const place = (upTo: string) => {
      const lines = upTo.split('\n')
      const widths = visible.split('\n').map((line, row) => textWidth(prompts(row) + line))
      const last = textWidth(prompts(lines.length - 1) + lines.at(-1)!)
      const rows = widths
        .slice(0, lines.length - 1)
        .reduce((sum, used) => sum + Math.max(1, Math.ceil(used / width)), 0)
      return { row: rows + Math.floor(last / width), column: last % width }
    }
    const end = place(visible)
    // A line that exactly fills the screen leaves the cursor on its last column: push it on.
    if (end.column === 0 && visible !== '') output.write(' \b')
    const target = options.hidden ? end : place(text.slice(0, at))
    if (end.row > target.row) output.write(`\x1b[${end.row - target.row}A`)
    output.write(`\r${target.column > 0 ? `\x1b[${target.column}C` : ''}`)
    this.#above = target.row
  }
}

/** The blanks that the line at the offset begins with. */
function indent(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))![0]
}

/** Names side by side, as many as fit; a long list is cut with the number of the rest. */
function columns(names: string[], width: number): string {
  const shown = names.slice(0, 60)
  const column = Math.max(...shown.map((name) => name.length)) + 2
  const perLine = Math.max(1, Math.floor(width / column))
  const lines: string[] = []
  for (let i = 0; i < shown.length; i += perLine)
    lines.push(
      shown
        .slice(i, i + perLine)
        .map((name) => name.padEnd(column))
        .join('')
        .trimEnd(),
    )
  if (names.length > shown.length) lines.push(`… and ${names.length - shown.length} more`)
  return lines.join('\n')
}
