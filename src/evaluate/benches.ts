// The benchmarks of the report and three more, written with `bench` as a user's own would be.

import { existsSync } from 'node:fs'
import { checkKnown } from '../known.js'
import { nearest } from '../nearest.js'
import { sources } from '../problems/index.js'
import { Stopped } from '../stopped.js'
import { type Bench, bench, isBench, windowOf } from './bench.js'

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
  'livecodebench:easy': bench({ name: 'LiveCodeBench easy', problems: 'livecodebench:easy' }),
  'livecodebench:medium': bench({ name: 'LiveCodeBench medium', problems: 'livecodebench:medium' }),
  'livecodebench:hard': bench({ name: 'LiveCodeBench hard', problems: 'livecodebench:hard' }),
} as const satisfies Record<string, Bench>

/** Names that stand for several benchmarks. */
const GROUPS: Record<string, (keyof typeof benches)[]> = {
  livecodebench: ['livecodebench:easy', 'livecodebench:medium', 'livecodebench:hard'],
  report: ['math500', 'aime24', 'livecodebench:easy', 'livecodebench:medium', 'livecodebench:hard', 'gpqa'],
}

export type BenchName = keyof typeof benches | 'livecodebench' | 'report'

export interface LiveCodeBenchOptions {
  /** 1 to 6; each release holds those before it. @default 2, the report's */
  release?: number
  /** Dates of the contests, both included: '2024-08-01'. @default all of the release */
  from?: string
  to?: string
  /** @default all three, each a benchmark of its own as in the report */
  difficulty?: 'easy' | 'medium' | 'hard'
}

/**
 * LiveCodeBench by release and window of contest dates, as its leaderboard is read: problems from before a model's
 * training ended say little. Release and window stand in the benchmark's name, so scores of two windows stay apart.
 *
 * @throws Stopped('bad-call') for a release that there is not; `evaluate` stops at a date that is none.
 * @example await evaluate(sky, { benches: ['math500', liveCodeBench({ release: 5, from: '2024-08-01' })], in: work })
 */
export function liveCodeBench(options: LiveCodeBenchOptions = {}): Bench[] {
  checkKnown('liveCodeBench(…)', options, { release: true, from: true, to: true, difficulty: true })
  const { release = 2, from, to, difficulty } = options
  if (!Number.isInteger(release) || release < 1 || release > 6)
    throw new Stopped('bad-call', `LiveCodeBench has releases 1 to 6, not ${release}.`, 'liveCodeBench({ release: 5 })')
  const window = [from && `from ${from}`, to && `to ${to}`].filter(Boolean).join(' ')
  const levels = difficulty === undefined ? (['easy', 'medium', 'hard'] as const) : [difficulty]
  return levels.map((level) =>
    bench({
      name: `LiveCodeBench ${release === 2 ? '' : `v${release} `}${level}${window && `, ${window}`}`,
      problems: release === 2 ? `livecodebench:${level}` : `livecodebench:release_v${release}:${level}`,
      ...windowOf({ from, to }),
    }),
  )
}

/** What `evaluate` takes as a benchmark. */
export type Benched =
  | BenchName
  | (string & {})
  | Bench
  | readonly Bench[]
  | { name: string; problems: Bench['problems'] }

const isSource = (name: string): boolean =>
  existsSync(name) || sources().some((source) => source.name === name.toLowerCase())

/** The name itself, unless it is only nearly that of a benchmark: then nothing but that can have been meant. */
function knownOrFile(name: string): string {
  const meant = nearest(name, [...Object.keys(GROUPS), ...Object.keys(benches)])
  if (meant === undefined || isSource(name)) return name
  throw new Stopped(
    'bad-call',
    `There is no benchmark ${JSON.stringify(name)}; did you mean ${meant}?`,
    `evaluate([qwq], { benches: ['${meant}'], in: work }); there are ${Object.keys(benches).join(', ')}`,
  )
}

/** Benchmarks as they were named, each with its settings. @throws Stopped('bad-call') for what is none. */
export function benchesFor(given: readonly Benched[]): Bench[] {
  return given.flat().flatMap((one) => {
    if (typeof one === 'string') {
      if (Object.hasOwn(GROUPS, one)) return GROUPS[one]!.map((name) => benches[name])
      if (Object.hasOwn(benches, one)) return [benches[one as keyof typeof benches]]
      return [bench({ name: knownOrFile(one), problems: one })]
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
