// Command lines: options read strictly, and the nearest known word for a mistyped one.
import { parseArgs } from 'node:util'
import { Fault, systemCode } from './fault.js'

/** What options a command takes, in `node:util` parseArgs' form. */
type Known = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>

/** Reads the arguments of one command. Throws a Fault of status 2 that names the mistake. */
export function readOptions<K extends Known>(args: string[], known: K, usage: string) {
  try {
    return parseArgs({ args, options: known, allowPositionals: true, strict: true })
  } catch (error) {
    if (!systemCode(error)?.startsWith('ERR_PARSE_ARGS')) throw error
    const unknown = /Unknown option '(-[^']*)'/.exec((error as Error).message)?.[1]
    if (!unknown) throw new Fault((error as Error).message.split('\n')[0]!, usage, 2, error)
    const near = nearest(unknown.replace(/^-+/, ''), Object.keys(known))
    throw new Fault(`Unknown option ${unknown}.`, near ? `did you mean --${near}? ${usage}` : usage, 2, error)
  }
}

/** The known word nearest to a mistyped one, where one is near enough to be meant. */
export function nearest(word: string, known: string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.ceil(word.length / 3)) + 1
  for (const candidate of known) {
    const steps = editDistance(word, candidate)
    if (steps < least) [best, least] = [candidate, steps]
  }
  return best
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
