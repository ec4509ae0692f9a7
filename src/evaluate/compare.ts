// Two models on the same benchmarks, paired problem by problem.

import type { Score } from '../rows.js'
import { holm, pairedDifference } from '../stats/index.js'
import { Stopped } from '../stopped.js'

export interface Comparison {
  bench: string
  a: string
  b: string
  /** Mean of a − b over the problems, −1 … 1, with its 95 % interval. */
  difference: number
  low: number
  high: number
  /** Two-sided p, and the same after Holm's correction over the benchmarks of this call. */
  p: number
  holm: number
  /** Problems that both answered. */
  n: number
  test: string
}

/**
 * The paired difference of two models on every benchmark that both were scored on.
 *
 * @param a A model, or its id.
 * @throws Stopped('no-rows') where they share no benchmark, naming what was scored.
 */
export function compare(
  scores: readonly Score[],
  a: string | { id: string },
  b: string | { id: string },
): Comparison[] {
  const [one, other] = [a, b].map((model) => (typeof model === 'string' ? model : model.id)) as [string, string]
  const rows: Omit<Comparison, 'holm'>[] = []
  for (const score of scores) {
    if (score.model !== one) continue
    const partner = scores.find(({ model, bench }) => model === other && bench === score.bench)
    if (partner)
      rows.push({ bench: score.bench, a: one, b: other, ...pairedDifference(score.byProblem, partner.byProblem) })
  }
  if (rows.length === 0)
    throw new Stopped(
      'no-rows',
      `${one} and ${other} have no benchmark in common; there are scores of ${[...new Set(scores.map(({ model }) => model))].join(', ') || 'no model'}.`,
      'await evaluate([one, other], { benches: [...], in: work })',
    )
  const adjusted = holm(rows.map(({ p }) => p))
  return rows.map((row, i) => ({ ...row, holm: adjusted[i]! }))
}
