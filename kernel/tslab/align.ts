// A map from the JavaScript that tslab's converter emits back to the cell: it gives none, but nearly
// every token of a cell comes out again, in order, between others. What both have in common, the
// longest such sequence, tells where a place came from.
import type { CellMap } from '../language/cell-map.js'
import type { TypeScript } from './typescript.js'

interface Token {
  text: string
  line: number
  column: number
}

// A cell that differs in more tokens than these is left without places: the search takes time and
// memory in the square of it.
const MOST_DIFFERENCES = 2000

/** The map of `js` onto `code`; `prefix` characters stand before the first line of `js` when it runs. */
export function alignedMap(ts: TypeScript, code: string, js: string, prefix: number): CellMap {
  const typed = tokens(ts, code)
  const emitted = tokens(ts, js)
  const pairs = common(
    typed.map(({ text }) => text),
    emitted.map(({ text }) => text),
  )
  return {
    edits: [{ line: 0, column: 0, removed: 0, added: prefix }],
    mappings: encode(pairs.map(([from, to]) => [emitted[to]!, typed[from]!])),
    shift: 0,
  }
}

function tokens(ts: TypeScript, text: string): Token[] {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, text)
  const found: Token[] = []
  let [line, start] = [0, 0]
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) {
    const at = scanner.getTokenPos()
    for (let end = text.indexOf('\n', start); end >= 0 && end < at; end = text.indexOf('\n', start)) {
      line += 1
      start = end + 1
    }
    found.push({ text: scanner.getTokenText(), line, column: at - start })
  }
  return found
}

/**
 * The longest common subsequence as pairs of indices (E. W. Myers, "An O(ND) Difference Algorithm and
 * Its Variations", Algorithmica 1, 1986); none where the two differ too much.
 */
function common(from: string[], to: string[]): [number, number][] {
  const most = Math.min(from.length + to.length, MOST_DIFFERENCES)
  // On each diagonal k = x - y the furthest x that was reached; index k + most + 1.
  const furthest = new Int32Array(2 * most + 3)
  const trace: Int32Array[] = []
  for (let d = 0; d <= most; d++) {
    // What the step before has reached, on the diagonals that the way back will look at.
    trace.push(furthest.slice(most - d, most + d + 3))
    for (let k = -d; k <= d; k += 2) {
      const at = k + most + 1
      let x = isDown(furthest, at, k, d) ? furthest[at + 1]! : furthest[at - 1]! + 1
      while (x < from.length && x - k < to.length && from[x] === to[x - k]) x += 1
      furthest[at] = x
      if (x >= from.length && x - k >= to.length) return wayBack(trace, from.length, to.length)
    }
  }
  return []
}

/** Whether the furthest path to diagonal k comes by an insertion, not by a deletion. */
function isDown(furthest: Int32Array, at: number, k: number, d: number): boolean {
  return k === -d || (k !== d && furthest[at - 1]! < furthest[at + 1]!)
}

function wayBack(trace: Int32Array[], n: number, m: number): [number, number][] {
  const pairs: [number, number][] = []
  let [x, y] = [n, m]
  for (let d = trace.length - 1; d >= 0; d--) {
    const furthest = trace[d]!
    const k = x - y
    const at = k + d + 1
    const down = isDown(furthest, at, k, d)
    const startX = d === 0 ? 0 : furthest[down ? at + 1 : at - 1]!
    const startY = d === 0 ? 0 : startX - (down ? k + 1 : k - 1)
    // After the one step that differs the path follows what is common.
    const [fromX, fromY] = d === 0 ? [0, 0] : down ? [startX, startY + 1] : [startX + 1, startY]
    while (x > fromX && y > fromY) pairs.push([--x, --y])
    ;[x, y] = [startX, startY]
  }
  return pairs.reverse()
}

/** The "mappings" of a source map (ECMA-426) from pairs of places in the order of what was emitted. */
function encode(pairs: [emitted: Token, typed: Token][]): string {
  const lines: string[][] = []
  let [column, typedLine, typedColumn] = [0, 0, 0]
  for (const [emitted, typed] of pairs) {
    while (lines.length <= emitted.line) {
      lines.push([])
      column = 0
    }
    lines[emitted.line]!.push(
      signed(emitted.column - column) + signed(0) + signed(typed.line - typedLine) + signed(typed.column - typedColumn),
    )
    ;[column, typedLine, typedColumn] = [emitted.column, typed.line, typed.column]
  }
  return lines.map((line) => line.join(',')).join(';')
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** One number as Base64 VLQ. */
function signed(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  let text = ''
  do {
    const digit = rest & 31
    rest >>>= 5
    text += DIGITS[rest > 0 ? digit | 32 : digit]
  } while (rest > 0)
  return text
}
