// Timers know the cell that started them, so that an interrupt ends a cell that polls.
import { promisify } from 'node:util'
import { currentCell, type RunningCell } from './cell.js'

type Timer = NodeJS.Timeout | NodeJS.Immediate
type Start = (callback: (...args: unknown[]) => void, ...rest: unknown[]) => Timer

/** Wraps the global timer functions. They keep their results and their promise forms. */
export function ownTimers(): void {
  const globals = globalThis as unknown as Record<string, Start>
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
    const custom = Object.getOwnPropertyDescriptor(start, promisify.custom)
    if (custom) Object.defineProperty(owned, promisify.custom, custom)
    globals[name] = owned
  }
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
    const clear = globals[name] as unknown as (timer: Timer) => void
    globals[name] = ((timer: Timer) => {
      if (timer !== null && typeof timer === 'object') currentCell().timers.delete(timer)
      clear(timer)
    }) as unknown as Start
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
