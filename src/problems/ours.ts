// Rows that are Problems already: the package's own files, and files that a step of the recipe has written.
import type { Problem } from '../rows.js'
import type { Read, Reading } from './fields.js'
import { readTests } from './tests.js'

/** A row that was written by this library has all of these. */
export function isOurs(record: Record<string, unknown>): boolean {
  return ['id', 'source', 'kind', 'domain', 'prompt'].every((name) => typeof record[name] === 'string')
}

/** Reads a row that is a Problem already; a string says what is wrong with it. */
export function ourProblem(record: Record<string, unknown>, reading: Reading): Read | string {
  const problem = record as unknown as Problem
  if (!['math', 'code', 'choice'].includes(problem.kind)) return `its kind is ${JSON.stringify(problem.kind)}`
  if (!['math', 'code', 'science'].includes(problem.domain)) return `its domain is ${JSON.stringify(problem.domain)}`
  if (problem.prompt.trim() === '') return 'the prompt is empty'
  if (problem.kind !== 'code' && reading.answers && (typeof problem.answer !== 'string' || problem.answer === ''))
    return 'no answer'
  if (problem.kind === 'choice' && !(Array.isArray(problem.choices) && problem.choices.length > 1)) return 'no choices'
  if (problem.kind === 'code' && problem.tests !== undefined) {
    const tests = readTests(record, 'tests', problem.language ?? 'python')
    if (typeof tests === 'string') return tests
  }
  const kept = Object.fromEntries(
    OURS.filter((name) => problem[name] !== undefined).map((name) => [name, problem[name]]),
  )
  return { problem: kept as unknown as Omit<Problem, 'id'>, own: problem.id }
}

/** A file of samples or of judged rows is a file of problems too: only the problem's own fields are taken. */
const OURS: (keyof Problem)[] = [
  'source',
  'kind',
  'domain',
  'subject',
  'prompt',
  'answer',
  'choices',
  'language',
  'tests',
  'starter',
  'checker',
  'needsChecker',
  'tolerance',
  'ignoreCase',
  'timeLimit',
  'memoryLimit',
  'difficulty',
  'licence',
  'provenance',
]
