// The same answers, judged again: another policy, another grader, no model asked.

import { checkKnown, type Known } from '../known.js'
import type { Judged, Sample, Score } from '../rows.js'
import { Stopped } from '../stopped.js'
import { type Policy, type Verifier, type VerifyOptions, verify } from '../verify/index.js'
import type { Workspace } from '../workspace/index.js'
import { keepScore, SCORES } from './evaluate.js'
import { answersBehind, type KeptOptions } from './kept.js'
import { score } from './score.js'

export interface RescoreOptions extends KeptOptions {
  /** How maths is compared. @default 'strict' */
  policy?: Policy
  /** A grader of your own in place of the benchmark's: see `verify`. */
  with?: Verifier<Sample>
  /** Names the state of `with`. @default the text of the function */
  version?: string | number
  /** Name of the grader in the settings of the new scores. @default the version of ours, or the name of `with` */
  grader?: string
  /** Programs judged at once. @default 2 */
  workers?: number
}

/**
 * Judges the answers behind scores again and gives new scores; nothing is sent to a model.
 *
 * @param scores Scores, or a workspace: all that it has kept.
 * @throws Stopped('no-rows') where the answers are not kept, 'bad-call' where the benchmark is another one by now.
 * @example await rescore(scores, { policy: 'sky-t1' })             // what the report's grader would have said
 * @example await rescore(workspace('runs/sky-t1'), { policy: 'sky-t1' })   // in another process
 */
export async function rescore(scores: readonly Score[] | Workspace, options: RescoreOptions = {}): Promise<Score[]> {
  checkKnown('rescore(…)', options, OPTIONS)
  const work = 'rows' in scores ? scores : options.in
  const list = 'rows' in scores ? await scores.rows<Score>(SCORES) : scores
  if (list.length === 0)
    throw new Stopped('no-rows', 'There are no scores to judge again.', 'await evaluate(models, { benches, in: work })')
  const made: Score[] = []
  for (const old of list) {
    const { rows, bench } = await answersBehind(old, { ...options, ...(work && { in: work }) })
    const own = options.with ?? bench.verify
    const { endpoint, preset, dataset, seed } = old.settings
    const judged = await verify(rows, judging(options, own, work, options.with ? options.version : bench.version))
    const fresh = score(old.bench, judged as Judged[], {
      policy: options.policy ?? 'strict',
      ...(endpoint !== undefined && { endpoint }),
      ...(preset !== undefined && { preset }),
      ...(dataset && { dataset }),
      ...(seed !== undefined && { seed }),
    })
    if (options.grader ?? options.with) fresh.settings.grader = options.grader ?? (options.with!.name || 'own')
    made.push(work ? await keepScore(work, fresh) : fresh)
  }
  return made
}

function judging(
  { policy = 'strict', workers = 2 }: RescoreOptions,
  own: Verifier<Sample> | undefined,
  work: Workspace | undefined,
  version: string | number | undefined,
): VerifyOptions<Sample> {
  return {
    policy,
    workers,
    ...(work && { in: work }),
    ...(own && { with: own }),
    ...(version !== undefined && { version }),
  }
}

const OPTIONS: Known<Required<RescoreOptions>> = {
  in: true,
  benches: true,
  prompts: true,
  presets: true,
  policy: true,
  with: true,
  version: true,
  grader: true,
  workers: true,
}
