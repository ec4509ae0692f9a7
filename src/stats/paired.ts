// Two models on the same problems: is the difference more than luck?

import { checkKnown } from '../known.js'
import { Stopped } from '../stopped.js'
import { passed, takesNumbers } from '../taken.js'
import { studentQuantile } from './beta.js'
import { bootstrap } from './bootstrap.js'
import { binomialHalf } from './normal.js'
import { signFlip, signFlipDrawn } from './permutation.js'

export interface Difference {
  /** Mean of a − b over the problems that both answered. */
  difference: number
  low: number
  high: number
  /** Two-sided. */
  p: number
  /** Problems in both. */
  n: number
  /** Problems on which a did better than b, and worse: the discordant ones, which decide. */
  better: number
  worse: number
  test: 'McNemar exact' | 'sign-flip exact' | 'sign-flip drawn'
}

export interface PairedOptions {
  /** @default 0.95 */
  confidence?: number
  /** 'student' is the mean ± its standard error times Student's quantile, 'bootstrap' draws the problems (BCa, seeded). @default 'student' */
  interval?: 'student' | 'bootstrap'
  /** What is drawn, where something is. @default 7 */
  seed?: number
}

/**
 * Difference of two models on the problems that both answered, with its interval and p.
 *
 * Where every share is 0 or 1 the test is McNemar's, exact: a binomial test on the problems where the
 * two disagree (McNemar 1947, Psychometrika 12, 153-157). With k samples a problem it is the exact
 * sign-flip test of all sign patterns, and where the shares have no common denominator the same test on
 * 20,000 drawn signs. The interval is the mean ± its standard error (Miller 2024, arXiv 2411.00640,
 * section 4.2) times Student's quantile, which few problems need, or a bootstrap over problems. Pairing removes how hard the
 * problems are from the noise; two unpaired intervals that overlap say nothing about it.
 *
 * @param a Problem id → share of right samples, 0 … 1.
 * @param b The same for the other model.
 */
export function pairedDifference(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
  options: PairedOptions = {},
): Difference {
  checkKnown('pairedDifference(…)', options, { confidence: true, interval: true, seed: true })
  const { confidence = 0.95, interval: kind = 'student', seed = 7 } = options
  for (const one of [a, b])
    if (typeof one !== 'object' || one === null)
      throw new Stopped(
        'bad-call',
        `pairedDifference takes the byProblem of two scores, and got ${passed(one)}.`,
        'pairedDifference(a.byProblem, b.byProblem)',
      )
  const both = Object.keys(a).filter((id) => id in b)
  const n = both.length
  const differences = both.map((id) => a[id]! - b[id]!)
  const mean = n === 0 ? Number.NaN : differences.reduce((sum, d) => sum + d, 0) / n
  const variance = n < 2 ? Number.NaN : differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1)
  const error = Math.sqrt(variance / n)
  const reach = Number.isFinite(error) ? studentQuantile(0.5 + confidence / 2, n - 1) * error : 1
  const { low, high } =
    kind === 'bootstrap' && n > 1
      ? bootstrap(differences, { confidence, seed })
      : { low: mean - reach, high: mean + reach }
  const better = differences.filter((d) => d > 0).length
  const worse = differences.filter((d) => d < 0).length
  const common = { difference: mean, low: Math.max(-1, low), high: Math.min(1, high), n, better, worse }
  const binary = both.every((id) => [a[id], b[id]].every((share) => share === 0 || share === 1))
  if (binary) return { ...common, p: binomialHalf(better, better + worse), test: 'McNemar exact' }
  const exact = signFlip(differences)
  if (exact !== undefined) return { ...common, p: exact, test: 'sign-flip exact' }
  return { ...common, p: signFlipDrawn(differences, seed), test: 'sign-flip drawn' }
}

/**
 * Holm's correction for several comparisons: the adjusted p of each, in the order given.
 *
 * Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
 */
export function holm(ps: readonly number[]): number[] {
  takesNumbers('holm', ps, 'holm([0.01, 0.04])')
  const order = ps.map((p, place) => ({ p, place })).sort((a, b) => a.p - b.p)
  const adjusted = new Array<number>(ps.length)
  let highest = 0
  order.forEach(({ p, place }, rank) => {
    highest = Math.max(highest, Math.min(1, p * (ps.length - rank)))
    adjusted[place] = highest
  })
  return adjusted
}
