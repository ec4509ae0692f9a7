// Exercises of lesson 06: a walk that can be checked without its answer, and what a budget pays for.
import { trainingPlan } from '../train/index.js'
import { aCount, aFunction, compared, exercise, right, wrong } from './exercise.js'

/** Dollars in 06.2. */
const BUDGET = 200
const EPOCHS = 3

export const lesson06 = {
  '06.1': exercise({
    asks:
      'Write `(prompt: string, text: string) => boolean`: whether the doors of a trace ("The doors are 31 14 45.") are a walk ' +
      'that the question allows: as many as were asked for, the first from the starting room, each from where the last one ' +
      'ended, and each a door of the question.',
    takes: aFunction,
    async judge(answer) {
      const allowed = answer as (prompt: string, text: string) => unknown
      for (const [text, holds, hint] of TRACES) {
        const said = await allowed(PROMPT, text)
        if (typeof said !== 'boolean') return wrong(`It gave ${typeof said}; true or false is asked for.`)
        if (said !== holds) return wrong(hint)
      }
      return right(
        'A verifier of steps, for the rare question whose steps can be verified. The report judged answers alone.',
      )
    },
  }),

  '06.2': exercise({
    asks:
      `How many rows, at most, does the recipe train on for $${BUDGET}? Its other settings stay: 32B, three epochs, 96 rows a ` +
      'step, the price of `trainingPlan`.',
    takes: aCount,
    judge(rows) {
      const cost = (count: number) => trainingPlan(count).dollars ?? Number.POSITIVE_INFINITY
      const whole = trainingPlan(16_401)
      const each = whole.dollars! / whole.steps
      const steps = Math.floor(BUDGET / each)
      const { rows: batch } = whole.batch
      // Within an epoch the last step is paid for whole, however few rows are left for it.
      const most = Math.floor(steps / EPOCHS) * batch
      if (rows === most - 1 || rows === most + 1)
        return wrong('One row beside it. Is a step that holds one row less any cheaper?')
      return compared(
        rows,
        most,
        'Money buys steps, and steps come in whole numbers an epoch: the next row costs three more of them.',
        [
          [
            Math.floor((BUDGET / whole.dollars!) * whole.rows),
            'In proportion to the released file. But an epoch takes whole steps: ask `trainingPlan` what that many rows cost.',
          ],
          [
            Math.round((BUDGET / whole.dollars!) * whole.rows),
            'In proportion to the released file, rounded. But an epoch takes whole steps: ask `trainingPlan` what that many rows cost.',
          ],
          [
            Math.floor((steps * batch) / EPOCHS),
            'All steps are used up, but the last one of each epoch is begun for a part of its rows, and paid for whole.',
          ],
          [steps * batch, 'That is rows in all epochs together. Each row is seen three times.'],
          [steps, 'Those are steps. How many rows does a step take, and how often is each row seen?'],
        ],
        rows > 0 && cost(rows) > BUDGET
          ? 'That many cost more: `trainingPlan(rows).dollars`.'
          : 'That many cost less, and there is room for more: `trainingPlan(rows).dollars`.',
        0,
      )
    },
  }),
}

const PROMPT = 'Doors: 31 14 45 50 02 23. Start in room (3) and go through (4) doors. In which room do you end?'

/** A trace, whether its walk is allowed, and what it tells of a function that thinks otherwise. */
const TRACES: readonly (readonly [string, boolean, string])[] = [
  [
    'The doors are 31 14 45 50.\n\nThe last room is \\boxed{0}.',
    true,
    'It refuses a walk in which every door is right.',
  ],
  ['I know this one.\n\nThe last room is \\boxed{0}.', false, 'It allows an answer that names no door.'],
  [
    'The doors are 31 14 40 02.\n\nThe last room is \\boxed{2}.',
    false,
    'One of the doors stands nowhere in the question, and it allows the walk: it went through a wall.',
  ],
  [
    'The doors are 31 14 45.\n\nThe last room is \\boxed{5}.',
    false,
    'It allows a walk of three doors where four were asked for.',
  ],
  [
    'The doors are 31 14 50 02.\n\nThe last room is \\boxed{2}.',
    false,
    'Every door exists, but one does not begin where the last one ended, and it allows the walk.',
  ],
  [
    'The doors are 14 45 50 02.\n\nThe last room is \\boxed{2}.',
    false,
    'The walk begins in another room than the question, and it allows it.',
  ],
  [
    'The doors are 31 14 45 50.\n\nThe last room is \\boxed{4}.',
    true,
    'It looks at the answer. The walk is allowed; that the box says something else is another question.',
  ],
]
