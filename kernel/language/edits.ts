// Changes to a text that keep its lines, and the way back from a place in the result.

/** One replaced stretch, as places in the text before: line and column (both from 0). */
export interface PlacedEdit {
  line: number
  column: number
  removed: number
  added: number
}

interface Edit {
  start: number
  end: number
  text: string
  order: number
}

/**
 * Collects replacements of a text and applies them at once. Replacements must not overlap;
 * insertions at one place keep the order in which they were made.
 */
export class Edits {
  private readonly edits: Edit[] = []
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text)
  }

  remove(start: number, end: number): void {
    this.replace(start, end, '')
  }

  /** Replaces start..end; line breaks inside are kept, so that the lines below stay where they are. */
  replace(start: number, end: number, text: string): void {
    const gone = this.text.slice(start, end)
    const breaks = [...gone.matchAll(/\n/g)]
    let from = start
    for (const found of breaks) {
      const at = start + found.index
      this.push(from, at, from === start ? text : '')
      from = at + 1
    }
    this.push(from, end, breaks.length === 0 ? text : '')
  }

  private push(start: number, end: number, text: string): void {
    if (start === end && text === '') return
    this.edits.push({ start, end, text, order: this.edits.length })
  }

  apply(): { text: string; placed: PlacedEdit[] } {
    // At one place, insertions come before what replaces the text that starts there.
    const sorted = this.edits.sort((a, b) => a.start - b.start || a.end - b.end || a.order - b.order)
    const placed: PlacedEdit[] = []
    const parts: string[] = []
    let at = 0
    let line = 0
    let lineStart = 0
    for (const edit of sorted) {
      for (let next = this.text.indexOf('\n', lineStart); next !== -1 && next < edit.start; ) {
        line += 1
        lineStart = next + 1
        next = this.text.indexOf('\n', lineStart)
      }
      parts.push(this.text.slice(at, edit.start), edit.text)
      at = Math.max(at, edit.end)
      placed.push({ line, column: edit.start - lineStart, removed: edit.end - edit.start, added: edit.text.length })
    }
    parts.push(this.text.slice(at))
    return { text: parts.join(''), placed }
  }
}
