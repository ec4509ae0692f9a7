// Before a launch: what it would send and run, and what the far machine has. Neither starts anything.
import { statSync } from 'node:fs'
import { Stopped } from '../stopped.js'
import { escapeHtml, number } from '../workspace/index.js'
import { startScript } from './job/start.js'
import { stateScript } from './job/state.js'
import { DEFAULT_FOLDER, type Job, writeFiles } from './job.js'
import { filesOf, limitScript, limitSeconds, prepare, realFolder, SLURM_THERE, sentData } from './launch.js'
import { isSlurm, machine } from './machine.js'
import type { TrainingData, TrainOptions } from './options.js'
import { type TrainingPlan, trainingPlan } from './plan.js'
import { type Preflight, preflight, shellPath } from './preflight.js'
import { priceOf } from './price.js'
import { probe } from './probe.js'
import { queryScript, submitScript } from './slurm/script.js'
import type { FarMachine } from './ssh/far.js'
import { sendScripts } from './transfer.js'

/** What a launch would do, in its order. Shows itself: each file and each command can be opened and read. */
export class DryRun {
  constructor(
    readonly job: Job,
    readonly plan: TrainingPlan,
    /** The small files that would be written into the job's folder: name and text. */
    readonly files: Readonly<Record<string, string>>,
    /** The training file that would be uploaded. */
    readonly data: { file: string; bytes: number; sha256: string },
    /** The scripts that would run on the far machine, in their order: what for, and the text. */
    readonly commands: readonly { what: string; script: string }[],
  ) {}

  toString(): string {
    const rule = (title: string) => `── ${title} ${'─'.repeat(Math.max(3, 76 - title.length))}`
    return [
      this.#head(),
      String(this.plan),
      ...this.commands.flatMap(({ what, script }) => [rule(`runs there: ${what}`), script]),
      ...Object.entries(this.files).flatMap(([name, text]) => [rule(name), text.trimEnd()]),
    ].join('\n')
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    const part = (title: string, text: string) =>
      `<details><summary>${escapeHtml(title)}</summary><pre style="white-space:pre-wrap">${escapeHtml(text)}</pre></details>`
    const parts = [
      ...this.commands.map(({ what, script }) => part(`runs there: ${what}`, script)),
      ...Object.entries(this.files).map(([name, text]) => part(name, text)),
    ]
    return {
      'text/plain': this.toString(),
      'text/html': `<div>${escapeHtml(this.#head())}</div>${part('what it would take', String(this.plan))}${parts.join('')}`,
    }
  }

  #head(): string {
    return `${this.job.id} on ${this.job.on}: ${Object.keys(this.files).length} files and ${number(this.data.bytes)} bytes of data would be sent to ${DEFAULT_FOLDER}/${this.job.id}, and ${this.commands.length} scripts run there. Nothing was sent.`
  }
}

/**
 * What `train` would do with the same arguments: every file and every command, as text. Connects to nothing.
 *
 * @throws Stopped as `train` does, for what can be told here: bad data, a wrong setting
 * @example await dryRun(data, { base: 'Qwen/Qwen2.5-32B-Instruct', on: 'ssh://h100', in: work })
 */
export async function dryRun(data: TrainingData, options: TrainOptions): Promise<DryRun> {
  const { job, files, report } = await prepare(data, options)
  const folder = options.folder ?? DEFAULT_FOLDER
  const dir = `${folder}/${job.id}`
  const slurm = isSlurm(options.on)
  const written = filesOf(job, files, report, options)
  const sent = sendScripts(sentData(dir, job, report, options))
  return new DryRun(
    job,
    trainingPlan(report.rows, options),
    written,
    { file: report.file, bytes: statSync(report.file).size, sha256: data.sha256 },
    [
      { what: 'names the folder without links; it stands for ~ below', script: realFolder(shellPath(folder)) },
      { what: 'asks whether the job is there already', script: stateScript(dir, slurm ? queryScript(job.id) : '') },
      slurm
        ? { what: 'looks for Slurm and its partitions', script: SLURM_THERE }
        : { what: 'looks at the machine, and changes nothing', script: probe(shellPath(folder), options) },
      { what: 'writes the small files, each whole or not at all', script: writeFiles(dir, written) },
      { what: 'looks for the training file, by its hash', script: sent.before },
      { what: 'receives the training file from where it broke off, and checks it', script: sent.receive },
      { what: 'sets the limit, or takes an earlier one away', script: limitScript(dir, limitSeconds(job, options)) },
      { what: 'starts the job, once', script: slurm ? submitScript(dir, 1) : startScript(dir, 1) },
    ],
  )
}

/**
 * Looks at the far machine for a launch with the same arguments: each number found beside the number needed, and what to
 * type where it is not enough. Starts and writes nothing there.
 *
 * @throws Stopped('no-host') where it cannot be reached; 'bad-call' where jobs go through Slurm, whose nodes nobody sees yet
 * @example await ready(data, { base: 'Qwen/Qwen2.5-32B-Instruct', on: 'ssh://h100', in: work })
 */
export async function ready(data: TrainingData, options: TrainOptions): Promise<Preflight> {
  const { job, report } = await prepare(data, options)
  if (isSlurm(options.on) || options.on === 'skypilot')
    throw new Stopped(
      'bad-call',
      `${options.on}: which machine a job gets is not known before it runs.`,
      "ready(data, { …, on: 'ssh://h100' })",
    )
  const far = machine(options.on, options.in, options.sshConfig) as FarMachine
  const price = await priceOf(job, options)
  return preflight(far, trainingPlan(report.rows, { ...options, price }), options, options.folder ?? DEFAULT_FOLDER)
}
