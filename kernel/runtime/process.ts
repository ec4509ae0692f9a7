// The kernel's hold on one runtime process: start it, give it cells, hear of its end.
import type { ChildProcess } from 'node:child_process'
import type { Duplex, Readable } from 'node:stream'
import type { Secrets } from '../display/secrets.js'
import type { EngineName } from '../engine.js'
import type { CompiledModule } from '../language/local-module.js'
import type { CellError, CommMessage, Outcome } from '../session.js'
import { descendants, signalAll } from './children.js'
import { CommLines } from './comm-lines.js'
import { deathError } from './death.js'
import { FrameReader } from './frames.js'
import { backFromNative, type InterruptLines, interruptRuntime } from './interrupt.js'
import { launchRuntime } from './launch.js'
import { Looks } from './looks.js'
import { systemKills } from './memory.js'
import { type CellListener, OpenCells } from './open-cells.js'
import { wakeReader } from './pipes.js'
import {
  type FromRuntime,
  type LiveKey,
  type LiveStep,
  PIPE,
  type RunCell,
  type ToRuntime,
  WATCHDOG,
} from './protocol.js'
import type { Answer } from './questions.js'

export interface RuntimeOptions {
  cwd: string
  env: NodeJS.ProcessEnv
  /** The most that the JavaScript heap may hold, in MB; Node's own limit where it is not given. */
  memory?: number | undefined
  /** What evaluates the cells. */
  engine: EngineName
  /** Compiles a local module that a cell imports; where absent, its types are only blanked. */
  compile?: ((file: string, text: string) => Promise<CompiledModule>) | undefined
  /** What no output may show; grows with what cells set. */
  secrets: Secrets
}

// After an acknowledged stop the cell must end; a termination at the wrong moment can eat its end.
const LOST_END = 1000
const NATIVE =
  'The cell was stopped, but native code that it called does not return yet. Variables are kept; the next cell waits for it. To end it now, interrupt once more: then all variables are lost.'
const CLOSED = 'The runtime was ended by a restart; all variables are gone.'

export class RuntimeProcess {
  /** Resolves when cells can run; rejects when the process could not be started. */
  readonly ready: Promise<void>
  /** True from its end on: it runs nothing more. */
  gone = false
  /** Where an interrupted cell is still in native code: resolves when the runtime is back from there. */
  busy: Promise<void> | undefined
  private readonly child: ChildProcess
  private readonly cells: OpenCells
  private readonly looks = new Looks()
  private readonly lines = new CommLines({
    deliver: (message) => this.send(message),
    output: (cell, message) => this.cells.output(cell, { kind: 'comm', message }),
  })
  private readonly memory: number | undefined
  private readonly compiler: RuntimeOptions['compile']
  private readonly secrets: Secrets
  private lastWords = ''
  private endedBy: 'interrupt' | 'memory' | undefined
  private readonly killsBefore = systemKills()
  private acknowledge: (number: number) => void = () => {}
  private underWay: () => void = () => {}
  /** Processes that cells have started and do not block on. */
  private readonly children = new Set<number>()
  private readonly ended: Promise<void>

  constructor(options: RuntimeOptions) {
    this.memory = options.memory
    this.compiler = options.compile
    this.secrets = options.secrets
    this.cells = new OpenCells(options.secrets)
    this.child = launchRuntime(options)
    let started: () => void = () => {}
    this.ready = new Promise((resolve, reject) => {
      started = resolve
      this.child.once('error', reject)
      this.child.once('exit', () => reject(new Error(`The runtime did not start: ${this.lastWords}`)))
    })
    this.ready.catch(() => {})
    const reader = new FrameReader({
      stream: (cell, name, text) => this.cells.stream(cell, name, text),
      message: (message, buffers) => (message.kind === 'ready' ? started() : this.heard(message, buffers)),
    })
    const outputs = this.child.stdio[PIPE.outputs] as Readable
    outputs.on('data', (chunk: Buffer) => reader.push(chunk))
    this.native(this.child.stdout!, 'stdout')
    this.native(this.child.stderr!, 'stderr')
    const watchdog = this.child.stdio[PIPE.watchdog] as Duplex
    watchdog.on('data', (bytes: Buffer) => {
      if (bytes.includes('m')) this.endedBy = 'memory'
      if (bytes.includes('t')) this.underWay()
    })
    watchdog.on('error', () => {})
    this.child.on('error', () => {})
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        // What it said last is still in the pipes.
        const settle = () => {
          this.died(code, signal)
          resolve()
        }
        if (outputs.destroyed) setImmediate(settle)
        else outputs.once('close', () => setImmediate(settle))
        setTimeout(settle, 300)
      })
    })
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  /** Runs a converted cell to its end. The outcome also comes when the runtime ends under it. */
  run(cell: RunCell, listener: CellListener): Promise<Outcome> {
    const outcome = this.cells.begin(cell.cell, listener)
    this.send(cell)
    return outcome
  }

  /** Gives a front end's comm message to the cells; resolves when their handlers have run, or never will. */
  comm(message: CommMessage, onAnswer: (message: CommMessage) => void): Promise<void> {
    if (!this.gone) return this.lines.deliver(message, onAnswer)
    if (message.kind === 'open') onAnswer({ kind: 'close', id: message.id, data: {} })
    return Promise.resolve()
  }

  /** The keys of a value, without running any code; undefined where the runtime does not say so in time (ms). */
  look(asked: { root: string; steps: LiveStep[] }, wait: number): Promise<LiveKey[] | undefined> {
    return this.gone ? Promise.resolve(undefined) : this.looks.look(asked, wait, (message) => this.send(message))
  }

  /** The comms that are open: id → name of the target. */
  get comms(): ReadonlyMap<string, string> {
    return this.lines.open
  }

  /**
   * Stops the running cell, whatever it does. Native code that never looks up cannot be stopped without
   * losing the variables: then the cell is over, and the runtime is `busy` until that code returns. An
   * interrupt while it is busy ends the runtime.
   */
  async interrupt(): Promise<void> {
    if (this.gone) return
    if (this.busy) {
      this.endedBy = 'interrupt'
      this.kill()
      await this.ended
      return
    }
    const cell = this.cells.running
    const lines = this.interruptLines()
    if (!(await interruptRuntime(lines))) {
      this.busy = backFromNative(lines).then(() => {
        this.busy = undefined
      })
      if (cell !== undefined) this.cells.giveUp(cell, NATIVE)
    } else if (cell !== undefined && this.cells.running === cell) await this.endOrGiveUp(cell)
    this.lines.release()
  }

  private interruptLines(): InterruptLines {
    return {
      stop: (number) => this.send({ kind: 'stop', number }),
      terminate: () => (this.child.stdio[PIPE.watchdog] as Duplex).write(Uint8Array.of(WATCHDOG.terminate)),
      wake: (signal) => {
        const pid = this.child.pid!
        signalAll(descendants(pid, this.children), signal)
        wakeReader(pid)
      },
      onAcknowledged: (heard) => {
        this.acknowledge = heard
      },
      onUnderWay: (heard) => {
        this.underWay = heard
      },
      gone: () => this.gone,
    }
  }

  /** Ends the process and what its cells have started. */
  async close(): Promise<void> {
    if (!this.gone) this.end({ name: 'RuntimeStopped', message: CLOSED, traceback: [`RuntimeStopped: ${CLOSED}`] })
    this.kill()
    if (this.child.exitCode === null && this.child.signalCode === null)
      await new Promise((resolve) => this.child.once('exit', resolve))
  }

  private kill(): void {
    const { pid } = this.child
    if (pid === undefined) return
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
    } catch {
      this.child.kill('SIGKILL')
    }
  }

  private send(message: ToRuntime): void {
    if (this.child.connected) this.child.send(message, () => {})
  }

  private heard(message: FromRuntime, buffers: Uint8Array[]): void {
    switch (message.kind) {
      case 'ready':
        return
      case 'handled':
      case 'comm':
      case 'comm-opened':
        // What the handlers printed comes before the word that they have ended.
        if (message.kind === 'handled') this.cells.flush(message.cells)
        this.lines.heard(message, buffers)
        return
      case 'keys':
        this.looks.heard(message)
        return
      case 'compile':
        void this.answer(message.question, async () =>
          JSON.stringify((await this.compiler?.(message.file, message.text)) ?? {}),
        )
        return
      case 'ask':
        void this.answer(message.question, () => this.cells.prompt(message.cell, message.text, message.password))
        return
      case 'acknowledged':
        this.acknowledge(message.number)
        return
      case 'secret':
        this.secrets.add(message.name, message.value)
        return
      case 'child':
        if (message.ended) this.children.delete(message.pid)
        else this.children.add(message.pid)
        return
      default:
        this.cells.heard(message)
    }
  }

  /** Answers a question on which the runtime's main thread waits. */
  private async answer(question: number, find: () => Promise<string>): Promise<void> {
    const answer: Answer = await find().then(
      (text) => ({ question, text }),
      (error) => ({ question, error: error instanceof Error ? error.message : String(error) }),
    )
    const text = Buffer.from(JSON.stringify(answer))
    const head = Buffer.alloc(5)
    head[0] = WATCHDOG.answer
    head.writeUInt32LE(text.length, 1)
    if (!this.gone) (this.child.stdio[PIPE.watchdog] as Duplex).write(Buffer.concat([head, text]))
  }

  private native(stream: Readable, name: 'stdout' | 'stderr'): void {
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      // Node says this of the watchdog when a cell exits.
      const text = chunk.replace('Waiting for the debugger to disconnect...\n', '')
      if (text === '') return
      if (name === 'stderr') this.lastWords = (this.lastWords + text).slice(-4000)
      this.cells.stream(undefined, name, text)
    })
  }

  private async endOrGiveUp(id: number): Promise<void> {
    const deadline = performance.now() + LOST_END
    while (this.cells.running === id && !this.gone && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5))
    if (this.cells.running === id) this.cells.giveUp(id, 'The cell was stopped. Variables are kept.')
  }

  private died(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.gone) return
    this.kill()
    const { lastWords, memory, endedBy: by } = this
    this.end(deathError({ code, signal, lastWords, memory, by, system: systemKills() !== this.killsBefore }))
  }

  /** Nothing runs here any more: what was printed is given out, and the running cell has its end. */
  private end(error: CellError): void {
    this.gone = true
    this.lines.close()
    this.cells.close(error)
  }
}
