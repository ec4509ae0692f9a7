// Models on benchmarks: k samples of every problem, judged, and one number with its interval.

import { problems } from '../problems/index.js'
import type { Judged, Problem, Score } from '../rows.js'
import { type Model, type Prompts, sample } from '../sample/index.js'
import { meanInterval } from '../stats/index.js'
import { Stopped } from '../stopped.js'
import { graderVersion, verify } from '../verify/index.js'
import { type Done, Step, type Workspace } from '../workspace/index.js'

export interface EvaluateOptions {
  /** Names of benchmarks or files, as `problems` takes them, or problems themselves with a name. */
  benches: (string | { name: string; problems: Problem[] })[]
  /** Where answers are kept. */
  in: Workspace
  /** Samples of each problem. @default 1; the report's tables hold one, but AIME24 has 30 problems: take 8 or more there */
  k?: number
  /** null: the server's default. @default 0.7, the report's for AIME24 and GPQA-Diamond */
  temperature?: number | null
  topP?: number | null
  /** Tokens of an answer at most. @default 32768, as in the report's harness */
  maxTokens?: number
  prompts?: Prompts
  /** Programs judged at once. @default 2 */
  workers?: number
}

/**
 * Scores models on benchmarks.
 *
 * A score is average@k: the mean over problems of the share of right samples, with a 95 % interval
 * whose unit is the problem (src/stats). A sample that was cut off at the token limit counts as not
 * right and is counted in `cutOff` too. Answers are kept under the stage 'evaluate', so a second call
 * with a larger k asks for the rest only.
 *
 * @returns One row for each model and benchmark, models outermost.
 * @throws Stopped where `sample` or `problems` stop, and 'no-server' where an answer could not be had: a mean over
 *   what came back would flatter.
 */
export function evaluate(models: Model | Model[], options: EvaluateOptions): Step<Score> {
  const list = [models].flat()
  const { benches } = options
  if (list.length === 0 || !Array.isArray(benches) || benches.length === 0)
    throw new Stopped(
      'bad-call',
      `evaluate(…) got ${list.length} models and ${Array.isArray(benches) ? benches.length : 'no'} benchmarks.`,
      "evaluate([qwq], { benches: ['practice:bench'], in: work })",
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
  })
}

async function scoreOne(
  model: Model,
  bench: EvaluateOptions['benches'][number],
  options: EvaluateOptions,
): Promise<Score> {
  const {
    in: work,
    k = 1,
    temperature = 0.7,
    topP = null,
    maxTokens = 32_768,
    prompts = 'skylab',
    workers = 2,
  } = options
  const name = typeof bench === 'string' ? bench : bench.name
  const asked = typeof bench === 'string' ? await problems(bench) : bench.problems
  const raw = await sample(asked, { model, in: work, n: k, temperature, topP, maxTokens, prompts, stage: 'evaluate' })
  const failed = raw.filter((row) => row.finish === 'error')
  if (failed.length > 0)
    throw new Stopped(
      'no-server',
      `${failed.length} of ${raw.length} answers of ${model.id} on ${name} could not be had: ${failed[0]!.failure}`,
      'Run the cell again: only the missing ones are asked for.',
    )
  return score(name, await verify(raw, { workers, in: work }))
}

/**
 * One score from the judged answers of one model on one benchmark.
 *
 * @param rows At least one; every problem with the same number of samples.
 */
export function score(bench: string, rows: readonly Judged[]): Score {
  const first = rows[0]
  if (!first)
    throw new Stopped('no-rows', `There are no answers on ${bench} to score.`, 'Pass a benchmark that holds problems.')
  const byProblem = new Map<string, Judged[]>()
  for (const row of rows) byProblem.set(row.id, [...(byProblem.get(row.id) ?? []), row])
  const shares = [...byProblem].map(
    ([id, samples]) => [id, samples.filter((row) => row.verdict.ok).length / samples.length] as const,
  )
  const { seed: _, ...settings } = first.settings
  return {
    model: first.model,
    bench,
    ...meanInterval(shares.map(([, share]) => share)),
    n: byProblem.size,
    k: Math.round(rows.length / byProblem.size),
    cutOff: rows.filter((row) => row.finish === 'length').length,
    tokens: rows.reduce((sum, row) => sum + row.usage.completion, 0) / rows.length,
    settings: { ...settings, grader: graderVersion },
    byProblem: Object.fromEntries(shares),
  }
}
