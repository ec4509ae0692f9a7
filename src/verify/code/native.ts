// Python in one bubblewrap namespace with a fork server: no network, no files but the system's, nothing left behind.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { compiled } from '../compiled.js'
import { receive, send } from './frames.js'
import { holdsMore } from './processes.js'
import { Closed, type Limits, OUTPUT_LIMIT, type Outcome, type Program, type Runner, type Trial } from './runner.js'
import { type Interpreter, interpreters, sandbox, which } from './sandbox.js'
import { leave, tidyAtExit } from './tidy.js'

/** How long the fork server may take to start, in milliseconds, on a busy machine. */
const START = 20_000
/** The user that the sandbox runs as where we are root: nobody, so that the limit on processes holds. */
const NOBODY = 65534
/** How often memory of a long test is looked at, in milliseconds. */
const WATCH = 200

/** What a look at this machine found. */
export type Probe = { ok: true; python: Interpreter } | { ok: false; why: string; fix: string }

let probed: Promise<Probe> | undefined

/** Whether Python can be run natively here: tried once, with a real program. */
export function probeNative(): Promise<Probe> {
  probed ??= probe()
  return probed
}

async function probe(): Promise<Probe> {
  if (process.platform !== 'linux')
    return {
      ok: false,
      why: `bubblewrap is for Linux; this is ${process.platform}`,
      fix: 'nothing: Pyodide comes with the package and is used',
    }
  const bwrap = which('bwrap')
  if (!bwrap) return { ok: false, why: 'bubblewrap (bwrap) is not installed', fix: 'apt install bubblewrap' }
  const candidates = interpreters()
  if (candidates.length === 0) return { ok: false, why: 'there is no python3', fix: 'apt install python3' }
  let why = ''
  for (const python of candidates) {
    const runner = new Native(python, bwrap)
    try {
      const outcome = await runner.run(
        { language: 'python', source: 'print(6*7)' },
        { kind: 'stdin', stdin: '' },
        { timeLimit: 10, memoryLimit: 256 },
      )
      if (outcome.stdout === '42\n') return { ok: true, python }
      why = `${python.path} in bubblewrap: ${outcome.detail || outcome.status}`
    } catch (error) {
      why = `${python.path} in bubblewrap: ${error instanceof Error ? error.message : String(error)}`
    } finally {
      runner.close()
    }
  }
  return {
    ok: false,
    why,
    fix: 'allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, or an AppArmor profile for bwrap)',
  }
}

interface Pending {
  take: (outcome: Outcome) => void
  fail: () => void
}

/** One sandbox with its fork server; runs one test at a time. */
export class Native implements Runner {
  readonly name = 'native'
  #child: ChildProcess | undefined
  #ready: Promise<void> | undefined
  #pending: Pending | undefined
  #closed = false

  constructor(
    private readonly python: Interpreter,
    private readonly bwrap = which('bwrap') ?? 'bwrap',
  ) {}

  async run(program: Program, trial: Trial, limits: Limits): Promise<Outcome> {
    for (let attempt = 0; ; attempt++) {
      await this.#start()
      const request = {
        program: program.source,
        ...trial,
        ...limits,
        outputLimit: limits.outputLimit ?? OUTPUT_LIMIT,
        secret: randomBytes(16).toString('hex'),
      }
      const outcome = await this.#ask(request, limits)
      // A sandbox that broke before the program ran says nothing about the program.
      if (outcome !== 'broken' || attempt > 0)
        return outcome === 'broken'
          ? { status: 'runtime-error', seconds: 0, detail: 'the sandbox ended twice under this program' }
          : outcome
      this.#kill()
    }
  }

  #ask(request: object, limits: Limits): Promise<Outcome | 'broken'> {
    const child = this.#child!
    const began = performance.now()
    return new Promise((resolve) => {
      const done = (outcome: Outcome | 'broken') => {
        clearTimeout(timer)
        clearInterval(watch)
        this.#pending = undefined
        resolve(outcome)
      }
      const stop = (status: Outcome['status'], detail: string) => {
        this.#kill()
        done({ status, seconds: (performance.now() - began) / 1000, detail })
      }
      // The fork server keeps the clock; this one is for a server that no longer answers.
      const timer = setTimeout(
        () => stop('time-limit', 'the sandbox did not answer'),
        (limits.timeLimit * 5 + 15) * 1000,
      )
      const allowed = (limits.memoryLimit * 1.25 + 256) * 1024 * 1024
      const watch = setInterval(() => {
        if (child.pid !== undefined && holdsMore(child.pid, allowed))
          stop('memory-limit', `its processes held more than ${Math.round(allowed / 1e6)} MB together`)
      }, WATCH)
      this.#pending = { take: done, fail: () => done('broken') }
      send(child.stdin!, request)
    })
  }

  #start(): Promise<void> {
    if (this.#closed) return Promise.reject(new Closed())
    this.#ready ??= new Promise((resolve, reject) => {
      const zygote = ['./program.py', './zygote.py']
        .map((name) => readFileSync(compiled(name, import.meta.url), 'utf8'))
        .join('\n')
      const root = process.getuid?.() === 0
      const child = spawn(
        this.bwrap,
        [...sandbox(this.python), '--', this.python.path, '-I', '-S', '-u', '-c', zygote],
        {
          stdio: ['pipe', 'pipe', 'pipe'],
          env: { PATH: '/usr/bin:/bin' },
          cwd: '/',
          ...(root && { uid: NOBODY, gid: NOBODY }),
        },
      )
      this.#child = child
      let complaint = ''
      child.stderr!.on('data', (chunk: Buffer) => {
        complaint = (complaint + chunk.toString()).slice(-1000)
      })
      const timer = setTimeout(() => {
        this.#kill()
        reject(new Error('the sandbox did not start'))
      }, START)
      child.stdin!.on('error', () => {})
      child.on('error', (error) => {
        clearTimeout(timer)
        reject(error)
      })
      child.on('exit', () => {
        clearTimeout(timer)
        if (this.#child === child) {
          this.#child = undefined
          this.#ready = undefined
        }
        reject(new Error(complaint.trim() || 'the sandbox ended'))
        this.#pending?.fail()
      })
      receive(
        child.stdout!,
        (text) => {
          const message = JSON.parse(text) as { status: string; detail?: string }
          if (message.status === 'ready') {
            clearTimeout(timer)
            resolve()
          } else if (message.status === 'no-namespace' || message.status === 'failed') {
            complaint = `no PID namespace inside the sandbox ${message.detail ?? ''}`
            this.#pending?.fail()
          } else this.#pending?.take(message as Outcome)
        },
        () => this.#kill(),
      )
      // An idle sandbox must not keep a finished script alive.
      child.unref()
      for (const stream of [child.stdin, child.stdout, child.stderr])
        (stream as unknown as { unref?: () => void }).unref?.()
      tidyAtExit(this)
    })
    return this.#ready
  }

  #kill(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
    this.#ready = undefined
  }

  close(): void {
    this.#closed = true
    this.#kill()
    this.#pending?.fail()
    leave(this)
  }
}
