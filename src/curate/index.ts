// From judged rows to a training set: deduplicate, decontaminate, mix, write.
export { type CheckOptions, type CheckReport, checkDataset, type DatasetFault } from './check.js'
export { type TokenCounter, tokenCounter } from './counting.js'
export { type Dataset, type DatasetOptions, dataset } from './dataset.js'
export {
  type DifficultyAgreement,
  type DifficultyLabel,
  type DifficultyOptions,
  difficulty,
  difficultyAgreement,
  type Labelled,
} from './difficulty.js'
export { given } from './given.js'
export { type MixOptions, mix } from './mix.js'
export { Benchmarks } from './near.js'
export { type Preference, type PreferenceOptions, preferences } from './preferences.js'
export { PRESETS } from './presets.js'
export { type Pushed, type PushOptions, push } from './push.js'
export type { MixPart, Quota } from './quota.js'
export { type Conversation, conversation, conversationFault } from './sharegpt.js'
export { type DeduplicateOptions, decontaminate, deduplicate } from './steps.js'
