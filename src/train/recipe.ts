// The recipe as LLaMA-Factory reads it: train.yaml and the DeepSpeed settings beside it.
//
// The keys and values are those of `examples/train_full/qwen2_full_sft.yaml` in the Sky-T1 team's fork, and for
// preferences those of the post on Sky-T1-32B-Flash. What differs, and why, stands as a comment in the yaml itself. Paths are relative, so the same folder
// trains wherever it lies: `cd runs/sky-t1 && FORCE_TORCHRUN=1 llamafactory-cli train train.yaml`.

import { nearest } from '../nearest.js'
import { Stopped } from '../stopped.js'
import { baseId } from './bases.js'
import { trainerKeys, trainerTemplates } from './keys.js'
import { LORA_RANK } from './memory.js'
import type { TrainSettings } from './options.js'
import { batchOf } from './plan.js'
import { type Line, number, type Value, writeYaml } from './yaml.js'

export const YAML_FILE = 'train.yaml'
export const DEEPSPEED_FILE = 'ds_z3_offload_config.json'
export const OUTPUT = 'output'

export interface Recipe {
  /** Text of train.yaml. */
  yaml: string
  /** Text of ds_z3_offload_config.json. */
  deepspeed: string
  /** The settings of the yaml by key. */
  settings: Record<string, Value>
}

/**
 * The settings of a fine-tune as the two files that LLaMA-Factory reads.
 *
 * @param dataset the entry of dataset_info.json to train on
 * @throws Stopped('bad-call') for a key or template that LLaMA-Factory does not know, or a batch that does not divide
 */
export function recipe(dataset: string, options: TrainSettings): Recipe {
  checkNames(options)
  const lines = withOverrides(recipeLines(dataset, options), options.settings ?? {})
  const settings: Record<string, Value> = {}
  for (const line of lines) if ('key' in line) settings[line.key] = line.value
  return { yaml: writeYaml(lines), deepspeed: `${JSON.stringify(deepspeedSettings(), null, 2)}\n`, settings }
}

function recipeLines(dataset: string, options: TrainSettings): Line[] {
  const batch = batchOf(options)
  const lora = options.method === 'lora'
  const pairs = options.stage === 'dpo'
  const own = pairs ? FLASH : SKY_T1
  const nodes = options.nodes ?? 1
  return [
    { heading: 'model' },
    { key: 'model_name_or_path', value: baseId(options.base), ...besides(options.base, own.base) },
    { heading: 'method' },
    { key: 'stage', value: pairs ? 'dpo' : 'sft' },
    { key: 'do_train', value: true },
    { key: 'finetuning_type', value: lora ? 'lora' : 'full', ...besides(lora ? 'lora' : 'full', 'full') },
    ...(lora ? adapter : []),
    ...(pairs ? preference(options) : []),
    { key: 'deepspeed', value: DEEPSPEED_FILE, why: 'ZeRO-3, optimiser and parameters in main memory' },
    { heading: 'dataset' },
    { key: 'dataset', value: dataset },
    { key: 'dataset_dir', value: '.' },
    {
      key: 'template',
      value: options.template ?? 'qwen',
      // The fork's `qwen25` never went upstream. `qwen` has the same ChatML turns; its default system
      // prompt is replaced by the one in each row.
      why: "the fork's qwen25; each row brings its own system prompt",
    },
    { key: 'cutoff_len', value: options.cutoff ?? 16_384, ...besides(options.cutoff, 16_384) },
    { key: 'max_samples', value: 1_000_000, why: 'all of them' },
    { key: 'overwrite_cache', value: true },
    { key: 'preprocessing_num_workers', value: 16 },
    { heading: 'output' },
    { key: 'output_dir', value: OUTPUT },
    { key: 'logging_steps', value: 1 },
    { key: 'save_steps', value: options.saveSteps ?? 100, ...besides(options.saveSteps, 100) },
    {
      key: 'save_total_limit',
      value: options.keep ?? 1,
      why: 'not in the recipe: a 32B checkpoint takes about 460 GB, and five were kept',
    },
    ...(options.resume === undefined ? [] : [{ key: 'resume_from_checkpoint', value: checkpointPath(options.resume) }]),
    { key: 'plot_loss', value: true },
    // The recipe reports to its authors' W&B account; a run of yours reports where you say. No key stands here:
    // the far machine's own login is used (`wandb login` there).
    { key: 'report_to', value: options.reportTo ?? 'none' },
    { key: 'run_name', value: dataset },
    {
      heading: `train: batch ${batch.micro} x ${batch.accumulation} x ${batch.gpus} GPUs${nodes > 1 ? ` on ${nodes} machines` : ''} = ${batch.rows}`,
    },
    {
      key: 'per_device_train_batch_size',
      value: batch.micro,
      ...besides(batch.rows, 96, `the batch of the recipe is 1 x 12 x 8 = 96`),
    },
    { key: 'gradient_accumulation_steps', value: batch.accumulation },
    learningRate(options),
    { key: 'num_train_epochs', value: options.epochs ?? own.epochs, ...besides(options.epochs, own.epochs) },
    { key: 'lr_scheduler_type', value: options.scheduler ?? 'cosine', ...besides(options.scheduler, 'cosine') },
    { key: 'warmup_ratio', value: options.warmup ?? 0.1, ...besides(options.warmup, 0.1) },
    { key: 'bf16', value: true },
    { key: 'ddp_timeout', value: 180_000_000 },
    ...(options.seed === undefined ? [] : [{ key: 'seed', value: options.seed }]),
  ]
}

/** What was published for the fine-tune of the report, and for the SimPO run behind Sky-T1-32B-Flash. */
const SKY_T1 = { base: 'Qwen/Qwen2.5-32B-Instruct', epochs: 3, rate: 1e-5 }
const FLASH = { base: 'NovaSky-AI/Sky-T1-32B-Preview', epochs: 1, rate: 5e-7 }

/** The LoRA variant that the team added later (pull request 85): rank, target and rate of the adapter. */
const adapter: Line[] = [
  { key: 'lora_rank', value: LORA_RANK, why: "the team's LoRA variant; alpha is LLaMA-Factory's, twice the rank" },
  { key: 'lora_target', value: 'all' },
]

/** The loss of stage 'dpo'. Of Flash, loss, beta and gamma are published; for another loss nothing is. */
function preference({ preference: { loss = 'simpo', beta, gamma } = {} }: TrainSettings): Line[] {
  const simpo = loss === 'simpo'
  const chosen = beta ?? (simpo ? 2.0 : 0.1)
  return [
    { key: 'pref_loss', value: loss, ...besides(loss, 'simpo') },
    {
      key: 'pref_beta',
      value: chosen,
      ...(simpo ? besides(beta, 2.0, 'the recipe: 2.0; 2.5 was tried') : { why: "LLaMA-Factory's 0.1; not published" }),
    },
    ...(simpo
      ? [{ key: 'simpo_gamma', value: gamma ?? 0.3, ...besides(gamma, 0.3, 'the recipe: 0.3; 0.5 and 1.0 were tried') }]
      : []),
  ]
}

function learningRate(options: TrainSettings): Line {
  const lora = options.method === 'lora'
  const published = options.stage === 'dpo' ? FLASH.rate : lora ? 1e-4 : SKY_T1.rate
  // Nobody published a rate for preferences with an adapter: ten times that of the whole model, as for sft.
  const unpublished = options.stage === 'dpo' && lora
  const value = options.learningRate ?? (unpublished ? 5e-6 : published)
  const why = unpublished && options.learningRate === undefined ? { why: 'not published' } : besides(value, published)
  return { key: 'learning_rate', value, ...why }
}

/** A comment where a value is not the recipe's. */
function besides(
  value: Value | undefined,
  recipes: Value,
  note = `the recipe: ${typeof recipes === 'number' ? number(recipes) : recipes}`,
): { why?: string } {
  return value === undefined || value === recipes || (typeof value === 'string' && baseId(value) === recipes)
    ? {}
    : { why: note }
}

/** `checkpoint-200` is one of the run's own; anything else is a folder of the far machine. */
function checkpointPath(resume: string): string {
  return /^checkpoint-\d+$/.test(resume) ? `${OUTPUT}/${resume}` : resume
}

/** Replaces, takes out or adds what `settings` names, in place where the key already stands. */
function withOverrides(lines: Line[], settings: Record<string, Value>): Line[] {
  const left = new Map(Object.entries(settings))
  const out: Line[] = []
  for (const line of lines) {
    if ('heading' in line || !left.has(line.key)) {
      out.push(line)
      continue
    }
    const value = left.get(line.key)!
    left.delete(line.key)
    if (value !== null) out.push({ key: line.key, value })
  }
  const added = [...left].filter(([, value]) => value !== null)
  return added.length ? [...out, { heading: 'set by hand' }, ...added.map(([key, value]) => ({ key, value }))] : out
}

function checkNames(options: TrainSettings): void {
  if (typeof options.base !== 'string' || options.base.trim() === '') {
    throw new Stopped(
      'bad-call',
      `Expected \`base\` to name a model, got ${JSON.stringify(options.base)}.`,
      "train(data, { base: 'Qwen/Qwen2.5-32B-Instruct', … })",
    )
  }
  if (options.stage !== undefined && options.stage !== 'sft' && options.stage !== 'dpo') {
    throw new Stopped(
      'bad-call',
      `Expected \`stage\` to be 'sft' or 'dpo', got ${JSON.stringify(options.stage)}.`,
      "train(pairs, { …, stage: 'dpo', preference: { loss: 'simpo' } })",
    )
  }
  if (options.preference && options.stage !== 'dpo') {
    throw new Stopped(
      'bad-call',
      "`preference` is for stage 'dpo', and this is supervised.",
      "train(pairs, { …, stage: 'dpo' })",
    )
  }
  for (const key of Object.keys(options.settings ?? {})) {
    if (trainerKeys.has(key)) continue
    const near = nearest(key, trainerKeys)
    throw new Stopped(
      'bad-call',
      `LLaMA-Factory has no setting \`${key}\`${near ? `; the nearest is \`${near}\`` : ''}.`,
      `settings: { ${near ?? 'flash_attn'}: … }`,
    )
  }
  const template = options.template ?? 'qwen'
  if (!trainerTemplates.has(template)) {
    throw new Stopped(
      'bad-call',
      `LLaMA-Factory has no template \`${template}\`.`,
      `template: '${nearest(template, trainerTemplates) ?? 'qwen'}'`,
    )
  }
}

/** DeepSpeed ZeRO stage 3 with both offloads, as the fork's `ds_z3_offload_config.json`. */
function deepspeedSettings(): Record<string, unknown> {
  return {
    train_batch_size: 'auto',
    train_micro_batch_size_per_gpu: 'auto',
    gradient_accumulation_steps: 'auto',
    gradient_clipping: 'auto',
    zero_allow_untested_optimizer: true,
    fp16: {
      enabled: 'auto',
      loss_scale: 0,
      loss_scale_window: 1000,
      initial_scale_power: 16,
      hysteresis: 2,
      min_loss_scale: 1,
    },
    bf16: { enabled: 'auto' },
    zero_optimization: {
      stage: 3,
      offload_optimizer: { device: 'cpu', pin_memory: true },
      offload_param: { device: 'cpu', pin_memory: true },
      // The fork's value. LLaMA-Factory's own file has false since; both give the same weights.
      overlap_comm: true,
      contiguous_gradients: true,
      sub_group_size: 1e9,
      reduce_bucket_size: 'auto',
      stage3_prefetch_bucket_size: 'auto',
      stage3_param_persistence_threshold: 'auto',
      stage3_max_live_parameters: 1e9,
      stage3_max_reuse_distance: 1e9,
      stage3_gather_16bit_weights_on_model_save: true,
    },
  }
}
