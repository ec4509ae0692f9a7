// The normal distribution and the binomial's tails.
import { Stopped } from '../stopped.js'

/**
 * Quantile of the standard normal distribution, by bisection on its distribution function.
 * @param p 0 < p < 1.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1))
    throw new Stopped('bad-call', `normalQuantile: p must be between 0 and 1, got ${p}`, 'confidence: 0.95')
  let low = -10
  let high = 10
  while (high - low > 1e-13) {
    const middle = (low + high) / 2
    if (normalDistribution(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Distribution function of the standard normal distribution: P(Z ≤ z). */
export function normalDistribution(z: number): number {
  // The series of the error function below |z| = 5, the continued fraction of its complement above;
  // Abramowitz and Stegun 7.1.6 and 7.1.14. Both to the last digits of a double.
  const x = Math.abs(z) / Math.SQRT2
  let upper: number
  if (x < 3.5) {
    let term = x
    let sum = x
    for (let k = 1; Math.abs(term) > 1e-17 * sum && k < 200; k++) {
      term *= (2 * x * x) / (2 * k + 1)
      sum += term
    }
    upper = 0.5 * (1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum)
  } else {
    let fraction = x
    for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction
    upper = Math.exp(-x * x) / (2 * Math.sqrt(Math.PI) * fraction)
  }
  return z > 0 ? 1 - upper : upper
}

/** Two-sided exact binomial test of `hits` of `n` against one half. */
export function binomialHalf(hits: number, n: number): number {
  if (n === 0) return 1
  const fewer = Math.min(hits, n - hits)
  let tail = 0
  let logChoose = 0
  for (let k = 0; k <= fewer; k++) {
    if (k > 0) logChoose += Math.log(n - k + 1) - Math.log(k)
    tail += Math.exp(logChoose - n * Math.LN2)
  }
  return Math.min(1, 2 * tail)
}
