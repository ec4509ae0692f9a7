// From judged rows to a training set: deduplicate, decontaminate, mix, write.
export { type Dataset, type DatasetOptions, dataset } from './dataset.js'
export { type MixOptions, mix, type Quota } from './mix.js'
export { Benchmarks, type Near } from './near.js'
export { type Conversation, conversation, conversationFault, type DatasetEntry, datasetEntry } from './sharegpt.js'
