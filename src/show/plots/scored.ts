// Scores as a figure takes them.
import type { Score } from '../../rows.js'
import { Stopped } from '../../stopped.js'

/** @throws Stopped 'no-rows' where there are none, 'bad-call' where they are something else. */
export function checkScores(scores: readonly Score[], call: string): void {
  const fix = `${call}(await evaluate(models, { benches: ['aime24'], k: 8, in: work }))`
  if (!Array.isArray(scores) || scores.some((score) => typeof score?.byProblem !== 'object'))
    throw new Stopped('bad-call', `${call}(…) takes scores, and got something else.`, fix)
  if (scores.length === 0) throw new Stopped('no-rows', 'There are no scores to draw.', fix)
}
