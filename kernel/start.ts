// One session: the language and a runtime, behind the contract of session.ts.

import { Secrets } from './display/secrets.js'
import type { CellConverter, CellTypes } from './engine.js'
import { Converter } from './language/converter.js'
import { withLiveKeys } from './language/live-completions.js'
import { cellParts, type TypesSetting } from './language/magics.js'
import { moduleCellName } from './language/module-cell.js'
import { type LanguageProblem, problemError } from './language/problems.js'
import { Staleness } from './language/staleness.js'
import { TypeService } from './language/type-service.js'
import { magicCompleteness } from './magics.js'
import { RuntimeProcess } from './runtime/process.js'
import type { RunCell } from './runtime/protocol.js'
import type {
  Bundle,
  CellError,
  CommMessage,
  Completion,
  Outcome,
  RunOptions,
  Session,
  SessionOptions,
} from './session.js'
import { type MagicsHost, SessionMagics } from './session-magics.js'
import { type CellOutputs, Shown } from './shown.js'
import { tslabLanguage } from './tslab/language.js'
import { TypeErrors } from './type-errors.js'

/**
 * Starts a session: resolves when its runtime can take a cell.
 *
 * The environment variables SKYLAB_TYPES (off, warn, block; default warn) and SKYLAB_MEMORY (MB of
 * heap for the cells; default Node's) set what a session starts with.
 */
export async function startSession(options: SessionOptions): Promise<Session> {
  const session = new KernelSession(options)
  await session.started()
  return session
}

class KernelSession implements Session {
  private readonly options: SessionOptions
  private readonly env: NodeJS.ProcessEnv
  private readonly converter: CellConverter
  private readonly typeService: CellTypes
  private readonly secrets: Secrets
  private readonly staleness = new Staleness()
  private readonly shown: Shown
  private readonly typeErrors: TypeErrors
  private readonly magics: SessionMagics
  private runtime: RuntimeProcess
  private queue: Promise<unknown> = Promise.resolve()
  private stopping: Promise<void> | undefined
  /** Counts interrupts: a cell that has not reached the runtime when one comes does not run. */
  private interrupts = 0
  private cells = 0
  /** How long cells have run, in milliseconds, without what was waited for around them. */
  private ran = 0
  private closed = false

  constructor(options: SessionOptions) {
    this.options = options
    this.env = options.env ?? process.env
    this.secrets = new Secrets(this.env)
    this.shown = new Shown(this.secrets)
    this.typeErrors = new TypeErrors(this.secrets)
    const setting = typesSetting(this.env.SKYLAB_TYPES)
    this.runtime = this.startRuntime()
    const { converter, types } =
      options.engine === 'tslab' ? tslabLanguage(options.cwd) : ownLanguage(options.cwd, setting)
    this.converter = converter
    this.typeService = types
    this.magics = new SessionMagics(this.magicsHost(), setting)
  }

  started(): Promise<void> {
    return this.runtime.ready
  }

  run(code: string, options: RunOptions): Promise<Outcome> {
    const asked = this.interrupts
    return this.enqueue(async () => {
      try {
        return await this.typeErrors.around(options, () => this.runCell(code, options, asked), this.typeService)
      } catch (error) {
        // A thread or process of ours has failed: the cell says so, and the session goes on.
        return this.shown.refuse(options, 'KernelFault', error instanceof Error ? error.message : String(error))
      }
    })
  }

  async complete(code: string, at: number): Promise<Completion> {
    const found = await this.typeService.complete(code, at)
    const look = this.runtime.look.bind(this.runtime)
    return this.secrets.maskAll(await withLiveKeys(found, code, at, look))
  }

  async inspect(code: string, at: number, detail: 0 | 1): Promise<Bundle | undefined> {
    return this.secrets.maskAll(await this.typeService.inspect(code, at, detail))
  }

  isComplete(code: string): ReturnType<Session['isComplete']> {
    const { status, code: rest } = magicCompleteness(code)
    return status
      ? Promise.resolve({ status, ...(status === 'incomplete' ? { indent: '' } : {}) })
      : this.converter.isComplete(rest)
  }

  evaluate(expression: string): Promise<{ bundle: Bundle } | { error: CellError }> {
    return this.enqueue(async () => {
      let bundle: Bundle = { data: { 'text/plain': 'undefined' }, metadata: {} }
      const outcome = await this.execute(`(${expression}\n)`, {
        count: 0,
        onOutput: (output) => {
          if (output.kind === 'result') bundle = output.bundle
        },
      })
      return outcome.error ? { error: outcome.error } : { bundle }
    })
  }

  async comm(message: CommMessage, onAnswer: (message: CommMessage) => void): Promise<void> {
    await this.runtime.ready.catch(() => {})
    await this.runtime.comm(message, onAnswer)
  }

  comms(): ReadonlyMap<string, string> {
    return this.runtime.comms
  }

  async interrupt(): Promise<void> {
    this.interrupts += 1
    this.stopping ??= this.runtime.interrupt().then(() => {
      this.stopping = undefined
    })
    await this.stopping
  }

  async restart(): Promise<void> {
    this.interrupts += 1
    await this.runtime.close()
    await this.enqueue(() => this.freshRuntime())
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await Promise.all([this.runtime.close(), this.converter.close(), this.typeService.close()])
  }

  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const next = this.queue.then(work)
    this.queue = next.catch(() => {})
    return next
  }

  private async runCell(code: string, options: CellOutputs, asked: number): Promise<Outcome> {
    const parts = cellParts(code)
    let outcome: Outcome = { status: 'ok' }
    for (const [at, part] of parts.entries()) {
      // The value of a cell is that of its last part.
      const last = at === parts.length - 1
      const shown: CellOutputs = last
        ? options
        : { ...options, onOutput: (output) => output.kind !== 'result' && options.onOutput(output) }
      outcome = await this.magics.run(part, shown, asked)
      if (outcome.status === 'error') return outcome
    }
    return outcome
  }

  private magicsHost(): MagicsHost {
    return {
      engine: this.options.engine ?? 'skylab',
      converter: this.converter,
      typeService: this.typeService,
      shown: this.shown,
      runCell: (code, options, asked) => this.runCell(code, options, asked),
      execute: (code, options, asked) => this.execute(code, options, asked),
      runMagic: (name, argument, options, asked) => this.runMagic(name, argument, options, asked),
      ran: () => this.ran,
      replaceRuntime: async () => {
        await this.runtime.close()
        await this.freshRuntime()
      },
    }
  }

  private async runMagic(name: string, argument: string, options: CellOutputs, asked: number): Promise<Outcome> {
    if (!(await this.isReady(options, asked)))
      return this.shown.refuse(options, 'Interrupted', 'The cell was stopped before it ran.', true)
    const magic = { name, argument }
    const map = { edits: [], mappings: '', shift: 0 }
    const none = { code: '', js: '', map, async: true, declares: [], places: [], scopes: 0 }
    return this.runIn({ kind: 'run', cell: ++this.cells, count: options.count, ...none, magic }, options)
  }

  private async execute(code: string, options: CellOutputs, asked = this.interrupts): Promise<Outcome> {
    if (this.closed) return this.shown.refuse(options, 'SessionClosed', 'The session has been closed.')
    if (this.runtime.gone) await this.freshRuntime()
    await this.stopping
    const module = this.typeService.addModule ? moduleCellName(code) : undefined
    if (module !== undefined) return this.runModule(module, code, options, asked)
    const conversion = await this.converter.convert(code)
    if (!conversion.ok)
      return this.shown.error(options, problemError(code, options.count, conversion.problem, conversion.more))
    const id = ++this.cells
    // Cell 0 is an expression for the front end: it declares nothing that others could see.
    const check = options.count === 0 ? undefined : this.check(id, code)
    if (check && this.magics.types === 'block') {
      const problem = (await check)[0]
      if (problem) {
        await this.undo(id)
        return this.shown.error(options, problemError(code, options.count, problem))
      }
    }
    if (!(await this.isReady(options, asked)))
      return this.shown.refuse(options, 'Interrupted', 'The cell was stopped before it ran.', true)
    const { cell, places, imports } = conversion
    const { js, map, async, declares, scopes, tslab } = cell
    const outcome = await this.runIn(
      {
        kind: 'run',
        cell: id,
        count: options.count,
        code,
        js,
        map,
        async,
        declares,
        places,
        scopes,
        ...(imports && { imports }),
        ...(tslab && { tslab }),
      },
      options,
    )
    // An expression of the front end (cell 0) declares nothing.
    await this.converter.ended?.(outcome.status === 'ok' && options.count !== 0)
    if (check) {
      // With the types off the notes are quiet too.
      const notes = this.staleness.ran(cell, code, options.count)
      if (this.magics.types !== 'off') this.shown.note(options, notes)
    }
    if (check && this.magics.types === 'warn') {
      const ran = { code, options, outcome, look: cell.look, bare: cell.mentions.length === 0 }
      await this.typeErrors.tell(ran, check, this.typeService)
    }
    return outcome
  }

  private async runIn(cell: RunCell, options: CellOutputs): Promise<Outcome> {
    const began = performance.now()
    const outcome = await this.runtime.run(cell, options)
    this.ran += performance.now() - began
    return outcome
  }

  /** Waits until the runtime can take a cell; false where the cell was interrupted meanwhile. */
  private async isReady(options: CellOutputs, asked: number): Promise<boolean> {
    if (this.runtime.gone) await this.freshRuntime()
    await Promise.all([this.stopping, this.runtime.ready])
    if (this.runtime.busy) await this.waitForNative(options)
    return asked === this.interrupts
  }

  /** An interrupted cell is still in native code: this one is told, and waits. */
  private async waitForNative(options: CellOutputs): Promise<void> {
    const text = 'Waiting for native code of the interrupted cell. Interrupt to end it: all variables are lost then.\n'
    const tell = setTimeout(() => options.onOutput({ kind: 'stream', name: 'stderr', text }), 500)
    await this.runtime.busy
    clearTimeout(tell)
  }

  /** A cell that is a module: nothing of it runs before another cell imports it. */
  private async runModule(module: string, code: string, options: CellOutputs, asked: number): Promise<Outcome> {
    const check = this.typeService.addModule!(module, code, this.magics.types !== 'off')
    const [problem, ...more] = this.magics.types === 'block' ? await check : []
    if (problem) return this.shown.error(options, problemError(code, options.count, problem, more))
    if (!(await this.isReady(options, asked)))
      return this.shown.refuse(options, 'Interrupted', 'The cell was stopped before it ran.', true)
    const map = { edits: [], mappings: '', shift: 0 }
    const none = { js: '', map, async: false, declares: [], places: [], scopes: 0 }
    const outcome = await this.runIn(
      { kind: 'run', cell: ++this.cells, count: options.count, code, ...none, module },
      options,
    )
    if (this.magics.types === 'warn')
      await this.typeErrors.tell({ code, options, outcome, look: false, bare: false }, check, this.typeService)
    return outcome
  }

  /** The cell does not run: what it declares is not there. */
  private async undo(id: number): Promise<void> {
    await Promise.all([this.converter.undo(), this.typeService.undo(id)])
  }

  /** The type errors of a cell; it is known to the cells after it from here on. */
  private check(id: number, code: string): Promise<LanguageProblem[]> {
    return this.typeService.add(id, code, this.magics.types !== 'off')
  }

  private startRuntime(): RuntimeProcess {
    const memory = Number(this.env.SKYLAB_MEMORY)
    return new RuntimeProcess({
      cwd: this.options.cwd,
      env: this.env,
      secrets: this.secrets,
      memory: Number.isFinite(memory) && memory > 0 ? memory : undefined,
      engine: this.options.engine ?? 'skylab',
      compile: (file, text) => this.converter.compile?.(file, text) ?? Promise.resolve({}),
    })
  }

  /** A new runtime in place of one that is gone: nothing of the old names is left. */
  private async freshRuntime(): Promise<void> {
    if (this.closed) return
    this.staleness.reset()
    await Promise.all([this.converter.reset(), this.typeService.reset()])
    this.runtime = this.startRuntime()
    await this.runtime.ready
  }
}

/** Our engine: one thread converts cells, another knows their types. */
function ownLanguage(cwd: string, types: TypesSetting): { converter: CellConverter; types: CellTypes } {
  return { converter: new Converter(cwd), types: new TypeService(cwd, types !== 'off') }
}

function typesSetting(text: string | undefined): TypesSetting {
  return text === 'off' || text === 'block' ? text : 'warn'
}
