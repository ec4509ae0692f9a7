// Why a runtime ended, in words: what ended it, and what to do about it.
import { headline } from '../display/error-text.js'
import type { CellError } from '../session.js'

export interface Death {
  code: number | null
  signal: NodeJS.Signals | null
  /** The end of what the process wrote on its own stderr. */
  lastWords: string
  /** The bound on memory in MB, where there is one. */
  memory: number | undefined
  /** The kernel or its watchdog ended it. */
  by?: 'interrupt' | 'memory' | undefined
  /** The system has ended a process for want of memory meanwhile. */
  system: boolean
}

/** The error for the cell that was running when the runtime ended. */
export function deathError(death: Death): CellError {
  const name = 'RuntimeStopped'
  const message = `${reason(death)} All variables are gone; the next cell starts in a fresh runtime.`
  return { name, message, traceback: [headline(name, message)] }
}

const FULL =
  /heap out of memory|Allocation failed - JavaScript heap|FATAL ERROR: [^\n]*(?:out of memory|Allocation failed)|process OOM/i

function reason({ code, signal, lastWords, memory, by, system }: Death): string {
  if (by === 'interrupt') return 'The runtime was ended: native code of an interrupted cell did not return.'
  if (by === 'memory' || FULL.test(lastWords)) {
    if (memory !== undefined)
      return `The runtime ran out of memory (limit ${memory} MB, SKYLAB_MEMORY). To give it more, start the kernel with SKYLAB_MEMORY=${memory * 2}, or keep less: read files as streams, drop what is done.`
    return "The runtime ran out of memory: the JavaScript heap is full (Node's own limit). To give it more, start the kernel with SKYLAB_MEMORY=8192 (in MB), or keep less: read files as streams, drop what is done."
  }
  if (signal === 'SIGKILL')
    return system
      ? 'The runtime was killed by the system: the memory of the machine ran out. Keep less, or bound it with SKYLAB_MEMORY (in MB).'
      : 'The runtime was killed (SIGKILL), by someone or by the system for want of memory.'
  if (signal === 'SIGSEGV' || signal === 'SIGBUS' || signal === 'SIGILL' || signal === 'SIGABRT' || signal === 'SIGFPE')
    return `The runtime crashed in native code (${signal}), as an addon or process.abort() does it.`
  if (signal) return `The runtime was ended by ${signal}.`
  return `The runtime ended: process.exit(${code ?? 0}). To end only a cell, throw an error.`
}
