// The mean of values that come in groups: k samples of one problem, problems of one contest.

import { checkKnown } from '../known.js'
import { Stopped } from '../stopped.js'
import { takesNumbers } from '../taken.js'
import { studentQuantile } from './beta.js'
import type { Interval } from './intervals.js'

export interface Clustered extends Interval {
  /** Standard error of the mean. */
  error: number
  /** How many clusters. */
  clusters: number
}

export interface ClusteredOptions {
  /** @default 0.95 */
  confidence?: number
  /**
   * Multiplies the variance by g / (g − 1), which few clusters need; inspect_ai's `stderr(cluster=…)` does so, the
   * paper does not. @default true
   */
  correction?: boolean
}

/**
 * Mean of values with the cluster-robust standard error √(Σ_c (Σ_{i∈c} (x_i − x̄))²) / n and Student's interval
 * with g − 1 degrees of freedom for g clusters (Miller 2024, arXiv 2411.00640, section 2.2; Liang and Zeger 1986,
 * Biometrika 73, 13-22). With one value a cluster it is the ordinary standard error.
 *
 * @param clusters The group of each value: problem ids, contests.
 * @throws Stopped 'bad-call' where there are not as many groups as values.
 */
export function clusteredMean(
  values: readonly number[],
  clusters: readonly (string | number)[],
  options: ClusteredOptions = {},
): Clustered {
  checkKnown('clusteredMean(…)', options, { confidence: true, correction: true })
  const { confidence = 0.95, correction = true } = options
  takesNumbers('clusteredMean', values, "clusteredMean([0, 1], ['a', 'b'])")
  if (values.length !== clusters.length)
    throw new Stopped(
      'bad-call',
      `clusteredMean: ${values.length} values and ${clusters.length} clusters`,
      "clusteredMean([0, 1], ['a', 'b'])",
    )
  const n = values.length
  const mean = values.reduce((sum, x) => sum + x, 0) / n
  const sums = new Map<string | number, number>()
  for (const [i, x] of values.entries()) sums.set(clusters[i]!, (sums.get(clusters[i]!) ?? 0) + x - mean)
  const g = sums.size
  let variance = [...sums.values()].reduce((sum, each) => sum + each * each, 0) / (n * n)
  if (correction) variance *= g / (g - 1)
  const error = g < 2 ? Number.NaN : Math.sqrt(variance)
  const reach = Number.isFinite(error) ? studentQuantile(0.5 + confidence / 2, g - 1) * error : Number.POSITIVE_INFINITY
  return { value: mean, low: mean - reach, high: mean + reach, error, clusters: g }
}
