// Exercises of lesson 07: problems that a test needs, and what nothing right of n says.
import { mcnemarPower, problemsNeeded, wilson } from '../stats/index.js'
import { aCount, compared, exercise, right, wrong } from './exercise.js'

/** Shares of the problems that only one of the two solves. */
const [BETTER, WORSE] = [0.18, 0.11]
const POWER = 0.8
const NOTHING = 0.01

const smallest = (holds: (n: number) => boolean): number => {
  let n = 1
  while (!holds(n)) n++
  return n
}

export const lesson07 = {
  '07.1': exercise({
    asks:
      'Two models: 18 % of the problems only the one solves, 11 % only the other. How many problems, rounded up to a multiple of ten, until the ' +
      'exact test sees the difference eight times in ten? `mcnemarPower(0.18, 0.11, n)`.',
    takes: aCount,
    judge(n) {
      if (n % 10 !== 0)
        return wrong('Give a multiple of ten: the power of an exact test goes up in small jumps and slips.')
      if (n > 5000) return wrong('Far too many: look between 30 and 1,000.')
      const power = (problems: number) => mcnemarPower(BETTER, WORSE, problems)
      if (n >= 10 && power(n) >= POWER && power(n - 10) < POWER)
        return right('Sixteen AIMEs. The difference of 13 and 11 problems is of this size.')
      const variance = BETTER + WORSE
      const tens = (problems: number) => Math.ceil(problems / 10) * 10
      if (n === tens(problemsNeeded(BETTER - WORSE, { between: variance })))
        return wrong(
          'That is what the normal formula says, `problemsNeeded`. The exact test is stricter: look a little further.',
        )
      if (n === tens(problemsNeeded(2 / 30, { between: 0.3 })))
        return wrong(
          'That is the number of the table above, for two problems of thirty and models that disagree on 30 %.',
        )
      const reached = n < 1 ? 0 : power(n)
      return wrong(
        reached >= POWER
          ? `There it is seen ${(100 * reached).toFixed(1)} times in 100, and ten problems fewer would do as well.`
          : `There it is seen only ${(100 * reached).toFixed(1)} times in 100.`,
      )
    },
  }),

  '07.2': exercise({
    asks: 'A model solves none of n problems. From which n on does its 95 % interval (`wilson`) lie under 1 % altogether?',
    takes: aCount,
    judge(n) {
      const least = (level: number, holds: (n: number) => number) => smallest((one) => holds(one) < level)
      return compared(
        n,
        least(NOTHING, (one) => wilson(0, one).high),
        'To say "it cannot do this" takes more problems than most benchmarks of that name have.',
        [
          [
            100,
            'With 100 problems one right answer would be 1 %. But none of 100 also happens to a model that solves 3 %.',
          ],
          [101, 'One right of that many is under 1 %. But none of them also happens to a model that solves 3 %.'],
          [
            smallest((one) => 3 / one <= NOTHING),
            'That is the rule of three: at most 3 in n, one-sided. The interval of `wilson` is two-sided.',
          ],
          [
            smallest((one) => 0.99 ** one <= 0.05),
            'There a model that solves 1 % is silent one time in twenty: one-sided. The interval of `wilson` is two-sided.',
          ],
          [
            smallest((one) => 1 - 0.025 ** (1 / one) < NOTHING),
            "That is Clopper and Pearson's interval, which is exact here. The one that the lesson draws is Wilson's.",
          ],
        ],
        wilson(0, Math.max(1, n)).high < NOTHING
          ? 'There it lies under 1 %, and with fewer problems too.'
          : 'There it still reaches over 1 %: `wilson(0, n).high`.',
        0,
      )
    },
  }),
}
