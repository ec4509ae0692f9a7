// One seed for each sample of each problem, the same on every machine and in every run.
import { createHash } from 'node:crypto'

/**
 * The seed that a request carries: 31 bits of the sha256 of problem, sample and base, so that a
 * recording, a re-run and a second machine ask the same question. vLLM and OpenAI take seeds from 0
 * to 2^31 - 1 at least.
 *
 * @param base Another number gives another, equally good set of samples. @default 0
 */
export function seedFor(problemId: string, sample: number, base = 0): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([problemId, sample, base]))
    .digest()
  return digest.readUInt32BE(0) >>> 1
}
