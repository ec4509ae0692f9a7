// Is it right? Each row gets a verdict with its reason.

import { show } from '../host.js'
import { checkKnown, type Known } from '../known.js'
import type { Formatted, Judged, Rows, Sample, Verdict } from '../rows.js'
import { Stopped } from '../stopped.js'
import { takesRows } from '../taken.js'
import { pool, Step, type Workspace } from '../workspace/index.js'
import { pythonRunner, type RunnerChoice } from './code/index.js'
import { checkedRules, graderVersion, type Policy, type Rules } from './math/index.js'
import { ownKey, ownVerdict, type Verifier } from './own.js'
import { lostBefore, verdictOn } from './row.js'

export { chosenLetter } from './choice/index.js'
export {
  type CodeVerdict,
  closeRunners,
  codeBlocks,
  judge,
  pythonRunner,
  type RunnerChoice,
  type Task,
} from './code/index.js'
export {
  type Extracted,
  finalAnswer,
  type Grade,
  type GradeOptions,
  grade,
  graderVersion,
  type Policy,
  type Rules,
} from './math/index.js'
export type { Said, Verifier } from './own.js'
export { type BlockRate, blockRates } from './rates.js'
export { type Verifiable, verdictOn } from './row.js'

/** Options of `verify`; `percent`, `units`, `order` and `precision` are those of `grade`. */
export interface VerifyOptions<T = Sample & Partial<Formatted>> extends Rules {
  /** Programs judged at once. @default 2, and no more than the machine has cores does good */
  workers?: number
  /** How maths is compared. @default 'strict' */
  policy?: Policy
  /** Where Python runs. @default 'auto': natively in bubblewrap where that works, else in Pyodide */
  runner?: RunnerChoice
  /**
   * A verifier of your own: it gets the row and returns true or false, a verdict (`{ ok, why, detail }`), what `grade`
   * gave, or undefined to leave the row to ours; it may be async. What it throws is the verdict of its row. Rows that
   * were cut off, failed or lost their format are not given to it.
   */
  with?: Verifier<T>
  /** Names the state of `with` where verdicts are kept: change it when what the function closes over changes. @default the text of the function */
  version?: string | number
  /** Keeps verdicts on programs and those of `with`, so that a run that continues does not judge them again. */
  in?: Workspace
}

/**
 * Judges rows: maths by value, choices by letter, code by its tests in a sandbox. A row that was cut off, failed or
 * lost its format keeps that as its reason.
 *
 * @throws Stopped('bad-call') for `workers` below 1 and for an option that is none of the known ones, Stopped('no-tool') where a native runner is asked for and there is none.
 * @example const judged = await verify(tidy, { workers: 2 })
 * @example await verify(tidy, { with: (row) => (row.source === 'mine' ? row.text.includes('QED') : undefined) })
 */
export function verify<T extends Sample | Formatted>(rows: Rows<T>, options: VerifyOptions<T> = {}): Step<T & Judged> {
  takesRows('verify', rows, { fix: 'verify(await sample(asked, { model }))', coming: true })
  checkKnown('verify(…)', options, OPTIONS)
  const { workers = 2, policy = 'strict', runner = 'auto', in: workspace, with: own, version, ...rest } = options
  checkedRules({ ...rest, policy })
  if (own !== undefined && typeof own !== 'function')
    throw new Stopped('bad-call', `verify(…, { with }) got ${typeof own}.`, 'verify(rows, { with: (row) => true })')
  if (!(Number.isInteger(workers) && workers >= 1))
    throw new Stopped('bad-call', `verify(…) got ${workers} workers.`, 'verify(rows, { workers: 2 })')
  const judgeRow = async (row: T, signal: AbortSignal): Promise<T & Judged> => {
    if (typeof row?.text !== 'string' && typeof (row as Partial<Formatted>)?.solution !== 'string')
      throw new Stopped(
        'bad-call',
        `Row ${JSON.stringify(row?.id) ?? '(without an id)'} has no answer: neither text nor solution.`,
        'verify(await sample(asked, { model: qwq, in: work }))',
      )
    const options = { ...rest, policy, runner, signal }
    // A verdict on a program is worth keeping; one on an answer is found sooner than it is read.
    const keep = workspace && row.kind === 'code' && !lostBefore(row) ? workspace : undefined
    if (row.kind === 'code' && row.language !== 'javascript' && row.language !== 'typescript' && runner === 'auto')
      await sayOnce()
    const ours = (): Promise<Verdict> =>
      keep
        ? keep.once('verify', keyOf(row, runner), async () => ({ value: await verdictOn(row, options) }))
        : verdictOn(row, options)
    const verdict = own && !lostBefore(row) ? await byOwn(own, row, ours, signal) : await ours()
    return { ...row, verdict } as T & Judged
  }
  const byOwn = async (
    verifier: Verifier<T>,
    row: T,
    ours: () => Promise<Verdict>,
    signal: AbortSignal,
  ): Promise<Verdict> => {
    if (!workspace) return (await ownVerdict(verifier, row, ours, signal)).verdict
    // What the verifier threw, and what it left to us, is not kept as its word.
    let kept = false
    return workspace.once(
      'verify-with',
      ownKey(verifier, version, row),
      async () => {
        const { verdict, keep } = await ownVerdict(verifier, row, ours, signal)
        kept = keep
        return { value: verdict }
      },
      () => kept,
    )
  }
  const total = Array.isArray(rows) ? rows.length : undefined
  return new Step<T & Judged>({
    label: 'verify',
    ...(total !== undefined && { total }),
    ...(workspace && { kept: workspace.name }),
    run: (signal) => pool(rows, workers, (row, _place, own) => judgeRow(row, own), signal),
    describe: (row) => (row.verdict.ok ? undefined : row.verdict.why),
  })
}

/** Everything that could change the verdict on a program. */
const keyOf = (row: Sample & Partial<Formatted>, runner: RunnerChoice): object => ({
  grader: graderVersion,
  runner,
  text: row.solution ?? row.text,
  language: row.language,
  tests: row.tests,
  checker: row.checker,
  needsChecker: row.needsChecker,
  tolerance: row.tolerance,
  ignoreCase: row.ignoreCase,
  timeLimit: row.timeLimit,
  memoryLimit: row.memoryLimit,
})

let said = false

/** Tells, once, where Python runs less well than it could. */
async function sayOnce(): Promise<void> {
  if (said) return
  said = true
  const chosen = await pythonRunner()
  if (chosen.runner === 'pyodide')
    await show({ 'text/plain': `Python runs in Pyodide: ${chosen.why}.\n  → ${chosen.fix}` })
}

const OPTIONS: Known<Required<VerifyOptions>> = {
  workers: true,
  policy: true,
  runner: true,
  with: true,
  version: true,
  in: true,
  percent: true,
  units: true,
  order: true,
  precision: true,
}
