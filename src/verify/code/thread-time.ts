// CPU time of the threads in which isolates run, apart from those of Node itself.
//
// isolated-vm's own `cpuTime` is that of the wall while a script runs, and in its prebuilt binaries after it, too: on a
// busy machine it counts the waiting.

import { readdirSync, readFileSync } from 'node:fs'

const FOLDER = '/proc/self/task'
/** How long a reading is good enough, in milliseconds: a program may ask for thousands of turns. */
const FRESH = 5

export class ThreadTime {
  /** Node's own threads: what compiles, collects garbage and waits. Undefined where this system does not tell. */
  readonly #others: Set<string> | undefined
  #read = 0
  #seconds = 0

  /** To be made before the first isolate. */
  constructor() {
    try {
      this.#others = new Set(readdirSync(FOLDER))
      this.#sum()
    } catch {
      this.#others = undefined
    }
  }

  /** Seconds of CPU time since the process began; where threads cannot be told apart, of all of them. */
  seconds(): number {
    const now = performance.now()
    if (now - this.#read < FRESH) return this.#seconds
    this.#read = now
    try {
      this.#seconds = this.#others ? this.#sum() : all()
    } catch {
      this.#seconds = all()
    }
    return this.#seconds
  }

  #sum(): number {
    let nanoseconds = 0
    // The first field of schedstat: time spent on a CPU, in nanoseconds (Linux, sched-stats.rst).
    for (const thread of readdirSync(FOLDER))
      if (!this.#others!.has(thread))
        nanoseconds += Number(readFileSync(`${FOLDER}/${thread}/schedstat`, 'latin1').split(' ')[0])
    return nanoseconds / 1e9
  }
}

function all(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
