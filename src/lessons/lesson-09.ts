// Exercises of lesson 09: how a paired test decides, and why habits are compared within a problem.
import { pairedDifference } from '../stats/index.js'
import { aCount, aFunction, compared, exercise, right, wrong } from './exercise.js'

/** Problems on which the two models of 09.1 disagree. */
const DISAGREE = 11

/** p of the exact test where one model wins so many of the problems on which two disagree. */
function pOf(won: number, of = DISAGREE): number {
  const first = Object.fromEntries(Array.from({ length: of }, (_, i) => [i, i < won ? 1 : 0]))
  const second = Object.fromEntries(Object.entries(first).map(([i, share]) => [i, 1 - share]))
  return pairedDifference(first, second).p
}

interface Answer {
  id: string
  walks: boolean
  ok: boolean
}

export const lesson09 = {
  '09.1': exercise({
    asks:
      `Two models disagree on ${DISAGREE} problems. How many of the ${DISAGREE} has the better one to win, at least, for the ` +
      'exact two-sided test to fall under 0.05?',
    takes: aCount,
    judge(won) {
      if (won > DISAGREE) return wrong(`They disagree on ${DISAGREE} problems only.`)
      const all = Array.from({ length: DISAGREE + 1 }, (_, i) => i).filter((i) => 2 * i > DISAGREE)
      const least = all.find((i) => pOf(i) < 0.05)!
      return compared(
        won,
        least,
        'The problems on which they agree, 19 of AIME or 4,000 of another benchmark, change nothing in that.',
        [
          [
            all.find((i) => pOf(i) / 2 < 0.05)!,
            'That is enough for a test that knows beforehand which model is better: one-sided. Nobody knew.',
          ],
          [all[0]!, 'That is the majority. A fair coin has it half the time.'],
          [DISAGREE - least, 'That is how many it may lose.'],
          [least - (DISAGREE - least), 'That is by how many it has to lead, or near it; how many does it win?'],
          [DISAGREE, 'All of them are enough. Are they needed?'],
        ],
        2 * won > DISAGREE
          ? 'Try `pairedDifference` on two made-up models that disagree on so many problems.'
          : 'The better one wins more than half.',
        0,
      )
    },
  }),

  '09.2': exercise({
    asks:
      'Write `(answers: { id: string, walks: boolean, ok: boolean }[]) => number`: the mean, over the problems that were answered ' +
      'both ways, of the share right among the answers that walk less the share right among those that do not.',
    takes: aFunction,
    async judge(answer) {
      const within = answer as (answers: Answer[]) => unknown
      for (const [counts, hint] of SETS) {
        const answers = answersOf(counts)
        const said = await within(answers)
        if (typeof said !== 'number') return wrong(`It gave ${typeof said}; a number is asked for.`)
        if (Number.isNaN(said))
          return wrong('It gave NaN: a problem that was answered one way only has no second share.')
        if (Math.abs(said - differenceOf(answers)) > 1e-9) return wrong(byName(said, answers) ?? hint)
      }
      return right('On the last of these sets the habit looked harmful across problems and helped within each of them.')
    },
  }),
}

/** For each problem: answers that walk, right ones of them, answers that do not, right ones of them. */
type Counts = readonly (readonly [walking: number, right: number, straight: number, right: number])[]

function answersOf(counts: Counts): Answer[] {
  return counts.flatMap(([walking, good, straight, fine], at) => [
    ...Array.from({ length: walking }, (_, i) => ({ id: `p${at}`, walks: true, ok: i < good })),
    ...Array.from({ length: straight }, (_, i) => ({ id: `p${at}`, walks: false, ok: i < fine })),
  ])
}

const shareRight = (answers: readonly Answer[]): number => answers.filter(({ ok }) => ok).length / answers.length
const gap = (answers: readonly Answer[]): number =>
  shareRight(answers.filter(({ walks }) => walks)) - shareRight(answers.filter(({ walks }) => !walks))

const problemsOf = (answers: readonly Answer[]): Answer[][] => [...Map.groupBy(answers, ({ id }) => id).values()]
const bothWays = (rows: readonly Answer[]): boolean => new Set(rows.map(({ walks }) => walks)).size === 2

function differenceOf(answers: readonly Answer[]): number {
  const both = problemsOf(answers).filter(bothWays)
  return both.reduce((sum, rows) => sum + gap(rows), 0) / both.length
}

/** What the usual mistakes give on these answers. */
function byName(said: number, answers: readonly Answer[]): string | undefined {
  const is = (value: number) => Math.abs(said - value) < 1e-9
  const all = problemsOf(answers)
  const both = all.filter(bothWays)
  if (is(-differenceOf(answers))) return 'The sign is the other way round: those that walk less those that do not.'
  if (is(gap(answers)))
    return 'That is the difference across all answers: hard problems have more answers that walk, and more that are wrong.'
  if (is(gap(both.flat())))
    return 'The right problems, but their answers were thrown together: take the difference in each problem, then the mean.'
  if (is(both.reduce((sum, rows) => sum + gap(rows), 0) / all.length))
    return 'The sum is divided by all problems; those that were answered one way only say nothing and do not count.'
  return undefined
}

const SETS: readonly (readonly [Counts, string])[] = [
  [
    [[2, 1, 2, 2]],
    'On one problem, two answers that walk (one right) and two that do not (both right), it gave another number.',
  ],
  [
    [
      [1, 1, 3, 0],
      [4, 2, 2, 1],
      [0, 0, 2, 2],
    ],
    'On three problems, two of them answered both ways, it gave another number: each of the two counts the same.',
  ],
  [
    [
      [4, 1, 1, 0],
      [1, 1, 4, 3],
      [0, 0, 3, 3],
      [5, 1, 0, 0],
    ],
    'On four problems, two of them answered one way only, it gave another number.',
  ],
]
