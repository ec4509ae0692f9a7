// Python in one bubblewrap namespace with a fork server: no network, no files but the system's, nothing left behind.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, readFileSync } from 'node:fs'
import { jsonText } from '../../json.js'
import { compiled } from '../compiled.js'
import { type Group, newGroup } from './cgroup.js'
import { receiveParts, sendParts } from './frames.js'
import { type Done, outcomeOf } from './outcome.js'
import { holdsMore } from './processes.js'
import { Closed, type Limits, OUTPUT_LIMIT, type Outcome, type Program, type Runner, type Trial } from './runner.js'
import { type Interpreter, interpreters, sandbox, which } from './sandbox.js'
import { standsApart } from './stands-apart.js'
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
  const { found, refused } = interpreters()
  if (found.length === 0)
    return refused.length > 0
      ? {
          ok: false,
          why: refused.join('; '),
          fix: 'apt install python3 (3.9 or later), or name one: export SKYLAB_PYTHON=/usr/bin/python3',
        }
      : { ok: false, why: 'there is no python3', fix: 'apt install python3' }
  let why = ''
  for (const python of found) {
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

/** The texts of the fork server, in the order in which they stand on each other. */
const TEXTS = [
  './program.py',
  './values.py',
  './crossing.py',
  './program_side.py',
  './test_side.py',
  './seccomp.py',
  './zygote.py',
]
/** Address space beyond the limit on memory: stacks of threads, arenas and mapped files, in megabytes. */
const SLACK = 384
/** The same where a control group counts what is really held. */
const LOOSE = 2048
/** Joins the group that stands open on 3, then becomes what is named. */
const JOIN = 'echo 0 >&3 && exec 3>&- && exec "$@"'

/** Whether nobody exists here: a container of an ordinary user may hold root alone, and that root is no root outside. */
function there(map: string): boolean {
  try {
    return readFileSync(`/proc/self/${map}`, 'utf8')
      .trim()
      .split('\n')
      .some((line) => {
        const [from, , count] = line.trim().split(/\s+/).map(Number)
        return from! <= NOBODY && NOBODY < from! + count!
      })
  } catch {
    return true
  }
}

interface Pending {
  take: (done: Done, sections: Buffer[]) => void
  fail: () => void
}

/** One sandbox with its fork server; runs one test at a time. */
export class Native implements Runner {
  readonly name = 'native'
  #child: ChildProcess | undefined
  #ready: Promise<void> | undefined
  #pending: Pending | undefined
  #group: Group | undefined
  #resident = 0
  #closed = false

  constructor(
    private readonly python: Interpreter,
    private readonly bwrap = which('bwrap') ?? 'bwrap',
  ) {}

  async run(program: Program, trial: Trial, limits: Limits): Promise<Outcome> {
    for (let attempt = 0; ; attempt++) {
      await this.#start()
      const group = this.#group
      group?.limit(limits.memoryLimit * 1024 * 1024)
      const outcome = await this.#ask(program, trial, limits)
      if (outcome !== 'broken') return outcome
      const outOfMemory = group?.killed() ?? false
      this.#kill()
      if (outOfMemory) return { status: 'memory-limit', seconds: 0, detail: 'the kernel ended it' }
      // A sandbox that broke before the program ran says nothing about the program.
      if (attempt > 0)
        return { status: 'runtime-error', seconds: 0, detail: 'the sandbox ended twice under this program' }
    }
  }

  #ask(program: Program, trial: Trial, limits: Limits): Promise<Outcome | 'broken'> {
    const child = this.#child!
    const began = performance.now()
    const secret = randomBytes(16).toString('hex')
    const kind = trial.kind === 'assert' && standsApart(trial.assert) ? 'apart' : trial.kind
    const parts = [
      Buffer.from(program.source),
      Buffer.from(
        trial.kind === 'stdin'
          ? trial.stdin
          : trial.kind === 'call'
            ? jsonText(trial.args)
            : kind === 'assert' && trial.kind === 'assert'
              ? trial.assert
              : '',
      ),
      Buffer.from(kind === 'apart' && trial.kind === 'assert' ? trial.assert : ''),
    ]
    const outputLimit = limits.outputLimit ?? OUTPUT_LIMIT
    const request = {
      kind,
      ...(trial.kind === 'call' && { fn: trial.fn, ...(trial.revive && { revive: true }) }),
      ...(trial.kind === 'assert' && trial.given && { given: trial.given }),
      timeLimit: limits.timeLimit,
      patience: limits.patience ?? 1,
      outputLimit,
      space: (limits.memoryLimit + (this.#group ? LOOSE : SLACK)) * 1024 * 1024,
      sizes: parts.map((part) => part.length),
      secret,
    }
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
        ((limits.timeLimit * 5 + 5) * (limits.patience ?? 1) + 15) * 1000,
      )
      const allowed = limits.memoryLimit * 1024 * 1024 + this.#resident
      const watch = setInterval(() => {
        if (!this.#group && child.pid !== undefined && holdsMore(child.pid, allowed))
          stop('memory-limit', `its processes held more than ${limits.memoryLimit} MB together`)
      }, WATCH)
      this.#pending = {
        take: (seen, sections) =>
          done(
            outcomeOf(seen, sections, {
              trial,
              limits,
              outputLimit,
              secret,
              resident: this.#resident,
              outOfMemory: this.#group?.killed() ?? false,
            }),
          ),
        fail: () => done('broken'),
      }
      sendParts(child.stdin!, request, parts)
    })
  }

  #start(): Promise<void> {
    if (this.#closed) return Promise.reject(new Closed())
    this.#ready ??= new Promise((resolve, reject) => {
      const zygote = TEXTS.map((name) => readFileSync(compiled(name, import.meta.url), 'utf8')).join('\n')
      const root = process.getuid?.() === 0
      const group = newGroup()
      const door = group?.door()
      const command = [this.bwrap, ...sandbox(this.python), '--', this.python.path, '-I', '-S', '-u', '-c', zygote]
      const [file, ...args] = door === undefined ? command : ['/bin/sh', '-c', JOIN, 'sh', ...command]
      const child = spawn(file!, args, {
        stdio: ['pipe', 'pipe', 'pipe', ...(door === undefined ? [] : [door])],
        env: { PATH: '/usr/bin:/bin' },
        cwd: '/',
        ...(root && there('uid_map') && there('gid_map') && { uid: NOBODY, gid: NOBODY }),
      })
      if (door !== undefined) closeSync(door)
      this.#group = group
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
        group?.close()
        // What a new sandbox waits for is not this one's business.
        const ours = this.#child === child
        if (ours) {
          this.#child = undefined
          this.#ready = undefined
        }
        reject(new Error(complaint.trim() || 'the sandbox ended'))
        if (ours) this.#pending?.fail()
      })
      receiveParts(
        child.stdout!,
        (head, sections) => {
          const message = head as Done | { status: 'ready'; resident: number } | { status: 'failed'; detail: string }
          if (message.status === 'ready') {
            clearTimeout(timer)
            this.#resident = message.resident
            group?.settle()
            resolve()
          } else if (message.status === 'failed') {
            complaint = message.detail
            child.kill('SIGKILL')
          } else this.#pending?.take(message, sections)
        },
        () => child.kill('SIGKILL'),
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
    // This may be the last that this process does: there is no later in which to tidy up.
    this.#group?.closeNow()
    this.#pending?.fail()
    leave(this)
  }
}
