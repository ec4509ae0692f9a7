// Text to rows of a screen: where each line breaks, and where the cursor stands.
import { characters, characterWidth } from '../text-width.js'
import { painted, type Span } from './colour.js'

/** Rows as they are written, and the cursor among them (both from 0). */
export interface Frame {
  rows: string[]
  row: number
  column: number
}

export interface LayoutOptions {
  /** In front of the first line, and of those after it. */
  prompt: Span
  more: Span
  spans: Span[]
  /** UTF-16 offset of the cursor in the text of the spans. */
  at: number
  /** Columns of the screen. */
  width: number
  /** What stands behind the text without being a part of it. */
  ghost?: Span | undefined
}

/** Lays the text out by itself, so that where rows break does not hang on what a terminal does at its edge. */
export function layout({ prompt, more, spans, at, width, ghost }: LayoutOptions): Frame {
  const rows: string[] = []
  let row = ''
  let column = 0
  let cursor: { row: number; column: number } | undefined
  let style: string | undefined
  let run = ''
  const flush = () => {
    if (run) row += painted(run, style)
    run = ''
  }
  const put = (text: string, wide: number, next: string | undefined) => {
    if (next !== style) {
      flush()
      style = next
    }
    run += text
    column += wide
  }
  const end = () => {
    flush()
    rows.push(row)
    row = ''
    column = 0
  }
  const write = ({ text, style: wanted }: Span) => {
    for (const character of characters(text)) {
      const shown = visible(character)
      const wide = shown.length > 1 && /^[\x20-\x7e]+$/.test(shown) ? shown.length : characterWidth(shown)
      if (column + wide > width && column > 0) end()
      put(shown, wide, wanted)
    }
  }

  write(prompt)
  let offset = 0
  const place = () => {
    if (cursor || offset < at) return
    // Behind the last column there is no place: the cursor goes to the next row.
    if (column >= width) end()
    cursor = { row: rows.length, column }
  }
  for (const span of spans)
    for (const character of characters(span.text)) {
      place()
      if (character === '\n' || character === '\r\n') {
        end()
        write(more)
      } else write({ text: character, style: span.style })
      offset += character.length
    }
  offset = Math.max(offset, at)
  place()
  if (ghost) write({ ...ghost, text: ghost.text.split('\n')[0]! })
  end()
  return { rows, ...(cursor ?? { row: 0, column: 0 }) }
}

/** A tab as two blanks, another control character as `^X`: nothing that is typed may steer the terminal. */
function visible(character: string): string {
  if (character === '\t') return '  '
  const code = character.charCodeAt(0)
  return code < 0x20 || code === 0x7f ? `^${String.fromCharCode(code ^ 64)}` : character
}

/** The same spans with some offsets in another style: `marks` says from where to where. */
export function marked(spans: Span[], marks: [from: number, to: number][], style: string | undefined): Span[] {
  if (marks.length === 0 || !style) return spans
  const edges = marks.flat()
  const result: Span[] = []
  let offset = 0
  for (const span of spans) {
    const cuts = [0, ...edges.map((edge) => edge - offset), span.text.length]
      .filter((cut) => cut >= 0 && cut <= span.text.length)
      .sort((a, b) => a - b)
    for (let i = 1; i < cuts.length; i++) {
      const text = span.text.slice(cuts[i - 1], cuts[i])
      const from = offset + cuts[i - 1]!
      const inside = marks.some(([start, end]) => from >= start && from < end)
      if (text) result.push({ text, style: inside ? [span.style, style].filter(Boolean).join(';') : span.style })
    }
    offset += span.text.length
  }
  return result
}
