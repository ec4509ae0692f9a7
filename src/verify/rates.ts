// How much of the judging of programs hangs on which block is taken: the report's 25 % and 90 %, measured.

import type { Judged, Sample, Verdict } from '../rows.js'
import { wilson } from '../stats/index.js'
import { takesRows } from '../taken.js'

/** One way of choosing the program of an answer, and how many answers pass by it. */
export interface BlockRate {
  judged: 'last block' | 'any block' | 'after reformatting'
  right: number
  n: number
  /** 0 … 1, with its 95 % interval (Wilson). */
  rate: number
  low: number
  high: number
  /** What the Sky-T1 report says of QwQ on APPS, where it says something. */
  report?: string
}

type Answered = Sample & { verdict: Verdict }

/**
 * Pass rates of the coding rows: of raw answers by their last fenced block and by any block, and of the same answers
 * after reformatting. The report says about 25 % and more than 90 % for the first and the last, on APPS.
 *
 * @param raw answers as sampled, judged: `await verify(raw)`
 * @param tidy the same answers reformatted, judged: `await verify(await reformat(raw))`
 * @example table(blockRates(await verify(raw), await verify(tidy)))
 */
export function blockRates(raw: readonly Answered[], tidy: readonly Judged[] = []): BlockRate[] {
  for (const rows of [raw, tidy])
    takesRows('blockRates', rows, { fix: 'blockRates(await verify(raw))', has: ['verdict'] })
  const ofCode = <T extends Answered>(rows: readonly T[]): T[] => rows.filter(({ kind }) => kind === 'code')
  const [before, after] = [ofCode(raw), ofCode(tidy)]
  const rate = (judged: BlockRate['judged'], rows: readonly Answered[], passes: (verdict: Verdict) => boolean) => {
    const right = rows.filter(({ verdict }) => passes(verdict)).length
    const { low, high } = wilson(right, rows.length)
    return { judged, right, n: rows.length, rate: rows.length === 0 ? 0 : right / rows.length, low, high }
  }
  // The last block is judged first: an answer that passes by it has no block that was tried before.
  const last = rate('last block', before, (verdict) => verdict.ok && !verdict.tried?.length)
  const rates: BlockRate[] = [{ ...last, report: '~25 %' }, rate('any block', before, ({ ok }) => ok)]
  if (after.length > 0) rates.push({ ...rate('after reformatting', after, ({ ok }) => ok), report: '>90 %' })
  return rates
}
