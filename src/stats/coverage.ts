// How often an interval holds the truth, tried out.

import { checkKnown } from '../known.js'
import type { Interval } from './intervals.js'
import { randomFrom } from './random.js'

export interface CoverageOptions {
  /** Problems of each trial. */
  n: number
  /** Samples of each problem. @default 1 */
  k?: number
  /**
   * The chance that a sample of a problem is right: one number for all problems, or a function that draws one for each
   * from a uniform random number. @default every problem 0.5
   */
  share?: number | ((uniform: () => number) => number)
  /** @default 2,000 */
  trials?: number
  /** @default 7 */
  seed?: number
}

/**
 * Simulated coverage of an interval: draws n problems with k samples each, many times, and counts how often the interval
 * of the shares holds the true mean. An interval that says 95 % should be near 0.95, and the error of the count is
 * given beside it.
 *
 * @param interval From one share for each problem to an interval: `meanInterval`, or `(shares) => bootstrap(shares)`.
 * @example coverage(meanInterval, { n: 30, k: 16, share: (uniform) => uniform() ** 2 })
 */
export function coverage(
  interval: (shares: readonly number[]) => Pick<Interval, 'low' | 'high'>,
  options: CoverageOptions,
): { covered: number; error: number; width: number; truth: number } {
  checkKnown(
    'coverage(…)',
    options,
    { n: true, k: true, share: true, trials: true, seed: true },
    'coverage((shares) => meanInterval(shares), { n: 30 })',
  )
  const { n, k = 1, share = 0.5, trials = 2000, seed = 7 } = options
  const uniform = randomFrom(seed)
  const draw = typeof share === 'number' ? () => share : () => share(uniform)
  const truth = typeof share === 'number' ? share : meanOf(share, seed)
  let covered = 0
  let width = 0
  for (let trial = 0; trial < trials; trial++) {
    const shares = Array.from({ length: n }, () => {
      const p = draw()
      let right = 0
      for (let i = 0; i < k; i++) if (uniform() < p) right++
      return right / k
    })
    const { low, high } = interval(shares)
    if (low <= truth && truth <= high) covered++
    width += high - low
  }
  const rate = covered / trials
  return { covered: rate, error: Math.sqrt((rate * (1 - rate)) / trials), width: width / trials, truth }
}

/** The mean share over problems, from many draws: its own error is a hundredth of what is looked for. */
function meanOf(share: (uniform: () => number) => number, seed: number): number {
  const uniform = randomFrom(seed + 1)
  let sum = 0
  for (let i = 0; i < 1_000_000; i++) sum += share(uniform)
  return sum / 1_000_000
}
