// A main thread that waits in the system for the other end of a pipe: the other end is opened for it.
import { closeSync, constants, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs'

// Numbers of the system calls that open and read, as Linux lists them for the two architectures.
const CALLS: Partial<Record<NodeJS.Architecture, { open: number; openat: number; reads: number[] }>> = {
  x64: { open: 2, openat: 257, reads: [0, 17, 19] },
  arm64: { open: -1, openat: 56, reads: [63, 65, 67] },
}

/**
 * Ends a blocking open or read of a pipe by the main thread of a process of ours: nothing in Node can,
 * and the cell has been terminated already, so nobody sees what it read. Linux only; elsewhere, and
 * where the system does not let us look, nothing happens.
 */
export function wakeReader(pid: number): void {
  const calls = process.platform === 'linux' ? CALLS[process.arch] : undefined
  if (!calls) return
  try {
    const [call, ...rest] = readFileSync(`/proc/${pid}/syscall`, 'utf8').trim().split(' ')
    const number = Number(call)
    if (calls.reads.includes(number)) wakeRead(`/proc/${pid}/fd/${Number(rest[0])}`)
    else if (number === calls.open) wakeOpen(pid, textAt(pid, BigInt(rest[0]!)))
    else if (number === calls.openat) wakeOpen(pid, textAt(pid, BigInt(rest[1]!)))
  } catch {
    // It has gone on meanwhile, or the system does not tell.
  }
}

function wakeRead(file: string): void {
  if (!statSync(file).isFIFO()) return
  const pipe = openSync(file, constants.O_WRONLY | constants.O_NONBLOCK)
  try {
    writeSync(pipe, '\n')
  } finally {
    closeSync(pipe)
  }
}

function wakeOpen(pid: number, name: string): void {
  const file = name.startsWith('/') ? name : `/proc/${pid}/cwd/${name}`
  if (!statSync(file).isFIFO()) return
  // Open for both directions never waits; the other side is let in, and then reads the end.
  const pipe = openSync(file, constants.O_RDWR | constants.O_NONBLOCK)
  setTimeout(() => closeSync(pipe), 50)
}

/** The zero-terminated text at an address of another process. */
function textAt(pid: number, address: bigint): string {
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    const bytes = Buffer.alloc(4096)
    // A page may end the readable memory: up to its end is asked for first.
    const first = 4096 - Number(address % 4096n)
    let read = readSync(memory, bytes, 0, first, address)
    if (!bytes.subarray(0, read).includes(0) && first < 4096)
      read += readSync(memory, bytes, read, 4096 - read, address + BigInt(read))
    return bytes.toString('utf8', 0, bytes.subarray(0, read).indexOf(0))
  } finally {
    closeSync(memory)
  }
}
