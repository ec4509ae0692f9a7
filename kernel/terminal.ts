// Outputs of cells on a terminal: text as it comes, and displays that are updated where they stand.
import { stripVTControlCharacters, styleText } from 'node:util'
import type { Bundle, Output } from './session.js'
import { cutToWidth, textWidth } from './text-width.js'

/** What the printer needs of a stream: `process.stdout` fits. */
export interface Screen {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
  rows?: number
}

export interface PrinterOptions {
  /** Colours of tracebacks are kept. @default the screen is a terminal and NO_COLOR is not set */
  colour?: boolean
  /** Text to show for a bundle instead of its text/plain, for example where a figure was saved. */
  describe?(bundle: Bundle, id: string | undefined, kind: 'display' | 'result'): string | undefined
  /** The lines of a traceback as they are to be shown. @default as they come */
  traceback?(lines: string[]): string[]
}

/**
 * Prints the outputs of cells. On a terminal, displays with an id stay at the bottom and are redrawn
 * in their place when they are updated; elsewhere only their last state is printed: when it is said to
 * be the last, else when the cell is settled. Rows of a table are cut to the width of the screen.
 */
export class Printer {
  readonly #screen: Screen
  readonly #colour: boolean
  readonly #options: PrinterOptions
  /** Displays with an id of the running cell, in the order in which they came. */
  readonly #live = new Map<string, string>()
  /** Rows of the screen that the live displays take now. */
  #drawn = 0
  /** The beginning of a line that was not ended yet. */
  #partial = ''
  /** Rows that this cell has printed for good, for a cell that takes them back. */
  #printed = 0
  /** A clearing that waits for what comes in its place. */
  #clearing = false

  constructor(screen: Screen, options: PrinterOptions = {}) {
    this.#screen = screen
    this.#colour = options.colour ?? (screen.isTTY === true && !process.env.NO_COLOR)
    this.#options = options
  }

  /** Prints one output of a cell. */
  output(output: Output): void {
    if (output.kind === 'clear') {
      this.#clearing = true
      if (!output.wait) this.#clear()
      return
    }
    this.#clear()
    if (output.kind === 'stream') this.text(output.text)
    else if (output.kind === 'error') this.line(this.#error(output.error))
    else if (output.kind === 'result') this.line(this.#plain(output.bundle, undefined, 'result'))
    else if (output.kind === 'display' && !output.id) this.line(this.#plain(output.bundle, undefined, 'display'))
    else if (output.kind === 'display' || output.kind === 'update') {
      this.#show(output.id!, output.bundle, output.kind)
      if (output.kind === 'update' && output.final) this.#release(output.id)
    }
  }

  /** Prints what came after its cell had ended: at once, and for good. */
  late(output: Output): void {
    this.output(output)
    this.settle()
  }

  /** Prints text as it is; the end of an unfinished line follows with the next text. */
  text(text: string): void {
    const shown = this.#colour ? text : stripVTControlCharacters(text)
    if (this.#live.size === 0) {
      this.#screen.write(shown)
      this.#print(shown)
      return
    }
    // The live displays stand below the text: whole lines go above them, the rest waits.
    const all = this.#partial + shown
    const end = all.lastIndexOf('\n') + 1
    const lines = all.slice(0, end)
    this.#partial = ''
    if (end > 0) {
      this.#print(lines)
      this.#redraw(lines)
    }
    this.#partial = all.slice(end)
  }

  /** Prints one line, on a line of its own. */
  line(text: string): void {
    if (text === '') return
    this.text(`${this.#partial ? '\n' : ''}${text.replace(/\n$/, '')}\n`)
  }

  /** A short line about the run itself, in a style where there are colours. */
  note(text: string, style: Parameters<typeof styleText>[0] = 'dim'): void {
    this.line(this.#colour ? styleText(style, text, { validateStream: false }) : text)
  }

  /** Ends a cell: what was live is printed for good. */
  settle(): void {
    const rest = this.#partial
    const live = [...this.#live.values()]
    this.#live.clear()
    this.#partial = ''
    if (live.length > 0) this.#redraw([rest, ...live].map(ended).join(''))
    else if (rest) this.#screen.write('\n')
    this.#printed = 0
    this.#clearing = false
  }

  #show(id: string, bundle: Bundle, kind: 'display' | 'update'): void {
    // An update of a display that an earlier cell has left belongs to that cell's saved output.
    if (kind === 'update' && !this.#live.has(id)) return
    if (this.#live.size === 0 && this.#partial) {
      this.#screen.write('\n')
      this.#print('\n')
    }
    const text = this.#plain(bundle, id, 'display')
    this.#live.set(id, this.#colour ? text : stripVTControlCharacters(text))
    this.#redraw('')
  }

  /** What will not change any more is printed above what still does. */
  #release(id: string): void {
    const text = this.#live.get(id)
    if (text === undefined) return
    this.#live.delete(id)
    this.#print(ended(text))
    this.#redraw(ended(text))
  }

  #plain(bundle: Bundle, id: string | undefined, kind: 'display' | 'result'): string {
    const text = this.#options.describe?.(bundle, id, kind) ?? plainText(bundle)
    const html = bundle.data['text/html']
    if (!this.#screen.isTTY || html === undefined) return text
    // What is also there as HTML is drawn in rows: a row that breaks would be no table. A single line that stands
    // still and is no row of a table is a sentence, and is told to its end.
    const sentence = id === undefined && !text.includes('\n') && !String(html).includes('<table')
    return sentence ? text : this.#cut(text)
  }

  #error(error: { name: string; message: string; traceback: string[] }): string {
    const traceback = this.#options.traceback?.(error.traceback) ?? error.traceback
    return errorText({ ...error, traceback }, this.#colour)
  }

  #cut(text: string): string {
    const columns = this.#screen.columns || 80
    return text
      .split('\n')
      .map((line) => cutToWidth(line, columns))
      .join('\n')
  }

  /** Prints text where the live displays stand, and them below it: in one write, with nothing blanked before. */
  #redraw(text: string): void {
    const { isTTY } = this.#screen
    const live = isTTY ? this.#rows() : []
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A\r` : ''
    const rows = `${text}${live.map(ended).join('')}`
    const columns = this.#screen.columns || 80
    // Every row erases what is behind it, and the last one what is below. Behind a row that ends at the
    // edge there is nothing, and some terminals would take its last character.
    const erase = (line: string) => (line !== '' && textWidth(line) % columns === 0 ? line : `${line}\x1b[K`)
    const erased = this.#drawn > 0 ? `${rows.split('\n').map(erase).join('\n')}\x1b[J` : rows
    if (up || erased) this.#screen.write(up + erased)
    this.#drawn = live.length
  }

  /** The live displays in rows that fit the screen. */
  #rows(): string[] {
    const room = Math.max(2, (this.#screen.rows || 24) - 2)
    return this.#cut([...this.#live.values()].map((text) => text.replace(/\n$/, '')).join('\n'))
      .split('\n')
      .slice(0, this.#live.size > 0 ? room : 0)
  }

  /** Counts rows that were printed, and keeps the line that was not ended. */
  #print(text: string): void {
    const lines = (this.#partial + text).split('\n')
    this.#partial = lines.pop()!
    const columns = this.#screen.columns || 80
    for (const line of lines)
      this.#printed += Math.max(1, Math.ceil(textWidth(line.slice(line.lastIndexOf('\r') + 1)) / columns))
  }

  /** Takes back what this cell has printed, as far as it is still on the screen. */
  #clear(): void {
    if (!this.#clearing) return
    this.#clearing = false
    const { isTTY, rows = 24 } = this.#screen
    const above = this.#printed + this.#drawn
    this.#live.clear()
    this.#drawn = 0
    if (!isTTY || above >= rows) return
    this.#screen.write(`${above > 0 ? `\x1b[${above}A` : ''}\r\x1b[J`)
    this.#printed = 0
    this.#partial = ''
  }
}

/** A text that ends its line. */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

/** The text form of a bundle: text/plain, else Markdown, else the names of its types. */
export function plainText(bundle: Bundle): string {
  for (const type of ['text/plain', 'text/markdown', 'text/latex']) {
    const value = bundle.data[type]
    if (typeof value === 'string') return value
    if (Array.isArray(value)) return value.join('')
  }
  const types = Object.keys(bundle.data)
  return types.length ? `[${types.join(', ')}]` : ''
}

/** An error as text: its traceback, or name and message where it has none. */
function errorText(error: { name: string; message: string; traceback: string[] }, colour: boolean): string {
  const text = error.traceback.length ? error.traceback.join('\n') : `${error.name}: ${error.message}`
  return colour ? text : stripVTControlCharacters(text)
}
