// Cutting a stream of text into rows without holding the whole: lines, the items of a JSON array, CSV records.

export interface Piece {
  /** The line on which it starts, from 1. */
  line: number
  text: string
}

/** The lines of a text, without their ends. */
export async function* textLines(chunks: AsyncIterable<string>): AsyncGenerator<Piece> {
  let line = 1
  let left = ''
  for await (const chunk of chunks) {
    const lines = (left + chunk).split('\n')
    left = lines.pop()!
    for (const text of lines) yield { line: line++, text }
  }
  if (left !== '') yield { line, text: left }
}

/** The items of a JSON array, each as its own text. What follows the array, or a torn last item, comes as it is. */
export async function* arrayItems(chunks: AsyncIterable<string>): AsyncGenerator<Piece> {
  let line = 1
  let depth = 0
  let quoted = false
  let escaped = false
  let item = ''
  let began = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let i = 0; i < chunk.length; i++) {
      const code = chunk.charCodeAt(i)
      if (code === 10) line++
      if (quoted) {
        if (escaped) escaped = false
        else if (code === 92) escaped = true
        else if (code === 34) quoted = false
        continue
      }
      const opens = code === 91 || code === 123
      const closes = code === 93 || code === 125
      if (depth === 1 && (code === 44 || closes)) {
        const text = item + chunk.slice(from, i)
        if (text.trim() !== '') yield { line: began, text }
        item = ''
        from = i + 1
        began = 0
      } else if (depth === 0 && opens) from = i + 1
      else if (depth > 0 && began === 0 && code > 32) began = line
      if (code === 34) quoted = true
      else if (opens) depth++
      else if (closes) depth--
    }
    item += chunk.slice(from)
  }
  if (depth > 0 && item.trim() !== '') yield { line: began, text: item.trimEnd() }
}

/** Comma, semicolon or tab: the one that stands most often in the first line. */
export function separatorOf(header: string): string {
  const unquoted = header.replace(/"(?:[^"]|"")*"/g, '')
  const count = (mark: string): number => unquoted.split(mark).length - 1
  return [',', '\t', ';'].reduce((best, mark) => (count(mark) > count(best) ? mark : best))
}

/** Records of a CSV text (RFC 4180): quotes protect separators and line ends, a doubled quote is a quote. */
export async function* csvRecords(
  chunks: AsyncIterable<string>,
  separator: string,
): AsyncGenerator<{ line: number; cells: string[] }> {
  let line = 1
  let began = 1
  let cells: string[] = []
  let cell = ''
  let quoted = false
  /** A quote was seen inside a quoted cell: it ends the cell unless another one follows. */
  let pending = false
  for await (const chunk of chunks) {
    for (const char of chunk) {
      if (pending) {
        pending = false
        if (char === '"') {
          cell += '"'
          continue
        }
        quoted = false
      }
      if (char === '\n') line++
      if (quoted) {
        if (char === '"') pending = true
        else cell += char
      } else if (char === '"' && cell === '') quoted = true
      else if (char === separator) {
        cells.push(cell)
        cell = ''
      } else if (char === '\n') {
        cells.push(cell.endsWith('\r') ? cell.slice(0, -1) : cell)
        yield { line: began, cells }
        cells = []
        cell = ''
        began = line
      } else cell += char
    }
  }
  if (cell !== '' || cells.length > 0) yield { line: began, cells: [...cells, cell] }
}
