// One chat request; many at once; recordings and their replay.
export { type Asked, type AskOptions, ask, type Kept } from './ask.js'
export { type BatchState, batches } from './batch/index.js'
export type { Answer, Chat, Message, Purpose, Reply } from './chat.js'
export { type Estimate, type EstimateOptions, estimate } from './estimate.js'
export type { Faults } from './faults.js'
export { type BatchOptions, type Model, type ModelOptions, model, type Server } from './model.js'
export { offered } from './offered.js'
export { practice } from './practice.js'
export { type Preview, preview } from './preview.js'
export { type ListPrice, listPrice, listPrices, type Price } from './prices.js'
export {
  type Instruction,
  type Prompt,
  type PromptSet,
  type Prompts,
  promptFor,
  skylabPrompts,
  studentSystem,
} from './prompts.js'
export { type Recording, recordingFault, recordingKey } from './recordings.js'
export { type Replay, type ReplayOptions, startReplay } from './replay.js'
export { messagesOf, type SampleOptions, sample } from './sample.js'
export { seedFor } from './seed.js'
export { skyT1Prompts } from './sky-t1.js'
