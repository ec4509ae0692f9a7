// What a problem counts as in the mix, from its kind and the subject that its dataset gives.
import type { Problem } from '../rows.js'

const SCIENCE = /physic|chemi|biolog|astronom|science|medicine|geolog|puzzle|riddle|engineering/i
const CODE = /computer|program|\bcode\b|software|machine.learning/i
const MATH = /math|algebra|geometry|statistic|calculus|number|combinator|probability|logic/i

/**
 * Domain of a row. Coding problems are code and multiple choice is science (GPQA) unless the subject says mathematics
 * or the row has AQuA's fields; anything else is mathematics unless the subject names a science or a puzzle, which the
 * report counts together ("1k science and puzzle").
 */
export function domainOf(
  kind: Problem['kind'],
  subject: string | undefined,
  record: Record<string, unknown>,
): Problem['domain'] {
  if (kind === 'code') return 'code'
  if (kind === 'choice') {
    if (subject === undefined) return 'rationale' in record && 'correct' in record ? 'math' : 'science'
    if (CODE.test(subject)) return 'science'
    return MATH.test(subject) ? 'math' : 'science'
  }
  if (subject === undefined || MATH.test(subject)) return 'math'
  return SCIENCE.test(subject) ? 'science' : 'math'
}
