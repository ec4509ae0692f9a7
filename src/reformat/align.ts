// Two texts laid beside each other, token by token, in time that grows with their length.
//
// Where the texts are nearly the same, the greedy algorithm of Myers (1986), "An O(ND) difference algorithm and its
// variations", Algorithmica 1, finds the shortest difference in O(ND). Where it would take more than a bounded number
// of edits, runs of tokens that stand once in both texts cut them into pieces (as in patience diff), and each piece is
// compared by itself. What has neither few edits nor such a run counts as replaced.

export interface Token {
  /** What is compared. */
  key: string
  start: number
  end: number
}

/** Tokens [a, a + n) of the first text are the tokens [b, b + n) of the second. */
export interface Run {
  a: number
  b: number
  n: number
}

/** How many edits a stretch may need before it is cut at unique runs. */
const MOST_EDITS = 200
/** Lengths of the runs that may cut, the longest first. */
const RUNS = [24, 8, 3]

/**
 * The words, digits and signs of a text. White space, the delimiters of LaTeX formulas and the stars of
 * emphasis are none; quotes, dashes and
 * spaces that look alike are the same, and so are upper and lower case. Every digit is a token of its own, so that
 * `\frac12` and `\frac{1}{2}` differ in their braces only.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(/\\[()[\]]|\*\*|\p{L}[\p{L}\p{M}]*|\p{N}|[^\s\p{L}\p{N}]/gu)) {
    const said = match[0]
    if (DELIMITER.test(said)) continue
    tokens.push({ key: SAME[said] ?? said.toLowerCase(), start: match.index, end: match.index + said.length })
  }
  return tokens
}

const DELIMITER = /^(?:\\[()[\]]|\$|\*\*)$/

const SAME: Record<string, string> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '−': '-',
  '–': '-',
  '—': '-',
  '‑': '-',
  '∗': '*',
  '⋅': '·',
}

/** The tokens that both lists have in common, in order, as runs. */
export function align(first: readonly Token[], second: readonly Token[]): Run[] {
  const ids = new Map<string, number>()
  const numbered = (tokens: readonly Token[]) =>
    Int32Array.from(tokens, ({ key }) => {
      const id = ids.get(key) ?? ids.size
      if (id === ids.size) ids.set(key, id)
      return id
    })
  const [a, b] = [numbered(first), numbered(second)]
  const runs: Run[] = []
  const add = (x: number, y: number, n: number) => {
    const last = runs.at(-1)
    if (last && last.a + last.n === x && last.b + last.n === y) last.n += n
    else if (n > 0) runs.push({ a: x, b: y, n })
  }
  within(0, a.length, 0, b.length, 0)
  return runs

  function within(aFrom: number, aTo: number, bFrom: number, bTo: number, level: number): void {
    let n = 0
    while (aFrom + n < aTo && bFrom + n < bTo && a[aFrom + n] === b[bFrom + n]) n++
    add(aFrom, bFrom, n)
    const [x, y] = [aFrom + n, bFrom + n]
    let tail = 0
    while (aTo - tail > x && bTo - tail > y && a[aTo - tail - 1] === b[bTo - tail - 1]) tail++
    if (aTo - tail > x && bTo - tail > y) between(x, aTo - tail, y, bTo - tail, level)
    add(aTo - tail, bTo - tail, tail)
  }

  function between(aFrom: number, aTo: number, bFrom: number, bTo: number, level: number): void {
    const found = shortest(a, b, aFrom, aTo, bFrom, bTo)
    if (found !== undefined) {
      for (const run of found) add(run.a, run.b, run.n)
      return
    }
    for (let next = level; next < RUNS.length; next++) {
      const cuts = uniqueRuns(a, b, aFrom, aTo, bFrom, bTo, RUNS[next]!)
      if (cuts.length === 0) continue
      let [x, y] = [aFrom, bFrom]
      for (const cut of cuts) {
        if (cut.a < x || cut.b < y) continue
        within(x, cut.a, y, cut.b, next)
        add(cut.a, cut.b, cut.n)
        x = cut.a + cut.n
        y = cut.b + cut.n
      }
      within(x, aTo, y, bTo, next)
      return
    }
  }
}

/** Myers' shortest edit script as runs of what stays; undefined past the bound. */
function shortest(
  a: Int32Array,
  b: Int32Array,
  aFrom: number,
  aTo: number,
  bFrom: number,
  bTo: number,
): Run[] | undefined {
  const [n, m] = [aTo - aFrom, bTo - bFrom]
  const most = Math.min(n + m, MOST_EDITS)
  if (Math.abs(n - m) > most) return undefined
  const frontier = new Int32Array(2 * most + 2)
  const trace: Int32Array[] = []
  for (let d = 0; d <= most; d++) {
    trace.push(frontier.slice(most - d, most + d + 1))
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && frontier[most + k - 1]! < frontier[most + k + 1]!)
      let x = down ? frontier[most + k + 1]! : frontier[most + k - 1]! + 1
      while (x < n && x - k < m && a[aFrom + x] === b[bFrom + x - k]) x++
      frontier[most + k] = x
      if (x >= n && x - k >= m) return back(trace, d, n, m, aFrom, bFrom)
    }
  }
  return undefined
}

function back(trace: Int32Array[], edits: number, n: number, m: number, aFrom: number, bFrom: number): Run[] {
  const runs: Run[] = []
  let [x, y] = [n, m]
  for (let d = edits; d > 0; d--) {
    // frontier[k + d] as it stood before the d-th edit.
    const before = trace[d]!
    const k = x - y
    const at = (diagonal: number): number => before[diagonal + d] ?? 0
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1))
    const previous = down ? k + 1 : k - 1
    const [fromX, fromY] = [at(previous), at(previous) - previous]
    const [startX, startY] = down ? [fromX, fromY + 1] : [fromX + 1, fromY]
    if (x > startX) runs.push({ a: aFrom + startX, b: bFrom + startY, n: x - startX })
    x = fromX
    y = fromY
  }
  if (x > 0) runs.push({ a: aFrom, b: bFrom, n: x })
  return runs.reverse()
}

/** Runs of `length` tokens that stand once in each of the two stretches, as many as keep their order in both. */
function uniqueRuns(
  a: Int32Array,
  b: Int32Array,
  aFrom: number,
  aTo: number,
  bFrom: number,
  bTo: number,
  length: number,
): Run[] {
  const places = once(a, aFrom, aTo, length)
  const others = once(b, bFrom, bTo, length)
  const pairs: Run[] = []
  for (const [hash, place] of places) {
    const other = place < 0 ? undefined : others.get(hash)
    if (other === undefined || other < 0) continue
    let n = 0
    while (n < length && a[place + n] === b[other + n]) n++
    if (n === length) pairs.push({ a: place, b: other, n: length })
  }
  return longestRising(pairs.sort((one, two) => one.a - two.a))
}

/** Hash of a run → its place, or -1 where it, or one of the same hash, stands more than once. */
function once(tokens: Int32Array, from: number, to: number, length: number): Map<number, number> {
  const found = new Map<number, number>()
  // The hash of a window is moved on by one token at a time (Rabin and Karp).
  let [hash, out] = [0, 1]
  for (let i = 1; i < length; i++) out = Math.imul(out, BASE)
  for (let i = from; i < to; i++) {
    if (i - from >= length) hash = (hash - Math.imul(tokens[i - length]! + 1, out)) | 0
    hash = (Math.imul(hash, BASE) + tokens[i]! + 1) | 0
    const start = i - length + 1
    if (start >= from) found.set(hash, found.has(hash) ? -1 : start)
  }
  return found
}

const BASE = 0x01000193

/** The longest choice of pairs that rises in both texts. */
function longestRising(pairs: readonly Run[]): Run[] {
  const ends: number[] = []
  const before = new Int32Array(pairs.length)
  for (let i = 0; i < pairs.length; i++) {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (pairs[ends[middle]!]!.b < pairs[i]!.b) low = middle + 1
      else high = middle
    }
    before[i] = low > 0 ? ends[low - 1]! : -1
    ends[low] = i
  }
  const chosen: Run[] = []
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i]!) chosen.push(pairs[i]!)
  return chosen.reverse()
}
