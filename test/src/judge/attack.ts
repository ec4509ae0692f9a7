// A program that tries to harm the machine or to learn what it should not, and what may become of it.
import type { TestVerdict } from '../../../src/verify/code/judge.js'

type Why = TestVerdict['why']

export interface Attack {
  name: string
  program: string
  /** What may become of it. A program that finds the door shut prints `shut`, and that is accepted. */
  ends: Why[]
  stdin?: string
  timeLimit?: number
  memoryLimit?: number
}

export const REFUSED: Why[] = ['runtime-error', 'time-limit', 'memory-limit', 'output-limit', 'wrong-answer']

/** Prints `shut` where the line raises or gives something false. */
export const tried = (setup: string, ...tries: string[]): string =>
  `${setup}\ndef go():\n  found = []\n${tries
    .map((line) => `  try:\n    if ${line}: found.append(${JSON.stringify(line)})\n  except BaseException: pass\n`)
    .join('')}  return found\nprint(go() or "shut")`

/** A system call by its number on x86_64 and aarch64; -1 is a refusal. */
export const call = (x86: number, arm: number, ...args: string[]): string =>
  `libc.syscall(${['x86_64 and', String(x86), 'or', String(arm)].join(' ')}${args.map((arg) => `, ${arg}`).join('')}) >= 0`
export const SYSTEM =
  'import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nx86_64 = os.uname().machine == "x86_64"\nbuffer = ctypes.create_string_buffer(4096)'
