// Where graders agree, and the rows on which they do not.

import type { Judged, Sample, Score, Verdict } from '../rows.js'
import { Stopped } from '../stopped.js'
import { type Verifier, type VerifyOptions, verify } from '../verify/index.js'
import { answersBehind, type KeptOptions } from './kept.js'

/** A grader: options of ours, or a function as `verify({ with })` takes it. */
export type Grader =
  | Pick<VerifyOptions, 'policy' | 'percent' | 'units' | 'order' | 'precision' | 'runner'>
  | Verifier<Sample>

/** Two graders on the same answers. */
export interface Agreement {
  a: string
  b: string
  n: number
  /** Answers that both call right, only a does, only b does, neither does. */
  both: number
  onlyA: number
  onlyB: number
  neither: number
  /** Share of answers with the same verdict. */
  agree: number
  /** Cohen's kappa: agreement beyond what their rates would give by chance; null where one of them never varies. */
  kappa: number | null
}

export interface Agreements {
  /** Every two graders. */
  pairs: Agreement[]
  /** The rows on which not all agree, each with every grader's verdict; `verdict` is the first grader's. */
  differing: (Judged & { verdicts: Record<string, Verdict> })[]
}

/**
 * Lets several graders judge the same answers and counts where they agree.
 *
 * Cohen (1960), Educational and Psychological Measurement 20, 37-46. For graders that agree on nearly everything kappa
 * is small or undefined although nothing is wrong: look at the counts, and at `differing`.
 *
 * @param answers Rows with their answers, or scores: then the answers behind them, from this process or the workspace.
 * @param graders Two or more, by name.
 * @example const { pairs, differing } = await agreement(rows, { strict: { policy: 'strict' }, report: { policy: 'sky-t1' } })
 */
export async function agreement(
  answers: readonly Sample[] | readonly Score[],
  graders: Readonly<Record<string, Grader>>,
  options: KeptOptions & { workers?: number } = {},
): Promise<Agreements> {
  const names = Object.keys(graders ?? {})
  if (names.length < 2)
    throw new Stopped(
      'bad-call',
      `agreement(…) got ${names.length === 1 ? 'one grader' : 'no grader'}; it compares two or more.`,
      "agreement(rows, { strict: { policy: 'strict' }, report: { policy: 'sky-t1' } })",
    )
  const rows = await rowsOf(answers, options)
  if (rows.length === 0) throw new Stopped('no-rows', 'There are no answers to judge.', 'agreement(rows, graders)')
  const verdicts: Record<string, Verdict[]> = {}
  for (const name of names) {
    const grader = graders[name]!
    const given = typeof grader === 'function' ? { with: grader } : grader
    const kept = options.in && { in: options.in }
    const judged = await verify(rows, { workers: options.workers ?? 2, ...kept, ...given })
    verdicts[name] = judged.map(({ verdict }) => verdict)
  }
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => counted(a, b, verdicts[a]!, verdicts[b]!)))
  const differing = rows.flatMap((row, i) => {
    const each = Object.fromEntries(names.map((name) => [name, verdicts[name]![i]!]))
    const rights = new Set(names.map((name) => each[name]!.ok))
    return rights.size > 1
      ? [{ ...row, verdict: each[names[0]!]!, verdicts: each } as Agreements['differing'][number]]
      : []
  })
  return { pairs, differing }
}

async function rowsOf(answers: readonly Sample[] | readonly Score[], options: KeptOptions): Promise<readonly Sample[]> {
  const [first] = answers
  if (!first || !('byProblem' in first)) return answers as readonly Sample[]
  const all: Sample[] = []
  for (const score of answers as readonly Score[]) all.push(...(await answersBehind(score, options)).rows)
  return all
}

function counted(a: string, b: string, ones: readonly Verdict[], others: readonly Verdict[]): Agreement {
  const n = ones.length
  const count = (one: boolean, other: boolean) =>
    ones.filter((verdict, i) => verdict.ok === one && others[i]!.ok === other).length
  const [both, onlyA, onlyB, neither] = [count(true, true), count(true, false), count(false, true), count(false, false)]
  const agree = (both + neither) / n
  const chance = ((both + onlyA) * (both + onlyB) + (neither + onlyB) * (neither + onlyA)) / (n * n)
  return { a, b, n, both, onlyA, onlyB, neither, agree, kappa: chance === 1 ? null : (agree - chance) / (1 - chance) }
}
