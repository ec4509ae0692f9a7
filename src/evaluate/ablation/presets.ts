// The report's two ablations, ready to run: on the practice machine, and for real.

import { type MixPart, mix } from '../../curate/index.js'
import type { Judged } from '../../rows.js'
import { practice } from '../../sample/index.js'
import { Stopped } from '../../stopped.js'
import type { Run, TrainOptions } from '../../train/index.js'
import type { Workspace } from '../../workspace/index.js'
import type { EvaluateOptions } from '../evaluate.js'
import { Ablation } from './ablation.js'
import type { AblationOptions, Answering } from './options.js'

export interface AblationPresetOptions extends Partial<Omit<EvaluateOptions, 'in'>> {
  in: Workspace
  /** Judged rows that the training sets are mixed from. */
  rows: readonly Judged[]
  /** Where arms are trained: 'practice', 'ssh://h100', 'slurm://login'. @default 'practice' */
  on?: string
  /** How a trained checkpoint is made to answer: `(run) => serve(run.checkpoint, { on: 'ssh://h100', gpus: 8 })`. */
  serve?: (run: Run | null, base: string) => Answering | Promise<Answering>
  /** Any setting of `train` that differs from the recipe. */
  train?: Partial<Omit<TrainOptions, 'in' | 'on' | 'base'>>
  /** The bases: several for 'model-size', one for 'data-mix'. @default the report's */
  bases?: readonly string[]
  /** Benchmarks that no training row may come near. @default the benchmarks that are scored */
  without?: Parameters<typeof mix>[2]['without']
  /** Draws the mixes. @default 7 */
  draw?: number
}

/** What the practice machine can and cannot say, beside each of its numbers. */
const STAND_IN =
  'practice: nothing was trained; recorded answers stand in for the arms, and their scores say nothing about them'

const LARGE = 'Qwen/Qwen2.5-32B-Instruct'

/** The mixes of the report's ablation; 'base' is not trained. */
const MIXES: readonly string[] = ['base', 'math-only', '+apps', '+hard-both']

/** On practice problems, which come from one source, domain and difficulty stand for the report's sources. */
const PRACTICE_MIXES: Record<string, MixPart[]> = {
  'math-only': [{ name: 'maths', domain: 'math', difficulty: [1, 6], rows: 4_000 }],
  '+apps': [
    { name: 'maths', domain: 'math', difficulty: [1, 6], rows: 4_000 },
    { name: 'code', domain: 'code', rows: 5_000 },
  ],
  '+hard-both': [
    { name: 'maths', domain: 'math', rows: 4_000 },
    { name: 'code', domain: 'code', rows: 5_000 },
  ],
  apps: [{ name: 'code', domain: 'code', rows: 5_000 }],
}

const APPS: MixPart[] = [{ name: 'APPS', source: ['apps', 'codeparrot/apps'], rows: 5_000 }]

/**
 * The report's data mix on AIME24, published as 16.7 → 43.3 → 36.7 → 43.3 (5, 13, 11, 13 of 30 problems): the base, then
 * maths only, then APPS added, then hard maths and TACO added. Each arm is compared with the one before.
 */
export function dataMix(options: AblationPresetOptions): Ablation<{ mix: readonly string[] }> {
  const base = options.bases?.[0] ?? LARGE
  return new Ablation('data-mix', {
    ...common(options, ['aime24']),
    vary: { mix: MIXES },
    data: ({ mix: name }) => (name === 'base' ? null : mixed(options, name)),
    train: () => training(options, base),
    model: ({ mix: name }, run) => answering(options, run, base, name !== 'base'),
    against: 'previous',
  })
}

/**
 * The report's model size on LiveCodeBench, published as 42.6 → 46.3 for Qwen2.5-14B-Coder (n not stated): each size
 * before and after training on APPS, compared within its size. The report calls the gain small below 32B; 7B, 14B and
 * 32B in one recipe are what its sentence needs.
 */
export function modelSize(
  options: AblationPresetOptions,
): Ablation<{ base: readonly string[]; trained: readonly boolean[] }> {
  const bases = options.bases ?? ['Qwen/Qwen2.5-7B-Instruct', 'Qwen/Qwen2.5-Coder-14B-Instruct', LARGE]
  return new Ablation('model-size', {
    ...common(options, ['livecodebench']),
    vary: { base: bases, trained: [false, true] as readonly boolean[] },
    data: ({ trained }) => (trained ? mixed(options, 'apps') : null),
    train: ({ base }) => training(options, base),
    model: ({ base, trained }, run) => answering(options, run, base, trained),
    against: ({ trained }) => (trained ? { trained: false } : null),
  })
}

function common(options: AblationPresetOptions, benches: EvaluateOptions['benches']) {
  const { rows: _, on, serve: __, train: ___, bases: ____, without: _____, draw: ______, ...scoring } = options
  return {
    ...scoring,
    benches: scoring.benches ?? (onPractice(on) ? ['practice:bench'] : benches),
    ...(onPractice(on) && { standIn: STAND_IN }),
  } satisfies Partial<AblationOptions>
}

const onPractice = (on: string | undefined): boolean => (on ?? 'practice') === 'practice'

async function mixed(options: AblationPresetOptions, name: string) {
  const { rows, on, draw = 7, without } = options
  const parts = onPractice(on) ? PRACTICE_MIXES[name]! : name === 'apps' ? APPS : name
  const fallback = onPractice(on) ? ['practice:bench'] : ['aime24', 'math500', 'livecodebench', 'gpqa']
  return await mix(rows, parts, { seed: draw, without: without ?? fallback })
}

function training({ on = 'practice', train = {} }: AblationPresetOptions, base: string): Omit<TrainOptions, 'in'> {
  return { base, on, ...train }
}

function answering(
  { on, serve }: AblationPresetOptions,
  run: Run | null,
  base: string,
  trained: boolean,
): Answering | Promise<Answering> {
  if (serve) return serve(run, base)
  if (onPractice(on)) return trained ? practice.teacher() : practice.small()
  throw new Stopped(
    'bad-call',
    'Nothing says how a checkpoint is made to answer.',
    "serve: (run, base) => serve(run?.checkpoint ?? base, { on: 'ssh://h100', gpus: 8, in: work })",
  )
}
