// Benchmarks, k samples, intervals, paired comparison, judging again, ablations.

export {
  Ablation,
  type AblationOptions,
  type AblationPresetOptions,
  type ArmPlan,
  type ArmResult,
  ablation,
} from './ablation/index.js'
export { type Agreement, type Agreements, agreement, type Grader } from './agreement.js'
export { type Bench, type BenchOptions, bench, type Given } from './bench.js'
export { type Benched, type BenchName, benches, type LiveCodeBenchOptions, liveCodeBench } from './benches.js'
export { type CompareOptions, type Comparison, compare, type Side } from './compare.js'
export { type EvaluateOptions, evaluate } from './evaluate.js'
export { type Preset, type PresetName, type PromptForm, presets } from './presets.js'
export { type RescoreOptions, rescore } from './rescore.js'
export { type Context, score } from './score.js'
