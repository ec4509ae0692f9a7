// Where one text goes in circles: loops, loops with changes, circling, or clean.

import { compression, repetitionRate } from './rates.js'
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
/** Numbers that change make a template of an enumeration too, so more copies and words are asked for. */
const NEAR = { words: 60, times: 6 }
/** Without any template: half of all ten-word sequences stood before, or the text packs as only loops do. */
const CIRCLING = { rep10: 0.5, compression: 8, characters: 1500 }

/**
 * Finds where a text starts going in circles.
 *
 * Loops are exact: every character of [start + period, end) equals the one a period before. Linear
 * time and memory. Wherever a loop stands it is found: at the end, or in the middle and left again.
 *
 * @example repeats('So x = 2. '.repeat(40)) // { kind: 'loop', start: 0, end: 400, period: 10, count: 40, … }
 */
export function repeats(text: string): Repeats {
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
    return {
      kind: 'loop',
      start,
      end,
      period,
      count: Math.round((end - start) / period),
      share: (end - start) / text.length,
      ...rates,
    }
  }
  const near = largest(findRuns(masked, NEAR.times, NEAR.words).filter((run) => hasWords(text, starts, run)))
  if (near) {
    const start = starts[near.start]!
    const end = starts[near.end]!
    const count = Math.round((near.end - near.start) / near.period)
    return { kind: 'near-loop', start, end, period: null, count, share: (end - start) / text.length, ...rates }
  }
  const circling =
    text.length >= CIRCLING.characters && (rates.rep10 >= CIRCLING.rep10 || rates.compression >= CIRCLING.compression)
  return {
    kind: circling ? 'circling' : 'clean',
    start: null,
    end: null,
    period: null,
    count: null,
    share: 0,
    ...rates,
  }
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
