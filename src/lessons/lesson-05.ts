// Exercises of lesson 05: a run of words that two texts share, and what a proportion leaves of the rows.
import type { TrainingRow } from '../rows.js'
import { aCount, aFunction, compared, exercise, right, wrong } from './exercise.js'

const DOMAINS = ['math', 'code', 'science'] as const
/** Parts of the report's mix: 10,000, 5,000 and 1,000 rows. */
const PARTS = { math: 10, code: 5, science: 1 } as const
const ALL = 16

export const lesson05 = {
  '05.1': exercise({
    asks:
      'Write `(prompt: string, question: string, n: number) => boolean`: whether n words of the question, one after the ' +
      'other, stand in the prompt. Capitals and punctuation do not count; a question of fewer than n words is searched as a whole.',
    takes: aFunction,
    async judge(answer) {
      const shares = answer as (prompt: string, question: string, n: number) => unknown
      for (const [prompt, question, n, holds, hint] of TEXTS) {
        const said = await shares(prompt, question, n)
        if (typeof said !== 'boolean') return wrong(`It gave ${typeof said}; true or false is asked for.`)
        if (said !== holds) return wrong(hint)
      }
      return right('That is the rule of s1 and open-r1, with the short questions that it usually leaves out.')
    },
  }),

  '05.2': exercise({
    asks:
      'The largest set with the proportions of the report: 10 parts maths, 5 parts code, 1 part science, all of whole rows. ' +
      'How many rows has it, from the problems in `rows` that have a right answer and were left out by no other rule than the quota?',
    takes: aCount,
    given: 'the rows of the mix, `rows`',
    judge(count, rows: readonly TrainingRow[]) {
      const usable = rows.filter(({ fate }) => fate.kept || fate.why === 'over-quota')
      const rightOnes = rows.filter(({ verdict }) => verdict.ok)
      const per = (some: readonly TrainingRow[]) =>
        DOMAINS.map((domain) => some.filter((row) => row.domain === domain).length / PARTS[domain])
      const parts = Math.floor(Math.min(...per(usable)))
      const cut = Math.min(...per(usable))
      return compared(
        count,
        ALL * parts,
        'One domain decides, and the others wait for it. Proportions are paid for in the rows that are plentiful.',
        [
          [parts, 'That is how often the smallest such set fits in. How many rows is that?'],
          [usable.length, 'Those are all rows that may be used, in the proportions that they happen to have.'],
          [
            ALL * Math.floor(Math.min(...per(rightOnes))),
            'Second answers to a problem are among what you counted: `mix` takes one of each.',
          ],
          [Math.floor(ALL * cut), 'A part of a row was counted: round down before you multiply.'],
          [
            DOMAINS.reduce((sum, domain) => sum + Math.floor(PARTS[domain] * cut), 0),
            'Each domain was rounded by itself, so the proportions are no longer 10 : 5 : 1.',
          ],
          [ALL * Math.floor(Math.max(...per(usable))), 'The scarcest domain decides, not the most plentiful.'],
        ],
        'Count the usable rows of each domain and divide by its parts: which domain runs out first?',
      )
    },
  }),
}

const QUESTION = 'How many positive integers n, at most 610, are there for which the sum is divisible by 5?'

/** Prompt, question, n; whether they share a run; what it tells of a function that thinks otherwise. */
const TEXTS: readonly (readonly [string, string, number, boolean, string])[] = [
  [QUESTION, QUESTION, 8, true, 'It does not find a question in itself.'],
  ['A train leaves at nine and arrives at noon.', QUESTION, 8, false, 'It finds a run in a text that has none.'],
  [
    `Think it over. ${QUESTION} Explain.`,
    QUESTION,
    8,
    true,
    'It does not find a question that stands in a longer prompt.',
  ],
  [
    `THINK IT OVER. ${QUESTION.toUpperCase()}`,
    QUESTION,
    8,
    true,
    'It does not find the question in capitals: make both lower case.',
  ],
  [
    QUESTION.replaceAll(',', '').replaceAll(' ', ', '),
    QUESTION,
    8,
    true,
    'It does not find the question with other punctuation: take the words alone.',
  ],
  [
    QUESTION.split(' ').reverse().join(' '),
    QUESTION,
    8,
    false,
    'All words of the question are there, none after the one that it follows, and it finds a run: they have to follow one another.',
  ],
  [
    'How many positive integers n, at most 611, are there for which the product is divisible by 7?',
    QUESTION,
    8,
    false,
    'The longest run that these two share has fewer words than n, and it finds one.',
  ],
  [
    'Say: what is half of seventeen?',
    'What is half of seventeen?',
    8,
    true,
    'A question of five words is never found.',
  ],
  [
    'What is half of it, and what is seventeen?',
    'What is half of seventeen?',
    8,
    false,
    'A short question is found where only some of its words stand.',
  ],
  [
    'There are 15 birds for which he cares.',
    '5 birds for which he cares',
    6,
    false,
    'It takes the end of a number for the number: compare whole words.',
  ],
]
