// The processes that cells have started: an interrupt reaches them too.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/**
 * The process ids below `parent`, nearest first; those in `except` and what is below them are left out.
 * Empty where the system does not tell.
 */
export function descendants(parent: number, except: ReadonlySet<number> = new Set()): number[] {
  const children = childrenByParent()
  const found: number[] = []
  for (let next = [parent]; next.length > 0; ) {
    next = next.flatMap((each) => children.get(each) ?? []).filter((each) => !except.has(each))
    found.push(...next)
  }
  return found
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const [pid, parent] of process.platform === 'linux' ? fromProc() : fromPs()) {
    const known = children.get(parent)
    if (known) known.push(pid)
    else children.set(parent, [pid])
  }
  return children
}

function* fromProc(): Generator<[number, number]> {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      // The name stands in parentheses and may hold anything: the fields follow the last one.
      const status = readFileSync(`/proc/${entry}/stat`, 'utf8')
      const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
      yield [Number(entry), Number(fields[1])]
    } catch {
      // It ended meanwhile.
    }
  }
}

function* fromPs(): Generator<[number, number]> {
  if (process.platform === 'win32') return
  for (const line of execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n')) {
    const [pid, parent] = line.trim().split(/\s+/).map(Number)
    if (pid && parent !== undefined) yield [pid, parent]
  }
}

/** Sends a signal to processes; one that has ended meanwhile is none. */
export function signalAll(processes: Iterable<number>, signal: NodeJS.Signals): void {
  for (const pid of processes) {
    try {
      process.kill(pid, signal)
    } catch {
      // It ended meanwhile.
    }
  }
}
