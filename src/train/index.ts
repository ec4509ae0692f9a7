// Training on another machine: the recipe as files, the launch, the run.
export type { Job } from './job.js'
export { attach, train } from './launch.js'
export type { TrainStep } from './log.js'
export type { PracticeOptions, TrainingData, TrainOptions, TrainSettings } from './options.js'
export { type PlanOptions, type TrainingPlan, trainingPlan } from './plan.js'
export { type Recipe, recipe } from './recipe.js'
export { type RunRecord, runs } from './records.js'
export { Run, type RunResult, type RunState } from './run.js'
