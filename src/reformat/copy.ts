// Is the thought of a rewrite the trace, word for word?
//
// A share of equal words alone does not tell: in a trace of 5,000 words a changed digit or a step left out is far below
// any threshold that typing over would pass. So the texts are aligned, and four things are asked apart: did a digit
// change, was a stretch left out, was one put in, and how much of the whole is the same.

import { takesText } from '../taken.js'
import { align, type Run, type Token, tokensOf } from './align.js'

/** One place where the copy differs: characters [start, end) of the original, and what stands there instead. */
export interface Edit {
  start: number
  end: number
  /** The original's words. */
  was: string
  /** The copy's words. */
  is: string
}

export interface Copy {
  /** Tokens in common over the tokens of the longer text: 1 for a copy to the letter, whatever its white space. */
  score: number
  edits: Edit[]
  /** Why it is no copy; undefined where it is one. */
  fault?: string
}

/**
 * Score under which a text is no copy. Measured by `npm run bench -- reformat` on released answers: what retyping does
 * (quotes, delimiters of formulas, emphasis, case, a typo in 200 words) stays above 0.99, a summary falls far below.
 */
export const LEAST_SCORE = 0.98
/** Tokens that may differ in any case: a typo in a short text is a large share of it. */
const SLACK = 3
/** Tokens in a row that may be left out or put in: under it lie words, over it steps. Measured there too. */
export const LONGEST_GAP = 8
/** Tokens at the end that may be left out, where they state the answer: that is the solution's part. */
const LONGEST_TAIL = 80
/** Tokens of a last paragraph that may be left out in any case. */
const LAST_PARAGRAPH = 60

/** Lays a copy beside its original. Takes time in proportion to the texts: 60 kB in some tens of milliseconds. */
export function copyOf(original: string, copy: string): Copy {
  for (const text of [original, copy]) takesText('copyOf', text, 'copyOf(trace, rewrite)')
  const [before, after] = [tokensOf(original), tokensOf(copy)]
  const runs = align(before, after)
  const gaps = gapsOf(runs, before.length, after.length)
  const tail = closing(original, before, gaps.at(-1))
  const kept = runs.reduce((sum, run) => sum + run.n, 0) + (tail ? tail.aTo - tail.aFrom : 0)
  const longer = Math.max(before.length, after.length + (tail ? tail.aTo - tail.aFrom : 0))
  const score = longer === 0 ? 1 : kept / longer
  const missing = longer - kept
  const edits = gaps.map((gap) => editOf(gap, original, before, copy, after))
  const fault = faultOf(
    gaps.filter((gap) => gap !== tail),
    { original, before, copy, after, score, missing, allowed: Math.max(SLACK, (1 - LEAST_SCORE) * longer) },
  )
  return { score, edits, ...(fault !== undefined && { fault }) }
}

interface Gap {
  aFrom: number
  aTo: number
  bFrom: number
  bTo: number
}

function gapsOf(runs: readonly Run[], aLength: number, bLength: number): Gap[] {
  const gaps: Gap[] = []
  let [a, b] = [0, 0]
  for (const run of [...runs, { a: aLength, b: bLength, n: 0 }]) {
    if (run.a > a || run.b > b) gaps.push({ aFrom: a, aTo: run.a, bFrom: b, bTo: run.b })
    a = run.a + run.n
    b = run.b + run.n
  }
  return gaps
}

/** The gap at the end, where all it leaves out is a short closing. */
function closing(original: string, before: readonly Token[], gap: Gap | undefined): Gap | undefined {
  if (gap === undefined || gap.aTo !== before.length || gap.bTo > gap.bFrom) return undefined
  const length = gap.aTo - gap.aFrom
  if (length === 0 || length > LONGEST_TAIL) return undefined
  const said = original.slice(before[gap.aFrom]!.start)
  if (length <= LAST_PARAGRAPH && !/\n[ \t]*\n/.test(said.trim())) return gap
  return /final answer|\\boxed|\banswer\b|^```/i.test(said) ? gap : undefined
}

interface Texts {
  original: string
  before: readonly Token[]
  copy: string
  after: readonly Token[]
  score: number
  /** Tokens of the longer text that are not in common, and how many may be. */
  missing: number
  allowed: number
}

function faultOf(
  gaps: readonly Gap[],
  { original, before, copy, after, score, missing, allowed }: Texts,
): string | undefined {
  const said = (gap: Gap) => editOf(gap, original, before, copy, after)
  const left = longest(gaps, (gap) => gap.aTo - gap.aFrom - (gap.bTo - gap.bFrom))
  const put = longest(gaps, (gap) => gap.bTo - gap.bFrom - (gap.aTo - gap.aFrom))
  const longer = Math.max(before.length, after.length)
  // One gap that explains nearly all that is missing is the better reason, unless next to nothing is left.
  const only = (size: number) =>
    size > LONGEST_GAP && (missing <= allowed || (size >= 0.8 * missing && size < 0.4 * longer))
  if (left && only(left.size)) return `${left.size} words and signs are left out: ${quoted(said(left.gap).was)}`
  if (put && only(put.size)) return `${put.size} words and signs are put in: ${quoted(said(put.gap).is)}`
  if (missing > allowed)
    return `${percent(score)} of it is the original's, not ${percent(LEAST_SCORE)}: ${missing} of ${longer} words and signs are missing or changed`
  const digits = gaps.find((gap) => digitsOf(before, gap.aFrom, gap.aTo) !== digitsOf(after, gap.bFrom, gap.bTo))
  if (digits === undefined) return undefined
  const { was, is } = said(digits)
  return `a number is not the original's: ${quoted(was)} became ${quoted(is)} after ${quoted(original.slice(Math.max(0, said(digits).start - 30), said(digits).start))}`
}

function longest(gaps: readonly Gap[], size: (gap: Gap) => number): { gap: Gap; size: number } | undefined {
  const first = gaps.toSorted((one, two) => size(two) - size(one))[0]
  return first && { gap: first, size: size(first) }
}

function digitsOf(tokens: readonly Token[], from: number, to: number): string {
  return tokens
    .slice(from, to)
    .filter(({ key }) => /^\p{N}$/u.test(key))
    .map(({ key }) => key)
    .join('')
}

function editOf(gap: Gap, original: string, before: readonly Token[], copy: string, after: readonly Token[]): Edit {
  const span = (text: string, tokens: readonly Token[], from: number, to: number): [number, number] => {
    if (to > from) return [tokens[from]!.start, tokens[to - 1]!.end]
    const place = tokens[from]?.start ?? text.length
    return [place, place]
  }
  const [start, end] = span(original, before, gap.aFrom, gap.aTo)
  const [from, to] = span(copy, after, gap.bFrom, gap.bTo)
  return { start, end, was: original.slice(start, end), is: copy.slice(from, to) }
}

function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return `“${line.length > 60 ? `${line.slice(0, 57)}…` : line}”`
}
