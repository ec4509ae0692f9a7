// Why a runtime ended, in words.
import { headline } from '../display/error-text.js'
import type { CellError } from '../session.js'

export interface Death {
  code: number | null
  signal: NodeJS.Signals | null
  /** The end of what the process wrote on its own stderr. */
  lastWords: string
  memory: number | undefined
}

/** The error for the cell that was running when the runtime ended. */
export function deathError(death: Death): CellError {
  const name = 'RuntimeStopped'
  const message = `${reason(death)} All variables are gone; the next cell starts in a fresh runtime.`
  return { name, message, traceback: [headline(name, message)] }
}

function reason({ code, signal, lastWords, memory }: Death): string {
  if (/heap out of memory|Allocation failed - JavaScript heap/.test(lastWords)) {
    const limit = memory === undefined ? '' : ` (limit ${memory} MB, SKYLAB_MEMORY)`
    return `The runtime ran out of memory${limit}.`
  }
  if (signal === 'SIGKILL') return 'The runtime was killed (SIGKILL), perhaps by the system for want of memory.'
  if (signal === 'SIGSEGV' || signal === 'SIGBUS' || signal === 'SIGILL' || signal === 'SIGABRT')
    return `The runtime crashed in native code (${signal}).`
  if (signal) return `The runtime was ended by ${signal}.`
  return `The runtime ended: process.exit(${code ?? 0}).`
}
