// Models on benchmarks: k samples of every problem, judged, and one number with its interval.

import { checkKnown, type Known } from '../known.js'
import type { Judged, Problem, Sample, Score } from '../rows.js'
import { type Model, type Prompts, sample } from '../sample/index.js'
import { Stopped } from '../stopped.js'
import { type Policy, verify } from '../verify/index.js'
import { type Done, Step, type Workspace } from '../workspace/index.js'
import { promptsFor } from './asked.js'
import { type Bench, loadBench } from './bench.js'
import { type Benched, benchesFor } from './benches.js'
import { type Preset, type PresetName, presetFor } from './presets.js'
import { score } from './score.js'

export interface EvaluateOptions {
  /** Names ('math500', 'aime24', 'livecodebench', 'report' …), files as `problems` takes them, or what `bench` gives. */
  benches: Benched[]
  /** Where answers and scores are kept. */
  in: Workspace
  /** Samples of each problem. @default the benchmark's: 16 for AIME, 8 for AMC23, else 1 as in the report */
  k?: number
  /** null: the server's default. @default the benchmark's: 0.7 for AIME and GPQA-Diamond and where k > 1, else 0 */
  temperature?: number | null
  topP?: number | null
  /** Tokens of an answer at most. @default 32768, as in the report's harness */
  maxTokens?: number
  /** Our own prompts, or the report's: `await skyT1Prompts(file)`. @default 'skylab' */
  prompts?: Prompts
  /** How a model is asked, by its id, where its name does not tell: `{ [student.id]: 'sky-t1' }`. */
  presets?: Readonly<Record<string, PresetName | Preset>>
  /** How maths is compared. @default 'strict' */
  policy?: Policy
  /** Another number draws another set of samples. @default 0 */
  seed?: number
  /** Programs judged at once. @default 2 */
  workers?: number
}

const OPTIONS: Known<Required<EvaluateOptions>> = {
  benches: true,
  in: true,
  k: true,
  temperature: true,
  topP: true,
  maxTokens: true,
  prompts: true,
  presets: true,
  policy: true,
  seed: true,
  workers: true,
}

/** The workspace's stages of an evaluation: answers, and scores. */
export const STAGE = 'evaluate'
export const SCORES = 'scores'

/**
 * Scores models on benchmarks.
 *
 * A score is average@k: the mean over problems of the share of right samples, with a 95 % interval
 * whose unit is the problem (src/stats). A sample that was cut off at the token limit counts as not
 * right and is counted in `cutOff` too. Answers are kept under the stage 'evaluate', so what was stopped
 * goes on where it was, and a second call with a larger k asks for the rest only; scores are kept under 'scores'.
 *
 * @returns One row for each model and benchmark, models outermost.
 * @throws Stopped where `sample` or `problems` stop, and 'no-server' where an answer could not be had: a mean over
 *   what came back would flatter.
 * @example const scores = await evaluate([sky, base], { benches: ['report'], in: work })
 */
export function evaluate(models: Model | Model[], options: EvaluateOptions): Step<Score> {
  const list = [models].flat()
  if (list.length === 0 || !Array.isArray(options?.benches) || options.benches.length === 0)
    throw new Stopped(
      'bad-call',
      `evaluate(…) got ${list.length} models and ${Array.isArray(options?.benches) ? options.benches.length : 'no'} benchmarks.`,
      "evaluate([qwq], { benches: ['practice:bench'], in: work })",
    )
  checkKnown('evaluate(…)', options, OPTIONS)
  const benches = benchesFor(options.benches)
  const twice = benches.find(({ name }, i) => benches.findIndex((other) => other.name === name) < i)
  if (twice)
    throw new Stopped(
      'bad-call',
      `Two benchmarks are called ${twice.name}; their scores could not be told apart.`,
      `bench({ …, name: '${twice.name} (2)' })`,
    )
  return new Step<Score>({
    label: 'score',
    total: list.length * benches.length,
    kept: options.in.name,
    async *run(): AsyncGenerator<Done<Score>> {
      let place = 0
      for (const model of list)
        for (const bench of benches) yield { row: await scoreOne(model, bench, options), place: place++ }
    },
    ...(list.some((model) => model.price || !model.local) && { dollars: (row: Score) => row.dollars ?? null }),
  })
}

/** How the answers of a model on a benchmark are asked for. */
export function sampling(bench: Bench, preset: Preset, options: Omit<EvaluateOptions, 'in' | 'benches'>) {
  const k = options.k ?? bench.k ?? 1
  const temperature = [options.temperature, preset.temperature, bench.temperature].find((one) => one !== undefined)
  return {
    n: k,
    temperature: temperature === undefined ? (k > 1 ? 0.7 : 0) : temperature,
    topP: options.topP ?? bench.topP ?? null,
    maxTokens: options.maxTokens ?? bench.maxTokens ?? 32_768,
    prompts: promptsFor(bench, preset, options.prompts ?? 'skylab'),
    seed: options.seed ?? 0,
    stage: STAGE,
  }
}

async function scoreOne(model: Model, bench: Bench, options: EvaluateOptions): Promise<Score> {
  const work = options.in
  const preset = presetFor(model.id, options.presets)
  const { problems, dataset } = await loadBench(bench)
  const settings = sampling(bench, preset, options)
  const raw = await sample(problems as Problem[], { model, in: work, ...settings })
  const failed = raw.filter((row) => row.finish === 'error')
  if (failed.length > 0)
    throw new Stopped(
      'no-server',
      `${failed.length} of ${raw.length} answers of ${model.id} on ${bench.name} could not be had: ${failed[0]!.failure}`,
      'Run the cell again: only the missing ones are asked for.',
    )
  const { policy = 'strict' } = options
  const made = score(bench.name, await judged(raw, bench, options), {
    policy,
    endpoint: model.identity,
    preset: preset.name,
    dataset,
    seed: settings.seed,
  })
  return keepScore(work, made)
}

/** The verdicts of a benchmark: its own verifier's, or ours. */
export function judged(
  rows: Sample[],
  { verify: own, version }: Bench,
  { workers = 2, policy = 'strict', in: work }: Pick<EvaluateOptions, 'workers' | 'policy'> & { in?: Workspace },
): Step<Judged> {
  return verify(rows, {
    workers,
    policy,
    ...(work && { in: work }),
    ...(own && { with: own }),
    ...(version !== undefined && { version }),
  }) as Step<Judged>
}

/** Keeps a score in the workspace, once. */
export async function keepScore(work: Workspace, made: Score): Promise<Score> {
  const { outcomes: _, answers: __, ...rest } = made
  await work.once(SCORES, rest, async () => ({ value: made }))
  return made
}
