// The benchmarks of the report and three more, written with `bench` as a user's own would be.

import { nearest } from '../nearest.js'
import { Stopped } from '../stopped.js'
import { type Bench, bench, isBench } from './bench.js'

/** The report sampled AIME24 and GPQA-Diamond at 0.7, everything else greedily. */
const SAMPLED = 0.7

/**
 * The benchmarks that have a name. Spread one to change it:
 * `bench({ ...benches.math500, problems: 'data/math500.jsonl', limit: 100 })`.
 *
 * k is 1, as in the report, except on AIME (30 problems: 16 samples) and AMC23 (40 problems: 8), where one sample says
 * next to nothing: 16 samples at 0.7 take the noise of sampling from 6 points to under 2.
 */
export const benches = {
  math500: bench({ name: 'MATH-500', problems: 'math500' }),
  aime24: bench({ name: 'AIME24', problems: 'aime24', k: 16, temperature: SAMPLED }),
  aime25: bench({ name: 'AIME25', problems: 'aime25', k: 16, temperature: SAMPLED }),
  amc23: bench({ name: 'AMC23', problems: 'amc23', k: 8, temperature: SAMPLED }),
  gsm8k: bench({ name: 'GSM8K', problems: 'gsm8k' }),
  gpqa: bench({ name: 'GPQA-Diamond', problems: 'gpqa', temperature: SAMPLED }),
  'livecodebench:easy': liveCodeBench('easy'),
  'livecodebench:medium': liveCodeBench('medium'),
  'livecodebench:hard': liveCodeBench('hard'),
} as const satisfies Record<string, Bench>

/** Names that stand for several benchmarks. */
const GROUPS: Record<string, (keyof typeof benches)[]> = {
  livecodebench: ['livecodebench:easy', 'livecodebench:medium', 'livecodebench:hard'],
  report: ['math500', 'aime24', 'livecodebench:easy', 'livecodebench:medium', 'livecodebench:hard', 'gpqa'],
}

export type BenchName = keyof typeof benches | 'livecodebench' | 'report'

function liveCodeBench(difficulty: 'easy' | 'medium' | 'hard'): Bench {
  return bench({ name: `LiveCodeBench ${difficulty}`, problems: `livecodebench:${difficulty}` })
}

/** What `evaluate` takes as a benchmark. */
export type Benched = BenchName | (string & {}) | Bench | { name: string; problems: Bench['problems'] }

/** Benchmarks as they were named, each with its settings. @throws Stopped('bad-call') for what is none. */
export function benchesFor(given: readonly Benched[]): Bench[] {
  return given.flatMap((one) => {
    if (typeof one === 'string') {
      if (Object.hasOwn(GROUPS, one)) return GROUPS[one]!.map((name) => benches[name])
      if (Object.hasOwn(benches, one)) return [benches[one as keyof typeof benches]]
      return [bench({ name: one, problems: one })]
    }
    if (isBench(one)) return [one]
    if (typeof one === 'object' && one !== null && 'problems' in one) return [bench(one)]
    throw new Stopped(
      'bad-call',
      `A benchmark is ${JSON.stringify(one)}; it is a name, a file, or what bench(…) gives.`,
      `evaluate([qwq], { benches: ['${nearest(String(one), [...Object.keys(GROUPS), ...Object.keys(benches)]) ?? 'math500'}'], in: work })`,
    )
  })
}
