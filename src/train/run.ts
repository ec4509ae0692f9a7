// A training run as a cell holds it: its curve, its end, its files. The run itself is on the far side.
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { host } from '../host.js'
import { Stopped } from '../stopped.js'
import { sha256Of } from './data.js'
import {
  followScript,
  type Job,
  type JobState,
  lastLinesScript,
  readState,
  spentScript,
  stateScript,
  stopScript,
} from './job.js'
import { TrainerLog, type TrainStep } from './log.js'
import type { KeptIn } from './options.js'
import { originText } from './practice/recording.js'
import { OUTPUT } from './recipe.js'
import { type FarMachine, quote } from './ssh/far.js'

/** 'running' until the trainer has ended; 'stopped' where someone asked it to. */
export type RunState = 'running' | 'done' | 'failed' | 'stopped'

export interface RunResult {
  /** Folder of the trained weights on the far machine; null on the practice machine, which trains nothing. */
  checkpoint: string | null
  /** Hours from start to end, over all attempts. */
  hours: number
  /** Hours × GPUs × price; null on the practice machine, where nothing was paid. */
  dollars: number | null
  /** Loss of the last step logged. */
  loss: number
}

/** Seconds for which a broken connection is tried again while a run is followed. */
const PATIENCE = 1800

export class Run {
  readonly id: string
  /** Where it runs, as it was typed: 'ssh://h100', 'practice'. */
  readonly on: string
  /** How to name the machine to a reader. */
  readonly label: string
  /** The job's folder on the far machine. */
  readonly dir: string
  /** What was started. */
  readonly job: Job
  /** Where the log comes from, where it is not this run's own: the practice machine's is a recording. */
  readonly logOrigin?: string
  readonly #far: FarMachine
  readonly #work: KeptIn
  readonly #log = new TrainerLog()
  #polling: Promise<JobState> | undefined

  constructor(far: FarMachine, dir: string, job: Job, work: KeptIn) {
    this.id = job.id
    this.on = job.on
    this.dir = dir
    this.job = job
    this.#far = far
    this.#work = work
    this.label = job.on === 'practice' ? 'practice machine' : job.on
    if (job.on === 'practice') this.logOrigin = originText()
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
      if (state.state !== 'running' && state.state !== 'new') {
        if (state.state === 'failed') throw await this.#failure(state)
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
   * @throws Stopped('failed') with the trainer's last lines where it failed, 'interrupted' where it was stopped
   */
  async wait(): Promise<RunResult> {
    const signal = host().signal()
    const looks = this.#looks()
    for (;;) {
      const state = await this.#poll(signal)
      if (state.state === 'failed') throw await this.#failure(state)
      if (state.state === 'stopped') {
        const last = this.#log.after(0).at(-1)
        throw new Stopped(
          'interrupted',
          `${this.id} was stopped${last ? ` at step ${last.step} of ${last.total}` : ''}.`,
          'train(data, { … }) starts it again, from its last checkpoint',
        )
      }
      if (state.state === 'done') return this.#result()
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
    return state === 'new' || state === 'absent' ? 'running' : state
  }

  /** The last lines that the trainer printed. */
  async lastLines(count = 20): Promise<string[]> {
    const { stdout } = await this.#far.exec(lastLinesScript(this.dir, count))
    // A progress bar rewrites its line; only what it showed last is a line.
    return stdout
      .toString()
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1))
      .filter((line) => line.trim() !== '')
  }

  /**
   * Ends the run and all its processes; a run that has ended is left as it is.
   *
   * @param grace seconds before what has not ended by itself is killed
   */
  async stop(grace = 20): Promise<RunState> {
    for (const signal of ['TERM', 'KILL'] as const) {
      await this.#far.exec(stopScript(this.dir, signal))
      const until = Date.now() + grace * 1000
      do {
        const state = await this.state()
        if (state !== 'running') return state
        await sleep(250)
      } while (Date.now() < until)
    }
    throw new Stopped(
      'no-host',
      `${this.id} does not end, not even by SIGKILL.`,
      `${(await this.#far.target()).command} 'ps -ef | grep llamafactory'`,
    )
  }

  /** The files of the job, relative to its folder, with their size in bytes. */
  async files(): Promise<{ path: string; size: number }[]> {
    const { stdout } = await this.#far.exec(`cd ${quote(this.dir)} && find . -type f -exec wc -c {} \\;`)
    return stdout
      .toString()
      .split('\n')
      .flatMap((line) => {
        const found = /^\s*(\d+) \.\/(.*)$/.exec(line)
        return found ? [{ path: found[2]!, size: Number(found[1]) }] : []
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  /**
   * Brings files of the run here, resuming what an earlier call began; each is verified by its hash.
   *
   * @param pattern of the path in the job's folder: `output/*.json`, `output/checkpoint-100/**`
   * @param to folder to put them in; default: `<workspace>/<id>`
   * @returns the files here
   * @throws Stopped('no-file') where nothing matches
   */
  async fetch(pattern: string, to = path.join(this.#work.dir, this.id)): Promise<string[]> {
    const all = await this.files()
    const wanted = all.filter((file) => glob(pattern).test(file.path))
    if (wanted.length === 0) {
      const some = all.slice(0, 8).map((file) => file.path)
      throw new Stopped(
        'no-file',
        `No file of ${this.id} matches ${pattern}; there are ${some.join(', ')}${all.length > 8 ? ', …' : ''}.`,
        "run.fetch('output/*.json')",
      )
    }
    const here: string[] = []
    for (const file of wanted) here.push(await this.#fetchOne(file.path, path.join(to, ...file.path.split('/'))))
    return here
  }

  async #fetchOne(file: string, local: string): Promise<string> {
    const remote = `${this.dir}/${file}`
    const part = `${local}.part`
    mkdirSync(path.dirname(local), { recursive: true })
    for (const again of [true, false]) {
      await this.#far.fetch(remote, part, { patience: 120, signal: host().signal() })
      const { stdout } = await this.#far.exec(
        `sha256sum ${quote(remote)} 2>/dev/null || shasum -a 256 ${quote(remote)}`,
      )
      if (stdout.toString().startsWith(await sha256Of(part))) break
      rmSync(part, { force: true })
      if (!again) throw new Stopped('no-file', `${file} changed while it was fetched.`, `run.fetch('${file}')`)
    }
    renameSync(part, local)
    return local
  }

  async #result(): Promise<RunResult> {
    const { stdout } = await this.#far.exec(spentScript(this.dir))
    const hours = Number(stdout.toString().trim()) / 3600
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
    const { stdout } = await this.#far.exec(
      followScript(this.dir, this.#log.offset),
      signal ? { patience, signal } : { patience },
    )
    const split = stdout.indexOf('\n--\n')
    const head = stdout.subarray(0, split).toString()
    const size = Number(/^size=(\d+)$/m.exec(head)?.[1] ?? 0)
    this.#log.add(stdout.subarray(split + 4), size)
    return this.#present(readState(head))
  }

  async #state(): Promise<JobState> {
    const { stdout } = await this.#far.exec(stateScript(this.dir))
    return this.#present(readState(stdout.toString()))
  }

  #present(state: JobState): JobState {
    if (state.state !== 'absent') return state
    throw new Stopped(
      'no-run',
      `The folder of ${this.id} is gone from ${this.label}: ${this.dir}`,
      'train(data, { … })',
    )
  }

  async #failure(state: JobState): Promise<Stopped> {
    const how =
      state.exit !== null
        ? `with exit status ${state.exit}`
        : state.rebooted
          ? 'when its machine was started anew'
          : 'without leaving an exit status: it was killed, for instance for want of memory'
    const lines = await this.lastLines(12)
    const text = lines.length ? ` The last lines of its log:\n${lines.map((line) => `    ${line}`).join('\n')}` : ''
    return new Stopped(
      'failed',
      `${this.id} on ${this.label} ended ${how}.${text}`,
      'train(data, { … })   # starts it again, from its last checkpoint if it has one',
    )
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

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted())
}

/** `*` within a folder, `**` across folders, `?` one character. */
function glob(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/?|\*|\?)/).map((part) => {
    if (part.startsWith('**')) return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`)
}
