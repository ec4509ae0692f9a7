// How much memory a process and everything it started hold, seen from outside.

import { readdirSync, readFileSync } from 'node:fs'

const PAGE = 4096
/** What a fork holds of its own before it does anything: a bomb of forks is stopped by their number, not by this. */
const PROCESS = 5 * 1024 * 1024

/**
 * Whether a process and its descendants hold more than so many bytes together. Pages that forks share are counted
 * once where this system tells (proportional set size). false where it tells nothing.
 */
export function holdsMore(root: number, bytes: number): boolean {
  const sizes = residentSizes(root)
  if (total(sizes) <= bytes) return false
  for (const pid of sizes.keys()) {
    try {
      const found = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))
      if (found) sizes.set(pid, Number(found[1]) * 1024)
    } catch {
      // It ended, or may not be looked into: its resident size stands.
    }
  }
  return total(sizes) > bytes + sizes.size * PROCESS
}

const total = (sizes: Map<number, number>): number => [...sizes.values()].reduce((sum, size) => sum + size, 0)

/** Resident bytes of a process and each of its descendants. */
function residentSizes(root: number): Map<number, number> {
  const found = new Map<number, number>()
  if (process.platform !== 'linux') return found
  const parents = new Map<number, number[]>()
  const sizes = new Map<number, number>()
  let entries: string[]
  try {
    entries = readdirSync('/proc')
  } catch {
    return found
  }
  for (const entry of entries) {
    const pid = Number(entry)
    if (!Number.isInteger(pid)) continue
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const parent = Number(fields[1])
      sizes.set(pid, Number(fields[21]) * PAGE)
      const list = parents.get(parent)
      if (list) list.push(pid)
      else parents.set(parent, [pid])
    } catch {
      // It ended while we looked.
    }
  }
  const queue = [root]
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    const size = sizes.get(pid)
    if (size !== undefined) found.set(pid, size)
    queue.push(...(parents.get(pid) ?? []))
  }
  return found
}

/** Clock ticks a second, as every Linux has them. */
const TICKS = 100

/**
 * Seconds of CPU time that the first thread of a process has used; 0 where this system does not say. What compiles and
 * collects garbage beside it is not the program's.
 */
export function cpuSeconds(pid: number): number {
  if (process.platform !== 'linux') return 0
  try {
    const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS
  } catch {
    return 0
  }
}
