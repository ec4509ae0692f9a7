// Everything that a cell may import, grouped by stage, and nothing else.

// the training set
export {
  type CheckReport,
  checkDataset,
  type Dataset,
  type DatasetOptions,
  type DifficultyAgreement,
  type DifficultyLabel,
  type DifficultyOptions,
  dataset,
  decontaminate,
  deduplicate,
  difficulty,
  difficultyAgreement,
  given,
  type Labelled,
  type MixOptions,
  type MixPart,
  mix,
  type Preference,
  type Pushed,
  type PushOptions,
  preferences,
  push,
  type TokenCounter,
  tokenCounter,
} from './curate/index.js'
// scores
export {
  type Ablation,
  type AblationOptions,
  type Agreement,
  type ArmPlan,
  type ArmResult,
  ablation,
  agreement,
  type Bench,
  type BenchOptions,
  bench,
  benches,
  type Comparison,
  compare,
  type EvaluateOptions,
  evaluate,
  type LiveCodeBenchOptions,
  liveCodeBench,
  type Preset,
  presets,
  type RescoreOptions,
  rescore,
  score,
} from './evaluate/index.js'
export { dropped, type FlowLine, flow } from './flow.js'
export { show } from './host.js'
// the lessons' exercises
export { type Checked, check } from './lessons/index.js'
// problems, models, answers
export {
  type Filters,
  type ProblemRows,
  type ProblemsOptions,
  problems,
  type SourceAccount,
  type SourceCall,
  type SourceInfo,
  type SourceSettings,
  sources,
} from './problems/index.js'
export { type Published, published, realScores } from './published.js'
// thought and solution; right or wrong
export {
  type Copy,
  checkRewrite,
  copyOf,
  type Edit,
  type Effect,
  type ReformatOptions,
  type ReformatPrompts,
  reformat,
  reformatEffect,
  skyT1Reformat,
} from './reformat/index.js'
// a release: everything in one folder
export { type Release, type ReleaseOptions, release, type UploadOptions, upload } from './release/index.js'
// repetition
export {
  type InspectRepeatsOptions,
  inspectRepeats,
  LoopGuard,
  type Markers,
  type Measures,
  markers,
  measureRepeats,
  type ReleasedAnswer,
  type Repeats,
  type RepeatsGroup,
  releasedRepeats,
  repeats,
} from './repeats/index.js'
// ground: rows, where work is kept, how it is shown, why it stopped
export type * from './rows.js'
export {
  type BatchState,
  batches,
  type Estimate,
  estimate,
  type Model,
  type ModelOptions,
  model,
  offered,
  practice,
  preview,
  type SampleOptions,
  sample,
  skyT1Prompts,
} from './sample/index.js'
// tables and figures
export { type DataFrame, danfo, Figure, Labels, label, plot, sql, table, view } from './show/index.js'
export {
  type AtK,
  bootstrap,
  clopperPearson,
  clusteredMean,
  coverage,
  fisherExact,
  holm,
  majAtK,
  majorityOf,
  mcnemarPower,
  meanInterval,
  pairedDifference,
  pairedPower,
  passAtK,
  passOf,
  problemsNeeded,
  type Spread,
  samplesCurve,
  samplesNeeded,
  smallestDifference,
  unpairedDifference,
  wilson,
} from './stats/index.js'
export { Stopped, type StoppedCode } from './stopped.js'
// training
export {
  attach,
  dryRun,
  type Run,
  type RunStatus,
  ready,
  rowsArray,
  runs,
  type Served,
  type ServeOptions,
  serve,
  type TrainOptions,
  type TrainStep,
  train,
  trainingPlan,
} from './train/index.js'
export {
  type BlockRate,
  blockRates,
  type Grade,
  type GradeOptions,
  grade,
  graderVersion,
  judge,
  type Verifier,
  type VerifyOptions,
  verify,
} from './verify/index.js'
export { Step, type Summary, type Workspace, workspace } from './workspace/index.js'
