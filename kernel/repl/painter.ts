// Draws frames where the cursor stands: only rows that changed, in one write, with nothing blanked first.
import type { WriteStream } from 'node:tty'
import { textWidth } from '../text-width.js'
import type { Frame } from './layout.js'

export class Painter {
  readonly #output: WriteStream
  /** Rows that stand on the screen, and the row among them in which the cursor stands. */
  #rows: string[] = []
  #row = 0
  #column = 0
  /** The first row of a frame that is taller than the screen. */
  #top = 0
  #width: number

  constructor(output: WriteStream) {
    this.#output = output
    this.#width = this.width
  }

  get width(): number {
    return Math.max(8, this.#output.columns || 80)
  }

  get height(): number {
    return Math.max(2, this.#output.rows || 24)
  }

  /** Draws a frame in place of the last one; of a frame taller than the screen, what is around the cursor. */
  draw(frame: Frame): void {
    const { rows } = frame
    const height = this.height
    this.#top = Math.min(this.#top, frame.row, Math.max(0, rows.length - height))
    if (frame.row >= this.#top + height) this.#top = frame.row - height + 1
    this.#write(rows.slice(this.#top, this.#top + height), frame.row - this.#top, frame.column)
  }

  /** Draws a frame for good: all of it, with the cursor below. */
  finish(frame: Frame): void {
    if (this.#top > 0) {
      // The rows above the screen were never printed: the whole goes out once more from its first.
      this.erase()
      this.#output.write(`${frame.rows.join('\r\n')}\r\n`)
    } else {
      this.#write(frame.rows, frame.rows.length - 1, 0)
      this.#output.write('\r\n')
    }
    this.#forget()
  }

  /** Takes away what is drawn. */
  erase(): void {
    if (this.#rows.length === 0) return
    this.#output.write(`${this.#toTop()}\x1b[J`)
    this.#forget()
  }

  /** An empty screen with the next frame at its top. */
  clearScreen(): void {
    this.#output.write('\x1b[2J\x1b[H')
    this.#forget()
  }

  /** The screen has another size. Terminals break rows that are too long now; nothing joins them again. */
  resized(): void {
    const width = this.width
    if (width !== this.#width && this.#rows.length > 0) {
      const lines = (row: string) => Math.max(1, Math.ceil(textWidth(row) / width))
      const above = this.#rows.slice(0, this.#row).reduce((sum, row) => sum + lines(row), 0)
      this.#row = above + Math.floor(Math.min(this.#column, textWidth(this.#rows[this.#row] ?? '')) / width)
      this.erase()
    }
    this.#width = width
  }

  #write(rows: string[], row: number, column: number): void {
    const before = this.#rows
    const parts = ['\x1b[?25l', this.#toTop()]
    for (let i = 0; i < rows.length; i++) {
      if (i > 0) parts.push(i < before.length ? '\r\x1b[1B' : '\r\n')
      if (rows[i] === before[i]) continue
      // Erasing behind a row that ends at the edge would take its last character.
      parts.push(rows[i]!, textWidth(rows[i]!) < this.width ? '\x1b[K' : '')
    }
    if (before.length > rows.length) parts.push('\r\x1b[1B\x1b[J\x1b[1A')
    const up = rows.length - 1 - row
    parts.push(up > 0 ? `\x1b[${up}A` : '', '\r', column > 0 ? `\x1b[${column}C` : '', '\x1b[?25h')
    // Where nothing has changed but the cursor's column, that is all that is sent.
    this.#output.write(parts.join(''))
    this.#rows = rows
    this.#row = row
    this.#column = column
  }

  #toTop(): string {
    return `\r${this.#row > 0 ? `\x1b[${this.#row}A` : ''}`
  }

  #forget(): void {
    this.#rows = []
    this.#row = 0
    this.#column = 0
    this.#top = 0
  }
}
