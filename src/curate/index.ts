// From judged rows to a training set: deduplicate, decontaminate, mix, write.
export { type TokenCounter, tokenCounter } from './counting.js'
export { type Dataset, type DatasetOptions, dataset } from './dataset.js'
export { type MixOptions, mix } from './mix.js'
export { Benchmarks } from './near.js'
export { PRESETS } from './presets.js'
export type { MixPart, Quota } from './quota.js'
export { type Conversation, conversation, conversationFault, type DatasetEntry, datasetEntry } from './sharegpt.js'
export { type DeduplicateOptions, decontaminate, deduplicate } from './steps.js'
