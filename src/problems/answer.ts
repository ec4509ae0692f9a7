// The gold answer in a dataset's row: a number, a list, a \boxed{…} at the end of a solution, or what follows ####.

/**
 * The content of the last `\boxed{…}` or `\fbox{…}` of a text, braces balanced; undefined where there is none. An empty box counts for nothing.
 * `\boxed 7` (no braces) gives the one token that LaTeX would take.
 */
export function lastBoxed(text: string): string | undefined {
  let found: string | undefined
  for (const start of text.matchAll(/\\(?:boxed|fbox)(?![a-zA-Z])/g)) {
    const content = boxContent(text, start.index + start[0].length)
    if (content) found = content
  }
  return found
}

function boxContent(text: string, from: number): string | undefined {
  let at = from
  while (text[at] === ' ') at++
  if (text[at] !== '{') return /^(\\[a-zA-Z]+|[^\s$\\{}])/.exec(text.slice(at))?.[0]
  let depth = 0
  for (let i = at; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return text.slice(at + 1, i).trim()
  }
  return undefined
}

/** What follows the last `####` (GSM8K's form), without the commas that group thousands. */
function afterHashes(text: string): string | undefined {
  const found = /####[ \t]*([^\n]+)\s*$/.exec(text)?.[1]?.trim()
  return found && /^-?\$?\d{1,3}(,\d{3})+(\.\d+)?$/.test(found) ? found.replaceAll(',', '') : found
}

/**
 * A gold answer as text, from any value that datasets store it as. A float that is whole loses its `.0` (AMC 23 holds
 * 8.0 for 8); a list of several answers is joined by `, `; a text that is a solution gives its last box or `####`.
 */
export function answerText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) {
    const parts = value.map(answerText)
    return parts.length > 0 && parts.every((part) => part !== undefined) ? parts.join(', ') : undefined
  }
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (text === '') return undefined
  const inside = afterHashes(text) ?? lastBoxed(text) ?? text
  // "8.0" is how a CSV writer stores the whole number of a float column.
  return /^-?\d+\.0$/.test(inside) ? inside.slice(0, -2) : withoutDollars(inside)
}

/** The answer at the end of a worked solution: its last box, else what follows `####`; never the text itself. */
export function answerInSolution(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length > 0 ? answerInSolution(value[0]) : undefined
  if (typeof value !== 'string') return undefined
  const found = lastBoxed(value) ?? afterHashes(value)
  return found === '' ? undefined : found
}

/** `$x$` → `x`, where the pair of dollars encloses the whole answer. */
function withoutDollars(text: string): string {
  const inner = /^\$\$?([^$]+)\$\$?$/.exec(text)?.[1]
  return inner === undefined ? text : inner.trim()
}
