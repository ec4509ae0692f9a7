// What the main calls take and give, as a user's compiler sees it. Compiled by api.test.ts against what is built;
// each line under @ts-expect-error must be an error there.
import {
  type Comparison,
  compare,
  type Dataset,
  dataset,
  evaluate,
  type Formatted,
  grade,
  type Judged,
  judge,
  type Model,
  mix,
  model,
  type Problem,
  type ProblemRows,
  problems,
  type Run,
  reformat,
  type Sample,
  type Score,
  Stopped,
  type StoppedCode,
  sample,
  serve,
  type TrainingRow,
  train,
  verify,
  type Workspace,
  workspace,
} from 'skylab'
import { expectTypeOf } from 'vitest'

declare const work: Workspace
declare const mine: (Problem & { author: string })[]

expectTypeOf(workspace('runs/mine', { budget: 150 })).toEqualTypeOf<Workspace>()
expectTypeOf(model('gpt-4o-mini')).toEqualTypeOf<Model>()
expectTypeOf(await problems('practice')).toEqualTypeOf<ProblemRows>()

const raw = await sample(mine, { model: model('m'), in: work })
const tidy = await reformat(raw, { model: model('m'), in: work })
const judged = await verify(tidy, { in: work })
const rows = await mix(judged, { math: 10 }, { seed: 7 })
expectTypeOf(raw).toExtend<Sample[]>()
expectTypeOf(tidy).toExtend<Formatted[]>()
expectTypeOf(judged).toExtend<Judged[]>()
expectTypeOf(rows).toExtend<TrainingRow[]>()

// A step's rows can be had one at a time as well.
for await (const row of sample(mine, { model: model('m'), in: work })) expectTypeOf(row).toExtend<Sample>()

const data = await dataset(rows, { name: 'mine', in: work })
expectTypeOf(data).toEqualTypeOf<Dataset>()
const run = await train(data, { base: 'Qwen/Qwen2.5-32B-Instruct', on: 'ssh://h100', in: work })
expectTypeOf(run).toEqualTypeOf<Run>()
const sky = await serve(run, { gpus: 8 })
expectTypeOf(sky).toExtend<Model>()
const scores = await evaluate([sky, model('m')], { benches: ['math500'], in: work })
expectTypeOf(scores).toExtend<Score[]>()
expectTypeOf(compare(scores, sky, model('m'))).toExtend<Comparison[]>()

expectTypeOf(grade('1', '1').equal).toEqualTypeOf<boolean>()
expectTypeOf(new Stopped('bad-call', 'what', 'fix').code).toEqualTypeOf<StoppedCode>()
const verdict = await judge({ language: 'python', program: '', tests: [{ stdin: '', stdout: '' }] })
if (!verdict.ok) expectTypeOf(verdict.why).toExtend<string>()

// @ts-expect-error -- a name that is no option
sample(mine, { model: model('m'), in: work, temprature: 0.7 })
// @ts-expect-error -- rows that are no problems
sample([{ question: 'What is 1 + 1?' }], { model: model('m'), in: work })
// @ts-expect-error -- not a language that is judged
judge({ language: 'cobol', program: '', tests: [] })
// @ts-expect-error -- not a code
new Stopped('no-such-code', 'what', 'fix')
// @ts-expect-error -- a policy that is none
grade('1', '1', { policy: 'lenient' })
// @ts-expect-error -- mix takes what verify gave
mix([{ id: 'a' }], {}, { seed: 1 })
