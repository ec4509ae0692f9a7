// Timers and requests know the cell that started them, so that an interrupt ends a cell that polls.
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers'
import promises from 'node:timers/promises'
import { promisify } from 'node:util'
import { currentCell, type RunningCell } from './cell.js'

type Timer = NodeJS.Timeout | NodeJS.Immediate
type Start = (callback: (...args: unknown[]) => void, ...rest: unknown[]) => Timer
type Options = { signal?: AbortSignal; ref?: boolean } | undefined

/** Wraps the timer functions of the globals and of node:timers. They keep their results and their promise forms. */
export function ownTimers(): void {
  const later = ownPromises()
  const globals = globalThis as unknown as Record<string, Start>
  const module = timers as unknown as Record<string, Start>
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    const start = globals[name]!
    const owned: Start = (callback, ...rest) => {
      if (typeof callback !== 'function') return start(callback, ...rest)
      const cell = currentCell()
      const once = name !== 'setInterval'
      const run = (...args: unknown[]) => {
        if (once) cell.timers.delete(timer)
        callback(...args)
      }
      const timer = start(run, ...rest)
      cell.timers.add(timer)
      return timer
    }
    Object.defineProperty(owned, 'name', { value: name })
    if (name in later && Object.hasOwn(start, promisify.custom))
      Object.defineProperty(owned, promisify.custom, { value: later[name], configurable: true })
    globals[name] = owned
    module[name] = owned
  }
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
    const clear = globals[name] as unknown as (timer: Timer) => void
    const owned = ((timer: Timer) => {
      if (timer !== null && typeof timer === 'object') currentCell().timers.delete(timer)
      clear(timer)
    }) as unknown as Start
    globals[name] = owned
    module[name] = owned
  }
  syncBuiltinESMExports()
}

/** The functions of node:timers/promises: what waits for them when the cell is interrupted waits for ever. */
function ownPromises(): Record<string, unknown> {
  const module = promises as unknown as Record<string, unknown>
  const wait = promises.setTimeout
  const immediate = promises.setImmediate
  const interval = promises.setInterval
  const owned = {
    setTimeout: (delay?: number, value?: unknown, options?: Options) =>
      ended(options, (signal) => wait(delay, value, { ...options, signal })),
    setImmediate: (value?: unknown, options?: Options) =>
      ended(options, (signal) => immediate(value, { ...options, signal })),
    async *setInterval(delay?: number, value?: unknown, options?: Options) {
      const own = ownSignal(options)
      try {
        yield* interval(delay, value, { ...options, signal: own.signal })
      } catch (error) {
        if (own.stopped()) await new Promise(() => {})
        throw error
      } finally {
        own.over()
      }
    },
  }
  for (const [name, method] of Object.entries(owned)) Object.defineProperty(method, 'name', { value: name })
  Object.assign(module, owned)
  const scheduler = module.scheduler as { wait: unknown }
  scheduler.wait = (delay: number, options?: Options) => owned.setTimeout(delay, undefined, options)
  return owned
}

function ended<T>(options: Options, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
  // A wrong option is the original's to refuse.
  if (options?.signal !== undefined && !(options.signal instanceof AbortSignal)) return start(options.signal)
  const own = ownSignal(options)
  return new Promise((resolve, reject) => {
    start(own.signal).then(
      (value) => {
        own.over()
        resolve(value)
      },
      (error) => {
        own.over()
        if (!own.stopped()) reject(error)
      },
    )
  })
}

/** A signal that an interrupt of the cell aborts, or the caller's own. */
function ownSignal(options: Options): { signal: AbortSignal; stopped(): boolean; over(): void } {
  const controller = new AbortController()
  const { waits } = currentCell()
  const end = () => controller.abort()
  waits.add(end)
  return {
    signal: options?.signal ? AbortSignal.any([controller.signal, options.signal]) : controller.signal,
    stopped: () => controller.signal.aborted,
    over: () => waits.delete(end),
  }
}

/** `fetch` of a cell ends with the cell's signal, or with the caller's own. */
export function ownFetch(): void {
  const start = globalThis.fetch
  globalThis.fetch = function fetch(input, init) {
    const { signal } = currentCell().controller
    const own = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    return start(input, { ...init, signal: own ? AbortSignal.any([signal, own]) : signal })
  }
}

/** Clears what a cell started and has not run. */
export function clearTimers(cell: RunningCell): void {
  for (const timer of cell.timers) {
    clearTimeout(timer as NodeJS.Timeout)
    clearImmediate(timer as NodeJS.Immediate)
  }
  cell.timers.clear()
}
