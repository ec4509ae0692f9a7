// What became of every row of a source, as numbers: how many it held, which were left out and why, how many are kept.
import { count, number } from '../workspace/index.js'

/** A file that was read. */
export interface SourceFile {
  /** As it is named in messages: a path as it was given, or hf://datasets/owner/name@commit/path. */
  file: string
  /** Bytes on disk. */
  size: number
  /** Of the bytes as they are on disk; for files of the Hub it was compared with the Hub's. */
  sha256?: string
}

/**
 * The account of one source. `held` is always `kept` and all of `dropped` together, so a flow can be drawn from it; nothing of
 * the dropped rows but their number and a few examples is in memory.
 */
export interface SourceAccount {
  source: string
  /** Where it is on the Hub, and at which commit (40 hex digits). */
  hub?: { id: string; config?: string; split?: string; revision: string; commit: string }
  files: SourceFile[]
  licence?: string
  /** Rows that the files held. */
  held: number
  /** Rows left out, by reason, in the order in which the reasons first came. */
  dropped: Record<string, number>
  /** For each reason the first rows: where they are, and what exactly was the matter. */
  examples: Record<string, { place: string; why: string }[]>
  kept: number
  /** Coding problems that come without tests, of those kept. */
  untested: number
}

/** Examples kept of each reason. */
const SHOWN = 5

/** Counts one row that is left out. */
export function drop(account: SourceAccount, reason: string, place?: string, why = reason, rows = 1): void {
  account.dropped[reason] = (account.dropped[reason] ?? 0) + rows
  if (place === undefined) return
  account.examples[reason] ??= []
  const examples = account.examples[reason]
  if (examples.length < SHOWN) examples.push({ place, why })
}

/**
 * The kind of what is wrong with a row, out of the sentence that says it exactly: few enough to be the columns of a
 * table.
 */
export function reasonOf(why: string): string {
  for (const [pattern, reason] of REASONS) if (pattern.test(why)) return reason
  return 'unusable'
}

const REASONS: [RegExp, string][] = [
  [/^not JSON/, 'not JSON'],
  [/^it has \d+ columns?|^it is .* not an object|^its fields/, 'not a row'],
  [/^no question|^the question|^no field|^the prompt/, 'no question'],
  [/^no answer/, 'no answer'],
  [/choice|answer column|counted from 0/, 'unusable choices'],
  [/language/, 'another language'],
  [/test|inputs and|packed|broken JSON|function|arguments|its value/i, 'unusable tests'],
]

/** "numina:math: 6,912 of 859,494 rows · 852,017 source is not math · …" */
export function accountLine({ source, held, kept, dropped }: SourceAccount): string {
  const lost = Object.entries(dropped).map(([reason, rows]) => `${number(rows)} ${reason}`)
  const whole = held === kept ? count(held, 'row') : `${number(kept)} of ${count(held, 'row')}`
  return [`${source}: ${whole}`, ...lost].join(' · ')
}
