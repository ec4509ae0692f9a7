// What became of a text: which words were kept in place, moved, added and dropped.
//
// Lines first, then words inside the lines that differ, both with the greedy O(ND) algorithm of Myers
// (1986), "An O(ND) difference algorithm and its variations", Algorithmica 1. N and D are bounded, so a
// view of a 16k-token trace takes no noticeable time: past the bound, a stretch counts as replaced.

export type Kind = 'kept' | 'moved' | 'added' | 'dropped'

export interface Piece {
  kind: Kind
  text: string
}

/** Edits up to which two sequences are compared. */
const MOST_EDITS = 1500
/** Words in a row that must stand in the original for an added stretch to count as moved. */
const GRAM = 8

/**
 * How `after` came from `before`, in the order of `after`, with dropped text where it stood. A word is
 * the same whatever space stands around it.
 */
export function compareTexts(before: string, after: string): Piece[] {
  const pieces: Piece[] = []
  const [dropped, added]: [string[], string[]] = [[], []]
  const flush = () => {
    for (const piece of wordPieces(dropped.splice(0).join(''), added.splice(0).join(''))) pieces.push(piece)
  }
  for (const { kind, text } of edits(before.split(/(?<=\n)/), after.split(/(?<=\n)/))) {
    if (kind === 'dropped') dropped.push(text)
    else if (kind === 'added') added.push(text)
    else {
      flush()
      pieces.push({ kind, text })
    }
  }
  flush()
  const grams = gramsOf(before)
  return joined(pieces.flatMap((piece) => (piece.kind === 'added' ? moved(piece.text, grams) : [piece])))
}

function wordPieces(before: string, after: string): Piece[] {
  if (!before) return after ? [{ kind: 'added', text: after }] : []
  if (!after) return [{ kind: 'dropped', text: before }]
  return edits(tokens(before), tokens(after))
}

/** Words with the space before them. */
function tokens(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}

function same(a: string, b: string): boolean {
  return a === b || a.trim() === b.trim()
}

/** The shortest edit script from a to b. */
function edits(a: string[], b: string[]): Piece[] {
  let start = 0
  while (start < a.length && start < b.length && same(a[start]!, b[start]!)) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && same(a[a.length - 1 - end]!, b[b.length - 1 - end]!)) end++
  const kept = (list: string[]): Piece[] => (list.length > 0 ? [{ kind: 'kept', text: list.join('') }] : [])
  const middle = myers(a.slice(start, a.length - end), b.slice(start, b.length - end))
  return [...kept(b.slice(0, start)), ...middle, ...kept(end > 0 ? b.slice(-end) : [])]
}

function myers(a: string[], b: string[]): Piece[] {
  const replaced = (): Piece[] => [
    ...(a.length > 0 ? [{ kind: 'dropped' as const, text: a.join('') }] : []),
    ...(b.length > 0 ? [{ kind: 'added' as const, text: b.join('') }] : []),
  ]
  if (a.length === 0 || b.length === 0) return replaced()
  const most = Math.min(a.length + b.length, MOST_EDITS)
  // frontier[k + most]: how far along a the furthest path on diagonal k has come.
  const frontier = new Int32Array(2 * most + 2)
  const trace: Int32Array[] = []
  for (let d = 0; d <= most; d++) {
    trace.push(frontier.slice(most - d, most + d + 1))
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && frontier[most + k - 1]! < frontier[most + k + 1]!)
      let x = down ? frontier[most + k + 1]! : frontier[most + k - 1]! + 1
      while (x < a.length && x - k < b.length && same(a[x]!, b[x - k]!)) x++
      frontier[most + k] = x
      if (x >= a.length && x - k >= b.length) return backtrack(a, b, trace, d)
    }
  }
  return replaced()
}

/** Walks the saved frontiers back from the end; `trace[d]` holds diagonals -d … d before round d. */
function backtrack(a: string[], b: string[], trace: Int32Array[], rounds: number): Piece[] {
  const pieces: Piece[] = []
  let [x, y] = [a.length, b.length]
  for (let d = rounds; d > 0; d--) {
    const before = trace[d]!
    const k = x - y
    const at = (diagonal: number) => before[diagonal + d]!
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1))
    const fromX = at(down ? k + 1 : k - 1)
    const fromY = fromX - (down ? k + 1 : k - 1)
    while (x > fromX && y > fromY) {
      pieces.push({ kind: 'kept', text: b[--y]! })
      x--
    }
    pieces.push(down ? { kind: 'added', text: b[fromY]! } : { kind: 'dropped', text: a[fromX]! })
    x = fromX
    y = fromY
  }
  while (x > 0 && y > 0) {
    pieces.push({ kind: 'kept', text: b[--y]! })
    x--
  }
  return joined(pieces.reverse())
}

function joined(pieces: Piece[]): Piece[] {
  const few: Piece[] = []
  for (const { kind, text } of pieces) {
    const last = few[few.length - 1]
    if (last?.kind === kind) last.text += text
    else few.push({ kind, text })
  }
  return few
}

function gramsOf(text: string): Set<string> {
  const words = text.split(/\s+/).filter(Boolean)
  const grams = new Set<string>()
  for (let i = 0; i + GRAM <= words.length; i++) grams.add(words.slice(i, i + GRAM).join(' '))
  return grams
}

/** Splits an added stretch where eight or more of its words in a row stand in the original. */
function moved(text: string, grams: Set<string>): Piece[] {
  const parts = tokens(text)
  const words = parts.map((part) => part.trim())
  const known = new Array<boolean>(parts.length).fill(false)
  for (let i = 0; i + GRAM <= parts.length; i++) {
    if (grams.has(words.slice(i, i + GRAM).join(' '))) known.fill(true, i, i + GRAM)
  }
  return joined(parts.map((part, i) => ({ kind: known[i] ? 'moved' : 'added', text: part })))
}
