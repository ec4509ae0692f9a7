// A training run as a cell holds it: its curve, its end, its files. The run itself is on the far side.
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { host } from '../host.js'
import { Stopped } from '../stopped.js'
import { failure, hoursOf, present, stopped } from './endings.js'
import { type FarFile, fetchFiles, listFiles } from './fetch.js'
import { Follower } from './job/follow.js'
import { checkpointScript, type JobState, readState, stateScript } from './job/state.js'
import { requestScript, stopScript } from './job/stop.js'
import type { Job } from './job.js'
import { TrainerLog, type TrainStep } from './log.js'
import { type LogOptions, Logs } from './logs.js'
import { isSlurm } from './machine.js'
import type { KeptIn } from './options.js'
import { originText, recordedOrigin } from './practice/recording.js'
import { OUTPUT } from './recipe.js'
import { cancelScript, queryScript } from './slurm/script.js'
import type { Machine } from './ssh/far.js'
import { type RunStatus, statusOf } from './status.js'

/** 'queued' while Slurm lets it wait; 'running' until the trainer has ended; 'stopped' where it was ended before. */
export type RunState = 'queued' | 'running' | 'done' | 'failed' | 'stopped'

export interface RunResult {
  /** Folder of the trained weights on the far machine; null on the practice machine, which trains nothing. */
  checkpoint: string | null
  /** Hours that it ran, over all attempts. */
  hours: number
  /** Hours × GPUs × price; null on the practice machine, where nothing was paid. */
  dollars: number | null
  /** Loss of the last step logged. */
  loss: number
}

export interface StopOptions {
  /** Seconds before what has not ended by itself is killed. @default 20 */
  grace?: number
  /**
   * 'now' ends it at once; 'save' lets a trainer that can (enable_jit_checkpoint) write a checkpoint first;
   * 'checkpoint' waits for the next checkpoint of its own, also after this process has ended.
   * @default 'save' where the trainer can, else 'now'
   */
  at?: 'now' | 'save' | 'checkpoint'
  /** Seconds that saving may take. @default 1800 */
  saving?: number
}

/** Seconds for which a broken connection is tried again while a run is followed. */
const PATIENCE = 1800

export class Run {
  readonly id: string
  /** Where it runs, as it was typed: 'ssh://h100', 'slurm://login', 'practice'. */
  readonly on: string
  /** How to name the machine to a reader. */
  readonly label: string
  /** The job's folder on the far machine. */
  readonly dir: string
  /** What was started. */
  readonly job: Job
  /** Where the log comes from, where it is not this run's own: the practice machine's is a recording. */
  readonly logOrigin?: string
  /** OpenSSH configuration it is reached with, where not the user's own. */
  readonly sshConfig?: string
  readonly #far: Machine
  readonly #work: KeptIn
  readonly #log = new TrainerLog()
  readonly #follower = new Follower()
  readonly #slurm: string
  #polling: Promise<JobState> | undefined

  constructor(far: Machine, dir: string, job: Job, work: KeptIn, sshConfig?: string) {
    this.id = job.id
    this.on = job.on
    this.dir = dir
    this.job = job
    this.#far = far
    this.#work = work
    this.#slurm = isSlurm(job.on) ? queryScript(job.id) : ''
    this.label = job.on === 'practice' ? 'practice machine' : job.on
    if (job.on === 'practice') this.logOrigin = originText(recordedOrigin(job.data.sha256))
    if (sshConfig) this.sshConfig = sshConfig
  }

  /** Folder of the trained weights on the far machine; null on the practice machine. */
  get checkpoint(): string | null {
    return this.on === 'practice' ? null : `${this.dir}/${OUTPUT}`
  }

  /**
   * The steps from the first on, as the trainer logs them, until the run ends. A connection that breaks
   * is opened again, and nothing is missed or told twice. Interrupting the cell ends the following, not the run.
   *
   * @throws Stopped('failed') with the trainer's last lines where the run failed
   */
  async *steps(): AsyncGenerator<TrainStep> {
    const signal = host().signal()
    const looks = this.#looks()
    let place = 0
    for (;;) {
      const state = await this.#poll(signal)
      const fresh = this.#log.after(place)
      for (const step of fresh) {
        place = step.step
        yield step
      }
      if (!goesOn(state)) {
        if (state.state === 'failed') throw failure(this, state, await this.lastLines(12))
        return
      }
      await pause(looks(fresh.length > 0), signal)
    }
  }

  /** The steps that have been logged so far. */
  async stepsSoFar(): Promise<TrainStep[]> {
    await this.#poll(undefined, 20)
    return this.#log.after(0)
  }

  /**
   * Waits for the end of the run.
   *
   * @throws Stopped('failed') with the trainer's last lines where it failed, 'over-budget' where its limit ended
   *   it, 'interrupted' where it was stopped
   */
  async wait(): Promise<RunResult> {
    const signal = host().signal()
    const looks = this.#looks()
    for (;;) {
      const state = await this.#poll(signal)
      if (state.state === 'failed') throw failure(this, state, await this.lastLines(12))
      if (state.state === 'stopped') throw stopped(this, state)
      if (state.state === 'done') return this.#result(state)
      await pause(looks(false), signal)
    }
  }

  /**
   * How the run stands now.
   *
   * @throws Stopped('no-host') where the machine cannot be reached, 'no-run' where the job's folder is gone
   */
  async state(): Promise<RunState> {
    const { state } = await this.#state()
    return state === 'new' || state === 'absent' || state === 'unknown' ? 'running' : state
  }

  /**
   * How the run stands now, with the reason, the step, what it has cost and the newest whole checkpoint.
   *
   * @throws Stopped('no-host') where the machine cannot be reached, 'no-run' where the job's folder is gone
   */
  async status(): Promise<RunStatus> {
    const state = await this.#state()
    const { stdout } = await this.#far.exec(checkpointScript(this.dir))
    const newest = /^checkpoint=(.+)$/m.exec(stdout.toString())?.[1]
    return statusOf(this.job, this.dir, state, newest ? `${this.dir}/${newest}` : null)
  }

  /** The last lines that the trainer printed. */
  async lastLines(count = 20): Promise<string[]> {
    return this.logs({ tail: count })
  }

  /**
   * What the trainer printed. Awaited, its last lines; with `for await`, those and all that come until the run ends.
   *
   * @param options `tail`: how many; `grep`: text or expression that a line must hold; `attempt`: which start
   */
  logs(options: LogOptions = {}): Logs {
    return new Logs(this.#far, this.dir, options, async () => !goesOn(await this.#state()))
  }

  /**
   * Ends the run and all its processes, and nobody else's; a run that has ended is left as it is. Where the trainer
   * can save when asked, it does so first.
   *
   * @param options seconds of grace, or StopOptions
   */
  async stop(options: number | StopOptions = {}): Promise<RunState> {
    const {
      grace = 20,
      saving = 1800,
      at = this.job.saves ? 'save' : 'now',
    } = typeof options === 'number' ? { grace: options, at: 'now' as const } : options
    let state = await this.#state(true)
    if (state.state === 'stopped' || state.state === 'done' || state.state === 'failed') return state.state
    if (at !== 'now' && state.state !== 'queued') {
      await this.#far.exec(requestScript(this.dir, at))
      // At the next checkpoint may be hours from now; the request stays where it is, whoever waits.
      const ended = await this.#ends(at === 'save' ? saving + grace : Number.POSITIVE_INFINITY)
      if (ended) return ended
    }
    if (this.#slurm) {
      await this.#far.exec(requestScript(this.dir, 'now'))
      const ended = state.state === 'running' ? await this.#ends(Math.min(grace, 5)) : undefined
      // A job that waits in the queue has nothing to save, and one that has ended must not be queued again.
      await this.#far.exec(cancelScript(this.dir, this.id))
      if (ended) return ended
      const gone = await this.#ends(grace + 40)
      if (gone) return gone
    } else {
      for (const signal of ['TERM', 'KILL'] as const) {
        await this.#far.exec(stopScript(this.dir, signal))
        const ended = await this.#ends(grace)
        if (ended) return ended
      }
    }
    state = await this.#state(true)
    throw new Stopped(
      'no-host',
      `${this.id} does not end, not even by SIGKILL: ${state.processes} of its processes are there.`,
      `${await this.#far.command()} 'ps -ef | grep llamafactory'`.trim(),
    )
  }

  /** The state once the run has ended, if it does within so many seconds. */
  async #ends(seconds: number): Promise<RunState | undefined> {
    const signal = host().signal()
    const until = Date.now() + seconds * 1000
    for (let every = 250; ; every = Math.min(every * 1.3, 3000)) {
      const { state, processes } = await this.#state(true)
      if (state === 'absent' && processes === 0) return 'stopped'
      if (state === 'done' || state === 'failed' || state === 'stopped') return state
      if (Date.now() > until) return undefined
      await pause(every, signal)
    }
  }

  /** The files of the job, relative to its folder, with their size in bytes. */
  files(): Promise<FarFile[]> {
    return listFiles(this.#far, this.dir)
  }

  /**
   * Brings files of the run here, resuming what an earlier call began; each is verified by its hash.
   *
   * @param what 'checkpoint' (the trained weights, or the newest whole checkpoint where the run has not ended),
   *   'adapter', 'config', 'logs', or a pattern of the path in the job's folder: `output/*.json`,
   *   `output/checkpoint-100/**`
   * @param to folder to put them in; default: `<workspace>/<id>`
   * @returns the files here
   * @throws Stopped('no-file') where nothing matches
   */
  fetch(what: string, to = path.join(this.#work.dir, this.id)): Promise<string[]> {
    return fetchFiles(this.#far, this.dir, { what, to, id: this.id })
  }

  #result(state: JobState): RunResult {
    const hours = hoursOf(state)
    const last = this.#log.after(0).at(-1)
    return {
      checkpoint: this.checkpoint,
      hours,
      dollars: this.on === 'practice' ? null : hours * this.job.gpus * this.job.price,
      loss: last?.loss ?? Number.NaN,
    }
  }

  /** One look at the far side, shared by all who follow this run. */
  #poll(signal?: AbortSignal, patience = PATIENCE): Promise<JobState> {
    this.#polling ??= this.#look(signal, patience).finally(() => {
      this.#polling = undefined
    })
    return this.#polling
  }

  async #look(signal: AbortSignal | undefined, patience: number): Promise<JobState> {
    const options = signal ? { patience, signal } : { patience }
    for (;;) {
      const { stdout } = await this.#far.exec(this.#follower.script(this.dir, this.#slurm), options)
      const { state, pieces } = this.#follower.read(stdout)
      for (const { file, bytes, anew } of pieces) {
        if (file.endsWith('.csv')) this.#log.addSamples(file, bytes, anew)
        else if (file.endsWith('.txt')) this.#log.addNorms(file, bytes, anew)
        else {
          if (anew) this.#log.begin()
          this.#log.add(bytes, this.#log.offset + bytes.length)
        }
      }
      // The state is of before the files were read: an end that it tells has all its steps behind it.
      if (!pieces.some(({ more }) => more)) return present(this, readState(state))
    }
  }

  async #state(evenAbsent = false): Promise<JobState> {
    const { stdout } = await this.#far.exec(stateScript(this.dir, this.#slurm))
    const state = readState(stdout.toString())
    return evenAbsent ? state : present(this, state)
  }

  /** Milliseconds to the next look: soon after something new, then less and less often; a real step takes minutes. */
  #looks(): (fresh: boolean) => number {
    const longest = this.on === 'practice' ? 250 : 3000
    let every = 250
    return (fresh) => {
      every = fresh ? 250 : Math.min(longest, every * 1.5)
      return every
    }
  }

  /** A notebook shows which run it is, and where. */
  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return { 'text/plain': `Run ${this.id} on ${this.label} (${this.dir})` }
  }
}

function goesOn({ state }: JobState): boolean {
  return state === 'running' || state === 'queued' || state === 'new'
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted())
}
