// An exercise of a lesson: what it asks, what an answer looks like, and what the usual mistakes give away.
import { inspect } from 'node:util'

/** What becomes of an answer: right, with what there is to see in it; or not, with what is wrong and never the answer. */
export type Outcome = { ok: true; note: string } | { ok: false; hint: string }

/** What an answer has to look like before it is judged at all. */
export interface Kind<Answer> {
  /** 'a share from 0 to 1': completes "Give …". */
  what: string
  is(answer: unknown): answer is Answer
  /** A word on an answer that is of the wrong kind in a way that is often seen. */
  nearly?(answer: unknown): string | undefined
}

/** One exercise. `Row` is the rows of the lesson that it is judged by, where it needs any. */
export interface Exercise<Answer = never, Row = never> {
  /** The question in a sentence or two, shown while it is not answered. */
  asks: string
  takes: Kind<Answer>
  /** The rows that the answer is about, passed as third argument: 'the judged answers, `judged`'. Left out, none are needed. */
  given?: string
  /** Judges an answer of the right kind; computes what is right from `rows` or from what comes with the package. */
  judge(answer: Answer, rows: readonly Row[]): Outcome | Promise<Outcome>
}

/** Declares an exercise; its types come from `takes` and from the rows that `judge` names. */
export function exercise<Answer, Row = never>(declared: Exercise<Answer, Row>): Exercise {
  return declared as unknown as Exercise
}

export const right = (note: string): Outcome => ({ ok: true, note })
export const wrong = (hint: string): Outcome => ({ ok: false, hint })

const isNumber = (answer: unknown): answer is number => typeof answer === 'number' && Number.isFinite(answer)
const numeral = (answer: unknown): string | undefined =>
  typeof answer === 'string' && answer.trim() !== '' && Number.isFinite(Number(answer))
    ? 'It is text: leave out the quotes.'
    : undefined

/** How many: a whole number, 0 or more. */
export const aCount: Kind<number> = {
  what: 'a whole number, 0 or more',
  is: (answer): answer is number => isNumber(answer) && Number.isInteger(answer) && answer >= 0,
  nearly: numeral,
}

/** A share from 0 to 1. */
export const aShare: Kind<number> = {
  what: 'a share from 0 to 1',
  is: (answer): answer is number => isNumber(answer) && answer >= 0 && answer <= 1,
  nearly: (answer) =>
    isNumber(answer) && answer > 1 && answer <= 100 ? 'That may be per cent: divide by 100.' : numeral(answer),
}

/** Text that is not empty. */
export const aText: Kind<string> = {
  what: 'a text',
  is: (answer): answer is string => typeof answer === 'string' && answer.trim() !== '',
}

/** A list of ids or names; their order does not count. */
export const names: Kind<string[]> = {
  what: 'an array of ids, each a text',
  is: (answer): answer is string[] => Array.isArray(answer) && answer.every((one) => typeof one === 'string'),
  nearly: (answer) =>
    Array.isArray(answer) && answer.some((one) => one !== null && typeof one === 'object' && 'id' in one)
      ? 'Those are rows: take their ids, rows.map(({ id }) => id).'
      : undefined,
}

/** A function, which is called with data that the learner has not seen. */
export const aFunction: Kind<(...values: never[]) => unknown> = {
  what: 'a function',
  is: (answer): answer is (...values: never[]) => unknown => typeof answer === 'function',
  nearly: () => 'Pass the function itself and not what it gives.',
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return value !== null && typeof value === 'object' && typeof (value as { then?: unknown }).then === 'function'
}

/**
 * A number beside the right one and beside those that the usual mistakes give.
 *
 * @param mistakes what each gives and what to say of it; one that happens to equal the right number is no mistake
 * @param otherwise what to say of any other number
 * @param within how far off still counts @default 0.0005, half of the last digit of 31.4 %
 */
export function compared(
  answer: number,
  expected: number,
  note: string,
  mistakes: readonly (readonly [value: number, hint: string])[],
  otherwise: string,
  within = 5e-4,
): Outcome {
  const is = (value: number) => Math.abs(answer - value) <= within + Number.EPSILON * Math.abs(value)
  if (is(expected)) return right(note)
  const known = mistakes.find(([value]) => is(value))?.[1]
  // Two digits of the right number are no mistake of thought.
  if (known === undefined && Math.abs(answer - expected) < 0.006 && expected < 1)
    return wrong('That is near and may be rounded: give the quotient as it is computed.')
  return wrong(known ?? otherwise)
}

/** What was received, in one short line. */
export function received(answer: unknown): string {
  if (typeof answer === 'function') return 'a function'
  if (typeof answer === 'number') return String(Number.isInteger(answer) ? answer : Number(answer.toPrecision(4)))
  if (Array.isArray(answer) && answer.length > 3) return `${answer.length} values in an array`
  const text = inspect(answer, { depth: 0, breakLength: Number.POSITIVE_INFINITY })
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
