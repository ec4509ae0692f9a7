// Intervals by drawing the problems again and again.

import { checkKnown, type Known } from '../known.js'
import { Stopped } from '../stopped.js'
import { passed, takesNumbers } from '../taken.js'
import type { Interval } from './intervals.js'
import { normalDistribution, normalQuantile } from './normal.js'
import { resamples } from './random.js'

export interface BootstrapOptions {
  /** From 2 to 1,000,000. @default 10,000 */
  resamples?: number
  /** The same seed gives the same interval. @default 7 */
  seed?: number
  /** @default 0.95 */
  confidence?: number
  /**
   * 'bca' corrects for bias and for an error that changes with the value (Efron 1987, JASA 82, 171-185); 'percentile'
   * takes the quantiles as they are. @default 'bca'
   */
  method?: 'bca' | 'percentile'
  /** What is estimated from the drawn rows. @default their mean */
  statistic?: (values: readonly number[]) => number
  /** The rows of each resample, in place of drawn ones. */
  indices?: Iterable<ArrayLike<number>>
}

const OPTIONS: Known<Required<BootstrapOptions>> = {
  resamples: true,
  seed: true,
  confidence: true,
  method: true,
  statistic: true,
  indices: true,
}

/**
 * Resamples at most. From one seed to another an end of a 95 % interval moves by 2.7 standard errors over the root of
 * their number: with a million, by 0.07 % of the interval's width, which no table shows.
 */
const MOST = 1_000_000

export interface Bootstrapped extends Interval {
  /** Standard deviation of the statistic over the resamples. */
  error: number
  method: 'bca' | 'percentile'
}

/**
 * Bootstrap interval of a statistic of independent values: draws as many values with replacement, many times. The unit
 * is what is drawn, so pass one value for each problem (the share of its samples that were right), not one for each
 * sample; for a paired difference, the differences.
 *
 * BCa as in Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 14; ties count half, quantiles are
 * interpolated. Where every value is the same there is nothing to draw, and the interval is that value.
 *
 * @throws Stopped 'bad-call' for no value, or more resamples than make a difference.
 */
export function bootstrap(values: readonly number[], options: BootstrapOptions = {}): Bootstrapped {
  takesNumbers('bootstrap', values, 'bootstrap([0, 0.5, 1])')
  checkKnown('bootstrap(…)', options, OPTIONS)
  const { resamples: count = 10_000, seed = 7, confidence = 0.95, method = 'bca' } = options
  if (!(Number.isInteger(count) && count >= 2 && count <= MOST))
    throw new Stopped(
      'bad-call',
      `bootstrap: resamples is ${passed(count)}; it is a whole number from 2 to 1,000,000.`,
      'bootstrap(shares, { resamples: 10_000 })',
    )
  const n = values.length
  if (n === 0) throw new Stopped('bad-call', 'bootstrap: there is no value', 'bootstrap([0, 0.5, 1])')
  const { statistic } = options
  const seen = (statistic ?? mean)(values)
  const drawn: number[] = []
  for (const indices of options.indices ?? resamples(n, count, seed)) {
    if (statistic) drawn.push(statistic(Array.from(indices, (i) => values[i]!)))
    else {
      let sum = 0
      for (let i = 0; i < indices.length; i++) sum += values[indices[i]!]!
      drawn.push(sum / indices.length)
    }
  }
  const sorted = Float64Array.from(drawn).sort()
  const average = drawn.reduce((sum, x) => sum + x, 0) / drawn.length
  const error = Math.sqrt(drawn.reduce((sum, x) => sum + (x - average) ** 2, 0) / (drawn.length - 1))
  const tail = (1 - confidence) / 2
  const [low, high] = method === 'bca' ? corrected(values, statistic ?? mean, seen, sorted, tail) : [tail, 1 - tail]
  return { value: seen, low: quantile(sorted, low), high: quantile(sorted, high), error, method }
}

/** The shares of the resamples at which the interval ends, corrected for bias and acceleration. */
function corrected(
  values: readonly number[],
  statistic: (values: readonly number[]) => number,
  seen: number,
  sorted: Float64Array,
  tail: number,
): [number, number] {
  let below = 0
  // The same rows in another order give the same mean but for its last digit: that is a tie too.
  const near = 1e-12 * Math.max(Math.abs(sorted[0]!), Math.abs(sorted.at(-1)!))
  for (const x of sorted) below += x < seen - near ? 1 : x <= seen + near ? 0.5 : 0
  const share = below / sorted.length
  // All resamples on one side: there is no bias to estimate, and nothing to correct.
  if (!(share > 0 && share < 1)) return [tail, 1 - tail]
  const bias = normalQuantile(share)
  const left = leftOut(values, statistic)
  const middle = mean(left)
  const cubes = left.reduce((sum, x) => sum + (middle - x) ** 3, 0)
  const squares = left.reduce((sum, x) => sum + (middle - x) ** 2, 0)
  const acceleration = squares > 0 ? cubes / (6 * squares ** 1.5) : 0
  const at = (z: number) => normalDistribution(bias + (bias + z) / (1 - acceleration * (bias + z)))
  return [at(normalQuantile(tail)), at(normalQuantile(1 - tail))]
}

/** The statistic without each value in turn. */
function leftOut(values: readonly number[], statistic: (values: readonly number[]) => number): number[] {
  if (statistic !== mean) return values.map((_, i) => statistic(values.toSpliced(i, 1)))
  const sum = values.reduce((total, x) => total + x, 0)
  return values.map((x) => (sum - x) / (values.length - 1))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length
}

/** Linear interpolation between order statistics, as numpy's and R's default (Hyndman and Fan's type 7). */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (high - low) * (place - below)
}
