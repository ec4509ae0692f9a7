// From judged answers to one number with its interval, and everything that it came from.

import { createHash } from 'node:crypto'
import type { Judged, Outcome, Score, ScoreSettings } from '../rows.js'
import { meanInterval } from '../stats/index.js'
import { Stopped } from '../stopped.js'
import { takesRows } from '../taken.js'
import { graderVersion, type Policy } from '../verify/index.js'
import { answerClasses } from './answers.js'
import { packageVersion } from './version.js'

/** What a score's settings hold beside those of its answers. */
export type Context = Partial<Pick<ScoreSettings, 'endpoint' | 'preset' | 'dataset' | 'seed'>> & { policy?: Policy }

/** The rows behind a score made in this process, so that they can be looked at and judged again. */
const rowsBehind = new WeakMap<Score, readonly Judged[]>()

/** The judged rows that a score was made from; undefined where it was made in another process. */
export function knownRows(score: Score): readonly Judged[] | undefined {
  return rowsBehind.get(score)
}

/**
 * One score from the judged answers of one model on one benchmark.
 *
 * @param rows At least one; every problem with the same number of samples.
 * @throws Stopped('no-rows') for none, 'bad-data' for rows of several models or an unequal number of samples.
 */
export function score(bench: string, rows: readonly Judged[], context: Context = {}): Score {
  takesRows('score', rows, { fix: "score('mine', await verify(rows))", has: ['verdict'] })
  const first = rows[0]
  if (!first)
    throw new Stopped('no-rows', `There are no answers on ${bench} to score.`, 'Pass a benchmark that holds problems.')
  const byProblem = Map.groupBy(rows, ({ id }) => id)
  checkRows(bench, rows, byProblem)
  const shares: Record<string, number> = {}
  const outcomes: Record<string, Outcome[]> = {}
  const answers: Record<string, (number | null)[]> = {}
  for (const [id, unsorted] of byProblem) {
    const samples = unsorted.toSorted((a, b) => a.sample - b.sample)
    shares[id] = samples.filter((row) => row.verdict.ok).length / samples.length
    outcomes[id] = samples.map(({ verdict }) => (verdict.ok ? 'right' : verdict.why))
    const classes = answerClasses(samples, context.policy)
    if (classes) answers[id] = classes
  }
  const { seed: _, ...settings } = first.settings
  const { policy = 'strict', ...known } = context
  const made: Score = {
    model: first.model,
    bench,
    ...meanInterval(Object.values(shares)),
    n: byProblem.size,
    k: rows.length / byProblem.size,
    cutOff: rows.filter((row) => row.finish === 'length').length,
    tokens: rows.reduce((sum, row) => sum + row.usage.completion, 0) / rows.length,
    dollars: rows.some((row) => row.dollars === null) ? null : rows.reduce((sum, row) => sum + row.dollars!, 0),
    settings: {
      ...settings,
      promptHash: promptHash(rows),
      grader: graderVersion,
      policy,
      package: packageVersion(),
      ...known,
    },
    byProblem: shares,
    outcomes,
    ...(Object.keys(answers).length > 0 && { answers }),
  }
  rowsBehind.set(made, rows)
  return made
}

/** The hash of the instruction; one over all of them where a benchmark has several, as ours with maths and code. */
function promptHash(rows: readonly Judged[]): string {
  const hashes = [...new Set(rows.map((row) => row.settings.promptHash))].sort()
  if (hashes.length === 1) return hashes[0]!
  return createHash('sha256').update(hashes.join('\n')).digest('hex').slice(0, 16)
}

function checkRows(bench: string, rows: readonly Judged[], byProblem: Map<string, Judged[]>): void {
  const models = new Set(rows.map(({ model }) => model))
  if (models.size > 1)
    throw new Stopped(
      'bad-data',
      `The answers on ${bench} come from ${models.size} models: ${[...models].join(', ')}.`,
      'Object.values(Object.groupBy(rows, (row) => row.model)).map((rows) => score(name, rows))',
    )
  const counts = [...byProblem.values()].map((samples) => samples.length)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  if (least !== most)
    throw new Stopped(
      'bad-data',
      `The problems of ${bench} have between ${least} and ${most} answers; a mean over them would weigh problems unequally.`,
      `Take the first ${least} of each: rows.filter((row) => row.sample < ${least})`,
    )
}
