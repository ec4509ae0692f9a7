// How far a measured share or mean can be trusted.

import { Stopped } from '../stopped.js'
import { takesNumbers } from '../taken.js'
import { betaQuantile } from './beta.js'
import { normalQuantile } from './normal.js'

export interface Interval {
  value: number
  low: number
  high: number
}

/**
 * Wilson score interval of a share: `hits` of `n` independent tries.
 *
 * Wilson (1927), Journal of the American Statistical Association 22, 209-212. Preferred over p ± 1.96
 * standard errors for n < 200, where that interval covers too rarely and leaves 0 … 1.
 *
 * @param hits 0 … n; may be fractional (a mean of k samples an item).
 * @param n Number of tries. With n = 0 nothing is known: value NaN, interval 0 … 1.
 * @param confidence @default 0.95
 * @returns Shares, 0 … 1.
 * @throws Stopped 'bad-call' where hits is outside 0 … n.
 */
export function wilson(hits: number, n: number, confidence = 0.95): Interval {
  if (!(hits >= 0 && hits <= n))
    throw new Stopped('bad-call', `wilson: hits must be between 0 and n = ${n}, got ${hits}`, 'wilson(3, 10)')
  if (n === 0) return { value: Number.NaN, low: 0, high: 1 }
  const z = normalQuantile(0.5 + confidence / 2)
  const share = hits / n
  const scale = 1 + (z * z) / n
  const middle = (share + (z * z) / (2 * n)) / scale
  const reach = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / scale
  return { value: share, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) }
}

/**
 * Exact (Clopper–Pearson) interval of a share: it covers at least as often as it says, for every true share and n, and
 * is wider for it. For numbers that are to be guaranteed; Wilson's is nearer to 95 % on average.
 *
 * Clopper and Pearson (1934), Biometrika 26, 404-413, through quantiles of the beta distribution.
 *
 * @param hits Whole number, 0 … n.
 * @param confidence @default 0.95
 * @throws Stopped 'bad-call' where hits is no whole number between 0 and n.
 */
export function clopperPearson(hits: number, n: number, confidence = 0.95): Interval {
  if (!(Number.isInteger(hits) && hits >= 0 && hits <= n))
    throw new Stopped(
      'bad-call',
      `clopperPearson: hits must be a whole number between 0 and n = ${n}, got ${hits}`,
      'clopperPearson(3, 10)',
    )
  if (n === 0) return { value: Number.NaN, low: 0, high: 1 }
  const tail = (1 - confidence) / 2
  return {
    value: hits / n,
    low: hits === 0 ? 0 : betaQuantile(tail, hits, n - hits + 1),
    high: hits === n ? 1 : betaQuantile(1 - tail, hits + 1, n - hits),
  }
}

/**
 * Interval of the mean over problems of the share of right samples (average@k).
 *
 * The problem is the unit: k samples of one problem are not k independent tries, so k never stands in
 * for n (Miller 2024, arXiv 2411.00640, clustered standard errors with one cluster a problem). With
 * one sample a problem, and wherever the spread between problems is zero, this is the Wilson interval
 * on n problems, which stays honest at 0 and 1.
 *
 * @param shares One number for each problem: the share of its samples that were right, 0 … 1.
 * @param confidence @default 0.95
 */
export function meanInterval(shares: readonly number[], confidence = 0.95): Interval {
  takesNumbers('meanInterval', shares, 'meanInterval([0, 0.5, 1])')
  const n = shares.length
  if (n === 0) return { value: Number.NaN, low: 0, high: 1 }
  const total = shares.reduce((sum, share) => sum + share, 0)
  const mean = total / n
  const binary = shares.every((share) => share === 0 || share === 1)
  if (binary || n < 2) return wilson(Math.min(n, Math.max(0, total)), n, confidence)
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (n - 1)
  // The Wilson form with the variance that was seen instead of p(1 - p): an "effective" number of
  // problems, never fewer than n, so that averaging k samples narrows the interval and nothing else does.
  const spread = mean * (1 - mean)
  const effective = variance > 0 && spread > variance ? (n * spread) / variance : n
  return { ...wilson(mean * effective, effective, confidence), value: mean }
}
