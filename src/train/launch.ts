// From a training set to a job on the far side: look, send, start, each of them fit to be done twice.
import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { host } from '../host.js'
import { checkKnown, type Known } from '../known.js'
import { Stopped } from '../stopped.js'
import { checkData, type DataReport } from './data.js'
import { runScript } from './job/run-script.js'
import { startScript } from './job/start.js'
import { type JobState, readState, stateScript } from './job/state.js'
import { watchScript } from './job/watch-script.js'
import { wholeScript } from './job/whole-script.js'
import { checkEnvironment, DEFAULT_FOLDER, type Job, writeFiles } from './job.js'
import { isSlurm, machine } from './machine.js'
import type { KeptIn, TrainingData, TrainOptions } from './options.js'
import { trainingPlan } from './plan.js'
import { demand, preflight, shellPath } from './preflight.js'
import { priceOf } from './price.js'
import { DEEPSPEED_FILE, type Recipe, recipe, YAML_FILE } from './recipe.js'
import { alone, remember } from './records.js'
import { Run } from './run.js'
import { skypilotTask } from './skypilot.js'
import { sbatchLines } from './slurm/options.js'
import { batchScript, queryScript, submitScript } from './slurm/script.js'
import type { FarMachine, Machine } from './ssh/far.js'
import { quote } from './ssh/shell.js'
import { cannotWrite, type Sent, sendFile } from './transfer.js'

/** Seconds that the practice machine spreads the recorded log over, where not told otherwise. */
const PRACTICE_SECONDS = 15

/**
 * Starts the fine-tune on another machine and returns at once; the run outlives this process.
 *
 * The same data, settings, machine and workspace are the same run: where it is running, queued or done, this
 * returns it and starts nothing; where it failed or was stopped, it is started again and goes on from its
 * newest whole checkpoint. train.yaml and the DeepSpeed settings are left in the workspace, to be read.
 *
 * @param data what `dataset()` returned
 * @param options `base`, `on`, `in`, and any setting to differ from the recipe (see TrainSettings)
 * @throws Stopped('bad-data') for a set that LLaMA-Factory would not read whole; 'no-host', 'bad-key' where the
 *   machine cannot be reached; 'no-tool', 'disk' where it lacks something (see `force`); 'over-budget' where the
 *   run has used its limit; 'bad-call' for a wrong setting
 */
export async function train(data: TrainingData, options: TrainOptions): Promise<Run> {
  const { job, files, report } = await prepare(data, options)
  job.price = await priceOf(job, options)
  writeSettings(options.in, files)
  if (options.on === 'skypilot') throw skypilotTask(job, files, report, options)
  return alone(options.in, job.id, () => launch(job, files, report, options))
}

/** What a launch is made of, checked here; nothing is sent, and nothing written but the workspace's folder. */
export async function prepare(
  data: TrainingData,
  options: TrainOptions,
): Promise<{ job: Job; files: Recipe; report: DataReport }> {
  checkCall(options)
  const files = recipe(data.name, options)
  const report = await checkData(data, options.stage)
  // A run's id names the workspace by its real place.
  mkdirSync(options.in.dir, { recursive: true })
  return { job: describe(data, options, files, report.rows), files, report }
}

function checkCall(options: TrainOptions): void {
  if (!options?.in?.dir)
    throw new Stopped(
      'bad-call',
      'train() needs a workspace to keep the run in.',
      "train(data, { …, in: workspace('runs/sky-t1') })",
    )
  checkKnown('train(…)', options, OPTIONS)
  // A list of machines is no type of `on`, but what somebody types who has two.
  if (Array.isArray(options.on))
    throw new Stopped(
      'bad-call',
      `Several machines (${options.on.join(', ')}) are started, watched and ended together by Slurm; over plain SSH a run is one machine's.`,
      `train(data, { …, on: 'slurm://login', nodes: ${options.on.length} })`,
    )
  if (options.on !== 'skypilot') machine(options.on, options.in, options.sshConfig)
  if ((options.nodes ?? 1) !== 1 && !isSlurm(options.on) && options.on !== 'skypilot') {
    throw new Stopped(
      'bad-call',
      `${options.on} is one machine; ${options.nodes} were asked for. Several are started, watched and ended together by Slurm.`,
      `train(data, { …, on: 'slurm://login', nodes: ${options.nodes} })`,
    )
  }
  if (options.setup?.includes('\n'))
    throw new Stopped(
      'bad-call',
      '`setup` is one line of shell.',
      "setup: '. ~/lf/bin/activate && export HF_HOME=/data/hf'",
    )
  if (/[\0\n]/.test(options.folder ?? ''))
    throw new Stopped('bad-call', `\`folder\` cannot be ${JSON.stringify(options.folder)}.`, "folder: '~/skylab/runs'")
  checkEnvironment(options.env ?? {})
  sbatchLines(options.slurm ?? {})
}

/** The two files, in the workspace as well: what runs is what can be read here. */
function writeSettings(work: KeptIn, files: Recipe): void {
  mkdirSync(work.dir, { recursive: true })
  writeFileSync(path.join(work.dir, YAML_FILE), files.yaml)
  if (files.settings.deepspeed === DEEPSPEED_FILE) writeFileSync(path.join(work.dir, DEEPSPEED_FILE), files.deepspeed)
}

function describe(data: TrainingData, options: TrainOptions, files: Recipe, rows: number): Job {
  const plan = trainingPlan(rows, options)
  const settings = sha256(JSON.stringify([files.settings, files.deepspeed]))
  // The practice machine is part of its workspace, so there the workspace's place does not matter.
  const where = options.on === 'practice' ? 'practice' : `${options.on} ${realpathSync(options.in.dir)}`
  const name = data.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  const job: Job = {
    id: `${name || 'run'}-${sha256(`${data.sha256} ${settings} ${where}`).slice(0, 12)}`,
    name: data.name,
    on: options.on,
    base: options.base,
    gpus: plan.batch.gpus,
    price: plan.price,
    rows,
    data: { file: '', sha256: data.sha256 },
    settings,
    steps: plan.steps,
    created: new Date().toISOString(),
  }
  if (files.settings.enable_jit_checkpoint === true) job.saves = true
  if (options.on === 'practice') job.practice = { seconds: PRACTICE_SECONDS, ...options.practice }
  return job
}

async function launch(job: Job, files: Recipe, report: DataReport, options: TrainOptions): Promise<Run> {
  const far = machine(options.on, options.in, options.sshConfig)
  const folder = (options.folder ?? DEFAULT_FOLDER).replace(/(.)\/+$/, '$1')
  const place = await far.exec(realFolder(shellPath(folder)), { patience: 3, signal: host().signal() })
  const root = place.stdout.toString()
  if (!root.startsWith('/')) throw cannotWrite(folder, place.stderr)
  const dir = `${root.replace(/\/$/, '')}/${job.id}`
  const slurm = isSlurm(job.on) ? queryScript(job.id) : ''
  const state = readState((await far.exec(stateScript(dir, slurm))).stdout.toString())
  const run = new Run(far, dir, job, options.in, options.sshConfig)
  const record = { ...job, dir, ...(options.sshConfig ? { sshConfig: options.sshConfig } : {}) }
  const seconds = limitSeconds(job, options)
  if (['running', 'queued', 'done', 'unknown'].includes(state.state)) {
    remember(options.in, record)
    if (state.state !== 'done' && seconds !== state.limit) await setLimit(far, dir, seconds)
    return run
  }
  if (seconds !== null && state.spent >= seconds) throw overLimit(job, state.spent, seconds)
  if (slurm) await demandSlurm(far, options)
  else
    demand(
      await preflight(far as FarMachine, trainingPlan(job.rows, { ...options, price: job.price }), options, folder),
      options,
    )
  await send(far, dir, job, files, report, options)
  await setLimit(far, dir, seconds)
  // Remembered before it is started: a launcher that is killed in between leaves a run that can be found.
  remember(options.in, record)
  await start(far, dir, job, state)
  return run
}

/**
 * Prints a folder without links in it, whether it is there yet or not: the processes of a job carry the name
 * that `pwd -P` gives it.
 */
export function realFolder(folder: string): string {
  return `d=${folder}; rest=
while [ ! -d "$d" ]; do rest="/$(basename -- "$d")$rest"; d=$(dirname -- "$d"); done
d=$(cd -P -- "$d" && pwd -P) && printf '%s%s' "$d" "$rest"`
}

/** The small files of a job, by name. */
export function filesOf(job: Job, files: Recipe, report: DataReport, options: TrainOptions): Record<string, string> {
  const name = path.basename(report.file)
  const gpus = options.gpus ?? 8
  const nodes = options.nodes ?? 1
  const saves = job.saves === true
  const torchrun = Boolean(files.settings.deepspeed) || job.gpus > 1
  return {
    'job.json': `${JSON.stringify({ ...job, data: { ...job.data, file: name } }, null, 2)}\n`,
    [YAML_FILE]: files.yaml,
    ...(files.settings.deepspeed === DEEPSPEED_FILE ? { [DEEPSPEED_FILE]: files.deepspeed } : {}),
    'dataset_info.json': `${JSON.stringify({ [job.name]: { ...report.entry, file_name: name } }, null, 2)}\n`,
    'whole.sh': wholeScript,
    'watch.sh': watchScript({ saves }),
    'run.sh': runScript({ gpus, nodes, env: options.env ?? {}, setup: options.setup, torchrun }),
    ...(isSlurm(job.on)
      ? { 'job.sbatch': batchScript({ id: job.id, gpus, nodes, saves, slurm: options.slurm ?? {} }) }
      : {}),
  }
}

/** Everything that the job is made of. Small files are written whole or not at all; the data goes by its hash. */
async function send(
  far: Machine,
  dir: string,
  job: Job,
  files: Recipe,
  report: DataReport,
  options: TrainOptions,
): Promise<void> {
  const written = filesOf(job, files, report, options)
  const { code, stderr } = await far.exec(writeFiles(dir, written), { signal: host().signal() })
  if (code !== 0) throw cannotWrite(dir, stderr)
  await sendFile(far, sentData(dir, job, report, options))
}

/** The training file on its way into a job's folder. */
export function sentData(dir: string, job: Job, report: DataReport, options: TrainOptions): Sent {
  return {
    local: report.file,
    sha256: job.data.sha256,
    remote: `${dir}/${path.basename(report.file)}`,
    store: `${path.posix.dirname(dir)}/.files`,
    sender: sha256(`${os.hostname()} ${realpathSync(options.in.dir)}`).slice(0, 8),
  }
}

async function start(far: Machine, dir: string, job: Job, state: JobState): Promise<void> {
  const script = isSlurm(job.on) ? submitScript : startScript
  const { stdout, stderr } = await far.exec(script(dir, state.attempt + 1), { patience: 60 })
  const answer = stdout.toString().trim().split(' ')[0]
  // 'taken': someone else, or this call before its connection broke, has started it.
  if (answer === 'started' || answer === 'taken') return
  if (/^sbatch:/m.test(stderr))
    throw new Stopped(
      'no-host',
      `Slurm does not take the job: ${stderr.trim()}`,
      "train(data, { …, slurm: { partition: '…', account: '…' } })   # sinfo and sacctmgr show which there are",
    )
  throw cannotWrite(dir, stderr)
}

/** The limit in seconds of running, over all attempts; null where there is none. */
export function limitSeconds(job: Job, { limit }: TrainOptions): number | null {
  if (limit === undefined) return null
  const hours = typeof limit === 'number' ? limit / (job.gpus * job.price) : limit.hours
  if (Number.isFinite(hours) && hours > 0) return Math.max(1, Math.round(hours * 3600))
  throw new Stopped(
    'bad-call',
    `Expected \`limit\` to be dollars, or { hours }, above 0; got ${JSON.stringify(limit)}.`,
    'train(data, { …, limit: 450 })',
  )
}

export function limitScript(dir: string, seconds: number | null): string {
  return seconds === null
    ? `rm -f ${quote(`${dir}/limit`)}`
    : `cd ${quote(dir)} && echo ${seconds} > limit.new && mv limit.new limit`
}

async function setLimit(far: Machine, dir: string, seconds: number | null): Promise<void> {
  const { code, stderr } = await far.exec(limitScript(dir, seconds))
  // A limit that could not be written must not be taken for one that holds.
  if (code !== 0) throw cannotWrite(dir, stderr)
}

function overLimit(job: Job, spent: number, limit: number): Stopped {
  const dollars = (seconds: number) => `$${((seconds / 3600) * job.gpus * job.price).toFixed(2)}`
  return new Stopped(
    'over-budget',
    `${job.id} has run ${(spent / 3600).toFixed(2)} h for ${dollars(spent)}; its limit is ${dollars(limit)}. It was not started again.`,
    `train(data, { …, limit: ${Math.ceil((limit / 3600) * job.gpus * job.price * 1.5)} })`,
  )
}

/** Prints the partitions of a cluster, or `none` where there is no Slurm. */
export const SLURM_THERE = "command -v sbatch >/dev/null || { echo none; exit; }; sinfo -h -o '%R' 2>&1 | sort -u"

async function demandSlurm(far: Machine, options: TrainOptions): Promise<void> {
  const { stdout } = await far.exec(SLURM_THERE, { patience: 3 })
  const found = stdout.toString().trim().split('\n').filter(Boolean)
  const partition = options.slurm?.partition
  const there = (await far.command()) || 'sh -c'
  if (found[0] === 'none')
    throw new Stopped(
      'no-tool',
      `${options.on} has no sbatch: it is no login node of a Slurm cluster.`,
      `${there} 'command -v sbatch'`,
    )
  if (partition && !options.force && !partition.split(',').every((one) => found.includes(one)))
    throw new Stopped(
      'bad-call',
      `${options.on} has no partition ${partition}; it has ${found.join(', ')}.`,
      `slurm: { partition: '${found[0] ?? 'main'}' }`,
    )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const OPTIONS: Known<Required<TrainOptions>> = {
  base: true,
  stage: true,
  preference: true,
  gpus: true,
  nodes: true,
  epochs: true,
  learningRate: true,
  batch: true,
  microBatch: true,
  cutoff: true,
  warmup: true,
  scheduler: true,
  method: true,
  saveSteps: true,
  keep: true,
  template: true,
  reportTo: true,
  seed: true,
  resume: true,
  settings: true,
  on: true,
  in: true,
  folder: true,
  setup: true,
  env: true,
  force: true,
  price: true,
  limit: true,
  slurm: true,
  sshConfig: true,
  practice: true,
}
