// tslab's diagnostics as problems of a cell.
import type { LanguageProblem } from '../language/problems.js'

interface Position {
  offset: number
  line: number
  character: number
}

export interface TslabDiagnostic {
  start: Position
  end: Position
  messageText: string
  code: number
  /** A local module, where the problem is not in the cell. */
  fileName?: string
}

/**
 * The problems of a cell, in their order. tslab gives a message and the reasons below it as diagnostics
 * of one place: they are one problem here.
 */
export function tslabProblems(code: string, diagnostics: TslabDiagnostic[]): LanguageProblem[] {
  const lines = code.split('\n')
  const problems: (LanguageProblem & { place: string })[] = []
  for (const { start, end, messageText, code: number, fileName } of diagnostics) {
    const place = `${fileName ?? ''}:${start.offset}:${end.offset}`
    const last = problems.at(-1)
    if (last?.place === place) {
      last.message += `\n${messageText}`
      continue
    }
    const where = fileName ? `${fileName}:${start.line + 1}:${start.character + 1} ` : ''
    // tslab checks the cell with a line of its own below it.
    const line = Math.min(fileName ? importLine(lines, fileName) : start.line, lines.length - 1)
    problems.push({
      message: where + messageText,
      line: line + 1,
      column: fileName || line !== start.line ? 1 : start.character + 1,
      length: fileName ? 1 : Math.max(1, end.offset - start.offset),
      code: number,
      place,
    })
  }
  return problems.map(({ place: _, ...problem }) => problem)
}

/** The line that names a local module, for a problem inside of it. */
function importLine(lines: string[], fileName: string): number {
  const bare = fileName.replace(/^.*\//, '').replace(/\.[cm]?[jt]sx?$/, '')
  return Math.max(
    0,
    lines.findIndex((line) => line.includes(bare)),
  )
}
