// Finding runs again, from any process on any computer that reaches their machine.

import { checkKnown, type Known } from '../known.js'
import { Stopped } from '../stopped.js'
import { checkpointScript, readState, stateScript } from './job/state.js'
import { DEFAULT_FOLDER, type Job } from './job.js'
import { isSlurm, machine } from './machine.js'
import type { TrainOptions } from './options.js'
import { shellPath } from './preflight.js'
import { findRecord, places, records } from './records.js'
import { Run } from './run.js'
import { queryScript } from './slurm/script.js'
import type { Machine } from './ssh/far.js'
import { quote } from './ssh/shell.js'
import { type RunStatus, statusOf } from './status.js'

export type AttachOptions = Partial<Pick<TrainOptions, 'in' | 'on' | 'sshConfig' | 'folder'>>

/**
 * A run that was started before, from any process: in the given workspace, else in one under ./runs.
 * With `on`, a run that no workspace here remembers is looked for on that machine, under `folder`.
 *
 * @param id the run's id; or, with `on`, the absolute path of its folder there
 * @throws Stopped('no-run') where there is none of that id
 */
export async function attach(id: string, options: AttachOptions = {}): Promise<Run> {
  checkKnown('attach(…)', options, OPTIONS)
  const { in: work, on, sshConfig, folder = DEFAULT_FOLDER } = options
  const found = findRecord(id, work)
  if (found) {
    const { dir, sshConfig: config, ...job } = found.record
    return new Run(machine(job.on, found.work, sshConfig ?? config), dir, job, found.work, sshConfig ?? config)
  }
  if (!on) throw missing(id, work?.dir ?? './runs')
  const here = work ?? { dir: process.cwd() }
  const far = machine(on, here, sshConfig)
  const at = id.startsWith('/') ? quote(id) : `${shellPath(folder)}/${quote(id)}`
  const { stdout } = await far.exec(`cd -- ${at} && pwd -P && cat job.json`)
  const text = stdout.toString()
  const line = text.indexOf('\n')
  const job = line < 0 ? undefined : jobOf(text.slice(line + 1))
  if (!job) throw missing(id, `${id.startsWith('/') ? '' : `${folder} `}on ${on}`)
  // As it is reached from here: the launcher may have known the machine by another name.
  return new Run(
    far,
    text.slice(0, line),
    { ...job, on: isSlurm(job.on) === isSlurm(on) ? on : job.on },
    here,
    sshConfig,
  )
}

function missing(id: string, where: string): Stopped {
  return new Stopped('no-run', `There is no run ${id} in ${where}.`, "await runs({ on: 'ssh://h100' })")
}

function jobOf(text: string): Job | undefined {
  try {
    const job = JSON.parse(text) as Job
    return typeof job.id === 'string' && typeof job.on === 'string' ? job : undefined
  } catch {
    // Half written, or no job's at all.
    return undefined
  }
}

/**
 * All runs and how each stands now, oldest first: those that the workspace has started (without `in`, all
 * workspaces under ./runs), and with `on` every run under `folder` on that machine, whoever started it.
 *
 * Every machine is asked once. One that does not answer is said to be 'unreachable', with its last known place.
 */
export async function runs(options: AttachOptions = {}): Promise<RunStatus[]> {
  checkKnown('runs(…)', options, OPTIONS)
  const { in: work, on, sshConfig, folder = DEFAULT_FOLDER } = options
  const groups = new Map<string, { far: Machine; jobs: Map<string, Job> }>()
  for (const dir of places(work)) {
    for (const { dir: place, sshConfig: config, ...job } of records({ dir })) {
      const key = `${job.on}\n${config ?? ''}\n${job.on === 'practice' ? dir : ''}`
      const group = groups.get(key) ?? { far: machine(job.on, { dir }, config), jobs: new Map() }
      group.jobs.set(place, job)
      groups.set(key, group)
    }
  }
  const all = await Promise.all([...groups.values()].map(({ far, jobs }) => ask(far, jobs)))
  const there = on ? await list(machine(on, work ?? { dir: process.cwd() }, sshConfig), on, folder) : []
  const known = new Map([...all.flat(), ...there].map((each) => [`${each.created} ${each.status.id}`, each.status]))
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, status]) => status)
}

interface Listed {
  created: string
  status: RunStatus
}

/** The jobs under a folder of a machine. */
async function list(far: Machine, on: string, folder: string): Promise<Listed[]> {
  const { stdout } = await far.exec(
    `cd -- ${shellPath(folder)} 2>/dev/null || exit 0
for j in */job.json; do [ -f "$j" ] && { cd -- "\${j%/*}" && pwd -P && tr -d '\\n' < job.json && echo; cd ..; }; done`,
  )
  const jobs = new Map<string, Job>()
  const lines = stdout.toString().split('\n')
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const job = jobOf(lines[i + 1]!)
    if (job) jobs.set(lines[i]!, { ...job, on })
  }
  return ask(far, jobs)
}

/** One question for all jobs of a machine. */
async function ask(far: Machine, jobs: Map<string, Job>): Promise<Listed[]> {
  const entries = [...jobs]
  if (entries.length === 0) return []
  const parts = entries.map(([dir, job]) => {
    const state = stateScript(dir, isSlurm(job.on) ? queryScript(job.id) : '')
    return `(\n${state}\n)\n(\n${checkpointScript(dir)}\n)\nprintf '\\036\\n'`
  })
  try {
    const { stdout } = await far.exec(parts.join('\n'), { patience: 3 })
    const answers = stdout.toString().split('\x1e\n')
    return entries.map(([dir, job], index) => {
      const text = answers[index] ?? 'absent=1'
      const newest = /^checkpoint=(.+)$/m.exec(text)?.[1]
      return { created: job.created, status: statusOf(job, dir, readState(text), newest ? `${dir}/${newest}` : null) }
    })
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    return entries.map(([dir, job]) => ({ created: job.created, status: unreachable(job, dir, error) }))
  }
}

function unreachable(job: Job, dir: string, error: Stopped): RunStatus {
  return {
    id: job.id,
    on: job.on,
    state: 'unreachable',
    why: error.message,
    step: null,
    total: job.steps,
    attempts: 0,
    hours: 0,
    dollars: null,
    limit: null,
    checkpoint: null,
    kept: null,
    dir,
  }
}

const OPTIONS: Known<Required<AttachOptions>> = {
  in: true,
  on: true,
  sshConfig: true,
  folder: true,
}
