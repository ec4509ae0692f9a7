// What a training run takes: the data, and every setting that has a name, with the recipe's value as default.

import type { SlurmOptions } from './slurm/options.js'

/** A training set as `dataset()` writes it: what a launch needs to know of it. */
export interface TrainingData {
  /** The entry in dataset_info.json. */
  name: string
  /** The training file, absolute or relative to `dir`. */
  file: string
  /** The folder that holds the file and dataset_info.json. */
  dir: string
  /** How many rows, or the rows themselves. */
  rows: number | readonly unknown[]
  /** Hash of the training file, hex. */
  sha256: string
}

/** Where work is kept. A `Workspace` is one. */
export interface KeptIn {
  readonly dir: string
}

/**
 * The settings of the fine-tune. Defaults are those of the recipe: `examples/train_full/qwen2_full_sft.yaml`
 * of the Sky-T1 team's LLaMA-Factory fork, for Sky-T1-32B-Preview.
 */
export interface TrainSettings {
  /** The model to start from: a name in the report and its follow-ups, a hub id, or a path on the far machine. */
  base: string
  /**
   * 'sft' learns the rows; 'dpo' learns which of two answers is better, as Sky-T1-32B-Flash did, from preference
   * pairs. @default 'sft'
   */
  stage?: 'sft' | 'dpo'
  /** How a preference is learned; only with `stage: 'dpo'`. */
  preference?: PreferenceSettings
  /** GPUs on each machine. @default 8 */
  gpus?: number
  /** Machines. @default 1 */
  nodes?: number
  /** @default 3; 1 with stage 'dpo' */
  epochs?: number
  /** Peak learning rate. @default 1e-5, or 1e-4 with LoRA; 5e-7 with stage 'dpo' (5e-6 with LoRA: not published) */
  learningRate?: number
  /** Rows of one optimiser step, over all GPUs. @default 96 (1 × 12 × 8) */
  batch?: number
  /** Rows a GPU takes at once. @default 1 */
  microBatch?: number
  /** Tokens; longer rows are cut. @default 16384 */
  cutoff?: number
  /** Share of the steps in which the learning rate rises. @default 0.1 */
  warmup?: number
  /** @default 'cosine' */
  scheduler?: string
  /** 'full' trains every weight, 'lora' an adapter (rank 64 on all layers). @default 'full' */
  method?: 'full' | 'lora'
  /** A checkpoint every so many steps. @default 100 */
  saveSteps?: number
  /** Checkpoints kept; the recipe kept all five of them, 2.3 TB. @default 1 */
  keep?: number
  /** Template of LLaMA-Factory. @default 'qwen' */
  template?: string
  /** Where the trainer reports besides its own log: 'none', 'wandb', 'tensorboard'. @default 'none' */
  reportTo?: string
  /** Random seed of the trainer. @default 42, LLaMA-Factory's own */
  seed?: number
  /**
   * A checkpoint to go on from: `checkpoint-200` of this run, or a folder on the far machine. A run that is started
   * again goes on from its newest checkpoint by itself. ZeRO-3 shards want as many GPUs as they were saved on.
   */
  resume?: string
  /** Any further LLaMA-Factory key, or another value for one that is set; null takes a key out. */
  settings?: Record<string, string | number | boolean | string[] | null>
}

/** The preference loss of stage 'dpo'. Defaults are those of Sky-T1-32B-Flash where it says, else LLaMA-Factory's. */
export interface PreferenceSettings {
  /** 'simpo' (arXiv 2405.14734) needs no reference model, 'sigmoid' is DPO (arXiv 2305.18290). @default 'simpo' */
  loss?: 'simpo' | 'sigmoid' | 'hinge' | 'ipo' | 'kto_pair' | 'orpo'
  /** How much the difference of the two answers counts. @default 2.0 for SimPO; 0.1 for the others (not published) */
  beta?: number
  /** SimPO's margin between the two answers. @default 0.3 */
  gamma?: number
}

/** Where and how a run is started. */
export interface LaunchOptions {
  /** 'ssh://host', 'ssh://user@host:port', 'slurm://login', 'slurm://localhost', 'skypilot' or 'practice'. */
  on: string
  /** Where the yaml, the DeepSpeed settings and the record of the run are kept. */
  in: KeptIn
  /** Folder on the far machine under which each job gets its own. @default '~/skylab/runs' */
  folder?: string
  /** A line of shell that the job runs first, such as `. ~/lf/bin/activate`. */
  setup?: string
  /** Environment of the job. Only names on the allow-list travel, and nothing that looks like a secret. */
  env?: Record<string, string>
  /** Start although a check of the far machine failed. @default false */
  force?: boolean
  /**
   * Dollars for one GPU for one hour. @default asked for at the keyboard; where nobody can be asked 2.96, which the
   * report's $450 for 19 h on 8 GPUs comes to, and an error where `limit` is in dollars
   */
  price?: number
  /**
   * Dollars (hours × GPUs × price), or hours, after which the job ends itself, over all its starts: right after the
   * last checkpoint that fits, by a watch on the far machine. @default no limit
   */
  limit?: number | { hours: number }
  /** Partition, account, time and so on, where `on` is a Slurm cluster. */
  slurm?: SlurmOptions
  /** OpenSSH client configuration to use instead of ~/.ssh/config. @default SKYLAB_SSH_CONFIG */
  sshConfig?: string
  /** The practice machine only: seconds that the recorded log is spread over, and a step at which to crash. */
  practice?: PracticeOptions
}

export interface PracticeOptions {
  /** @default 15 */
  seconds?: number
  /** The trainer ends with an error at this step, to see what that looks like. */
  failAt?: number
}

export type TrainOptions = TrainSettings & LaunchOptions
