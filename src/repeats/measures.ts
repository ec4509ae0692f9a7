// Everything that is measured of one text's repetition, beyond where its loop is.

import { checkKnown } from '../known.js'
import type { Finish } from '../rows.js'
import { takesText } from '../taken.js'
import { compression, repetitionRate, seenBefore } from './rates.js'
import { exactLoops, type Repeats, repeats } from './repeats.js'
import type { Run } from './runs.js'
import { codeUnits, words } from './words.js'

export interface Measures {
  /** Words, numbers and single other signs. */
  words: number
  /** rep-n over words, 0 … 1: 1 − distinct n-grams / n-grams. Welleck et al. 2019, arXiv 1908.04319. */
  rep: Record<1 | 2 | 4 | 8 | 10 | 20, number>
  /** distinct-n = 1 − rep-n for n = 1, 2. Li et al. 2016, arXiv 1510.03055. */
  distinct: Record<1 | 2, number>
  /** rep-n over characters for n = 20 and 50, 0 … 1: also sees loops inside words and formulas. */
  repCharacters: Record<20 | 50, number>
  /** UTF-8 bytes over bytes after deflate at level 1. */
  compression: number
  /** Share of the ten-word sequences that had not stood before, in windows of `window` words from left to right. */
  novelty: number[]
  window: number
  /** Every exact loop, from left to right. */
  loops: Run[]
  /** Where repetition sets in: the start of the second copy of the first loop that counts; null where nothing repeats. */
  onset: number | null
  /** Share of the characters that repeat what stood a period before, 0 … 1: what a reader learns nothing from. */
  wasted: number
  /** Whether the text ended at the token limit; null where that is not known. */
  cutOff: boolean | null
  repeats: Repeats
}

const GRAM = 10

/**
 * Measures how much a text repeats itself, and where.
 *
 * @param options.finish How the text ended, for `cutOff`.
 * @param options.window Words of one novelty window. @default 200
 * @example measureRepeats('Wait, let me check. '.repeat(100)).novelty.map((share) => Math.round(100 * share)) // [3, 0, 0]
 */
export function measureRepeats(text: string, options: { finish?: Finish; window?: number } = {}): Measures {
  takesText('measureRepeats', text, 'measureRepeats(row.text)')
  checkKnown('measureRepeats(…)', options, { finish: true, window: true })
  const { finish, window = 200 } = options
  const codes = codeUnits(text)
  const { ids } = words(codes)
  const found = repeats(text)
  const loops = exactLoops(text, codes)
  const rep = (n: number) => repetitionRate(ids, n)
  const characters = Int32Array.from(codes)
  const single = rep(1)
  const double = rep(2)
  return {
    words: ids.length,
    rep: { 1: single, 2: double, 4: found.rep4, 8: rep(8), 10: found.rep10, 20: rep(20) },
    distinct: { 1: ids.length > 0 ? 1 - single : 0, 2: ids.length > 1 ? 1 - double : 0 },
    repCharacters: { 20: repetitionRate(characters, 20), 50: repetitionRate(characters, 50) },
    compression: compression(text),
    novelty: noveltyOf(ids, window),
    window,
    loops,
    onset: repeatOnset(found, loops),
    wasted: text.length === 0 ? 0 : wastedCharacters(found, loops) / text.length,
    cutOff: finish === undefined ? null : finish === 'length',
    repeats: found,
  }
}

function noveltyOf(ids: Int32Array, window: number): number[] {
  const seen = seenBefore(ids, GRAM)
  const shares: number[] = []
  for (let start = 0; start < seen.length; start += window) {
    const part = seen.subarray(start, start + window)
    shares.push(1 - part.reduce((sum, one) => sum + one, 0) / part.length)
  }
  return shares
}

/** Start of the second copy; null where nothing loops. */
export function repeatOnset(
  found: Pick<Repeats, 'start' | 'end' | 'count'>,
  loops: readonly Run[] = [],
): number | null {
  const exact = loops[0] && loops[0].start + loops[0].period
  const own =
    found.start !== null && found.end !== null && found.count
      ? Math.round(found.start + (found.end - found.start) / found.count)
      : null
  if (exact === undefined) return own
  return own === null ? exact : Math.min(exact, own)
}

/** Characters after the first copy of every loop, or of the near loop where that is the longest. */
export function wastedCharacters(found: Repeats, loops: readonly Run[]): number {
  if (found.kind === 'near-loop' && found.start !== null && found.end !== null && found.count)
    return (found.end - found.start) * (1 - 1 / found.count)
  return loops.reduce((sum, run) => sum + run.end - run.start - run.period, 0)
}
