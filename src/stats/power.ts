// How many problems, or samples of each, a difference needs before it can be seen.

import { checkKnown } from '../known.js'
import { Stopped } from '../stopped.js'
import { passed } from '../taken.js'
import { logChoose } from './independent.js'
import { binomialHalf, normalDistribution, normalQuantile } from './normal.js'

export interface PowerOptions {
  /** The chance of a false alarm, two-sided. @default 0.05 */
  alpha?: number
  /** The chance of seeing the difference where it is there. @default 0.8 */
  power?: number
}

/** What of the differences between two models is not sampling: see `problemsNeeded`. */
export interface Spread {
  /** Variance over problems of the true difference of their shares, ω². */
  between: number
  /** Mean over problems of the variance of one sample of a, σ²_A: p(1 − p) averaged. @default 0 */
  withinA?: number
  /** The same of b. @default withinA */
  withinB?: number
  /** Samples of each problem. @default 1 */
  kA?: number
  /** @default kA */
  kB?: number
}

/**
 * Problems that a paired comparison needs to see a difference: n = (z_{1−α/2} + z_{power})² (ω² + σ²_A / K_A + σ²_B /
 * K_B) / δ² (Miller 2024, arXiv 2411.00640, section 5), rounded up. With one sample a problem, ω² + σ²_A + σ²_B is what
 * the variance of the differences is: share of problems on which the two disagree, less δ².
 *
 * @param difference δ, 0 … 1, either sign.
 * @returns Infinity where there is no difference.
 */
export function problemsNeeded(difference: number, spread: Spread, options: PowerOptions = {}): number {
  const z = zSum('problemsNeeded', options)
  if (difference === 0) return Number.POSITIVE_INFINITY
  return Math.ceil((z * z * varianceOf(spread)) / difference ** 2 - 1e-9)
}

/**
 * Samples of each problem, the same for both models, that a paired comparison on n problems needs to see a difference.
 * Infinity where even endless sampling would not show it: the problems are too few, and only more of them help.
 */
export function samplesNeeded(difference: number, n: number, spread: Spread, options: PowerOptions = {}): number {
  const { between, withinA = 0, withinB = withinA } = spread
  const allowed = (n * difference ** 2) / zSum('samplesNeeded', options) ** 2 - between
  return allowed <= 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.ceil((withinA + withinB) / allowed - 1e-9))
}

/** The smallest difference that a paired comparison on n problems sees with this power, 0 … 1. */
export function smallestDifference(n: number, spread: Spread, options: PowerOptions = {}): number {
  return zSum('smallestDifference', options) * Math.sqrt(varianceOf(spread) / n)
}

/** Disagreements that are expected, up to which McNemar's test is summed exactly. */
const EXACT = 2_000

/**
 * Chance that the exact McNemar test sees a difference on n problems, computed by summing over how many of them the two
 * models disagree on. Smaller than the normal formulas say, most of all for few problems.
 *
 * Where more than 2,000 disagreements are expected it is the normal approximation with the correction for continuity
 * that the exact test amounts to: Φ((n|δ| − 1 − z_{1−α/2}√(nψ)) / √(n(ψ − δ²))), ψ the share on which the two disagree
 * (Connor 1987, Biometrics 43, 207-211). It differs from the sum by less than 0.001 there.
 *
 * @param better Share of problems that only a solves.
 * @param worse Share of problems that only b solves.
 * @param n Problems.
 */
export function mcnemarPower(better: number, worse: number, n: number, options: PowerOptions = {}): number {
  const { alpha } = chances('mcnemarPower', options)
  const disagree = better + worse
  if (!(better >= 0 && worse >= 0 && disagree <= 1))
    throw new Stopped(
      'bad-call',
      `mcnemarPower: shares must be from 0 on and together at most 1, got ${better} and ${worse}`,
      'mcnemarPower(0.1, 0.05, 500)',
    )
  if (!(Number.isInteger(n) && n >= 0))
    throw new Stopped(
      'bad-call',
      `mcnemarPower: problems are a whole number from 0 on, got ${passed(n)}`,
      'mcnemarPower(0.1, 0.05, 500)',
    )
  if (disagree === 0) return 0
  return n * disagree <= EXACT ? summed(better, disagree, n, alpha) : approximated(better, worse, n, alpha)
}

function summed(better: number, disagree: number, n: number, alpha: number): number {
  let power = 0
  // The largest count at which d disagreements are told from chance: it never falls as d rises.
  let most = -1
  // Ten deviations hold all but 1e-14 of it, and the ten more where hardly anything is expected.
  const reach = 10 * Math.sqrt(n * disagree * (1 - disagree)) + 10
  const last = Math.min(n, Math.ceil(n * disagree + reach))
  for (let d = Math.max(0, Math.floor(n * disagree - reach)); d <= last; d++) {
    while (2 * (most + 1) <= d && binomialHalf(most + 1, d) <= alpha) most++
    const chance = binomial(n, d, disagree)
    if (chance < 1e-14) continue
    let rejected = 0
    for (let x = 0; x <= most; x++) rejected += binomial(d, x, better / disagree)
    for (let x = Math.max(most + 1, d - most); x <= d; x++) rejected += binomial(d, x, better / disagree)
    power += chance * rejected
  }
  return power
}

/** Both tails: without a difference the chance is α. */
function approximated(better: number, worse: number, n: number, alpha: number): number {
  const [difference, disagree] = [better - worse, better + worse]
  const seenFrom = 1 + normalQuantile(1 - alpha / 2) * Math.sqrt(n * disagree)
  const spread = Math.sqrt(n * (disagree - difference ** 2))
  const tail = (expected: number) =>
    spread === 0 ? Number(expected >= seenFrom) : normalDistribution((expected - seenFrom) / spread)
  return tail(n * difference) + tail(-n * difference)
}

/** What a difference that was seen needs: the spread estimated from the shares of both models, problem by problem. */
export function spreadOf(a: readonly number[], b: readonly number[], kA: number, kB: number): Required<Spread> {
  const n = a.length
  const differences = a.map((x, i) => x - b[i]!)
  const mean = differences.reduce((sum, d) => sum + d, 0) / n
  const total = n < 2 ? Number.NaN : differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1)
  // p(1 − p) from k samples is too small by (k − 1) / k; from one sample it cannot be told.
  const within = (shares: readonly number[], k: number) =>
    k < 2 ? 0 : ((shares.reduce((sum, p) => sum + p * (1 - p), 0) / n) * k) / (k - 1)
  const [withinA, withinB] = [within(a, kA), within(b, kB)]
  return { between: Math.max(0, total - withinA / kA - withinB / kB), withinA, withinB, kA, kB }
}

function varianceOf({ between, withinA = 0, withinB = withinA, kA = 1, kB = kA }: Spread): number {
  return between + withinA / kA + withinB / kB
}

function chances(call: string, options: PowerOptions): Required<PowerOptions> {
  checkKnown(`${call}(…)`, options, { alpha: true, power: true })
  const { alpha = 0.05, power = 0.8 } = options
  return { alpha, power }
}

function zSum(call: string, options: PowerOptions): number {
  const { alpha, power } = chances(call, options)
  return normalQuantile(1 - alpha / 2) + normalQuantile(power)
}

function binomial(n: number, k: number, p: number): number {
  if (p <= 0) return k === 0 ? 1 : 0
  if (p >= 1) return k === n ? 1 : 0
  return Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p))
}

/** Chance that a normal test at n problems sees the difference: the other tail is left out, as is usual. */
export function pairedPower(difference: number, n: number, spread: Spread, options: PowerOptions = {}): number {
  const { alpha } = chances('pairedPower', options)
  const error = Math.sqrt(varianceOf(spread) / n)
  return normalDistribution(Math.abs(difference) / error - normalQuantile(1 - alpha / 2))
}
