// An exercise as a class walks it: the right solution, wrong ones, each with its own hint, and never the answer in a hint.
import { expect } from 'vitest'
import { check } from '../../../src/lessons/check.js'

export interface Walk {
  /** What a learner hands in who has it. */
  right: unknown
  /** At least three plausible mistakes: what is handed in, and what the hint has to say. */
  wrong: readonly (readonly [answer: unknown, hint: RegExp])[]
  /** The rows of the lesson, where the exercise wants them. */
  rows?: readonly object[]
  /** Texts that no hint may hold. @default the right answer where it is a number, a text or a list of ids */
  secrets?: readonly string[]
}

/** Every way in which the right answer might be written out. */
function spellings(answer: unknown): string[] {
  if (typeof answer === 'string') return [answer]
  if (Array.isArray(answer)) return answer.filter((one) => typeof one === 'string')
  if (typeof answer !== 'number') return []
  if (Number.isInteger(answer)) return [String(answer)]
  return [0, 1, 2, 3, 4].flatMap((n) => [answer.toFixed(n + 2), `${(100 * answer).toFixed(n)} %`])
}

export async function walk(name: string, { right, wrong, rows, secrets = spellings(right) }: Walk): Promise<void> {
  const untouched = await check(name, undefined, rows)
  expect(untouched.state).toBe('not answered')
  const done = await check(name, right, rows)
  expect(done.state, done.says).toBe('right')
  expect(wrong.length).toBeGreaterThanOrEqual(3)
  const hints: string[] = []
  for (const [answer, hint] of wrong) {
    const found = await check(name, answer, rows)
    expect(found.state, `${name} took ${String(answer)}`).toBe('wrong')
    expect(found.says).toMatch(hint)
    // What was received is the learner's own.
    hints.push(found.says.replace(/^Received .*?\. (?=[A-Z`])/, ''))
  }
  expect(new Set(hints).size, hints.join('\n')).toBe(wrong.length)
  for (const told of [untouched.says, ...hints]) {
    for (const secret of secrets) {
      const whole = secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      expect(told, name).not.toMatch(new RegExp(`(?<![\\w.])${whole}(?![\\w%]|\\.\\d)`))
    }
  }
}
