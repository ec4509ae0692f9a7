// What a session says of magics: the list of them, how long a cell took, whether a cell is complete.
import { cellParts, MAGICS, takesAllLines } from './language/magics.js'

/** %help, as a table. */
export function helpBundle(): Record<string, unknown> {
  const width = Math.max(...MAGICS.map(({ usage }) => usage.length))
  const lines = MAGICS.map(({ usage, does }) => `${usage.padEnd(width)}  ${does}`)
  const rows = MAGICS.map(({ usage, does }) => `| \`${usage.replaceAll('|', '\\|')}\` | ${does} |`)
  return {
    'text/markdown': ['| magic | what it does |', '|:--|:--|', ...rows].join('\n'),
    'text/plain': lines.join('\n'),
  }
}

/** Whether Enter runs a cell with magics; where that depends on its TypeScript, that is left over. */
export function magicCompleteness(code: string): { status?: 'complete' | 'incomplete'; code: string } {
  // What follows is another language: an empty line ends it, as where nobody knows better.
  if (takesAllLines(code)) return { status: /\n[^\n]*\S[\s\S]*\n[ \t]*$/.test(code) ? 'complete' : 'incomplete', code }
  const rest: string[] = []
  for (const part of cellParts(code)) {
    const lines = part.kind === 'code' || ('below' in part && part.below) ? part.code.trimStart() : undefined
    // What is timed stands below, and is still to come.
    if (lines === '' && part.kind !== 'code') return { status: 'incomplete', code }
    if (lines !== undefined) rest.push(lines)
  }
  return rest.length === 0 ? { status: 'complete', code } : { code: rest.join('\n') }
}

/** A time for people: milliseconds, seconds or minutes. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(2)} s`
  return `${Math.floor(milliseconds / 60_000)} min ${((milliseconds % 60_000) / 1000).toFixed(0)} s`
}
