// The chance that at least one of k samples is right.
import { Stopped } from '../stopped.js'

/**
 * Unbiased pass@k of one problem from n samples of which c were right.
 *
 * 1 − C(n − c, k) / C(n, k), as a product that does not overflow (Chen et al. 2021, arXiv 2107.03374,
 * equation 1). Average it over the problems.
 *
 * @throws Stopped 'bad-call' where k > n or c > n: an estimate for more samples than were taken would be a guess.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (!(k >= 1 && k <= n))
    throw new Stopped('bad-call', `passAtK: k must be between 1 and n = ${n}, got ${k}`, 'passAtK(8, 3, 2)')
  if (!(c >= 0 && c <= n))
    throw new Stopped('bad-call', `passAtK: c must be between 0 and n = ${n}, got ${c}`, 'passAtK(8, 3, 2)')
  if (n - c < k) return 1
  let none = 1
  for (let i = n - c + 1; i <= n; i++) none *= 1 - k / i
  return 1 - none
}
