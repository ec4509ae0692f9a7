// A problem that the language has with a cell, as the error output of the cell.
import { codeFrame, dim, headline } from '../display/error-text.js'
import type { CellError } from '../session.js'
import type { SyntaxProblem } from './convert.js'

/** A syntax error, or a type error where it has a code. */
export interface LanguageProblem extends SyntaxProblem {
  /** TypeScript's number of it: TS2322. */
  code?: number
}

export function problemError(code: string, count: number, problem: LanguageProblem): CellError {
  const { message } = problem
  const name = problem.code === undefined ? 'SyntaxError' : `TS${problem.code}`
  const [head = '', ...more] = headline(name, message).split('\n')
  const where = dim(`    at cell [${count}] ${problem.line}:${problem.column}`)
  return {
    name,
    message,
    traceback: [head, ...more, where, ...codeFrame(code, problem.line, problem.column, problem.length)],
  }
}
