// One cell while it runs, and the one to which an output belongs.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { ScopeCell } from './scope.js'

export class RunningCell implements ScopeCell {
  readonly id: number
  readonly count: number
  readonly controller = new AbortController()
  readonly dead: ScopeCell['dead'] = new Map()
  /** Timers that it started and that have not run: an interrupt clears them. */
  readonly timers = new Set<NodeJS.Timeout | NodeJS.Immediate>()
  /** Values that are still making their bundle: the cell is not over before they are shown. */
  readonly showing = new Set<Promise<unknown>>()
  /** Where it is: waiting for its turn, in its first synchronous stretch, awaiting, over. */
  state: 'queued' | 'sync' | 'async' | 'over' = 'queued'
  /** Settles the wait for it, when it is interrupted while it awaits. */
  stop: ((error: Error) => void) | undefined
  /** The cell whose handler this is, where it is no cell of its own. */
  readonly origin: RunningCell | undefined

  constructor(id: number, count: number, origin?: RunningCell) {
    this.id = id
    this.count = count
    this.origin = origin
  }
}

const owner = new AsyncLocalStorage<RunningCell>()
let latest = new RunningCell(0, 0)

/** The cell that started what is running now; outside of all, the latest cell. */
export function currentCell(): RunningCell {
  return owner.getStore() ?? latest
}

/** Runs `work` as the cell's: what it starts, also later, belongs to the cell. */
export function runAs<T>(cell: RunningCell, work: () => T): T {
  latest = cell
  return owner.run(cell, work)
}

/** Runs `work` for a cell that has ended: what it shows goes there, and the latest cell stays the latest. */
export function runFor<T>(cell: RunningCell, work: () => T): T {
  return owner.run(cell, work)
}
