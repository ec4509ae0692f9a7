// A child process of ours that answers one request at a time, and can be killed and started anew at any moment.

import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiled } from '../compiled.js'
import { receive, send } from './frames.js'
import { node22 } from './node.js'
import { cpuSeconds, holdsMore } from './processes.js'
import { Closed, type Limits, type Outcome, type Program, type Runner, type Trial } from './runner.js'
import { leave, tidyAtExit } from './tidy.js'

const WATCH = 200
/** How V8 says that it ended the process because its heap was full. */
const OUT_OF_MEMORY = /heap out of memory|Allocation failed|OOM error|last resort|Mark-Compact/

export interface ChildOptions {
  name: Runner['name']
  /** The compiled file, beside this one. */
  file: string
  flags: string[]
  /** Milliseconds until a fresh process is ready. */
  start: number
  /** Whether it says when it is ready; tests are only sent after that. */
  announces: boolean
  /** Whether it keeps no clock of its own: then a sleeper or a loop is stopped from here. */
  clock: boolean
  /** Megabytes that the process itself needs. */
  own: number
}

class Child implements Runner {
  readonly name: Runner['name']
  #child: ChildProcess | undefined
  #take: ((outcome: Outcome | 'broken') => void) | undefined
  #ready: Promise<boolean> | undefined
  #announce: (() => void) | undefined
  #began: (() => void) | undefined
  #complaint = ''
  #closed = false

  constructor(private readonly options: ChildOptions) {
    this.name = options.name
  }

  async run(program: Program, trial: Trial, limits: Limits): Promise<Outcome> {
    for (let attempt = 0; ; attempt++) {
      if (this.#closed) throw new Closed()
      const outcome = await this.#ask(program, trial, limits)
      if (outcome !== 'broken') return outcome
      // The first time it may have been the test before this one that broke it.
      if (attempt > 0)
        return {
          status: OUT_OF_MEMORY.test(this.#complaint) ? 'memory-limit' : 'runtime-error',
          seconds: 0,
          detail: `the sandbox ended twice under this program ${this.#complaint.trim().slice(0, 500)}`.trim(),
        }
    }
  }

  async #ask(program: Program, trial: Trial, limits: Limits): Promise<Outcome | 'broken'> {
    const child = this.#start()
    if (!(await this.#ready)) {
      this.#kill()
      return 'broken'
    }
    let began = performance.now()
    let cpu = child.pid === undefined ? 0 : cpuSeconds(child.pid)
    const wall = (limits.timeLimit + 1) * 1000
    let deadline = this.options.announces ? Number.POSITIVE_INFINITY : wall
    // What it loads before the program runs is not the program's time.
    this.#began = () => {
      began = performance.now()
      cpu = child.pid === undefined ? 0 : cpuSeconds(child.pid)
      deadline = wall
    }
    return new Promise((resolve) => {
      const done = (outcome: Outcome | 'broken') => {
        clearTimeout(timer)
        clearInterval(watch)
        this.#take = undefined
        resolve(outcome)
      }
      const stop = (status: Outcome['status'], detail: string, waited = false) => {
        this.#kill()
        const seconds = Math.min((performance.now() - began) / 1000, limits.timeLimit + 1)
        done({ status, seconds, detail, ...(waited && { waited }) })
      }
      // CPU seconds when it was last looked at past its time.
      let before = 0
      const timer = setTimeout(
        () => stop('time-limit', 'it could not be stopped and was killed'),
        ((limits.timeLimit * 5 + 10) * (limits.patience ?? 1) + this.options.start / 1000) * 1000,
      )
      const allowed = (limits.memoryLimit + this.options.own) * 1024 * 1024
      const watch = setInterval(() => {
        if (child.pid === undefined) return
        if (holdsMore(child.pid, allowed)) return stop('memory-limit', 'the process held too much')
        if (!this.options.clock || performance.now() - began < deadline) return
        // Past its time: stopped, unless it only waits its turn on a busy machine.
        const used = cpuSeconds(child.pid) - cpu
        const waits = used - before < 0.05 || performance.now() - began > 5 * wall * (limits.patience ?? 1)
        if (used >= limits.timeLimit) stop('time-limit', '')
        else if (waits) stop('time-limit', '', true)
        else {
          before = used
          deadline = performance.now() - began + 500
        }
      }, WATCH)
      this.#take = done
      send(child.stdin!, { program, trial, ...limits })
    })
  }

  #start(): ChildProcess {
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) return this.#child
    const file = compiled(this.options.file, import.meta.url)
    const child = spawn(node22(), [...this.options.flags, fileURLToPath(file)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '' },
      cwd: '/',
    })
    this.#child = child
    this.#complaint = ''
    this.#ready = !this.options.announces
      ? Promise.resolve(true)
      : new Promise((resolve) => {
          const timer = setTimeout(() => resolve(false), this.options.start)
          this.#announce = () => {
            clearTimeout(timer)
            resolve(true)
          }
          child.once('exit', () => {
            clearTimeout(timer)
            resolve(false)
          })
        })
    child.stderr!.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString()).slice(-4000)
    })
    child.stdin!.on('error', () => {})
    const over = () => {
      if (this.#child !== child) return
      this.#child = undefined
      this.#take?.('broken')
    }
    child.on('error', over)
    child.on('exit', over)
    receive(
      child.stdout!,
      (text) => {
        const message = JSON.parse(text) as { status: string }
        if (message.status === 'ready') this.#announce?.()
        else if (message.status === 'began') this.#began?.()
        else this.#take?.(message as Outcome)
      },
      () => this.#kill(),
    )
    child.unref()
    for (const stream of [child.stdin, child.stdout, child.stderr])
      (stream as unknown as { unref?: () => void }).unref?.()
    tidyAtExit(this)
    return child
  }

  #kill(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  close(): void {
    this.#closed = true
    this.#kill()
    this.#take?.('broken')
    leave(this)
  }
}

/** JavaScript and TypeScript: isolated-vm in a child. */
export const isolateRunner = (): Runner =>
  new Child({
    name: 'isolate',
    file: './isolate-child.js',
    flags: ['--no-node-snapshot'],
    start: 15_000,
    own: 700,
    announces: false,
    clock: false,
  })

/** Python in WebAssembly: for machines without bubblewrap or python3. It may read Pyodide's own files, and no others. */
export function pyodideRunner(): Runner {
  const folders = [
    path.dirname(createRequire(import.meta.url).resolve('pyodide')),
    path.dirname(fileURLToPath(compiled('./pyodide-child.js', import.meta.url))),
  ]
  const readable = [
    ...folders.map((folder) => `--allow-fs-read=${folder}${path.sep}*`),
    `--allow-fs-read=${fileURLToPath(compiled('../../json.js', import.meta.url))}`,
  ]
  return new Child({
    name: 'pyodide',
    file: './pyodide-child.js',
    flags: [
      '--no-warnings',
      '--experimental-permission',
      '--allow-worker',
      '--disallow-code-generation-from-strings',
      ...readable,
      '--max-old-space-size=512',
    ],
    start: 60_000,
    own: 900,
    announces: true,
    clock: true,
  })
}
