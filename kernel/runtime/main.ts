// The runtime process: cells run here, on its main thread, and nothing else does.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'
import { Worker } from 'node:worker_threads'
import { toBundle } from '../display/index.js'
import { awaited, currentCell, isStopped, RunningCell, runAs, stopCell } from './cell.js'
import { deliver, faults, stopHandlers } from './comms.js'
import { provideDisposal } from './disposal.js'
import { watchEnvironment } from './environment.js'
import { toCellError } from './errors.js'
import { provideHost } from './host.js'
import { keepLastValue, provideLastValue } from './last-value.js'
import { liveKeys } from './live-keys.js'
import { defineModule, hookLocalModules } from './local-modules.js'
import { compiled } from './locate.js'
import { magicRunner, timeIt } from './magics.js'
import { CellModules } from './modules.js'
import { keepImports } from './not-defined.js'
import type { RunCell, ToRuntime } from './protocol.js'
import { answerLine } from './questions.js'
import { NotebookScope, scopeHelpers } from './scope.js'
import { cellFile, keepSource, mapStacks } from './sources.js'
import { ownChildren } from './spawned.js'
import { redirectStreams } from './streams.js'
import { clearTimers, ownFetch, ownTimers } from './timers.js'
import { writeMessage, writeStream } from './writer.js'

const watchdog = new Worker(compiled('runtime/watchdog'), {
  stdin: false,
  stdout: false,
  stderr: false,
  workerData: answerLine,
  transferList: [answerLine.port],
})
watchdog.unref()

const folder = process.cwd()
const notebook = new NotebookScope()
const modules = new CellModules(folder)
const runMagic = magicRunner(notebook)
let running: RunningCell | undefined
// Timers, promises and handlers of a cell hold it: when it is collected, nothing can come of it any more.
const collected = new FinalizationRegistry((cell: number) => writeMessage({ kind: 'forgotten', cell }))

class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor() {
    super('The cell was stopped. Variables are kept.')
    this.stack = ''
  }
}

// SIGINT ends what runs inside `begin`: it also reaches engine code that looks for a termination and
// not for messages of the inspector (a power of large integers).
const begin = new vm.Script('globalThis[Symbol.for("skylab.begin")]()', { filename: 'node:skylab' })
let start: (() => unknown) | undefined
Object.defineProperty(globalThis, Symbol.for('skylab.begin'), { value: () => start?.() })
/** A terminal's Ctrl-C is for the kernel. */
function leaveToKernel(): void {}

/** Runs the first synchronous stretch of a cell. */
function first(stretch: () => unknown): unknown {
  start = stretch
  if (!process.listeners('SIGINT').includes(leaveToKernel)) process.on('SIGINT', leaveToKernel)
  Atomics.store(answerLine.first, 0, 1)
  try {
    return begin.runInThisContext({ breakOnSigint: true })
  } catch (thrown) {
    const { code } = (thrown ?? {}) as NodeJS.ErrnoException
    // SIGINT also ends a blocking read.
    const read = code === 'EINTR' && Atomics.load(answerLine.first, 0) === 0
    throw read || code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED' ? new Interrupted() : thrown
  } finally {
    Atomics.store(answerLine.first, 0, 0)
  }
}

const meta = Object.freeze({
  dirname: folder,
  filename: path.join(folder, 'notebook.ts'),
  url: pathToFileURL(path.join(folder, 'notebook.ts')).href,
  resolve: modules.resolve,
})
const shared = { import: modules.import, load: modules.load, awaited, isStopped }

process.on('message', (message: ToRuntime) => {
  if (message.kind === 'stop') stop(message.number)
  else if (message.kind === 'look') {
    const { number, root, steps } = message
    writeMessage({ kind: 'keys', number, keys: liveKeys(notebook, root, steps) })
  } else if (message.kind === 'comm') {
    const { buffers, ...rest } = message.message
    const bytes = buffers.map((each) => Buffer.from(each, 'base64'))
    setImmediate(() => deliver(message.number, { ...rest, buffers: bytes }))
  } else {
    const cell = new RunningCell(message.cell, message.count)
    running = cell
    collected.register(cell, cell.id)
    // Not here: a termination must not end the reading of the channel.
    setImmediate(() => {
      if (cell.state === 'queued') runAs(cell, () => run(cell, message))
    })
  }
})
// The watchdog ends a runtime whose kernel is gone; this is the gentle way.
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', leaveToKernel)
process.on('uncaughtException', reportLate)
process.on('unhandledRejection', reportLate)

mapStacks()
redirectStreams()
ownTimers()
ownFetch()
ownChildren()
watchEnvironment()
provideHost()
faults.report = reportLate
hookLocalModules()
provideDisposal()
if (process.argv[2] !== 'tslab') provideLastValue()
Object.defineProperty(globalThis, Symbol.for('skylab.timeit'), { value: timeIt })
Object.assign(globalThis, { require: modules.requireInCells })
// tslab and its TypeScript are loaded where they are asked for, and nowhere else.
const evaluate =
  process.argv[2] === 'tslab' ? (await import('../tslab/evaluate.js')).tslabEvaluator(folder) : evaluateCell
writeMessage({ kind: 'ready' })

function run(cell: RunningCell, message: RunCell): void {
  keepSource(cell.id, cell.count, message.code, message.map)
  cell.state = 'sync'
  const settled = (outcome: { value: unknown } | { thrown: unknown }) => afterShown(cell, message, outcome)
  let returned: unknown
  try {
    const { magic } = message
    returned = magic ? first(() => runMagic(magic.name, magic.argument)) : evaluate(cell, message)
  } catch (thrown) {
    settled({ thrown })
    return
  }
  if (!message.async) {
    settled({ value: returned })
    return
  }
  cell.state = 'async'
  stoppable(cell, returned as Promise<unknown>).then(
    (value) => settled({ value }),
    (thrown) => settled({ thrown }),
  )
}

/** Runs a cell as our converter made it: gives its value in a box, none where it has no value, or a promise of that. */
function evaluateCell(cell: RunningCell, message: RunCell): unknown {
  if (message.module !== undefined) return defineModule(path.join(folder, `${message.module}.ts`), message.code)
  if (message.imports) keepImports(message.imports)
  const objects = notebook.take(message.scopes)
  const script = new vm.Script(message.js, {
    filename: cellFile(cell.id),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  const helpers = { ...scopeHelpers(notebook, cell), ...shared, meta }
  return first(() => script.runInThisContext().call(undefined, helpers, ...objects))
}

function stoppable<T>(cell: RunningCell, work: Promise<T>): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    cell.stop = reject
  })
  return Promise.race([work, stopped])
}

/** The cell's code has ended; what it shows without awaiting comes first. */
function afterShown(cell: RunningCell, message: RunCell, outcome: { value: unknown } | { thrown: unknown }): void {
  if (cell.state === 'over') return
  if (cell.showing.size === 0) {
    finish(cell, message, outcome)
    return
  }
  cell.state = 'async'
  stoppable(cell, Promise.all(cell.showing)).then(
    () => afterShown(cell, message, outcome),
    (thrown) => finish(cell, message, { thrown }),
  )
}

/** The cell's code has ended: show its value, or why it has none. */
function finish(cell: RunningCell, message: RunCell, outcome: { value: unknown } | { thrown: unknown }): void {
  if (cell.state === 'over') return
  notebook.settle(
    cell,
    message.declares.map((name, at) => [notebook.take(message.scopes)[message.places[at]!]!, name]),
  )
  if ('thrown' in outcome) {
    fail(cell, outcome.thrown)
    return
  }
  const boxed = outcome.value as [unknown] | undefined
  if (!boxed || boxed[0] === undefined) {
    end(cell, 'ok')
    return
  }
  // An expression of the front end is no cell.
  if (message.count !== 0) keepLastValue(boxed[0])
  const bundle = toBundle(boxed[0])
  if (!(bundle instanceof Promise)) {
    writeMessage({ kind: 'result', cell: cell.id, bundle })
    end(cell, 'ok')
    return
  }
  cell.state = 'async'
  stoppable(cell, bundle).then(
    (ready) => {
      writeMessage({ kind: 'result', cell: cell.id, bundle: ready })
      end(cell, 'ok')
    },
    (thrown) => fail(cell, thrown),
  )
}

function fail(cell: RunningCell, thrown: unknown): void {
  if (cell.state === 'over') return
  writeMessage({ kind: 'error', cell: cell.id, error: toCellError(thrown) })
  end(cell, 'error', thrown instanceof Interrupted)
}

function end(cell: RunningCell, status: 'ok' | 'error', interrupted = false): void {
  cell.state = 'over'
  if (running === cell) running = undefined
  writeMessage({ kind: 'done', cell: cell.id, status, ...(interrupted ? { interrupted } : {}) })
}

/**
 * Acknowledges a request to stop, which proves that the main thread is alive. A cell in its first
 * synchronous stretch cannot be there any more when this runs: it was terminated.
 */
function stop(number: number): void {
  writeMessage({ kind: 'acknowledged', number })
  // tslab's executor takes the listeners away while a cell runs, and a termination keeps it from giving them back.
  if (!process.listeners('SIGINT').includes(leaveToKernel)) process.on('SIGINT', leaveToKernel)
  stopHandlers(new Interrupted())
  const cell = running
  if (!cell) return
  running = undefined
  if (cell.state === 'async' && cell.stop) cell.stop(new Interrupted())
  else fail(cell, new Interrupted())
  clearTimers(cell)
  stopCell(cell)
  // Listeners are the cell's code: they may do anything, also hang.
  setImmediate(() => runAs(cell, () => cell.controller.abort(new Interrupted())))
}

function reportLate(thrown: unknown): void {
  if (thrown instanceof Interrupted) return
  writeStream(currentCell().id, 'stderr', `${toCellError(thrown).traceback.join('\n')}\n`)
}
