// A control group for one sandbox: the kernel then counts the memory of all its processes together, exactly.

import {
  type Dirent,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

/** What is charged beside the program's own pages: page tables, the processes themselves. */
const KERNEL = 8 * 1024 * 1024

/** The files of the two versions of control groups. */
const FILES = {
  2: { limit: 'memory.max', swap: 'memory.swap.max', events: 'memory.events', stat: 'anon' },
  1: { limit: 'memory.limit_in_bytes', swap: 'memory.memsw.limit_in_bytes', events: 'memory.oom_control', stat: 'rss' },
} as const

type Version = keyof typeof FILES

interface Place {
  version: Version
  folder: string
}

let place: Place | undefined | null
let count = 0

/** Where groups can be made here: 'cgroup v2', 'cgroup v1', or undefined where none may be. */
export function groupsHere(): string | undefined {
  const found = where()
  return found && `cgroup v${found.version}`
}

/** A group of its own, or undefined where this user may not make one. */
export function newGroup(): Group | undefined {
  const found = where()
  if (!found) return undefined
  try {
    return new Group(found.version, make(found))
  } catch {
    return undefined
  }
}

const make = (at: Place): string => {
  const folder = path.join(at.folder, `skylab-${process.pid}-${count++}`)
  mkdirSync(folder)
  return folder
}

function where(): Place | undefined {
  if (place === undefined) place = process.platform === 'linux' ? search('/proc/self') : null
  return place ?? undefined
}

/** @param self the folder that tells of this process: /proc/self */
export function search(self: string): Place | null {
  let mounts: string[]
  let own: string[]
  try {
    mounts = readFileSync(path.join(self, 'mounts'), 'utf8').split('\n')
    own = readFileSync(path.join(self, 'cgroup'), 'utf8').split('\n')
  } catch {
    return null
  }
  for (const line of mounts) {
    const [, at, kind, options] = line.split(' ')
    if (!at || !options) continue
    const version = kind === 'cgroup2' ? 2 : kind === 'cgroup' && options.split(',').includes('memory') ? 1 : undefined
    if (!version) continue
    const mine = own
      .map((entry) => entry.split(':'))
      .find(([, controllers]) => (version === 2 ? controllers === '' : controllers?.split(',').includes('memory')))
      ?.slice(2)
      .join(':')
    // Our own group first, then what stands above it: in version 2 a group that holds processes has no parts.
    for (let here = mine ?? '/'; ; here = path.dirname(here)) {
      const found = { version, folder: path.join(at, here) } as const
      if (works(found)) {
        sweep(at)
        return found
      }
      if (here === '/' || here === '.') break
    }
  }
  return null
}

/**
 * Removes the groups of processes that were killed before they could, wherever below a mount they were: the next one
 * may run in another group. A group that still holds a process cannot be removed, so nobody's work is touched.
 * @param most how many groups are looked into
 */
export function sweep(root: string, most = 5000): void {
  const queue = [root]
  for (let looked = 0; queue.length > 0 && looked < most; looked++) {
    const here = queue.shift()!
    let entries: Dirent[]
    try {
      entries = readdirSync(here, { withFileTypes: true })
    } catch {
      // It ended while we looked, or is not ours to see.
      continue
    }
    for (const entry of entries) {
      if (!entry.isDirectory()) continue
      const folder = path.join(here, entry.name)
      const left = /^skylab-(\d+)-\d+$/.exec(entry.name)
      if (!left) queue.push(folder)
      else if (!existsSync(`/proc/${left[1]}`)) remove(folder)
    }
  }
}

/** Whether a group can be made there that bounds memory. */
function works(at: Place): boolean {
  try {
    const folder = make(at)
    try {
      writeFileSync(path.join(folder, FILES[at.version].limit), String(1 << 30))
      return true
    } finally {
      remove(folder)
    }
  } catch {
    return false
  }
}

function remove(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch {
    return !existsSync(folder)
  }
}

export class Group {
  #limit = 0
  #base = 0
  #kills = 0

  constructor(
    readonly version: Version,
    private readonly folder: string,
  ) {}

  /** The file that a process writes 0 into to join; whoever starts it closes it. */
  door(): number {
    return openSync(path.join(this.folder, 'cgroup.procs'), 'w')
  }

  /** What is held now belongs to the sandbox and not to a program. */
  settle(): void {
    const found = new RegExp(`^${FILES[this.version].stat} (\\d+)$`, 'm').exec(this.#read('memory.stat'))
    this.#base = Number(found?.[1] ?? 0) + KERNEL
  }

  /** Bounds what is held beyond that, in bytes. */
  limit(bytes: number): void {
    if (bytes === this.#limit) return
    const { limit, swap } = FILES[this.version]
    const most = String(this.#base + bytes)
    // Version 1 keeps memory and swap above memory alone, whichever way it moves.
    const steps =
      this.version === 2
        ? [
            [limit, most],
            [swap, '0'],
          ]
        : [
            [swap, most],
            [limit, most],
            [swap, most],
          ]
    for (const [file, value] of steps) {
      try {
        writeFileSync(path.join(this.folder, file!), value!)
      } catch {
        // There is no swap to count, or it is the other order's turn.
      }
    }
    this.#limit = bytes
  }

  /** Whether the kernel has ended a process because the group held too much, since this was last asked. */
  killed(): boolean {
    const kills = Number(/^oom_kill (\d+)$/m.exec(this.#read(FILES[this.version].events))?.[1] ?? 0)
    const more = kills > this.#kills
    this.#kills = kills
    return more
  }

  /** Removes it, once its processes are gone. */
  close(tries = 50): void {
    if (remove(this.folder) || tries === 0) return
    setTimeout(() => this.close(tries - 1), 20)
  }

  /** Removes it now if that can be done. */
  closeNow(): void {
    for (let k = 0; k < 200 && !remove(this.folder); k++)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
  }

  #read(file: string): string {
    try {
      return readFileSync(path.join(this.folder, file), 'utf8')
    } catch {
      return ''
    }
  }
}
