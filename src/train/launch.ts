// From a training set to a job on the far side: look, send, start, each of them fit to be done twice.
import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { host } from '../host.js'
import { Stopped } from '../stopped.js'
import { checkData, type DataReport, sha256Of } from './data.js'
import {
  checkEnvironment,
  DEFAULT_FOLDER,
  hashOf,
  type Job,
  type JobState,
  readState,
  runScript,
  startScript,
  stateScript,
  writeFiles,
} from './job.js'
import type { KeptIn, TrainingData, TrainOptions } from './options.js'
import { trainingPlan } from './plan.js'
import { practiceTarget } from './practice/machine.js'
import { demand, preflight, shellPath } from './preflight.js'
import { DEEPSPEED_FILE, type Recipe, recipe, YAML_FILE } from './recipe.js'
import { alone, findRecord, remember } from './records.js'
import { Run } from './run.js'
import { FarMachine, quote } from './ssh/far.js'
import { resolveTarget } from './ssh/target.js'

/** Seconds that the practice machine spreads the recorded log over, where not told otherwise. */
const PRACTICE_SECONDS = 15

/**
 * Starts the fine-tune on another machine and returns at once; the run outlives this process.
 *
 * The same data, settings, machine and workspace are the same run: where it is running or done, this
 * returns it and starts nothing; where it failed or was stopped, it is started again and goes on from its
 * newest checkpoint. train.yaml and the DeepSpeed settings are left in the workspace, to be read.
 *
 * @param data what `dataset()` returned
 * @param options `base`, `on`, `in`, and any setting to differ from the recipe (see TrainSettings)
 * @throws Stopped('bad-data') for a set that LLaMA-Factory would not read whole; 'no-host', 'bad-key' where the
 *   machine cannot be reached; 'no-tool', 'disk' where it lacks something (see `force`); 'bad-call' for a wrong setting
 */
export async function train(data: TrainingData, options: TrainOptions): Promise<Run> {
  checkCall(options)
  const files = recipe(data.name, options)
  const report = await checkData(data)
  writeSettings(options.in, files)
  const job = describe(data, options, files, report.rows)
  return alone(options.in, job.id, () => launch(job, files, report, options))
}

/**
 * A run that was started before, from any process: in the given workspace, else in one under ./runs.
 * With `on`, a run that no workspace here remembers is looked for on that machine.
 *
 * @throws Stopped('no-run') where there is none of that id
 */
export async function attach(
  id: string,
  {
    in: work,
    on,
    sshConfig,
    folder = DEFAULT_FOLDER,
  }: Partial<Pick<TrainOptions, 'in' | 'on' | 'sshConfig' | 'folder'>> = {},
): Promise<Run> {
  const found = findRecord(id, work)
  if (found) {
    const { record } = found
    const { dir, sshConfig: config, ...job } = record
    return new Run(machine(job.on, found.work, sshConfig ?? config), dir, job, found.work)
  }
  const missing = (where: string) =>
    new Stopped('no-run', `There is no run ${id} in ${where}.`, "runs({ in: workspace('runs/sky-t1') })")
  if (!on) throw missing(work?.dir ?? './runs')
  const here = work ?? { dir: process.cwd() }
  const far = machine(on, here, sshConfig)
  const { stdout } = await far.exec(`cd ${shellPath(folder)}/${quote(id)} && pwd && cat job.json`)
  const text = stdout.toString()
  const line = text.indexOf('\n')
  if (line < 0) throw missing(`${folder} on ${on}`)
  return new Run(far, text.slice(0, line), JSON.parse(text.slice(line + 1)) as Job, here)
}

function machine(on: string, work: KeptIn, sshConfig: string | undefined): FarMachine {
  if (on === 'practice') return new FarMachine(() => practiceTarget(work.dir))
  if (on.startsWith('ssh://')) return new FarMachine(() => resolveTarget(on, sshConfig))
  if (on.startsWith('slurm://')) {
    throw new Stopped(
      'no-host',
      `${on}: jobs are started over SSH or on the practice machine; Slurm is not supported yet.`,
      "train(data, { on: 'ssh://host', … })",
    )
  }
  throw new Stopped(
    'bad-call',
    `Expected \`on\` to be 'ssh://host' or 'practice', got ${JSON.stringify(on)}.`,
    "train(data, { on: 'practice', … })",
  )
}

function checkCall(options: TrainOptions): void {
  if (!options?.in?.dir)
    throw new Stopped(
      'bad-call',
      'train() needs a workspace to keep the run in.',
      "train(data, { …, in: workspace('runs/sky-t1') })",
    )
  machine(options.on, options.in, options.sshConfig)
  if ((options.nodes ?? 1) !== 1) {
    throw new Stopped(
      'bad-call',
      `${options.on} is one machine; ${options.nodes} were asked for.`,
      'train(data, { …, nodes: 1 })',
    )
  }
  if (options.setup?.includes('\n'))
    throw new Stopped(
      'bad-call',
      '`setup` is one line of shell.',
      "setup: '. ~/lf/bin/activate && export HF_HOME=/data/hf'",
    )
  checkEnvironment(options.env ?? {})
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
  if (options.on === 'practice') job.practice = { seconds: PRACTICE_SECONDS, ...options.practice }
  return job
}

async function launch(job: Job, files: Recipe, report: DataReport, options: TrainOptions): Promise<Run> {
  const far = machine(options.on, options.in, options.sshConfig)
  const folder = options.folder ?? DEFAULT_FOLDER
  const place = await far.exec(`printf %s ${shellPath(`${folder.replace(/\/+$/, '')}/${job.id}`)}`, {
    patience: 3,
    signal: host().signal(),
  })
  const dir = place.stdout.toString()
  const state = readState((await far.exec(stateScript(dir))).stdout.toString())
  const run = new Run(far, dir, job, options.in)
  const record = { ...job, dir, ...(options.sshConfig ? { sshConfig: options.sshConfig } : {}) }
  if (state.state === 'running' || state.state === 'done') {
    remember(options.in, record)
    return run
  }
  demand(await preflight(far, trainingPlan(job.rows, options), options, folder), options)
  await send(far, dir, job, files, report, options)
  // Remembered before it is started: a launcher that is killed in between leaves a run that can be found.
  remember(options.in, record)
  await start(far, dir, state)
  return run
}

/** Data by content: what is there with the right hash is not sent again; what is sent is verified. */
async function send(
  far: FarMachine,
  dir: string,
  job: Job,
  files: Recipe,
  report: DataReport,
  options: TrainOptions,
): Promise<void> {
  const signal = host().signal()
  const name = path.basename(report.file)
  const remote = `${dir}/${name}`
  const hash = async (file: string) => (await far.exec(hashOf(file), { signal })).stdout.toString().trim()
  const info = { [job.name]: { ...report.entry, file_name: name } }
  await far
    .exec(
      writeFiles(dir, {
        'job.json': `${JSON.stringify({ ...job, data: { ...job.data, file: name } }, null, 2)}\n`,
        [YAML_FILE]: files.yaml,
        ...(files.settings.deepspeed === DEEPSPEED_FILE ? { [DEEPSPEED_FILE]: files.deepspeed } : {}),
        'dataset_info.json': `${JSON.stringify(info, null, 2)}\n`,
        'run.sh': runScript({
          gpus: options.gpus ?? 8,
          nodes: 1,
          env: options.env ?? {},
          setup: options.setup,
          torchrun: Boolean(files.settings.deepspeed) || job.gpus > 1,
        }),
      }),
      { signal },
    )
    .then(({ code, stderr }) => {
      if (code !== 0) throw cannotWrite(dir, stderr)
    })
  if ((await hash(remote)) === job.data.sha256) return
  for (const again of [true, false]) {
    await far.send(report.file, `${remote}.part`, { patience: 300, signal })
    if ((await hash(`${remote}.part`)) === job.data.sha256) break
    await far.exec(`rm -f ${quote(`${remote}.part`)}`)
    if (!again) {
      const local = await sha256Of(report.file)
      throw new Stopped(
        'bad-data',
        `${name} did not arrive as it was sent (here its sha256 is ${local.slice(0, 12)}…).`,
        'train(data, { … }) once more',
      )
    }
  }
  await far.exec(`mv ${quote(`${remote}.part`)} ${quote(remote)}`)
}

async function start(far: FarMachine, dir: string, state: JobState): Promise<void> {
  const { stdout, stderr } = await far.exec(startScript(dir, state.attempt + 1), { patience: 60 })
  const answer = stdout.toString().trim()
  // 'taken': someone else, or this call before its connection broke, has started it.
  if (answer === 'started' || answer === 'taken') return
  throw cannotWrite(dir, stderr)
}

function cannotWrite(dir: string, stderr: string): Stopped {
  const full = /no space left|quota exceeded/i.test(stderr)
  return new Stopped(
    full ? 'disk' : 'no-file',
    `The job's folder ${dir} cannot be written: ${stderr.trim()}`,
    "train(data, { …, folder: '/a/folder/of/mine' })",
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
