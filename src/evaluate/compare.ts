// Two models on the same benchmarks, paired problem by problem.

import { checkKnown, type Known } from '../known.js'
import type { Score } from '../rows.js'
import { holm, pairedDifference, problemsNeeded, spreadOf } from '../stats/index.js'
import { Stopped } from '../stopped.js'
import { takesRows } from '../taken.js'
import { differences, whyNotComparable } from './comparable.js'

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
  /** Problems on which a did better, and on which b did: only they tell the two apart. */
  better: number
  worse: number
  /** Problems that a difference of this size would need to be seen 80 times in 100, at α = 0.05; null where there is none. */
  needed: number | null
  test: string
  /** What differs besides the model: k, temperature, prompts. Empty where nothing does. */
  differs: string
}

export interface CompareOptions {
  /** As in `pairedDifference`. @default 'student' */
  interval?: 'student' | 'bootstrap'
  /** Compares scores of other graders or other data all the same, and says so in `differs`. @default false */
  anyway?: boolean
}

/** A model, its id, or what picks its scores: `(score) => score.settings.preset === 'sky-t1'`. */
export type Side = string | { id: string } | ((score: Score) => boolean)

/**
 * The paired difference of two models on every benchmark that both were scored on.
 *
 * Refuses what has no meaning: scores with no problem in common (another release, window or draw), of different
 * graders, or of problems that only share their ids. What differs otherwise (k, temperature, prompts) stands in `differs`.
 * Where a model has several scores on a benchmark, the pair with the most alike settings counts, and of equals the last.
 *
 * @param a A model, its id, or a function that picks scores.
 * @throws Stopped('no-rows') where they share no benchmark, naming what was scored; 'bad-call' where the scores cannot
 *   be compared.
 */
export function compare(scores: readonly Score[], a: Side, b: Side, options: CompareOptions = {}): Comparison[] {
  takesRows('compare', scores, {
    fix: 'compare(await evaluate([a, b], { benches }), a, b)',
    what: 'scores',
    has: ['byProblem'],
  })
  checkKnown('compare(…)', options, OPTIONS)
  const [ones, others] = [a, b].map((side) => scores.filter(pick(side))) as [Score[], Score[]]
  const rows: Omit<Comparison, 'holm'>[] = []
  const refused: { bench: string; what: string; fix: string }[] = []
  for (const bench of new Set(ones.map((score) => score.bench))) {
    const pairs = ones
      .filter((score) => score.bench === bench)
      .flatMap((one) =>
        others.filter((other) => other.bench === bench && other !== one).map((other) => ({ one, other })),
      )
    if (pairs.length === 0) continue
    const rated = pairs.map((pair) => ({ ...pair, not: whyNotComparable(pair.one, pair.other) }))
    const usable = rated.filter(({ not }) => !not || options.anyway)
    if (usable.length === 0) {
      refused.push({ bench, ...rated[0]!.not! })
      continue
    }
    const unlike = ({ one, other, not }: (typeof usable)[number]) => differences(one, other).length + (not ? 100 : 0)
    const least = Math.min(...usable.map(unlike))
    rows.push(compared(usable.findLast((pair) => unlike(pair) === least)!, options))
  }
  const [first] = refused
  if (first)
    throw new Stopped(
      'bad-call',
      `${name(a, ones)} and ${name(b, others)} cannot be compared on ${refused.map(({ bench }) => bench).join(', ')}: ${first.what}.`,
      `${first.fix}; or compare(scores, a, b, { anyway: true })`,
    )
  if (rows.length === 0 && typeof a !== 'function' && typeof b !== 'function' && name(a, ones) === name(b, others))
    throw new Stopped(
      'bad-call',
      `${name(a, ones)} stands on both sides: a model is compared with another one.`,
      `compare(scores, '${name(a, ones)}', '${scores.find(({ model }) => model !== name(a, ones))?.model ?? 'another'}'), or two functions that pick scores of one model`,
    )
  if (rows.length === 0)
    throw new Stopped(
      'no-rows',
      `${name(a, ones)} and ${name(b, others)} have no benchmark in common; there are scores of ${[...new Set(scores.map(({ model }) => model))].join(', ') || 'no model'}.`,
      'await evaluate([one, other], { benches: [...], in: work })',
    )
  const adjusted = holm(rows.map(({ p }) => p))
  return rows.map(({ bench, a, b, difference, low, high, p, ...rest }, i) => ({
    bench,
    a,
    b,
    difference,
    low,
    high,
    p,
    holm: adjusted[i]!,
    ...rest,
  }))
}

function compared(
  { one, other, not }: { one: Score; other: Score; not: { what: string } | undefined },
  { interval = 'student' }: CompareOptions,
): Omit<Comparison, 'holm'> {
  const { difference, low, high, p, n, better, worse, test } = pairedDifference(one.byProblem, other.byProblem, {
    interval,
  })
  const both = Object.keys(one.byProblem).filter((id) => id in other.byProblem)
  const shares = (score: Score) => both.map((id) => score.byProblem[id]!)
  const formula = problemsNeeded(difference, spreadOf(shares(one), shares(other), one.k, other.k))
  const said = [...(not ? [not.what] : []), ...differences(one, other)]
  const label = (score: Score) =>
    one.model === other.model ? `${score.model} (${score.settings.preset ?? score.settings.promptHash})` : score.model
  return {
    bench: one.bench,
    a: label(one),
    b: label(other),
    difference,
    low,
    high,
    p,
    n,
    better,
    worse,
    // Fewer than six problems cannot give p < 0.05, whatever their answers: 2 / 2 ** 5 is 0.0625.
    needed: Number.isFinite(formula) ? Math.max(6, formula) : null,
    test,
    differs: said.join('; '),
  }
}

function pick(side: Side): (score: Score) => boolean {
  if (typeof side === 'function') return side
  const id = typeof side === 'string' ? side : side?.id
  return (score) => score.model === id
}

function name(side: Side, found: readonly Score[]): string {
  if (typeof side === 'string') return side
  if (typeof side === 'object' && side !== null) return side.id
  return [...new Set(found.map(({ model }) => model))].join(', ') || 'what was picked'
}

const OPTIONS: Known<Required<CompareOptions>> = { interval: true, anyway: true }
