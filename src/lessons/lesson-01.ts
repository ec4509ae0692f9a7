// Exercises of lesson 01: what counts as hard mathematics, and what a file calls an answer.
import { problems } from '../problems/index.js'
import type { Problem } from '../rows.js'
import { aCount, aFunction, compared, exercise, right, wrong } from './exercise.js'

export const lesson01 = {
  '01.1': exercise({
    asks:
      'How many problems of `practiceSet` count as mathematics in the mix and have a difficulty from five to nine, both ' +
      'included?',
    takes: aCount,
    given: 'the problems, `practiceSet`',
    judge(answer, rows: readonly Problem[]) {
      const many = (holds: (row: Problem & { difficulty: number }) => boolean) =>
        rows.filter((row) => holds({ ...row, difficulty: row.difficulty ?? 0 })).length
      const inside = ({ difficulty }: { difficulty: number }) => difficulty >= 5 && difficulty <= 9
      return compared(
        answer,
        many((row) => row.domain === 'math' && inside(row)),
        '`problems(…, { difficulty: [low, high] })` counts both bounds in, and the mix goes by `domain`.',
        [
          [
            many((row) => row.kind === 'math' && inside(row)),
            '`kind` says how an answer is judged; what counts in the mix is `domain`. Some science has a number for an answer.',
          ],
          [many(inside), 'That is every domain; keep mathematics.'],
          [
            many((row) => row.domain === 'math' && row.difficulty > 5 && row.difficulty < 9),
            'Both bounds are included: `>=` and `<=`.',
          ],
          [
            many((row) => row.domain === 'math' && row.difficulty > 5 && row.difficulty <= 9),
            'The lower bound is included: `>=`.',
          ],
          [many((row) => row.domain === 'math'), 'That is all of mathematics, whatever its difficulty.'],
        ],
        'Filter by `domain` and by `difficulty`, and count what is left.',
      )
    },
  }),

  '01.2': exercise({
    asks:
      'Write `(cell: string) => string | undefined`: the gold answer in the cell of a file. A whole number loses its `.0`, ' +
      'a solution gives its last `\\boxed{…}`, the spaces around it go, and nothing is `undefined`.',
    takes: aFunction,
    async judge(answer) {
      const goldOf = answer as unknown as (cell: string) => unknown
      const golds = (await problems('practice')).flatMap((row) => (row.kind === 'math' ? [row.answer!] : []))
      for (const { cells, hint } of stored(golds)) {
        for (const [cell, gold] of cells) {
          const found = await goldOf(cell)
          if (found !== gold) return wrong(hint(cell, found))
        }
      }
      return right('Those are the ways of AMC 23, of MATH and of a file from Windows. `problems` knows some more.')
    },
  }),
}

interface Stored {
  cells: [cell: string, gold: string | undefined][]
  hint(cell: string, found: unknown): string
}

const shown = (value: unknown) => (value === undefined ? 'undefined' : JSON.stringify(value))

/** The answers of the practice set in the ways in which files store them, from the plainest on. */
function stored(golds: readonly string[]): Stored[] {
  const whole = golds.filter((gold) => /^\d+$/.test(gold))
  const nested = golds.filter((gold) => gold.includes('{'))
  return [
    {
      cells: golds.map((gold) => [gold, gold]),
      hint: (cell, found) => `A plain answer, ${cell}, came out as ${shown(found)}; it should stay as it is.`,
    },
    {
      cells: golds.map((gold) => [`  ${gold}\r`, gold]),
      hint: (cell, found) =>
        `The cell ${shown(cell)} came out as ${shown(found)}: spaces, or half of a Windows line end.`,
    },
    {
      cells: ['', ' \r\n'].map((cell) => [cell, undefined]),
      hint: (cell, found) => `The cell ${shown(cell)} holds no answer and came out as ${shown(found)}.`,
    },
    {
      cells: whole.map((gold) => [`${gold}.0`, gold]),
      hint: (cell, found) => `The float ${cell} is a whole number and came out as ${shown(found)}.`,
    },
    {
      cells: whole.flatMap((gold) => ['.50', '.05'].map((rest): [string, string] => [gold + rest, gold + rest])),
      hint: (cell, found) =>
        `${cell} is no whole number and came out as ${shown(found)}: only a \`.0\` at the end goes.`,
    },
    {
      cells: whole.map((gold) => [`We try \\boxed{${Number(gold) + 1}}. No: so it is \\boxed{${gold}}.`, gold]),
      hint: (_, found) => `From a solution with a box, corrected in a second one, came ${shown(found)}.`,
    },
    {
      cells: nested.map((gold) => [`Hence $\\boxed{${gold}}$, which is in {A}.`, gold]),
      hint: (cell, found) =>
        `Braces stand inside a box and after it: from ${shown(cell)} came ${shown(found)}. Count them.`,
    },
  ]
}
