// Exercises of the tour: answers and problems are not the same count, and a judge that says yes too often.
import type { Sample, Verdict } from '../rows.js'
import { grade } from '../verify/index.js'
import { aCount, aText, compared, exercise, right, wrong } from './exercise.js'

/** The gold answer of 00.2: nothing in the tour's table is near it. */
const GOLD = '640'

export const lesson00 = {
  '00.1': exercise({
    asks: 'How many problems did the teacher solve in none of its answers? `all` holds every answer; a problem is an `id`.',
    takes: aCount,
    given: 'the judged answers, `all`',
    judge(answer, rows: readonly (Sample & { verdict: Verdict })[]) {
      const groups = [...Map.groupBy(rows, ({ id }) => id).values()]
      const solved = (group: typeof rows) => group.filter(({ verdict }) => verdict.ok).length
      return compared(
        answer,
        groups.filter((group) => solved(group) === 0).length,
        'A problem that is never solved gives no row to train on: a second answer saves some of them, a third a few more.',
        [
          [
            rows.filter(({ verdict }) => !verdict.ok).length,
            'Those are answers. A problem has several of them: group by `id` first.',
          ],
          [
            groups.filter((group) => solved(group) < group.length).length,
            'Those are the problems that were missed at least once; most were solved by another answer.',
          ],
          [groups.filter((group) => solved(group) > 0).length, 'Those are the problems that were solved.'],
          [
            groups.filter((group) => group.every(({ finish }) => finish === 'length')).length,
            'Those are the problems whose answers were all cut off; wrong answers count as well.',
          ],
          [
            rows.filter(({ sample, verdict }) => sample === 0 && !verdict.ok).length,
            'Those are the problems that the first answer missed; look at the others too.',
          ],
        ],
        'Group the rows by `id`, and count the groups in which no `verdict.ok` is true.',
        0,
      )
    },
  }),

  '00.2': exercise({
    asks: `Find an answer that the original's grader takes for \`${GOLD}\` and that is not \`${GOLD}\`.`,
    takes: aText,
    judge(answer) {
      const [original, ours] = [grade(GOLD, answer, { policy: 'sky-t1' }), grade(GOLD, answer)]
      if (ours.equal)
        return wrong(
          ours.how === 'exact' ? 'That is the gold answer itself.' : 'That is the same value, written otherwise.',
        )
      if (original.equal) return right(`The original's reason: ${original.rule}. A row like that would be trained on.`)
      return wrong(
        Number.isFinite(Number(answer.replaceAll(',', '')))
          ? 'The original refuses it too. Its grader knows what a percent sign does, and does it where there is none.'
          : 'The original cannot read it as a number. Try one.',
      )
    },
  }),
}
