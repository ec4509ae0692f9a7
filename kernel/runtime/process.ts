// The kernel's hold on one runtime process: start it, give it cells, hear of its end.
import type { ChildProcess } from 'node:child_process'
import type { Duplex, Readable } from 'node:stream'
import { headline } from '../display/error-text.js'
import type { Secrets } from '../display/secrets.js'
import type { EngineName } from '../engine.js'
import type { CompiledModule } from '../language/local-module.js'
import type { CellError, CommMessage, Outcome, RunOptions } from '../session.js'
import { descendants, signalAll } from './children.js'
import { CommLines } from './comm-lines.js'
import { deathError } from './death.js'
import { FrameReader } from './frames.js'
import { backFromNative, type InterruptLines, interruptRuntime } from './interrupt.js'
import { launchRuntime } from './launch.js'
import { systemKills } from './memory.js'
import { OutputOrder } from './output-order.js'
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

interface OpenCell {
  order: OutputOrder
  options: Pick<RunOptions, 'onOutput' | 'onPrompt'>
  end: ((outcome: Outcome) => void) | undefined
  error: CellError | undefined
}

// Cells that have ended are kept for what they print late, until the runtime says that nothing of them
// is left; so many at most.
const KEPT = 20_000
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
  private readonly cells = new Map<number, OpenCell>()
  private readonly lines = new CommLines({
    deliver: (message) => this.send(message),
    output: (cell, message) => this.cells.get(cell)?.order.output({ kind: 'comm', message }),
  })
  private readonly looks = new Map<number, (keys: LiveKey[] | undefined) => void>()
  private lookNumber = 0
  private readonly memory: number | undefined
  private readonly compiler: RuntimeOptions['compile']
  private readonly secrets: Secrets
  private running: number | undefined
  private latest = 0
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
    this.child = launchRuntime(options)
    let started: () => void = () => {}
    this.ready = new Promise((resolve, reject) => {
      started = resolve
      this.child.once('error', reject)
      this.child.once('exit', () => reject(new Error(`The runtime did not start: ${this.lastWords}`)))
    })
    this.ready.catch(() => {})
    const reader = new FrameReader({
      stream: (cell, name, text) => this.cells.get(cell)?.order.stream(name, text),
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
  run(cell: RunCell, options: Pick<RunOptions, 'onOutput' | 'onPrompt'>): Promise<Outcome> {
    return new Promise((resolve) => {
      const order = new OutputOrder(options.onOutput, this.secrets)
      this.cells.set(cell.cell, { order, options, end: resolve, error: undefined })
      this.running = cell.cell
      this.latest = cell.cell
      if (this.cells.size > KEPT) this.cells.delete(this.cells.keys().next().value!)
      this.send(cell)
    })
  }

  /** Gives a front end's comm message to the cells; resolves when their handlers have run, or never will. */
  comm(message: CommMessage, onAnswer: (message: CommMessage) => void): Promise<void> {
    if (!this.gone) return this.lines.deliver(message, onAnswer)
    if (message.kind === 'open') onAnswer({ kind: 'close', id: message.id, data: {} })
    return Promise.resolve()
  }

  /** The keys of a value, without running any code; undefined where the runtime does not say so in time (ms). */
  look({ root, steps }: { root: string; steps: LiveStep[] }, wait: number): Promise<LiveKey[] | undefined> {
    if (this.gone) return Promise.resolve(undefined)
    const number = ++this.lookNumber
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(undefined), wait)
      const settle = (keys: LiveKey[] | undefined) => {
        clearTimeout(timer)
        this.looks.delete(number)
        resolve(keys)
      }
      this.looks.set(number, settle)
      this.send({ kind: 'look', number, root, steps })
    })
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
    const cell = this.running
    const lines = this.interruptLines()
    if (!(await interruptRuntime(lines))) {
      this.busy = backFromNative(lines).then(() => {
        this.busy = undefined
      })
      if (cell !== undefined) this.giveUp(cell, NATIVE)
    } else if (cell !== undefined && this.running === cell) await this.endOrGiveUp(cell)
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
    if (message.kind === 'ready') return
    if (message.kind === 'comm' || message.kind === 'comm-opened' || message.kind === 'handled') {
      // What the handlers printed comes before the word that they have ended.
      if (message.kind === 'handled') for (const id of message.cells) this.cells.get(id)?.order.flush()
      this.lines.heard(message, buffers)
      return
    }
    if (message.kind === 'keys') {
      this.looks.get(message.number)?.(message.keys)
      return
    }
    if (message.kind === 'compile') {
      void this.compile(message)
      return
    }
    if (message.kind === 'acknowledged') {
      this.acknowledge(message.number)
      return
    }
    if (message.kind === 'secret') {
      this.secrets.add(message.name, message.value)
      return
    }
    if (message.kind === 'child') {
      if (message.ended) this.children.delete(message.pid)
      else this.children.add(message.pid)
      return
    }
    const cell = this.cells.get(message.cell)
    if (!cell) return
    if (message.kind === 'forgotten') {
      if (!cell.end) this.cells.delete(message.cell)
      return
    }
    // The end of a cell that was given up has been told already.
    if (!cell.end && (message.kind === 'done' || message.kind === 'error' || message.kind === 'result')) return
    if (message.kind === 'done') {
      this.ends(message.cell, cell, message.status, message.interrupted)
      return
    }
    if (message.kind === 'ask') {
      void this.ask(cell, message)
      return
    }
    if (message.kind === 'error') cell.error = this.secrets.maskAll(message.error)
    const { cell: _, ...output } = message
    cell.order.output(output)
  }

  private ends(id: number, cell: OpenCell, status: 'ok' | 'error', interrupted?: boolean): void {
    if (this.running === id) this.running = undefined
    // What a child of the cell wrote is in the pipe already: let it be read first.
    setImmediate(() => {
      cell.order.flush()
      cell.end?.({ status, ...(cell.error ? { error: cell.error } : {}), ...(interrupted ? { interrupted } : {}) })
      cell.end = undefined
    })
  }

  private async ask(cell: OpenCell, asked: Extract<FromRuntime, { kind: 'ask' }>): Promise<void> {
    cell.order.flush()
    const { question } = asked
    try {
      if (!cell.options.onPrompt)
        throw new Error('Nobody can be asked here: prompt() needs a front end that takes input.')
      this.answer({ question, text: await cell.options.onPrompt(asked.text, asked.password) })
    } catch (error) {
      this.answer({ question, error: error instanceof Error ? error.message : String(error) })
    }
  }

  private async compile({ question, file, text }: Extract<FromRuntime, { kind: 'compile' }>): Promise<void> {
    try {
      this.answer({ question, text: JSON.stringify((await this.compiler?.(file, text)) ?? {}) })
    } catch (error) {
      this.answer({ question, error: error instanceof Error ? error.message : String(error) })
    }
  }

  private answer(answer: Answer): void {
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
      this.cells.get(this.running ?? this.latest)?.order.stream(name, text)
    })
  }

  private async endOrGiveUp(id: number): Promise<void> {
    const deadline = performance.now() + LOST_END
    while (this.running === id && !this.gone && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5))
    if (this.running === id) this.giveUp(id, 'The cell was stopped. Variables are kept.')
  }

  /** Ends a cell whose own end will not come. */
  private giveUp(id: number, message: string): void {
    const cell = this.cells.get(id)
    if (!cell?.end) return
    cell.error = { name: 'Interrupted', message, traceback: [headline('Interrupted', message)] }
    cell.order.output({ kind: 'error', error: cell.error })
    this.ends(id, cell, 'error', true)
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
    const id = this.running
    this.running = undefined
    for (const [each, cell] of this.cells) {
      if (each !== id || !cell.end) cell.order.flush()
      else {
        cell.order.output({ kind: 'error', error })
        cell.end({ status: 'error', error })
        cell.end = undefined
      }
    }
  }
}
