// An ablation: arms as a grid, each trained, scored and kept.

import { nearest } from '../../nearest.js'
import { Stopped } from '../../stopped.js'
import { Ablation } from './ablation.js'
import type { Vary } from './grid.js'
import type { AblationOptions } from './options.js'
import { type AblationPresetOptions, dataMix, modelSize } from './presets.js'

export { Ablation, type ArmPlan, type ArmResult } from './ablation.js'
export type { Arm, Point, Vary } from './grid.js'
export type { AblationOptions } from './options.js'
export type { AblationPresetOptions } from './presets.js'

const PRESETS = { 'data-mix': dataMix, 'model-size': modelSize } as const

/**
 * An ablation: arms that differ in what `vary` names, each with its training set (and its hash), its run, its checkpoint
 * and its scores, kept in the workspace. It starts nothing by itself: `plan()` says what is left and what it costs,
 * `next()` does one arm, `run()` all of them, `run({ together: true })` with all training at once. Stopped anywhere, the
 * same cell goes on.
 *
 * 'data-mix' and 'model-size' are the report's own; with `on: 'practice'` they run without a GPU, and say at each number
 * that recorded answers stand in.
 *
 * @throws Stopped('bad-call') for nothing that varies and for a preset that is none.
 * @example const study = ablation('data-mix', { rows: judged, in: work, on: 'ssh://h100', serve: (run) => serve(run!) })
 * @example const study = ablation('lr', { vary: { learningRate: [1e-5, 2e-5] }, data: () => data,
 *   train: (point) => ({ base: 'Qwen/Qwen2.5-7B-Instruct', on: 'ssh://h100', ...point }),
 *   model: (_, run) => serve(run!), benches: ['aime24'], in: work })
 */
export function ablation(name: 'data-mix', options: AblationPresetOptions): ReturnType<typeof dataMix>
export function ablation(name: 'model-size', options: AblationPresetOptions): ReturnType<typeof modelSize>
export function ablation<const V extends Vary>(name: string, options: AblationOptions<V>): Ablation<V>
export function ablation(name: string, options: object): unknown {
  if (!/^[a-z0-9][\w.-]*$/i.test(name))
    throw new Stopped(
      'bad-call',
      `An ablation cannot be called ${JSON.stringify(name)}; its files are named after it.`,
      "ablation('data-mix', …)",
    )
  if (!('in' in (options ?? {})))
    throw new Stopped('bad-call', `ablation('${name}', …) got no workspace.`, "{ in: workspace('runs/sky-t1'), … }")
  if ('vary' in options) return new Ablation(name, options as AblationOptions)
  if (Object.hasOwn(PRESETS, name)) return PRESETS[name as keyof typeof PRESETS](options as AblationPresetOptions)
  throw new Stopped(
    'bad-call',
    `'${name}' is none of the report's ablations (${Object.keys(PRESETS).join(', ')}), and nothing says what varies.`,
    `ablation('${nearest(name, Object.keys(PRESETS)) ?? 'data-mix'}', …), or pass vary`,
  )
}
