// What a fine-tune will take, before anything is spent: steps, hours, dollars, memory, disk.
//
// Plain arithmetic on the settings; each figure that is not a count names where it comes from.
import { Stopped } from '../stopped.js'
import { number } from '../workspace/index.js'
import type { TrainSettings } from './options.js'

/** Parameters of the bases that the recipe and its follow-ups used, from their model cards, in 1e9. */
const PARAMETERS: Record<string, number> = {
  'Qwen2.5-0.5B': 0.494,
  'Qwen2.5-1.5B': 1.54,
  'Qwen2.5-3B': 3.09,
  'Qwen2.5-7B': 7.62,
  'Qwen2.5-14B': 14.77,
  'Qwen2.5-32B': 32.76,
  'Qwen2.5-72B': 72.71,
}

/** The report: 19 hours on 8 × H100 for 510 steps of 96 rows, $450. */
const REPORT = { hours: 19, gpus: 8, steps: 510, batch: 96, parameters: 32.76e9, dollars: 450 }

export interface PlanOptions extends Partial<TrainSettings> {
  /** Dollars for one GPU for one hour. @default 2.96, from the report's $450 / (19 h × 8) */
  price?: number
  /** Seconds of one step, measured. @default the report's 134 s, scaled by parameters, rows of a step and GPUs */
  secondsPerStep?: number
  /** Parameters of the base. @default read from its name */
  parameters?: number
}

export interface TrainingPlan {
  rows: number
  base: string
  /** Rows that one GPU takes at once × steps of accumulation × GPUs = rows of one optimiser step. */
  batch: { micro: number; accumulation: number; gpus: number; rows: number }
  /** Optimiser steps, counted as transformers 4.47 and later do: the tail of an epoch is a step. */
  steps: number
  /** As transformers up to 4.46 counted, which the original run used: the tail is dropped. */
  stepsBefore447: number
  /** Steps in which the learning rate rises. */
  warmup: number
  secondsPerStep: number
  hours: number
  /** Dollars for one GPU for one hour. */
  price: number
  dollars: number
  /** Parameters of the base; null where its name does not say. */
  parameters: number | null
  /** Bytes of main memory on each machine; null where the parameters are unknown. */
  hostMemory: number | null
  /** Bytes of one checkpoint with the optimiser's state. */
  checkpoint: number | null
  /** Bytes of disk at the worst moment: one checkpoint more than are kept, the weights, the base. */
  disk: number | null
  /** Where each figure comes from, one sentence each. */
  assumptions: string[]
  toString(): string
}

/**
 * The arithmetic of a fine-tune: optimiser steps, hours, dollars, main memory and disk.
 *
 * Steps per epoch = ⌈⌈rows / GPUs⌉ / (micro × accumulation)⌉, as transformers' Trainer counts;
 * warm-up = ⌈share × steps⌉; main memory = 18 bytes × parameters × 1.5 (DeepSpeed's estimator for
 * ZeRO-3 with both offloads); a checkpoint = 14 bytes × parameters (bf16 weights, fp32 master and two
 * moments).
 *
 * @param rows how many training rows, or the training set
 * @throws Stopped('bad-call') where the batch is not a multiple of micro-batch × GPUs
 */
export function trainingPlan(
  rows: number | { rows: number | readonly unknown[] },
  options: PlanOptions = {},
): TrainingPlan {
  const count = rowCount(rows)
  const base = options.base ?? 'Qwen/Qwen2.5-32B-Instruct'
  const batch = batchOf(options)
  const epochs = options.epochs ?? 3
  const perRank = Math.ceil(count / batch.gpus / batch.micro)
  const steps = Math.ceil(epochs * Math.max(1, Math.ceil(perRank / batch.accumulation)))
  const stepsBefore447 = Math.ceil(epochs * Math.max(1, Math.floor(perRank / batch.accumulation)))
  const parameters = options.parameters ?? parametersOf(base)
  const reportSeconds = (REPORT.hours * 3600) / REPORT.steps
  const scale = (parameters ?? REPORT.parameters) / REPORT.parameters
  const secondsPerStep =
    options.secondsPerStep ?? reportSeconds * scale * (batch.rows / REPORT.batch) * (REPORT.gpus / batch.gpus)
  const hours = (steps * secondsPerStep) / 3600
  const price = options.price ?? Math.round((REPORT.dollars / REPORT.hours / REPORT.gpus) * 100) / 100
  const lora = options.method === 'lora'
  const hostMemory = parameters && parameters * 1.5 * (lora ? 2 : 18)
  // With LoRA a checkpoint is the adapter and its state: well under one per cent of the weights.
  const checkpoint = parameters && parameters * (lora ? 0.02 : 14)
  const disk = parameters && checkpoint! * ((options.keep ?? 1) + 1) + parameters * (lora ? 2 : 4)
  const assumptions = [
    options.secondsPerStep
      ? `${options.secondsPerStep} s a step, as given`
      : `${secondsPerStep.toFixed(0)} s a step: the report's 19 h for 510 steps of 96 rows on 8 × H100, scaled by parameters, rows of a step and GPUs`,
    options.price ? `$${price} a GPU-hour, as given` : `$${price} a GPU-hour: the report's $450 / (19 h × 8 GPUs)`,
    lora
      ? 'main memory: 2 bytes × parameters × 1.5 (frozen weights offloaded)'
      : "main memory: 18 bytes × parameters × 1.5, DeepSpeed's estimator for ZeRO-3 with optimiser and parameters offloaded",
    lora
      ? 'a checkpoint: the adapter and its state'
      : 'a checkpoint: 14 bytes × parameters (bf16 weights, fp32 master, two moments)',
  ]
  const plan: TrainingPlan = {
    rows: count,
    base,
    batch,
    steps,
    stepsBefore447,
    warmup: Math.ceil(steps * (options.warmup ?? 0.1)),
    secondsPerStep,
    hours,
    price,
    dollars: hours * batch.gpus * price,
    parameters,
    hostMemory,
    checkpoint,
    disk,
    assumptions,
    toString: () => text(plan),
  }
  return plan
}

/** How the rows of one step are divided. GPUs are counted over all machines. */
export function batchOf(options: Partial<TrainSettings>): TrainingPlan['batch'] {
  const micro = positive('microBatch', options.microBatch ?? 1)
  const gpus = positive('gpus', options.gpus ?? 8) * positive('nodes', options.nodes ?? 1)
  const rows = positive('batch', options.batch ?? 96)
  const accumulation = rows / (micro * gpus)
  if (!Number.isInteger(accumulation)) {
    const near = Math.max(1, Math.round(accumulation)) * micro * gpus
    throw new Stopped(
      'bad-call',
      `A batch of ${rows} rows cannot be divided over ${gpus} GPUs that take ${micro} at once.`,
      `train(data, { …, batch: ${near} })`,
    )
  }
  return { micro, accumulation, gpus, rows }
}

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value
  throw new Stopped(
    'bad-call',
    `Expected \`${name}\` to be a whole number from 1 up, got ${value}.`,
    `train(data, { …, ${name}: 8 })`,
  )
}

export function rowCount(rows: number | { rows: number | readonly unknown[] }): number {
  const inner = typeof rows === 'number' ? rows : rows.rows
  const count = typeof inner === 'number' ? inner : inner.length
  if (Number.isInteger(count) && count > 0) return count
  throw new Stopped(
    'no-rows',
    `A fine-tune needs training rows; there are ${count}.`,
    'rows.filter(row => row.fate.kept).length',
  )
}

/** Parameters by the base's name: the table, else the "32B" in it; null where it says nothing. */
export function parametersOf(base: string): number | null {
  const known = Object.keys(PARAMETERS).find((name) => base.includes(`${name}-`) || base.endsWith(name))
  if (known) return PARAMETERS[known]! * 1e9
  const size = /(?:^|[-_/])(\d+(?:\.\d+)?)\s*[bB](?:$|[-_.])/.exec(base)
  return size ? Number(size[1]) * 1e9 : null
}

function text(plan: TrainingPlan): string {
  const { batch } = plan
  const size = (bytes: number | null) =>
    bytes === null ? 'unknown (give `parameters`)' : `${(bytes / 1e9).toFixed(0)} GB`
  return [
    `${number(plan.rows)} rows on ${plan.base}`,
    `batch ${batch.micro} × ${batch.accumulation} × ${batch.gpus} = ${batch.rows}; ${plan.steps} steps (${plan.stepsBefore447} with transformers up to 4.46), ${plan.warmup} of them warm-up`,
    `about ${plan.hours.toFixed(1)} h and $${plan.dollars.toFixed(0)}`,
    `main memory ${size(plan.hostMemory)}; a checkpoint ${size(plan.checkpoint)}; disk ${size(plan.disk)}`,
    ...plan.assumptions.map((line) => `  ${line}`),
  ].join('\n')
}
