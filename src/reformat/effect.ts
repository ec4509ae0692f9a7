// What reformatting did: how many answers had a solution that could be read, and how many passed, before and after.
import type { Formatted, Sample, Verdict } from '../rows.js'
import { type Interval, wilson } from '../stats/index.js'
import { takesRows } from '../taken.js'

type Answered = Sample & { verdict: Verdict } & Partial<Formatted>

/** One domain, before and after; shares from 0 to 1 with their 95 % intervals (Wilson). */
export interface Effect {
  domain: 'math' | 'code' | 'science' | 'all'
  /** Answers. */
  n: number
  /** A solution that could be read: a box or a letter, a complete code block; afterwards, a format that held. */
  parsed: { before: Interval; after: Interval }
  /** Right. Before, a program is the last code block, as the report judged it. */
  passed: { before: Interval; after: Interval }
  /** Answers that were right before and are not right, or no longer there, after: what reformatting cost. */
  lost: number
  /** Answers that were not right before and are after. */
  won: number
}

/** Verdicts that say that there was nothing to judge. */
const UNREAD = new Set<string>(['no-answer', 'unparsed', 'cut-off', 'failed', 'no-sample'])

/**
 * The effect of reformatting, by domain and in all.
 *
 * @param before the answers as sampled, judged: `await verify(raw)`
 * @param after the same answers reformatted, judged: `await verify(await reformat(raw))`; paired by id and sample
 * @example plot.reformat(reformatEffect(await verify(raw), await verify(tidy)))
 */
export function reformatEffect(before: readonly Answered[], after: readonly Answered[]): Effect[] {
  const fix = 'reformatEffect(await verify(raw), await verify(tidy))'
  for (const rows of [before, after]) takesRows('reformatEffect', rows, { fix, has: ['verdict'] })
  const key = ({ id, sample }: Answered) => `${sample} ${id}`
  const later = new Map(after.map((row) => [key(row), row]))
  const pairs = before.flatMap((row) => {
    const other = later.get(key(row))
    return other === undefined ? [] : [{ before: row, after: other }]
  })
  const domains = ['math', 'code', 'science'] as const
  const groups = [
    ...domains.map((domain) => ({ domain, own: pairs.filter((pair) => pair.before.domain === domain) })),
    { domain: 'all' as const, own: pairs },
  ].filter(({ own }) => own.length > 0)
  return groups.map(({ domain, own }) => {
    const share = (holds: (pair: (typeof pairs)[number]) => boolean) => wilson(own.filter(holds).length, own.length)
    return {
      domain,
      n: own.length,
      parsed: { before: share(({ before: row }) => readable(row)), after: share(({ after: row }) => readable(row)) },
      passed: { before: share(({ before: row }) => passes(row)), after: share(({ after: row }) => row.verdict.ok) },
      lost: own.filter((pair) => passes(pair.before) && !pair.after.verdict.ok).length,
      won: own.filter((pair) => !passes(pair.before) && pair.after.verdict.ok).length,
    }
  })
}

function readable(row: Answered): boolean {
  if (row.format !== undefined) return row.format.ok
  return row.verdict.ok || !UNREAD.has(row.verdict.why)
}

/** Right as it came. The last block is judged first: a program that passes by it has none that was tried before. */
function passes({ kind, verdict }: Answered): boolean {
  return verdict.ok && (kind !== 'code' || !verdict.tried?.length)
}
