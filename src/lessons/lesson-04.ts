// Exercises of lesson 04: where a tolerance begins to bite, and what a pass is.
import { grade } from '../verify/index.js'
import { aCount, aFunction, exercise, right, wrong } from './exercise.js'

/** Whether the original's rules take `answer` for `gold`. */
const letsIn = (gold: number, answer: number): boolean =>
  grade(String(gold), `\\boxed{${answer}}`, { policy: 'sky-t1' }).equal

/** The smallest number from 1 on for which `holds`; the tolerance of 1e-4 bites well below `most`. */
function smallest(holds: (n: number) => boolean, most = 100_000): number {
  let n = 1
  while (n < most && !holds(n)) n++
  return n
}

type Result = boolean | number

export const lesson04 = {
  '04.1': exercise({
    asks:
      'Answers that are one too large: which is the smallest whole number n, from 1 on, for which ' +
      "`grade(gold, answer, { policy: 'sky-t1' })` takes n + 1 for n?",
    takes: aCount,
    judge(answer) {
      if (answer < 1) return wrong('Begin at 1.')
      const over = smallest((n) => letsIn(n, n + 1))
      if (answer === over)
        return right(
          'The tolerance is measured by the larger of the two. AIME ends at 999; an olympiad answer often lies beyond.',
        )
      if (answer === smallest((n) => letsIn(n, n - 1)))
        return wrong(
          'That is where an answer one too *small* begins to pass. Look at the side on which the answer lies.',
        )
      if (answer === over + 1) return wrong('That is the answer that passes; the known number is asked for.')
      if (letsIn(answer, answer + 1)) return wrong('It is taken there, but not there for the first time.')
      if (letsIn(answer, 100 * answer))
        return wrong(
          'There n + 1 is still refused. A hundred times n passes at any n, but that is the other rule: the percent sign.',
        )
      return wrong('There n + 1 is still refused. Call `grade` for one number after the other.')
    },
  }),

  '04.2': exercise({
    asks:
      'Write `(results: (boolean | number)[]) => boolean`: whether a program passed, from one result a test: true, false, ' +
      '-1 for a crash or the clock, -2 for a program that does not compile. Where no test was run, nothing has passed.',
    takes: aFunction,
    async judge(answer) {
      const passes = answer as (results: Result[]) => unknown
      for (const [results, holds, hint] of RESULTS) {
        const said = await passes([...results])
        if (typeof said !== 'boolean') return wrong(`It gave ${typeof said}; true or false is asked for.`)
        if (said !== holds) return wrong(hint)
      }
      return right('One comparison more than the original has, and one case that is easily forgotten.')
    },
  }),
}

/** What the tests gave, whether that is a pass, and what it tells of a function that thinks otherwise. */
const RESULTS: readonly (readonly [Result[], boolean, string])[] = [
  [[true, true, true], true, 'Every test said true, and it does not pass.'],
  [[false, false], false, 'Every test said false, and it passes.'],
  [[true, false, true], false, 'One test of three said false, and it passes.'],
  [[-2, -2], false, 'A program that does not compile passes: -2 is true to JavaScript as it is to Python.'],
  [[true, -1], false, 'A program that crashed in its last test passes. Ask for more than that no test said false.'],
  [[], false, 'A program that met no test passes. Nothing was shown, so nothing was passed.'],
]
