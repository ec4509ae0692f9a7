// Some questions asked to see how long answers are, and how far their mean can be trusted.
import type { Problem, Sample } from '../rows.js'
import { type SampleOptions, sample } from './sample.js'
import { seedFor } from './seed.js'

/**
 * Asks so many of the questions of a run, one out of each stretch of its problems: the first sample of each, exactly
 * as `sample` asks for it.
 *
 * @returns The rows, and tokens a second of one request.
 */
export async function probed(
  problems: Problem[],
  options: SampleOptions,
  probe: number,
): Promise<{ rows: Sample[]; speed: number }> {
  const wanted = Math.min(probe, problems.length)
  // One out of each stretch, for problems often lie in the order of their difficulty; and not at the same place of
  // each, for they may also take turns.
  const drawn = Array.from({ length: wanted }, (_, nth) => {
    const [from, to] = [nth, nth + 1].map((edge) => Math.floor((edge * problems.length) / wanted)) as [number, number]
    return problems[from + (seedFor(problems[from]!.id, nth) % (to - from))]!
  })
  const rows = await sample(drawn, { ...options, n: 1 })
  const answers = rows.filter(({ finish, seconds }) => finish !== 'error' && seconds > 0)
  const seconds = answers.reduce((sum, row) => sum + row.seconds, 0)
  const tokens = answers.reduce((sum, { usage }) => sum + usage.completion, 0)
  return { rows, speed: seconds > 0 ? tokens / seconds : 0 }
}

/**
 * Mean of some numbers and the reach of its 95 % interval: Student's t with n − 1 degrees of freedom, in the
 * approximation of Cornish and Fisher to its quantile (Abramowitz and Stegun 26.7.5), good to 1 % from n = 4 on.
 */
export function spread(values: readonly number[]): { mean: number; reach: number } {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  const [z, df] = [1.959964, n - 1]
  const t =
    z +
    (z ** 3 + z) / (4 * df) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * df ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * df ** 3)
  return { mean, reach: t * Math.sqrt(variance / n) }
}
