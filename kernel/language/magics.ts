// Lines that are for the kernel and not for TypeScript: %types, %%time, %npm install, name?.
import { nearest } from '../options.js'
import { statementLines } from './statement-lines.js'

export type TypesSetting = 'off' | 'warn' | 'block'

/** Every magic: how it is typed and what it does. */
export const MAGICS: readonly { name: string; usage: string; does: string }[] = [
  { name: '%help', usage: '%help', does: 'this list' },
  { name: '%who', usage: '%who [NAME…]', does: 'the names of the notebook with their types and values' },
  {
    name: '%types',
    usage: '%types off|warn|block',
    does: 'type errors: not looked for, shown, or keeping the cell from running',
  },
  { name: '%time', usage: '%time STATEMENT', does: 'runs it and says how long it took' },
  { name: '%%time', usage: '%%time', does: 'first line of a cell: says how long the cell took' },
  { name: '%timeit', usage: '%timeit STATEMENT', does: 'runs it many times: mean, deviation, best' },
  { name: '%%timeit', usage: '%%timeit', does: 'first line of a cell: the same for the whole cell' },
  {
    name: '%npm',
    usage: '%npm install PACKAGE…',
    does: "any npm command, in the notebook's folder; what it installs can be imported at once",
  },
  { name: '%sh', usage: '%sh COMMAND', does: 'one command in a shell' },
  { name: '%%sh', usage: '%%sh [-e …]', does: 'first line of a cell: the lines below are a shell script' },
  {
    name: '%env',
    usage: '%env [NAME | NAME=VALUE | NAME=? | -u NAME]',
    does: 'environment variables: list, show, set, set to what is typed unseen, take away',
  },
  { name: '%reset', usage: '%reset [-f]', does: 'a fresh runtime: all variables are gone; -f does not ask' },
  { name: '_', usage: '_', does: 'the value of the last cell that had one; yours where you declare a `_` yourself' },
  { name: 'name?', usage: 'name? or name??', does: 'what is known of a name; ?? with its source' },
]

/** A part of a cell, in the order in which the parts run. */
export type Part =
  | { kind: 'code'; code: string }
  | { kind: 'magic'; name: string; argument: string }
  /** `%time STATEMENT`, `%timeit STATEMENT` and, `below`, the lines below `%%time`, `%%timeit` and a `%time` alone. */
  | { kind: 'time' | 'timeit'; code: string; below?: true }
  | { kind: 'inspect'; name: string; detail: 0 | 1 }
  /** Nothing that is known, and what to type instead. */
  | { kind: 'unknown'; message: string }

const NAME = '[\\p{ID_Start}$_][\\p{ID_Continue}$.]*'
const ASKED = new RegExp(`^\\s*(?:(${NAME})(\\?{1,2})|(\\?{1,2})(${NAME}))\\s*;?\\s*$`, 'u')
const CELL_MAGIC = /^\s*%%(\S*)[ \t]*(.*)(?:\n([\s\S]*))?$/
const LINE_MAGIC = /^[ \t]*(%[A-Za-z]\w*)(?:[ \t]+(.*?))?[ \t;]*$/

/**
 * The parts of a cell. A magic stands alone on a line, outside of brackets, texts and comments; code
 * keeps its line numbers. A cell without magics is one part.
 */
export function cellParts(code: string): Part[] {
  const asked = ASKED.exec(code)
  if (asked) {
    const detail = (asked[2] ?? asked[3]) === '??' ? 1 : 0
    return [{ kind: 'inspect', name: asked[1] ?? asked[4]!, detail }]
  }
  const shell = /^\s*!\s*([A-Za-z./][^\n]*)/.exec(code)
  if (shell && looksLikeShell(shell[1]!)) return [unknownShell(shell[1]!)]
  if (!code.includes('%')) return [{ kind: 'code', code }]
  const whole = CELL_MAGIC.exec(code)
  return whole ? cellMagic(whole[1]!, whole[2]!.trim(), whole[3] ?? '', code) : lineMagics(code)
}

/** Whether a cell is a magic that takes all lines below it as they are. */
export function takesAllLines(code: string): boolean {
  return /^\s*%%(?:sh|bash)\b/.test(code)
}

function cellMagic(name: string, argument: string, body: string, code: string): Part[] {
  const blank = code.slice(0, code.length - body.length).replace(/[^\n]/g, '')
  if (name === 'sh' || name === 'bash') {
    const flags = /^-\S*/.test(argument) ? argument : ''
    return [{ kind: 'magic', name: '%%sh', argument: `${flags}\n${flags === '' ? argument : ''}\n${body}` }]
  }
  if (name === 'time') return [{ kind: 'time', code: `${blank}${argument}${body}`, below: true }]
  if (name === 'timeit')
    return [{ kind: 'timeit', code: `${argument === '' ? '' : `${argument}\n`}${body}`, below: true }]
  return [unknown(`%%${name}`)]
}

function lineMagics(code: string): Part[] {
  const lines = code.split('\n')
  const parts: Part[] = []
  const open = statementLines(code)
  let from = 0
  const flush = (to: number) => {
    const text = lines.slice(from, to).join('\n')
    // Blank lines in place of what stands before, so that errors name the line that was typed.
    if (text.trim() !== '') parts.push({ kind: 'code', code: '\n'.repeat(from) + text })
  }
  for (const at of open) {
    const found = LINE_MAGIC.exec(lines[at]!)
    if (!found) continue
    const known = MAGICS.some(({ name }) => name === found[1])
    // `a` and below it `%b` is a remainder; at the head of a cell it can only be meant as a magic.
    if (!known && lines.slice(0, at).some((line) => line.trim() !== '' && !/^\s*(?:%|\/\/)/.test(line))) continue
    flush(at)
    from = at + 1
    // Alone it is what others write for %%time: the rest of the cell is timed.
    if (found[1] === '%time' && !found[2])
      return [...parts, { kind: 'time', code: '\n'.repeat(from) + lines.slice(from).join('\n'), below: true }]
    parts.push(known ? lineMagic(found[1]!, found[2] ?? '', at) : unknown(found[1]!))
  }
  if (parts.length === 0 && from === 0) return [{ kind: 'code', code }]
  flush(lines.length)
  return parts
}

function lineMagic(name: string, argument: string, line: number): Part {
  if (name === '%timeit' && argument !== '') return { kind: 'timeit', code: argument }
  if (name === '%time') return { kind: 'time', code: '\n'.repeat(line) + argument }
  return { kind: 'magic', name, argument }
}

function unknown(name: string): Part {
  const known = MAGICS.map((each) => each.name).filter((each) => each.startsWith('%'))
  const bare = (each: string) => each.replace(/^%+/, '')
  const near = nearest(bare(name), known.map(bare))
  const meant = near === undefined ? '' : ` Did you mean ${known.find((each) => bare(each) === near)}?`
  return { kind: 'unknown', message: `${name} is no magic of this kernel.${meant} %help lists all of them.` }
}

/** `!ready` is TypeScript; `!ls -la`, `!npm install x` and `!ls` alone at the head of a cell are not meant so. */
function looksLikeShell(text: string): boolean {
  return /^(?:\.{0,2}\/)?[\w.-]+[ \t]+[\w./~$"'-]/.test(text)
    ? !/^[\w$.]+\s*(?:[=<>!&|?+*%]|\?\?|instanceof\b|in\b|as\b|satisfies\b)/.test(text)
    : /^(?:ls|pwd|nvidia-smi|git|npm|pip|df|free|top|ps|whoami|hostname|date)\s*$/.test(text)
}

function unknownShell(text: string): Part {
  const name = text.trim()
  return {
    kind: 'unknown',
    message: `A line that begins with ! is TypeScript here, not a shell command. Type %sh ${name}, or %%sh on the first line and the commands below it.`,
  }
}
