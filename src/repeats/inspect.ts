// Repetition over many rows: who loops, how often, and what it costs.

import type { Sample } from '../rows.js'
import { type Interval, wilson } from '../stats/index.js'
import { type Repeats, repeats } from './repeats.js'

export type Inspected<Row extends Sample = Sample> = Row & { repeats: Repeats }

export interface RepeatsGroup {
  model: string
  domain: Sample['domain']
  /** Answers, and how many of them loop (exactly or nearly) or circle. */
  n: number
  looping: number
  /** Share looping, with its 95 % Wilson interval. */
  share: Interval
  /** Of the looping ones, those cut off at the token limit. */
  cutOff: number
  /** Share of all characters that stand inside looping spans, after their first copy. */
  wasted: number
}

/**
 * Looks for repetition in every sampled answer.
 *
 * @returns The rows with a `repeats` field (rows without an answer are left out), and one group for each
 * model and domain, in the order in which they first appear.
 */
export function inspectRepeats<Row extends Sample>(
  rows: Iterable<Row>,
): { rows: Inspected<Row>[]; groups: RepeatsGroup[] } {
  const inspected: Inspected<Row>[] = []
  const groups = new Map<string, Inspected<Row>[]>()
  for (const row of rows) {
    if (row.finish === 'error') continue
    const with_ = { ...row, repeats: repeats(row.text) }
    inspected.push(with_)
    const key = JSON.stringify([row.model, row.domain])
    const group = groups.get(key)
    if (group) group.push(with_)
    else groups.set(key, [with_])
  }
  return { rows: inspected, groups: [...groups.values()].map(summarise) }
}

function summarise(rows: Inspected[]): RepeatsGroup {
  const looping = rows.filter((row) => row.repeats.kind !== 'clean')
  const characters = rows.reduce((sum, row) => sum + row.text.length, 0)
  return {
    model: rows[0]!.model,
    domain: rows[0]!.domain,
    n: rows.length,
    looping: looping.length,
    share: wilson(looping.length, rows.length),
    cutOff: looping.filter((row) => row.finish === 'length').length,
    wasted: characters === 0 ? 0 : looping.reduce((sum, row) => sum + afterFirstCopy(row.repeats), 0) / characters,
  }
}

function afterFirstCopy({ start, end, count }: Repeats): number {
  if (start === null || end === null || !count) return 0
  return (end - start) * (1 - 1 / count)
}
