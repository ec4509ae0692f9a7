// Runners at rest: each is lent to one test after another, and ended when nobody asked for a while.

import { groupsHere } from './cgroup.js'
import { isolateRunner, pyodideRunner } from './child.js'
import { Native, probeNative } from './native.js'
import type { Program, Runner } from './runner.js'

/** How Python is run: natively where bubblewrap and python3 are there, else in Pyodide. */
export type RunnerChoice = 'auto' | 'native' | 'pyodide'

/** Seconds after which a resting runner is ended. */
const REST = 20

const resting = new Map<Runner['name'], Runner[]>()
const timers = new WeakMap<Runner, NodeJS.Timeout>()

/** What `auto` chooses on this machine, how memory is bounded there, and how to get better where that is not the best. */
export async function pythonRunner(): Promise<
  { runner: 'native'; python: string; memory: string } | { runner: 'pyodide'; why: string; fix: string }
> {
  const probe = await probeNative()
  return probe.ok
    ? {
        runner: 'native',
        python: `${probe.python.path} (${probe.python.version})`,
        memory: groupsHere() ?? 'resident memory, looked at while it runs and after; RLIMIT_AS',
      }
    : { runner: 'pyodide', why: probe.why, fix: probe.fix }
}

/** Lends a runner for a language. Throws an Error that says why where `native` was asked for and cannot be. */
export async function borrow(language: Program['language'], choice: RunnerChoice): Promise<Runner> {
  if (language !== 'python') return resting.get('isolate')?.pop() ?? isolateRunner()
  const probe = choice === 'pyodide' ? undefined : await probeNative()
  if (choice === 'native' && probe && !probe.ok) throw new NoRunner(probe.why, probe.fix)
  if (probe?.ok) return resting.get('native')?.pop() ?? new Native(probe.python)
  return resting.get('pyodide')?.pop() ?? pyodideRunner()
}

export class NoRunner extends Error {
  constructor(
    why: string,
    readonly fix: string,
  ) {
    super(why)
  }
}

/** Takes a runner back for the next test. */
export function giveBack(runner: Runner): void {
  const list = resting.get(runner.name) ?? []
  resting.set(runner.name, list)
  list.push(runner)
  const timer = setTimeout(() => {
    const at = list.indexOf(runner)
    if (at >= 0 && timers.get(runner) === timer) {
      list.splice(at, 1)
      runner.close()
    }
  }, REST * 1000)
  timer.unref()
  timers.set(runner, timer)
}

/** Ends every runner at rest: for tests, and for a command that is done. */
export function closeRunners(): void {
  for (const list of resting.values()) for (const runner of list.splice(0)) runner.close()
}
