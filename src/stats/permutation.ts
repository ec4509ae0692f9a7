// Whether paired differences lean to one side more than chance would have them.

import { randomFrom } from './random.js'

/** Differences are shares of k samples, so they are multiples of 1 / k; larger k than this are not looked for. */
const LARGEST_K = 128
/** Sums are counted one by one up to here. */
const LARGEST_RANGE = 200_000

/**
 * Two-sided p of the exact sign-flip test: if two models were equally good, each difference could as
 * well have had the other sign, so the sum that was seen is compared with those of all 2ⁿ choices of
 * signs (Fisher 1935, The Design of Experiments, section 21). The sums are counted by convolution, so
 * n may be in the hundreds.
 *
 * @param differences Each a multiple of 1 / k for one k up to 128.
 * @returns undefined where there is no such k.
 */
export function signFlip(differences: readonly number[]): number | undefined {
  const k = denominator(differences)
  if (k === undefined) return undefined
  const steps = differences.map((d) => Math.round(Math.abs(d) * k)).filter((step) => step > 0)
  const range = steps.reduce((sum, step) => sum + step, 0)
  if (range > LARGEST_RANGE) return undefined
  const seen = Math.abs(Math.round(differences.reduce((sum, d) => sum + d, 0) * k))
  // probability[s + range]: that the signed sum is s.
  let probability = new Float64Array(2 * range + 1)
  probability[range] = 1
  for (const step of steps) {
    const next = new Float64Array(2 * range + 1)
    for (let s = 0; s < probability.length; s++) {
      const half = probability[s]! / 2
      if (half === 0) continue
      next[s + step]! += half
      next[s - step]! += half
    }
    probability = next
  }
  let p = 0
  for (let s = 0; s < probability.length; s++) if (Math.abs(s - range) >= seen) p += probability[s]!
  return Math.min(1, p)
}

/**
 * The same test on drawn signs, where exact sums cannot be counted: (extreme draws + 1) / (draws + 1), which is never
 * smaller than what 20,000 draws can tell (Phipson and Smyth 2010, Statistical Applications in Genetics 9, 39).
 */
export function signFlipDrawn(differences: readonly number[], seed = 7, draws = 20_000): number {
  const random = randomFrom(seed)
  const sum = differences.reduce((total, d) => total + d, 0)
  const scale = differences.reduce((total, d) => total + Math.abs(d), 0)
  let extreme = 0
  for (let draw = 0; draw < draws; draw++) {
    let flipped = 0
    for (const d of differences) flipped += random() < 0.5 ? d : -d
    if (Math.abs(flipped) >= Math.abs(sum) - 1e-12 * scale) extreme++
  }
  return (extreme + 1) / (draws + 1)
}

function denominator(differences: readonly number[]): number | undefined {
  for (let k = 1; k <= LARGEST_K; k++)
    if (differences.every((d) => Math.abs(d * k - Math.round(d * k)) < 1e-9)) return k
  return undefined
}
