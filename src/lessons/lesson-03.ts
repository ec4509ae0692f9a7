// Exercises of lesson 03: where the right program stands, and what a copy must not change.
import { readFile } from 'node:fs/promises'
import { fixture } from '../fixtures.js'
import type { Sample, Verdict } from '../rows.js'
import { aFunction, aShare, compared, exercise, right, wrong } from './exercise.js'

type Answered = Sample & { verdict: Verdict }

export const lesson03 = {
  '03.1': exercise({
    asks:
      'Of the coding answers in `before` that hold a program that passes, in what share is it not the last block? ' +
      '`verdict.tried` names the blocks that were judged before the one that passed; the last block is judged first.',
    takes: aShare,
    given: 'the judged raw answers, `before`',
    judge(share, rows: readonly Answered[]) {
      const code = rows.filter(({ kind }) => kind === 'code')
      const passes = (row: Answered) => row.verdict.ok
      const earlier = (row: Answered) => row.verdict.ok && (row.verdict.tried?.length ?? 0) > 0
      const of = (some: readonly Answered[], holds: (row: Answered) => boolean) =>
        some.length === 0 ? 0 : some.filter(holds).length / some.length
      const passing = code.filter(passes)
      return compared(
        share,
        of(passing, earlier),
        'That is what the choice of the block is worth, before any model has rewritten a word.',
        [
          [of(passing, (row) => !earlier(row)), 'That is the other part: the programs that are the last block.'],
          [of(code, earlier), 'The right programs, but of all coding answers; divide by those that pass.'],
          [of(code, passes), 'That is how many of the coding answers pass at all, by whichever block.'],
          [
            of(rows.filter(passes), earlier),
            'Mathematics and science are among what you divide by; they have no blocks. Keep `kind === "code"`.',
          ],
        ],
        'First keep the coding rows whose `verdict.ok` is true, then count those whose `verdict.tried` is not empty.',
      )
    },
  }),

  '03.2': exercise({
    asks:
      'Write `(trace: string, rewrite: string) => boolean`: true where every number of the trace stands in the rewrite, ' +
      'in its order, and no other; whatever else was changed.',
    takes: aFunction,
    async judge(answer) {
      const same = answer as unknown as (trace: string, rewrite: string) => unknown
      const [trace, other] = await traces()
      for (const [change, holds, hint] of CHANGES) {
        const said = await same(trace, change(trace, other))
        if (typeof said !== 'boolean') return wrong(`It gave ${typeof said}; true or false is asked for.`)
        if (said !== holds) return wrong(hint)
      }
      return right(
        'So little code sees what nine tenths of equal words let through. `copyOf` asks the same, and three things more.',
      )
    },
  }),
}

/** What is done to a trace, whether its numbers are still there, and what it tells of a function that thinks otherwise. */
const CHANGES: readonly (readonly [(trace: string, other: string) => string, boolean, string])[] = [
  [(trace) => trace, true, 'It refuses a copy to the letter.'],
  [(_, other) => other, false, 'It takes the trace of another problem for a copy.'],
  [
    (trace) =>
      trace
        .replace(/\n+/g, '\n')
        .replaceAll('\\(', '$')
        .replaceAll('\\)', '$')
        .replace(/\bSo\b/g, 'Hence'),
    true,
    'It refuses a copy that has other line ends, other signs around its formulas and one other word, and every number.',
  ],
  [
    (trace) => lastNumber(trace, () => ''),
    false,
    'A number was left out that stands elsewhere in the trace too, and it took that for a copy: count them.',
  ],
  [
    (trace) => lastNumber(trace, (number) => `${number.slice(0, -1)}${(Number(number.slice(-1)) + 1) % 10}`),
    false,
    'One digit of one number was changed, late in the trace, and it took that for a copy.',
  ],
  [
    (trace) => lastNumber(trace, (number) => `${number}${number.at(-1)}`),
    false,
    'One number got one more digit, and it took that for a copy: compare whole numbers.',
  ],
  [
    swapped,
    false,
    'Two numbers changed places, and it took that for a copy: their order tells as much as their values.',
  ],
  [
    (trace) => `${trace}\n\nThat took me 12 lines.`,
    false,
    'A sentence with a number of its own was put in, and it took that for a copy.',
  ],
]

/** Two recorded answers of the package that hold many numbers. */
async function traces(): Promise<[string, string]> {
  const lines = (await readFile(fixture('teacher.jsonl'), 'utf8')).split('\n').filter((line) => line !== '')
  const texts = lines.map((line) => (JSON.parse(line) as { content: string }).content)
  const [first, second] = texts.filter((text) => repeated(text) && /\bSo\b/.test(text) && text.includes('\n\n'))
  return [first!, second!]
}

/** Its last number stands in it more than once, and another number stands right before it. */
function repeated(text: string): boolean {
  const found: string[] = text.match(/\d+/g) ?? []
  return found.length > 20 && found.indexOf(found.at(-1)!) < found.length - 1 && found.at(-1) !== found.at(-2)
}

/** The trace with its last number put through `change`. */
function lastNumber(trace: string, change: (number: string) => string): string {
  return trace.replace(/(\d+)(\D*)$/, (_, number: string, rest: string) => change(number) + rest)
}

/** The trace with its last two numbers in each other's place. */
function swapped(trace: string): string {
  return trace.replace(/(\d+)(\D+)(\d+)(\D*)$/, (_, a: string, between: string, b: string, rest: string) =>
    [b, between, a, rest].join(''),
  )
}
