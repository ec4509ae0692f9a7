// One program against its tests. Expected output stays here; the sandbox sees inputs only.

import type { Checker, Language, Test } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { type Json, parseJson, sameOutput, sameValue } from './compare.js'
import { borrow, giveBack, NoRunner, type RunnerChoice } from './pool.js'
import type { Limits, Outcome, Program, Runner, Trial } from './runner.js'

export type Reason =
  | 'accepted'
  | 'wrong-answer'
  | 'time-limit'
  | 'memory-limit'
  | 'output-limit'
  | 'runtime-error'
  | 'compile-error'

export interface TestVerdict {
  ok: boolean
  why: Reason
  /** Seconds of CPU time; of wall time where a sleeper was stopped. */
  seconds: number
  /** The rule that accepted it: exact, lines, tokens, value, unwrapped, end, checker. */
  how?: string
  detail?: string
}

export interface CodeVerdict {
  ok: boolean
  why: Reason
  /** In the order of the tests; ends with the first that failed. */
  tests: TestVerdict[]
  /** What ran it. */
  runner: Runner['name']
  detail?: string
}

export interface Task {
  language: Language
  program: string
  tests: readonly Test[]
  checker?: Checker | undefined
  /** Seconds of CPU time for one test. @default 6, as LiveCodeBench has it */
  timeLimit?: number | undefined
  /** Megabytes for one test. @default 512 */
  memoryLimit?: number | undefined
}

export interface JudgeOptions {
  /** @default 'auto' */
  runner?: RunnerChoice
  /** Runs the tests after the first that failed, too. @default false */
  all?: boolean
  signal?: AbortSignal
}

const TIME_LIMIT = 6
const MEMORY_LIMIT = 512

/**
 * Runs a program against its tests in a sandbox and compares outside of it.
 *
 * A stdin test is passed when what was printed is the expected text by the rules of `sameOutput`; a call when the
 * value returned equals the expected; an assertion when its end was reached. Only that: leaving early, a compile
 * error or a crash is never a pass. A checker, where the problem has one, decides what an unequal output is worth.
 *
 * @throws Stopped('no-tool') where `runner: 'native'` is asked for and cannot run here.
 */
export async function judge(task: Task, options: JudgeOptions = {}): Promise<CodeVerdict> {
  const limits: Limits = {
    timeLimit: positive(task.timeLimit, TIME_LIMIT),
    memoryLimit: positive(task.memoryLimit, MEMORY_LIMIT),
  }
  const program: Program = { language: task.language, source: task.program }
  const runner = await lend(task.language, options.runner ?? 'auto')
  const stop = () => runner.close()
  options.signal?.addEventListener('abort', stop)
  const tests: TestVerdict[] = []
  try {
    for (const test of task.tests) {
      options.signal?.throwIfAborted()
      const verdict = await judgeTest(runner, program, test, limits, task.checker).catch((error: unknown) => {
        // A sandbox that was closed under the test: the interrupt is the reason, not the test.
        options.signal?.throwIfAborted()
        throw error
      })
      options.signal?.throwIfAborted()
      tests.push(verdict)
      if (!verdict.ok && !options.all) break
    }
  } finally {
    options.signal?.removeEventListener('abort', stop)
    if (!options.signal?.aborted) giveBack(runner)
  }
  const failed = tests.find((test) => !test.ok)
  if (tests.length === 0)
    return { ok: false, why: 'runtime-error', tests, runner: runner.name, detail: 'there are no tests' }
  return failed
    ? { ok: false, why: failed.why, tests, runner: runner.name, ...(failed.detail && { detail: failed.detail }) }
    : { ok: true, why: 'accepted', tests, runner: runner.name }
}

const positive = (value: number | undefined, usual: number): number =>
  typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : usual

async function lend(language: Language, choice: RunnerChoice): Promise<Runner> {
  try {
    return await borrow(language, choice)
  } catch (error) {
    if (error instanceof NoRunner)
      throw new Stopped(
        'no-tool',
        `Python cannot be run natively here: ${error.message}.`,
        `${error.fix}; or runner: 'auto'`,
      )
    throw error
  }
}

async function judgeTest(
  runner: Runner,
  program: Program,
  test: Test,
  limits: Limits,
  checker: Checker | undefined,
): Promise<TestVerdict> {
  const trial: Trial =
    'stdin' in test
      ? { kind: 'stdin', stdin: text(test.stdin) }
      : 'fn' in test
        ? { kind: 'call', fn: test.fn, args: Array.isArray(test.args) ? test.args : [test.args] }
        : { kind: 'assert', assert: test.assert }
  let outcome = await runner.run(program, trial, limits)
  // Stopped by the wall clock while it was still working: once more, alone, with time to wait its turn.
  if (
    outcome.status === 'time-limit' &&
    outcome.seconds < 0.98 * limits.timeLimit &&
    outcome.seconds > 0.2 * limits.timeLimit &&
    runner.name !== 'native'
  ) {
    outcome = await alone(() => runner.run(program, trial, { ...limits, patience: 3 }))
  }
  const seconds = Math.round(outcome.seconds * 1e4) / 1e4
  const verdict = (
    ok: boolean,
    why: Reason,
    more: { how?: string | undefined; detail?: string | undefined } = {},
  ): TestVerdict => ({
    ok,
    why,
    seconds,
    ...(more.how && { how: more.how }),
    ...(more.detail && { detail: more.detail }),
  })
  switch (outcome.status) {
    case 'ok': {
      if (!('stdin' in test)) break
      const expected = text(test.stdout)
      const got = outcome.stdout ?? ''
      const how = sameOutput(expected, got) ?? (checker && (await checked(checker, text(test.stdin), got, expected)))
      return how
        ? verdict(true, 'accepted', { how })
        : verdict(false, 'wrong-answer', { detail: `expected ${short(expected)}, got ${short(got)}` })
    }
    case 'value': {
      if (!('fn' in test)) break
      const got = readValue(outcome.value ?? 'null')
      const how =
        sameValue(test.returns as Json, got) ??
        (checker && (await checked(checker, trial.kind === 'call' ? trial.args : null, got, test.returns)))
      return how
        ? verdict(true, 'accepted', { how })
        : verdict(false, 'wrong-answer', {
            detail: `expected ${short(show(test.returns))}, got ${short(outcome.value ?? '')}`,
          })
    }
    case 'end':
      return verdict(true, 'accepted', { how: 'end' })
    case 'assertion':
      return verdict(false, 'wrong-answer', { detail: outcome.detail })
    case 'early-exit':
      return verdict(false, 'wrong-answer', { detail: 'it ended before the test did' })
    case 'missing':
      return verdict(false, 'runtime-error', { detail: outcome.detail })
    default:
      return verdict(false, outcome.status, { detail: outcome.detail })
  }
  return verdict(false, 'runtime-error', { detail: 'the sandbox answered something else than was asked' })
}

/** Asks the special judge; a judge that fails accepts nothing. */
async function checked(
  checker: Checker,
  input: unknown,
  output: unknown,
  expected: unknown,
): Promise<'checker' | undefined> {
  const runner = await borrow('javascript', 'auto')
  try {
    const outcome: Outcome = await runner.run(
      { language: 'javascript', source: checker.source },
      { kind: 'check', input, output, expected },
      { timeLimit: 10, memoryLimit: 512 },
    )
    return outcome.status === 'value' && outcome.value === 'true' ? 'checker' : undefined
  } finally {
    giveBack(runner)
  }
}

let last: Promise<unknown> = Promise.resolve()

/** One after the other. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work, work)
  last = next.catch(() => undefined)
  return next
}

function readValue(value: string): Json {
  try {
    return parseJson(value)
  } catch {
    // NaN and Infinity are no JSON; they equal nothing that a test can hold.
    return { python: value.slice(0, 200) }
  }
}

/** TACO stores some inputs and outputs as lists of lines. */
const text = (value: unknown): string =>
  typeof value === 'string' ? value : Array.isArray(value) ? value.join('\n') : String(value)
const show = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? String(value)
const short = (value: string): string => {
  const line = JSON.stringify(value.length > 200 ? `${value.slice(0, 100)}…${value.slice(-80)}` : value)
  return line
}
