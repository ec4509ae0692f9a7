// A problem that the language has with a cell, as the error output of the cell.
import { codeFrame, dim, fixLine, headline } from '../display/error-text.js'
import type { CellError } from '../session.js'
import type { SyntaxProblem } from './convert.js'

/** A syntax error, or a type error where it has a code. */
export interface LanguageProblem extends SyntaxProblem {
  /** TypeScript's number of it: TS2322. */
  code?: number
  /** What to type to mend it. */
  fix?: string
}

/** TypeScript's errors that a name is not known. */
export const UNKNOWN_NAME: ReadonlySet<number> = new Set([2304, 2503, 2552, 18004])

/** The error of a cell that does not run: its first problem, and what else is wrong below it. */
export function problemError(
  code: string,
  count: number,
  problem: LanguageProblem,
  more: LanguageProblem[] = [],
): CellError {
  return {
    name: nameOf(problem),
    message: problem.message,
    traceback: [problem, ...more].flatMap((each) => lines(code, count, each)),
  }
}

function nameOf(problem: LanguageProblem): string {
  return problem.code === undefined ? 'SyntaxError' : `TS${problem.code}`
}

function lines(code: string, count: number, problem: LanguageProblem): string[] {
  const [head = '', ...more] = headline(nameOf(problem), problem.message).split('\n')
  const where = dim(`    at cell [${count}] ${problem.line}:${problem.column}`)
  const fix = problem.fix === undefined ? [] : [fixLine(problem.fix)]
  return [head, ...more, ...fix, where, ...codeFrame(code, problem.line, problem.column, problem.length)]
}
