// Lines of an error as a front end shows them: name, message, a few lines of the cell.

const RED = '\u001b[31m'
const BOLD_RED = '\u001b[1;31m'
const DIM = '\u001b[2m'
const END = '\u001b[0m'

/** `TypeError: what` with the name in colour. */
export function headline(name: string, message: string): string {
  return message === '' ? `${BOLD_RED}${name}${END}` : `${BOLD_RED}${name}${END}: ${message}`
}

/** What to type next, below what happened. */
export function fixLine(fix: string): string {
  return `  → ${fix}`
}

/** A line that only helps to find the place. */
export function dim(text: string): string {
  return `${DIM}${text}${END}`
}

/** The line of a cell with the one before and after it, and a mark under the column (both from 1). */
export function codeFrame(code: string, line: number, column: number, length = 1): string[] {
  const lines = code.split('\n')
  const first = Math.max(1, line - 1)
  const last = Math.min(lines.length, line + 1)
  const width = String(last).length
  const shown: string[] = []
  for (let at = first; at <= last; at++) {
    const text = (lines[at - 1] ?? '').replace(/\t/g, ' ').slice(0, 200)
    const number = String(at).padStart(width)
    if (at !== line) shown.push(dim(`    ${number} | ${text}`))
    else {
      shown.push(`  ${RED}>${END} ${number} | ${text}`)
      const marks = '^'.repeat(Math.max(1, Math.min(length, text.length - column + 1)))
      if (column <= 200)
        shown.push(`    ${' '.repeat(width)} | ${' '.repeat(Math.max(0, column - 1))}${RED}${marks}${END}`)
    }
  }
  return shown
}
