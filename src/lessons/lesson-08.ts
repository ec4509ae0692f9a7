// Exercises of lesson 08: a loop at the end of a text, and what loops can cost at most.
import { releasedRepeats } from '../repeats/index.js'
import { aFunction, aShare, compared, exercise, right, wrong } from './exercise.js'

const MODEL = 'Sky-T1 27B, long traces'
const BENCH = 'MATH-500'

export const lesson08 = {
  '08.1': exercise({
    asks:
      'Write `(text: string) => number`: the shortest period with which the text ends three times over, in characters, or 0 ' +
      "where it does not. 'so 12 12 12 ' has 3; where the third copy is cut off in the middle, the copies before it count.",
    takes: aFunction,
    async judge(answer) {
      const period = answer as (text: string) => unknown
      for (const [text, expected, hint] of ENDINGS) {
        const said = await period(text)
        if (typeof said !== 'number') return wrong(`It gave ${typeof said}; a number is asked for.`)
        if (said !== expected) return wrong(hint)
      }
      return right(
        'It finds exact loops that last to the end. `repeats` also finds those that the text left again, and those that change as they go.',
      )
    },
  }),

  '08.2': exercise({
    asks:
      `Of ${MODEL} on ${BENCH}, in \`releasedRepeats()\`: how much accuracy, at most, is lost to answers that repeat? ` +
      '`repeats.kind` is not clean.',
    takes: aShare,
    judge(share) {
      const all = releasedRepeats().filter(({ model }) => model === MODEL)
      const rows = all.filter(({ source }) => source === BENCH)
      const repeating = rows.filter((row) => row.repeats.kind !== 'clean')
      const wrongOnes = rows.filter((row) => !row.right)
      const both = repeating.filter((row) => !row.right)
      const exact = both.filter((row) => row.repeats.kind === 'loop')
      const anywhere = all.filter((row) => row.repeats.kind !== 'clean' && !row.right)
      return compared(
        share,
        both.length / rows.length,
        'At most that: a model that goes in circles on a problem might have failed it anyway.',
        [
          [
            repeating.length / rows.length,
            'That is the share that repeats. Some of those were scored right: nothing was lost with them.',
          ],
          [both.length / repeating.length, 'That is of the answers that repeat; accuracy is a share of all of them.'],
          [both.length / wrongOnes.length, 'That is of the wrong answers; accuracy is a share of all of them.'],
          [exact.length / rows.length, 'Those are the exact loops alone. Circling costs as much.'],
          [anywhere.length / all.length, 'Over three benchmarks in one. Keep `source === "MATH-500"`.'],
          [wrongOnes.length / rows.length, 'Those are all wrong answers, the clean ones too.'],
        ],
        'Keep the rows of the model and the benchmark, count those that repeat and are not right, divide by all.',
      )
    },
  }),
}

const LONG = 'We try once more and it does not work. '

/** A text, the period of its end, and what it tells of a function that gives another. */
const ENDINGS: readonly (readonly [string, number, string])[] = [
  ['The answer is 7.', 0, 'It finds a loop in a text that has none.'],
  ['First 12 12 12 ', 3, 'It does not find three copies of three characters at the end.'],
  [`So. ${LONG.repeat(3)}`, LONG.length, 'It does not find three copies of a long sentence.'],
  [`So. ${LONG.repeat(2)}`, 0, 'Two copies are taken for a loop; three are asked for.'],
  ['no no no no no no ', 3, 'It gives a multiple of the period: the shortest is asked for.'],
  [
    `${'a b c d '.repeat(4)}a b`,
    8,
    'It does not find a loop whose last copy was cut off in the middle. A text with a period has it wherever it ends.',
  ],
  [`${'round and '.repeat(5)}then it stops.`, 0, 'That text left its loop before it ended, and it finds one.'],
  ['', 0, 'It finds a loop in an empty text.'],
]
