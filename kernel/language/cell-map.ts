// From a place in the JavaScript that ran back to the line and column that were typed.
import type { PlacedEdit } from './edits.js'

/** In place of mappings: nothing was emitted, every place is where it was typed. */
export const SAME = 'same'

/** What is needed to find a place again: our edits of the emitted text, and TypeScript's source map. */
export interface CellMap {
  edits: PlacedEdit[]
  mappings: string
  /** Characters that stand before the first line of the cell in what was emitted. */
  shift: number
}

/** A place in a cell; line and column count from 1. */
export interface Place {
  line: number
  column: number
}

/** Looks up places of one converted cell. Decodes on the first question only. */
export class CellPlaces {
  private lines: { from: number; line: number; column: number }[][] | undefined
  private readonly map: CellMap

  constructor(map: CellMap) {
    this.map = map
  }

  /** The place in the cell of a line and column (both from 1) of the JavaScript, if there is one. */
  find(line: number, column: number): Place | undefined {
    const before = this.undo(line - 1, column - 1)
    if (this.map.mappings === SAME) return { line, column: before + 1 - (line === 1 ? this.map.shift : 0) }
    this.lines ??= decode(this.map.mappings)
    // A place between two mapped ones belongs to the one before it on its line.
    let best: Place | undefined
    for (const segment of this.lines[line - 1] ?? []) {
      if (segment.from > before && best) break
      best = { line: segment.line + 1, column: segment.column + 1 - (segment.line === 0 ? this.map.shift : 0) }
    }
    return best
  }

  private undo(line: number, column: number): number {
    let shift = 0
    for (const edit of this.map.edits) {
      if (edit.line !== line) continue
      const at = edit.column + shift
      if (at > column) break
      // The engine places a call `(0,f)(…)` behind its callee, a reader at its start.
      const end = at + edit.added + (edit.removed > 0 ? 1 : 0)
      if (column < end) return edit.column
      shift += edit.added - edit.removed
    }
    return column - shift
  }
}

const DIGITS = new Map(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((digit, value) => [digit, value]),
)

/** The "mappings" of a source map (ECMA-426, Base64 VLQ), one list a line. */
function decode(mappings: string): { from: number; line: number; column: number }[][] {
  let line = 0
  let column = 0
  return mappings.split(';').map((text) => {
    let from = 0
    const segments: { from: number; line: number; column: number }[] = []
    for (const part of text.split(',')) {
      const fields = numbers(part)
      if (fields.length === 0) continue
      from += fields[0]!
      if (fields.length < 4) continue
      line += fields[2]!
      column += fields[3]!
      segments.push({ from, line, column })
    }
    return segments
  })
}

function numbers(text: string): number[] {
  const found: number[] = []
  let value = 0
  let shift = 0
  for (const character of text) {
    const digit = DIGITS.get(character) ?? 0
    value += (digit & 31) << shift
    shift += 5
    if (digit & 32) continue
    found.push(value & 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return found
}
