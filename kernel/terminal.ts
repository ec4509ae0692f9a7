// Outputs of cells on a terminal: text as it comes, and displays that are updated where they stand.
import { stripVTControlCharacters, styleText } from 'node:util'
import type { Bundle, Output } from './session.js'

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
  describe?(bundle: Bundle, id?: string): string | undefined
}

/**
 * Prints the outputs of cells. On a terminal, displays with an id stay at the bottom and are redrawn
 * when they are updated; elsewhere only their last state is printed: when it is said to be the last,
 * else when the cell is settled.
 */
export class Printer {
  readonly #screen: Screen
  readonly #colour: boolean
  readonly #describe: (bundle: Bundle, id?: string) => string | undefined
  /** Displays with an id of the running cell, in the order in which they came. */
  readonly #live = new Map<string, string>()
  /** Screen lines that the live displays take now. */
  #drawn = 0
  /** The beginning of a line that was not ended yet. */
  #partial = ''

  constructor(screen: Screen, options: PrinterOptions = {}) {
    this.#screen = screen
    this.#colour = options.colour ?? (screen.isTTY === true && !process.env.NO_COLOR)
    this.#describe = options.describe ?? (() => undefined)
  }

  /** Prints one output of a cell. */
  output(output: Output): void {
    if (output.kind === 'stream') this.text(output.text)
    else if (output.kind === 'error') this.line(errorText(output.error, this.#colour))
    else if (output.kind === 'result') this.line(this.#plain(output.bundle))
    else if (output.kind === 'display' && !output.id) this.line(this.#plain(output.bundle))
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
      this.#partial = shown.endsWith('\n') ? '' : shown.slice(shown.lastIndexOf('\n') + 1) || this.#partial
      return
    }
    // The live displays stand below the text: whole lines go above them, the rest waits.
    const all = this.#partial + shown
    const end = all.lastIndexOf('\n') + 1
    this.#partial = all.slice(end)
    if (end === 0) return
    this.#erase()
    this.#screen.write(all.slice(0, end))
    this.#draw()
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
    this.#erase()
    const rest = this.#partial
    const waited = this.#live.size > 0
    this.#partial = ''
    const texts = [...this.#live.values()]
    this.#live.clear()
    if (waited && rest) this.text(`${rest}\n`)
    else if (rest) this.text('\n')
    for (const text of texts) this.line(text)
  }

  #show(id: string, bundle: Bundle, kind: 'display' | 'update'): void {
    // An update of a display that an earlier cell has left belongs to that cell's saved output.
    if (kind === 'update' && !this.#live.has(id)) return
    if (this.#live.size === 0 && this.#partial) {
      this.#screen.write('\n')
      this.#partial = ''
    }
    this.#erase()
    const text = this.#plain(bundle, id)
    this.#live.set(id, this.#colour ? text : stripVTControlCharacters(text))
    this.#draw()
  }

  /** What will not change any more is printed above what still does. */
  #release(id: string): void {
    const text = this.#live.get(id)
    if (text === undefined) return
    this.#erase()
    this.#live.delete(id)
    this.line(text)
    this.#draw()
  }

  #plain(bundle: Bundle, id?: string): string {
    return this.#describe(bundle, id) ?? plainText(bundle)
  }

  #erase(): void {
    if (this.#drawn > 0) this.#screen.write(`\x1b[${this.#drawn}A\r\x1b[J`)
    this.#drawn = 0
  }

  #draw(): void {
    if (!this.#screen.isTTY) return
    const columns = this.#screen.columns || 80
    const room = Math.max(2, (this.#screen.rows || 24) - 2)
    const lines: string[] = []
    let drawn = 0
    for (const line of [...this.#live.values()].flatMap((text) => text.replace(/\n$/, '').split('\n'))) {
      const height = Math.max(1, Math.ceil(textWidth(line) / columns))
      if (drawn + height > room) break
      drawn += height
      lines.push(line)
    }
    if (lines.length) this.#screen.write(`${lines.join('\n')}\n`)
    this.#drawn = drawn
  }
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
export function errorText(error: { name: string; message: string; traceback: string[] }, colour: boolean): string {
  const text = error.traceback.length ? error.traceback.join('\n') : `${error.name}: ${error.message}`
  return colour ? text : stripVTControlCharacters(text)
}

/** Columns that a line takes: escape sequences and combining marks none, East Asian wide characters and emoji two. */
export function textWidth(text: string): number {
  let width = 0
  for (const char of stripVTControlCharacters(text)) {
    if (/\p{Mark}|\u200d|\ufe0f/u.test(char)) continue
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        char,
      )
        ? 2
        : 1
  }
  return width
}
