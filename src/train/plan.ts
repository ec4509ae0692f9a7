// What a fine-tune will take, before anything is spent: steps, hours, dollars, memory, disk.
//
// Plain arithmetic on the settings; each figure that is not a count names where it comes from.
import { Stopped } from '../stopped.js'
import { passed } from '../taken.js'
import { dollars, escapeHtml, number } from '../workspace/index.js'
import { parametersIn, shapeOf } from './bases.js'
import { footprint, parametersOf } from './memory.js'
import type { TrainSettings } from './options.js'

/** Two runs that were published with their hours: the fine-tune of the report, and SimPO for Sky-T1-32B-Flash. */
const REPORTED = {
  sft: { name: 'the report', hours: 19, gpus: 8, steps: 510, batch: 96, dollars: 450 },
  dpo: { name: 'the post on Sky-T1-32B-Flash', hours: 2.5, gpus: 8, steps: 105, batch: 96, dollars: 60 },
} as const
/** Dollars for one GPU for one hour that the report's $450 for 19 h on 8 GPUs comes to. */
export const REPORTED_PRICE = Math.round((450 / 19 / 8) * 100) / 100
const REPORTED_PARAMETERS = parametersIn(shapeOf('Qwen/Qwen2.5-32B-Instruct')!)

export interface PlanOptions extends Partial<TrainSettings> {
  /** Dollars for one GPU for one hour. @default 2.96, from the report's $450 / (19 h × 8) */
  price?: number
  /** Dollars, or hours, at which the run is to stop. */
  limit?: number | { hours: number }
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
  /** What a spending limit allows; null without one. */
  limit: Allowed | null
  /** Parameters of the base; null where its name does not say. */
  parameters: number | null
  /** Bytes of main memory on each machine; null where the parameters are unknown. */
  hostMemory: number | null
  /** Bytes of the fullest GPU; null where the shape of the base is unknown. */
  gpuMemory: number | null
  /** Bytes of one checkpoint with the optimiser's state. */
  checkpoint: number | null
  /** Bytes of disk at the worst moment: one checkpoint more than are kept, the weights, the base. */
  disk: number | null
  /** Bytes of the base's files, part of `disk`: not needed where it is there already. */
  baseSize: number | null
  /** Where each figure comes from, one sentence each. */
  assumptions: string[]
  toString(): string
}

/** What fits under a spending limit. */
export interface Allowed {
  dollars: number
  /** Hours of all GPUs that the limit pays for. */
  hours: number
  /** Whether the whole run fits, at the estimated rate. */
  enough: boolean
  /** The last checkpoint that fits, as a step; 0 where none does. */
  lastCheckpoint: number
}

/**
 * The arithmetic of a fine-tune: optimiser steps, hours, dollars, main memory and disk.
 *
 * Steps per epoch = ⌈⌈rows / GPUs⌉ / (micro × accumulation)⌉, as transformers' Trainer counts;
 * warm-up = ⌈share × steps⌉; hours = steps × seconds of a step / 3600; dollars = hours × GPUs × price;
 * memory and disk: see `footprint`.
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
  const epochs = options.epochs ?? (options.stage === 'dpo' ? 1 : 3)
  const perRank = Math.ceil(count / batch.gpus / batch.micro)
  const steps = Math.ceil(epochs * Math.max(1, Math.ceil(perRank / batch.accumulation)))
  const stepsBefore447 = Math.ceil(epochs * Math.max(1, Math.floor(perRank / batch.accumulation)))
  const shape = shapeOf(base)
  const parameters = options.parameters ?? parametersOf(base, shape)
  const reported = REPORTED[options.stage ?? 'sft']
  const scale = (parameters ?? REPORTED_PARAMETERS) / REPORTED_PARAMETERS
  const secondsPerStep =
    options.secondsPerStep ??
    ((reported.hours * 3600) / reported.steps) * scale * (batch.rows / reported.batch) * (reported.gpus / batch.gpus)
  const hours = (steps * secondsPerStep) / 3600
  const price = options.price ?? REPORTED_PRICE
  const needs = parameters === null ? undefined : footprint(parameters, shape, options)
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
    limit: allowed(options, price, batch.gpus, steps, secondsPerStep),
    parameters,
    hostMemory: needs?.host ?? null,
    gpuMemory: needs?.gpu ?? null,
    checkpoint: needs?.checkpoint ?? null,
    disk: needs ? needs.disk + needs.base : null,
    baseSize: needs?.base ?? null,
    assumptions: [
      options.secondsPerStep
        ? `${options.secondsPerStep} s a step, as given`
        : `${secondsPerStep.toFixed(0)} s a step: ${reported.hours} h for ${reported.steps} steps of ${reported.batch} rows on ${reported.gpus} × H100 in ${reported.name}, scaled by parameters, rows of a step and GPUs`,
      options.price !== undefined
        ? `$${price} a GPU-hour, as given`
        : `$${price} a GPU-hour: the report's $450 / (19 h × 8 GPUs)`,
      `${steps} steps × ${secondsPerStep.toFixed(0)} s / 3600 = ${hours.toFixed(1)} h; ${hours.toFixed(1)} h × ${batch.gpus} GPUs × $${price} = ${dollars(hours * batch.gpus * price)}`,
      ...(needs?.assumptions ?? []),
    ],
    toString: () => lines(plan).join('\n'),
  }
  return Object.defineProperties(plan, {
    toString: { enumerable: false },
    [Symbol.for('Jupyter.display')]: { value: () => display(plan) },
  })
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
  const inner = typeof rows === 'number' ? rows : rows?.rows
  const count = typeof inner === 'number' ? inner : inner?.length
  if (count !== undefined && Number.isInteger(count) && count > 0) return count
  throw new Stopped(
    'no-rows',
    `A fine-tune needs training rows; there are ${count ?? `none in ${passed(rows)}`}.`,
    'rows.filter(row => row.fate.kept).length',
  )
}

function allowed(
  options: PlanOptions,
  price: number,
  gpus: number,
  steps: number,
  secondsPerStep: number,
): Allowed | null {
  const { limit } = options
  if (limit === undefined) return null
  const hours = typeof limit === 'number' ? limit / gpus / price : limit.hours
  if (!(hours > 0))
    throw new Stopped(
      'bad-call',
      `Expected \`limit\` to be dollars or { hours }, got ${JSON.stringify(limit)}.`,
      'train(data, { …, limit: 500 })',
    )
  const fitting = Math.floor((hours * 3600) / secondsPerStep)
  const every = options.saveSteps ?? 100
  return {
    dollars: hours * gpus * price,
    hours,
    enough: fitting >= steps,
    lastCheckpoint: Math.min(steps, Math.floor(fitting / every) * every),
  }
}

function lines(plan: TrainingPlan): string[] {
  const { batch, limit } = plan
  const size = (bytes: number | null) => (bytes === null ? 'unknown (give `parameters`)' : gigabytes(bytes))
  return [
    `${number(plan.rows)} rows on ${plan.base}`,
    `batch ${batch.micro} × ${batch.accumulation} × ${batch.gpus} = ${batch.rows}; ${plan.steps} steps (${plan.stepsBefore447} with transformers up to 4.46), ${plan.warmup} of them warm-up`,
    `about ${plan.hours.toFixed(1)} h and $${plan.dollars.toFixed(0)}`,
    ...(limit ? [limitLine(plan, limit)] : []),
    `main memory ${size(plan.hostMemory)}; a GPU ${size(plan.gpuMemory)}; a checkpoint ${size(plan.checkpoint)}; disk ${size(plan.disk)}`,
    ...plan.assumptions.map((line) => `  ${line}`),
  ]
}

function limitLine(plan: TrainingPlan, limit: Allowed): string {
  const pays = `the limit of ${dollars(limit.dollars)} pays for ${limit.hours.toFixed(1)} h`
  if (limit.enough) return `${pays}: enough`
  if (limit.lastCheckpoint === 0) return `${pays}: not enough for a single checkpoint; save more often (saveSteps)`
  return `${pays}: not enough; the last checkpoint before it is step ${limit.lastCheckpoint} of ${plan.steps}`
}

/** 884,600,000,000 as "885 GB", 42,000,000 as "0.04 GB". */
export function gigabytes(bytes: number): string {
  const size = bytes / 1e9
  return `${size >= 10 ? size.toFixed(0) : size >= 1 ? size.toFixed(1) : size.toPrecision(1)} GB`
}

function display(plan: TrainingPlan): Record<string, string> {
  const [head, ...rest] = lines(plan)
  const shown = rest.filter((line) => !line.startsWith('  '))
  const item = (text: string) => `<li>${escapeHtml(text)}</li>`
  return {
    'text/plain': String(plan),
    'text/html': `<div>${escapeHtml(head!)}<ul>${shown.map(item).join('')}</ul><small>${plan.assumptions.map(escapeHtml).join('<br>')}</small></div>`,
  }
}
