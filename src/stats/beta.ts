// The beta distribution, which the exact interval of a share rests on.
import { Stopped } from '../stopped.js'

/** Natural logarithm of the gamma function for x > 0: Lanczos' series (g = 7, n = 9), to about 15 digits. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  const at = x - 1
  let sum = 0.99999999999980993
  for (const [i, term] of terms.entries()) sum += term / (at + i + 1)
  const t = at + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (at + 0.5) * Math.log(t) - t + Math.log(sum)
}

/**
 * Distribution function of the beta distribution, the regularised incomplete beta function I_x(a, b): the continued
 * fraction of Abramowitz and Stegun 26.5.8 by Lentz's method, on the side where it converges fast.
 */
export function betaDistribution(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - betaDistribution(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a
  const tiny = 1e-300
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-16) break
  }
  return front * fraction

  function nonZero(value: number): number {
    return Math.abs(value) < tiny ? tiny : value
  }
}

/** Quantile of the beta distribution, by bisection down to neighbouring doubles. @param p 0 … 1. */
export function betaQuantile(p: number, a: number, b: number): number {
  let low = 0
  let high = 1
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (betaDistribution(middle, a, b) < p) low = middle
    else high = middle
  }
}

/** Quantile of Student's t distribution. @param p 0 < p < 1. @param freedom Degrees of freedom, above 0. */
export function studentQuantile(p: number, freedom: number): number {
  if (!(p > 0 && p < 1))
    throw new Stopped('bad-call', `studentQuantile: p must be between 0 and 1, got ${p}`, 'confidence: 0.95')
  if (p === 0.5) return 0
  const tail = Math.min(p, 1 - p)
  // Both tails together are I_x(freedom / 2, 1 / 2) at x = freedom / (freedom + t²); near the middle 1 − x keeps digits.
  let t: number
  if (tail < 0.25) {
    const x = betaQuantile(2 * tail, freedom / 2, 0.5)
    t = Math.sqrt((freedom * (1 - x)) / x)
  } else {
    const rest = betaQuantile(1 - 2 * tail, 0.5, freedom / 2)
    t = Math.sqrt((freedom * rest) / (1 - rest))
  }
  return p < 0.5 ? -t : t
}
