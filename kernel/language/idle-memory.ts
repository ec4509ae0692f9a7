// Memory of a language thread between the cells. TypeScript makes a new program for each cell, and V8 lets
// the old ones lie until its limits make it collect: a hundred cells leave as much garbage as the libraries
// of the language take. So it is collected when nobody waits.
import v8 from 'node:v8'
import vm from 'node:vm'

/** How long a thread has been asked nothing when it collects, in milliseconds. */
const QUIET = 2000
/** By how many bytes the heap must have grown since. */
const GROWN = 12 * 1024 * 1024

// Collected at 1.2 times what lives: more often, with the heaps of 25 and 115 MB below 1.3 times that. The
// compiled code of TypeScript stays, or the first cell after a pause would pay for the collection.
v8.setFlagsFromString('--heap-growing-percent=20')
v8.setFlagsFromString('--no-flush-bytecode')
// Flags are the whole process's. A thread that took this one back would take it from another that has just set it.
v8.setFlagsFromString('--expose-gc')

type Collect = (how: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void

/** Collects the garbage of this thread when it has had nothing to do for a while. */
export class IdleMemory {
  private timer: NodeJS.Timeout | undefined
  private collect: Collect | undefined
  private kept = 0

  /** The thread is asked something. */
  busy(): void {
    clearTimeout(this.timer)
  }

  /** The thread has answered all that it was asked. */
  idle(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.free(), QUIET)
    this.timer.unref()
  }

  private free(): void {
    if (v8.getHeapStatistics().total_heap_size < this.kept + GROWN) return
    // The last resort also gives the pages back to the system.
    this.collect ??= vm.runInNewContext('gc') as Collect
    this.collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    this.kept = v8.getHeapStatistics().total_heap_size
  }
}
