// The arguments of `skylab rows`.

import { Stopped } from '../stopped.js'
import { STEPS, type StepName, type StepOptions } from './steps.js'

export const usage = `skylab rows ${STEPS.join('|')} [--in FILE] [--out FILE] [--workers N] [--shard I/N] [--policy strict|exact|sky-t1] [--runner auto|native|pyodide]`

export interface Call extends StepOptions {
  in?: string
  out?: string
  workers: number
  shard?: { index: number; of: number }
}

/** What `skylab rows --help` says: the call, and what each step reads and adds. */
export const help = `${usage}

Reads JSON Lines from standard input or --in, writes one row for each, in order, with the step's field added.

  grade    gold, pred                                       adds equal, how or why
  judge    language, program, tests                         adds verdict {ok, why, tests}
           tests: [{stdin, stdout}], [{fn, args, returns}] or [{assert}]; optional timeLimit (s), memoryLimit (MB)
  repeats  text                                             adds repeats {kind, start, end, period, count, share, rep4, rep10, compression}
  verify   kind, text or solution, answer; for code         adds verdict {ok, how} or {ok, why, detail}
           language and tests; optional finish

A line that cannot be used becomes {"line", "error"} in its place, and the exit status is 3.
--shard I/N takes the I-th of N contiguous blocks of --in; the blocks together are the whole, byte for byte.`

/** @throws Stopped('bad-call') for anything that the command does not take. */
export function parseCall(args: string[]): Call {
  const step = args[0]
  if (!STEPS.includes(step as StepName))
    throw new Stopped(
      'bad-call',
      step === undefined ? 'rows needs a step.' : `rows has no step ${JSON.stringify(step)}.`,
      usage,
    )
  const call: Call = { step: step as StepName, policy: 'strict', runner: 'auto', workers: 1 }
  for (let i = 1; i < args.length; i++) {
    const [name, inline] = args[i]!.startsWith('--') ? (args[i]!.split(/=(.*)/s) as [string, string?]) : [args[i]!]
    if (!/^--(?:in|out|workers|shard|policy|runner)$/.test(name))
      throw new Stopped('bad-call', `rows ${step} does not take ${JSON.stringify(args[i])}.`, usage)
    const value = inline ?? args[++i]
    if (value === undefined || value === '') throw new Stopped('bad-call', `${name} needs a value.`, usage)
    switch (name) {
      case '--in':
        call.in = value
        break
      case '--out':
        call.out = value
        break
      case '--workers':
        call.workers = whole(name, value, 1, 512)
        break
      case '--shard':
        call.shard = shardOf(value)
        break
      case '--policy':
        call.policy = oneOf(name, value, ['strict', 'exact', 'sky-t1'] as const)
        break
      case '--runner':
        call.runner = oneOf(name, value, ['auto', 'native', 'pyodide'] as const)
        break
    }
  }
  if (call.shard && call.in === undefined)
    throw new Stopped('bad-call', '--shard needs --in: a part of standard input cannot be found again.', usage)
  return call
}

function whole(name: string, value: string, least: number, most: number): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < least || number > most)
    throw new Stopped(
      'bad-call',
      `${name} got ${JSON.stringify(value)}; it is a whole number from ${least} to ${most}.`,
      usage,
    )
  return number
}

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  if (!known.includes(value as T))
    throw new Stopped('bad-call', `${name} got ${JSON.stringify(value)}; it is ${known.join(', ')}.`, usage)
  return value as T
}

function shardOf(value: string): { index: number; of: number } {
  const found = /^(\d+)\/(\d+)$/.exec(value)
  const index = Number(found?.[1])
  const of = Number(found?.[2])
  if (!found || index < 1 || index > of || of > 100_000)
    throw new Stopped('bad-call', `--shard got ${JSON.stringify(value)}; it is I/N with I from 1 to N.`, '--shard 1/4')
  return { index, of }
}
