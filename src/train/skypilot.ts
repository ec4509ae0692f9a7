// `on: 'skypilot'`: the task as SkyPilot reads it. It is written here and launched by its own command, which
// knows the clouds and their prices.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Stopped } from '../stopped.js'
import type { DataReport } from './data.js'
import type { Job } from './job.js'
import type { TrainOptions } from './options.js'
import { DEEPSPEED_FILE, type Recipe, YAML_FILE } from './recipe.js'

const SKYPILOT_FILE = 'skypilot.yaml'
/** The entry of this set alone; the workspace's own dataset_info.json may hold others. */
const INFO_FILE = 'skypilot_dataset_info.json'

/**
 * Writes skypilot.yaml into the workspace, and the sentence that says how to launch it. Checkpoints are
 * written to a bucket that SkyPilot mounts, so a spot machine that is taken away costs one checkpoint's work.
 */
export function skypilotTask(job: Job, files: Recipe, report: DataReport, options: TrainOptions): Stopped {
  const gpus = options.gpus ?? 8
  const work = path.resolve(options.in.dir)
  const name = path.basename(report.file)
  writeFileSync(
    path.join(work, INFO_FILE),
    `${JSON.stringify({ [job.name]: { ...report.entry, file_name: name } }, null, 2)}\n`,
  )
  const text = (value: string) => JSON.stringify(value)
  const mounts = [
    [YAML_FILE, path.join(work, YAML_FILE)],
    ...(files.settings.deepspeed === DEEPSPEED_FILE ? [[DEEPSPEED_FILE, path.join(work, DEEPSPEED_FILE)]] : []),
    ['dataset_info.json', path.join(work, INFO_FILE)],
    [name, report.file],
  ]
  const lines = [
    `# ${job.id}: launch with  sky jobs launch ${SKYPILOT_FILE}  or  sky launch -c ${job.id} ${SKYPILOT_FILE}`,
    `name: ${job.id}`,
    `num_nodes: ${options.nodes ?? 1}`,
    'resources:',
    `  accelerators: H100:${gpus}`,
    '  memory: 900+',
    '  disk_size: 2000',
    'file_mounts:',
    ...mounts.map(([to, from]) => `  ${text(`~/job/${to}`)}: ${text(from!)}`),
    '  ~/job/output:',
    `    name: ${job.id}`,
    '    mode: MOUNT',
    ...(Object.keys(options.env ?? {}).length ? ['envs:'] : []),
    ...Object.entries(options.env ?? {}).map(([key, value]) => `  ${key}: ${text(value)}`),
    'setup: |',
    `  ${options.setup ?? "pip install llamafactory 'deepspeed<=0.18.4'"}`,
    'run: |',
    '  cd ~/job',
    '  export FORCE_TORCHRUN=1 NNODES=$SKYPILOT_NUM_NODES NODE_RANK=$SKYPILOT_NODE_RANK',
    '  export NPROC_PER_NODE=$SKYPILOT_NUM_GPUS_PER_NODE MASTER_PORT=29500',
    '  export MASTER_ADDR=$(echo "$SKYPILOT_NODE_IPS" | head -n 1)',
    `  llamafactory-cli train ${YAML_FILE}`,
  ]
  writeFileSync(path.join(work, SKYPILOT_FILE), `${lines.join('\n')}\n`)
  return new Stopped(
    'no-host',
    `SkyPilot's task is written to ${path.join(options.in.dir, SKYPILOT_FILE)}; starting and following it is SkyPilot's part.`,
    `sky launch -c ${job.id} ${path.join(options.in.dir, SKYPILOT_FILE)}`,
  )
}
