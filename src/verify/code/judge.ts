// One program against its tests. Expected output stays here; the sandbox sees inputs only.

import { type Json, parseJson, plainJson } from '../../json.js'
import type { Checker, Language, Test } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { passed } from '../../taken.js'
import { askChecker } from './checker.js'
import { sameOutput, sameValue } from './compare.js'
import { alone, together } from './gate.js'
import { borrow, giveBack, NoRunner, type RunnerChoice } from './pool.js'
import { type Limits, OUTPUT_LIMIT, type Program, type Runner, type Trial } from './runner.js'

export type Reason =
  | 'accepted'
  | 'wrong-answer'
  | 'time-limit'
  | 'memory-limit'
  | 'output-limit'
  | 'runtime-error'
  | 'compile-error'
  | 'needs-checker'

export interface TestVerdict {
  ok: boolean
  why: Reason
  /** Seconds of CPU time; of wall time where a sleeper was stopped. */
  seconds: number
  /** The rule that accepted it: exact, lines, tokens, case, tolerance, value, unwrapped, end, checker. */
  how?: string
  detail?: string
}

export interface CodeVerdict {
  ok: boolean
  why: Reason
  /** In the order of the tests; ends with the first that failed, unless `stopAtFirst` is false. */
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
  /** Why another output than the expected one may be right: without a checker it is then not judged wrong. */
  needsChecker?: string | undefined
  /** How far a number may be off, absolutely or relative to the expected one. @default none */
  tolerance?: number | undefined
  /** YES and Yes are the same. @default false */
  ignoreCase?: boolean | undefined
  /** Seconds of CPU time for one test. @default 6, as LiveCodeBench has it */
  timeLimit?: number | undefined
  /** Megabytes for one test. @default 512 */
  memoryLimit?: number | undefined
}

export interface JudgeOptions {
  /** @default 'auto' */
  runner?: RunnerChoice
  /** Ends with the first test that fails; false runs them all, with the seconds of each. @default true */
  stopAtFirst?: boolean
  signal?: AbortSignal
}

const TIME_LIMIT = 6
const MEMORY_LIMIT = 512

/**
 * Runs a program against its tests in a sandbox and compares outside of it.
 *
 * A stdin test is passed when what was printed is the expected text by the rules of `sameOutput`; a call when the
 * value returned equals the expected; an assertion when its end was reached. Only that: leaving early, a compile
 * error or a crash is never a pass. A checker, where the problem has one, decides what an unequal output is worth;
 * where the problem needs one and has none, an unequal output is `needs-checker`, neither right nor wrong. The verdict
 * is that of the first test that failed.
 *
 * @throws Stopped('no-tool') where `runner: 'native'` is asked for and cannot run here.
 */
export async function judge(task: Task, options: JudgeOptions = {}): Promise<CodeVerdict> {
  if (typeof task?.program !== 'string' || !Array.isArray(task.tests))
    throw new Stopped(
      'bad-call',
      `judge takes a program and its tests, and got ${passed(task)}.`,
      "judge({ language: 'python', program: 'print(1)', tests: [{ stdin: '', stdout: '1' }] })",
    )
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
      const verdict = await judgeTest(runner, program, test, limits, task).catch((error: unknown) => {
        // A sandbox that was closed under the test: the interrupt is the reason, not the test.
        options.signal?.throwIfAborted()
        throw error
      })
      options.signal?.throwIfAborted()
      tests.push(verdict)
      if (!verdict.ok && options.stopAtFirst !== false) break
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
  usual: Limits,
  task: Task,
): Promise<TestVerdict> {
  const trial = trialOf(test, program.language)
  const limits = 'stdin' in test ? roomFor(text(test.stdout).length, usual) : usual
  let outcome = await together(() => runner.run(program, trial, limits))
  // Stopped by the wall clock while it had CPU time left: once more, alone, with time to wait its turn, so that no
  // verdict depends on what else the machine does.
  if (outcome.status === 'time-limit' && outcome.waited)
    outcome = await alone(() => runner.run(program, trial, { ...limits, patience: 3 }))
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
      const how = sameOutput(expected, got, task)
      if (how) return verdict(true, 'accepted', { how })
      return other(
        verdict,
        task,
        text(test.stdin),
        got,
        expected,
        () => `expected ${short(expected)}, got ${short(got)}`,
      )
    }
    case 'value': {
      if (!('fn' in test)) break
      const got = readValue(outcome.value ?? 'null')
      const expected = plainJson(test.returns)
      const how = sameValue(expected, got, task)
      if (how) return verdict(true, 'accepted', { how })
      const args = trial.kind === 'call' ? trial.args : []
      return other(
        verdict,
        task,
        plainJson(args),
        got,
        expected,
        () => `expected ${short(show(expected))}, got ${short(outcome.value ?? '')}`,
      )
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

type MakeVerdict = (ok: boolean, why: Reason, more: { how?: string; detail?: string }) => TestVerdict

/** An output that is not the expected one: wrong, unless a special judge says otherwise, or is missing. */
async function other(
  verdict: MakeVerdict,
  task: Task,
  input: unknown,
  output: unknown,
  expected: unknown,
  differs: () => string,
): Promise<TestVerdict> {
  if (!task.checker)
    return task.needsChecker
      ? verdict(false, 'needs-checker', { detail: `${task.needsChecker}; ${differs()}` })
      : verdict(false, 'wrong-answer', { detail: differs() })
  const said = await askChecker(task.checker, input, output, expected)
  if (said.failed !== undefined)
    return verdict(false, 'needs-checker', { detail: `the checker failed: ${said.failed}; ${differs()}` })
  const detail = said.why ?? (said.ok ? undefined : differs())
  return verdict(said.ok, said.ok ? 'accepted' : 'wrong-answer', {
    ...(said.ok && { how: 'checker' }),
    ...(detail !== undefined && { detail }),
  })
}

/** An expected output may be larger than what programs may usually write. */
function roomFor(expected: number, usual: Limits): Limits {
  const room = 2 * expected + 1024
  return room <= OUTPUT_LIMIT ? usual : { ...usual, outputLimit: room }
}

function trialOf(test: Test, language: Language): Trial {
  if ('stdin' in test) return { kind: 'stdin', stdin: text(test.stdin) }
  if ('assert' in test) return { kind: 'assert', assert: test.assert, ...(test.given && { given: test.given }) }
  const args = Array.isArray(test.args) ? test.args : [test.args]
  if (language !== 'python') return { kind: 'call', fn: test.fn, args: plainJson(args) as unknown[] }
  return { kind: 'call', fn: test.fn, args, ...(holdsDict(args) && { revive: true }) }
}

/** Whether a dict with keys that are no text is among the arguments. */
const holdsDict = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some(holdsDict)
    : typeof value === 'object' && value !== null && ('$dict' in value || Object.values(value).some(holdsDict))

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
  typeof value === 'string' ? value : Array.isArray(value) ? value.map(text).join('\n') : String(value)
const show = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? String(value)
const short = (value: string): string => {
  const line = JSON.stringify(value.length > 200 ? `${value.slice(0, 100)}…${value.slice(-80)}` : value)
  return line
}
