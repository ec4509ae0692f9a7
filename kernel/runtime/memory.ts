// Bounds on the memory of a runtime, and what the system says of its end.
import { readFileSync, writeFileSync } from 'node:fs'

/** What a runtime takes beside the values of its cells, in MB: code, stacks, young objects (measured: 80 at the start). */
export const OVERHEAD = 256

/**
 * A command line under a bound on memory, in MB. On Linux the system itself bounds the data of the
 * process (RLIMIT_DATA), so that a typed array or buffer that does not fit is a RangeError in the cell;
 * what cells start inherits the bound, each program for itself. Elsewhere the watchdog looks at the
 * resident memory.
 */
export function bounded(program: string, args: string[], memory: number | undefined): [string, string[]] {
  if (memory === undefined || process.platform !== 'linux') return [program, args]
  const kilobytes = Math.round((memory + OVERHEAD) * 1024)
  return ['/bin/sh', ['-c', `ulimit -d ${kilobytes} 2>/dev/null; exec "$0" "$@"`, program, ...args]]
}

/** Where the system runs out of memory it is to end the runtime, not the kernel or the server. Linux only. */
export function offerToSystem(pid: number): void {
  if (process.platform !== 'linux') return
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '500')
  } catch {
    // It has ended, or the system does not let us.
  }
}

/** How often the system has ended a process for want of memory; undefined where it does not tell. */
export function systemKills(): number | undefined {
  if (process.platform !== 'linux') return undefined
  for (const [file, line] of [
    ['/sys/fs/cgroup/memory.events', /^oom_kill (\d+)$/m],
    ['/proc/vmstat', /^oom_kill (\d+)$/m],
  ] as const) {
    try {
      const found = line.exec(readFileSync(file, 'utf8'))
      if (found) return Number(found[1])
    } catch {
      // Another version of control groups, or none.
    }
  }
  return undefined
}
