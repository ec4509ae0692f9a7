// How much memory a process and everything it started hold, seen from outside.

import { readdirSync, readFileSync } from 'node:fs'

const PAGE = 4096

/** Resident bytes of a process and its descendants; 0 where this system does not say. */
export function residentBytes(root: number): number {
  if (process.platform !== 'linux') return 0
  const parents = new Map<number, number[]>()
  const sizes = new Map<number, number>()
  let entries: string[]
  try {
    entries = readdirSync('/proc')
  } catch {
    return 0
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
  let total = 0
  const queue = [root]
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    total += sizes.get(pid) ?? 0
    queue.push(...(parents.get(pid) ?? []))
  }
  return total
}

/** Clock ticks a second, as every Linux has them. */
const TICKS = 100

/** Seconds of CPU time that one process has used; 0 where this system does not say. */
export function cpuSeconds(pid: number): number {
  if (process.platform !== 'linux') return 0
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS
  } catch {
    return 0
  }
}
