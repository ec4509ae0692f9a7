// One cell while it runs, and the one to which an output belongs.
import { AsyncLocalStorage } from 'node:async_hooks'
import { setMaxListeners } from 'node:events'
import type { ScopeCell } from './scope.js'

export class RunningCell implements ScopeCell {
  readonly id: number
  readonly count: number
  readonly controller = new AbortController()
  readonly dead: ScopeCell['dead'] = new Map()
  /** Timers that it started and that have not run: an interrupt clears them. */
  readonly timers = new Set<NodeJS.Timeout | NodeJS.Immediate>()
  /** Ends what else it waits for; an interrupt calls all. */
  readonly waits = new Set<() => void>()
  /** Values that are still making their bundle: the cell is not over before they are shown. */
  readonly showing = new Set<Promise<unknown>>()
  /** Where it is: waiting for its turn, in its first synchronous stretch, awaiting, over. */
  state: 'queued' | 'sync' | 'async' | 'over' = 'queued'
  /** It was interrupted: its code goes no further than its next await. */
  stopped = false
  /** Settles the wait for it, when it is interrupted while it awaits. */
  stop: ((error: Error) => void) | undefined
  /** The cell whose handler this is, where it is no cell of its own. */
  readonly origin: RunningCell | undefined

  constructor(id: number, count: number, origin?: RunningCell) {
    this.id = id
    this.count = count
    this.origin = origin
    // Each request and stream that a cell starts may listen: many of them are no leak.
    setMaxListeners(0, this.controller.signal)
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

const never = new Promise<never>(() => {})

/** What a cell's `await` waits for: the value, or for ever where the cell was interrupted meanwhile. */
export function awaited(value: unknown): unknown {
  return currentCell().stopped ? never : value
}

/** The head of a `for await` body: true where the cell was interrupted meanwhile. */
export function isStopped(): boolean {
  return currentCell().stopped
}

/** Ends what a cell has started and what waits inside Node; the abort of its signal is for all else. */
export function stopCell(cell: RunningCell): void {
  cell.stopped = true
  for (const end of cell.waits) end()
  cell.waits.clear()
}
