// Two shares that were not measured on the same problems, or of which only the counts are known.

import { Stopped } from '../stopped.js'
import { takesRows } from '../taken.js'
import { logGamma } from './beta.js'
import { wilson } from './intervals.js'

export interface Unpaired {
  /** Share of a − share of b. */
  difference: number
  low: number
  high: number
  /** Two-sided. */
  p: number
  test: 'Fisher exact'
}

/**
 * Difference of two independent shares, with Fisher's exact p and Newcombe's interval (method 10: made of the two Wilson
 * intervals). Two models on the same problems are not independent: pairing them (`pairedDifference`) sees smaller
 * differences. This is for published numbers, where only the counts are known.
 *
 * Fisher (1935), The Design of Experiments; Newcombe (1998), Statistics in Medicine 17, 873-890.
 *
 * @param a Right answers and tries.
 * @param confidence @default 0.95
 */
export function unpairedDifference(
  a: { hits: number; n: number },
  b: { hits: number; n: number },
  confidence = 0.95,
): Unpaired {
  takesRows('unpairedDifference', [a, b], {
    fix: 'unpairedDifference({ hits: 1, n: 3 }, { hits: 2, n: 3 })',
    what: 'counts',
  })
  const one = wilson(a.hits, a.n, confidence)
  const other = wilson(b.hits, b.n, confidence)
  const difference = one.value - other.value
  return {
    difference,
    low: difference - Math.hypot(one.value - one.low, other.high - other.value),
    high: difference + Math.hypot(one.high - one.value, other.value - other.low),
    p: fisherExact(a.hits, a.n - a.hits, b.hits, b.n - b.hits),
    test: 'Fisher exact',
  }
}

/**
 * Two-sided p of Fisher's exact test of a two by two table: the probability, under equal shares and these margins, of
 * all tables that are no more probable than this one.
 */
export function fisherExact(a: number, b: number, c: number, d: number): number {
  for (const count of [a, b, c, d])
    if (!(Number.isInteger(count) && count >= 0))
      throw new Stopped(
        'bad-call',
        `fisherExact: counts must be whole numbers from 0 on, got ${count}`,
        'fisherExact(10, 20, 15, 15)',
      )
  const rowOne = a + b
  const columnOne = a + c
  const all = a + b + c + d
  const log = (x: number) => logChoose(rowOne, x) + logChoose(all - rowOne, columnOne - x) - logChoose(all, columnOne)
  const seen = log(a)
  let p = 0
  for (let x = Math.max(0, columnOne - (all - rowOne)); x <= Math.min(rowOne, columnOne); x++) {
    const each = log(x)
    // Tables that are as probable as this one, but for rounding, belong to it.
    if (each <= seen + 1e-7) p += Math.exp(each)
  }
  return Math.min(1, p)
}

/** Natural logarithm of n over k. */
export function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY
  if (k === 0 || k === n) return 0
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
}
