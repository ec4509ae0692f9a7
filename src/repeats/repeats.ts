// Where one text goes in circles: loops, loops with changes, circling, or clean.

import { takesText } from '../taken.js'
import { reflections } from './markers.js'
import { type Prose, prose } from './prose.js'
import { compression, repetitionRate, seenBefore } from './rates.js'
import { findRuns, type Run } from './runs.js'
import { codeUnits, words } from './words.js'

/** What `repeats` finds in one text. Places and lengths are in UTF-16 code units, as `slice` counts. */
export interface Repeats {
  /**
   * - `loop`: one passage again and again, character for character, at least 3 times and 200 characters.
   * - `near-loop`: the same with numbers that change.
   * - `circling`: the same reasoning over and over without one template.
   * - `clean`: none of these.
   */
  kind: 'clean' | 'loop' | 'near-loop' | 'circling'
  /** The largest looping span; null where clean or circling. */
  start: number | null
  end: number | null
  /** Characters until it repeats; null where it changes from copy to copy. */
  period: number | null
  /** Copies in the span, the last may be cut off; null where there is no span. */
  count: number | null
  /** Share of the text inside the span, 0 … 1. */
  share: number
  /** rep-4 and rep-10 over words, 0 … 1. */
  rep4: number
  rep10: number
  /** Bytes over compressed bytes. */
  compression: number
}

/** A passage counts as a loop from this many characters and copies on: the rule under which the released Sky-T1 outputs were labelled. */
const LOOP = { span: 200, times: 3 }
/** Separators, digits and table rules repeat legitimately: a unit with fewer than 3 letters in 10 must fill more. */
const BARE = { letters: 0.3, span: 280 }
/**
 * Numbers that change make a template of every enumeration too ("46 is not a square, 56 is not …"), and
 * an enumeration ends. So a template counts where the text never leaves it, or leaves it very late. The
 * figures were set by reading the 68 near loops that an earlier rule found in the released Sky-T1 outputs.
 */
const NEAR = { words: 60, times: 6, toTheEnd: { times: 7, span: 500 }, left: { times: 20, span: 1500 } }
/** Most of the prose of the second half stood before, word for word, in a text that doubts and starts over. */
const CIRCLING = { words: 300, seen: 0.5, doubts: 8 }
/** Much of everything stood before, formulas and numbers included. */
const DENSE = { rep10: 0.5, seen: 0.3, compression: 8, characters: 1500 }
/** A text that packs less, or a little more without repeating words, has no prose that repeats: most texts, so that most are quick. */
const WORTH = { compression: 4, together: { rep10: 0.2, compression: 3.2 } }

/**
 * Finds where a text starts going in circles.
 *
 * Loops are exact: every character of [start + period, end) equals the one a period before. Linear
 * time and memory. Wherever a loop stands it is found: at the end, or in the middle and left again.
 * What the rules find and miss on outputs read by a person is measured by `npm run bench -- repeats`.
 *
 * @example repeats('So x = 2. '.repeat(40)) // { kind: 'loop', start: 0, end: 400, period: 10, count: 40, … }
 */
export function repeats(text: string): Repeats {
  takesText('repeats', text, 'repeats(row.text)')
  const codes = codeUnits(text)
  const { ids, masked, starts } = words(codes)
  const rates = {
    rep4: repetitionRate(ids, 4),
    rep10: repetitionRate(ids, 10),
    compression: compression(text),
  }
  const loop = largest(exactLoops(text, codes))
  if (loop) {
    const { start, end, period } = loop
    return { kind: 'loop', ...spanOf(text, start, end, period, (end - start) / period), ...rates }
  }
  const thoughts = worthReading(rates) ? prose(text) : undefined
  const near = nearLoop(text, masked, starts) ?? (thoughts && proseLoop(text, thoughts))
  if (near) return { kind: 'near-loop', ...spanOf(text, near.start, near.end, null, near.count), ...rates }
  const kind = thoughts && circles(text, thoughts, rates) ? 'circling' : 'clean'
  return { kind, start: null, end: null, period: null, count: null, share: 0, ...rates }
}

function spanOf(text: string, start: number, end: number, period: number | null, count: number) {
  return { start, end, period, count: Math.round(count), share: (end - start) / text.length }
}

function worthReading({ rep10, compression }: { rep10: number; compression: number }): boolean {
  if (compression >= WORTH.compression) return true
  return rep10 >= WORTH.together.rep10 && compression >= WORTH.together.compression
}

interface NearLoop {
  start: number
  end: number
  count: number
}

/** One template with numbers that change. */
function nearLoop(text: string, masked: Int32Array, starts: Int32Array): NearLoop | undefined {
  const runs = findRuns(masked, NEAR.times, NEAR.words).filter((run) => hasWords(text, starts, run))
  return longest(runs, starts, text.length)
}

/** One template with formulas that change: the prose alone repeats. */
function proseLoop(text: string, { ids, starts }: Prose): NearLoop | undefined {
  const runs = findRuns(ids, 2 * NEAR.times, NEAR.words).filter((run) => run.period >= 4)
  return longest(runs, starts, text.length)
}

/** The longest run that the text never leaves, or leaves very late. */
function longest(runs: Run[], starts: Int32Array, length: number): NearLoop | undefined {
  let best: NearLoop | undefined
  for (const run of runs) {
    const [start, end] = [starts[run.start]!, starts[run.end]!]
    const count = (run.end - run.start) / run.period
    const copy = (end - start) / count
    const bound = end >= length - Math.max(40, copy) ? NEAR.toTheEnd : NEAR.left
    if (count < bound.times || end - start < bound.span) continue
    if (!best || end - start > best.end - best.start) best = { start, end, count }
  }
  return best
}

/** The same reasoning over and over, without one template. */
function circles(text: string, { ids }: Prose, rates: { rep10: number; compression: number }): boolean {
  if (text.length < DENSE.characters) return false
  if (rates.compression >= DENSE.compression) return true
  const seen = seenBefore(ids, 8)
  const half = seen.subarray(seen.length >> 1)
  const again = half.length > 0 ? half.reduce((sum, one) => sum + one, 0) / half.length : 0
  if (rates.rep10 >= DENSE.rep10 && again >= DENSE.seen) return true
  if (ids.length < CIRCLING.words || again < CIRCLING.seen) return false
  return reflections(text).length >= (CIRCLING.doubts * ids.length) / 1000
}

/** All passages that repeat character for character, from left to right. */
export function exactLoops(text: string, codes: Uint16Array = codeUnits(text)): Run[] {
  return findRuns(codes, LOOP.times, LOOP.span).filter(
    (run) => run.end - run.start >= BARE.span || letterShare(text, run.start, run.start + run.period) >= BARE.letters,
  )
}

const largest = (runs: Run[]): Run | undefined =>
  runs.reduce<Run | undefined>(
    (best, run) => (best && best.end - best.start >= run.end - run.start ? best : run),
    undefined,
  )

/** A table row or a JSON record is a template too; a sentence has words. */
function hasWords(text: string, starts: Int32Array, run: Run): boolean {
  return letterShare(text, starts[run.start]!, starts[run.start + run.period]!) >= 0.45 && run.period >= 6
}

function letterShare(text: string, start: number, end: number): number {
  let letters = 0
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code >= 0xc0) letters++
  }
  return end > start ? letters / (end - start) : 0
}
