// Lines for the terminal itself: .help, .load, .save, .type, .clear, .exit. No TypeScript begins with a dot.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Fault, systemCode } from '../fault.js'
import { writeWhole } from '../notebook/document.js'
import { nearest } from '../options.js'
import type { Session } from '../session.js'

const HELP = `Enter runs what is complete, and begins a new line where it is not.
  Tab               complete; then Tab, ↓ and ↑ choose
  Alt-Enter         a new line anywhere
  ↑ ↓               earlier inputs that begin like this one
  Ctrl-R            search in all that was typed
  Ctrl-C            stop the cell, or clear the line
  Ctrl-_  Alt-_     undo, redo
  Ctrl-L            clear the screen
  Ctrl-Z  Ctrl-D    put aside, leave
  name?  %help      what is known of a name; what else the kernel can do

  .type EXPRESSION  its type, without running it
  .load FILE        run a file as one cell
  .save FILE        write what was typed here
  .clear            forget all variables
  .exit [STATUS]    leave
`

const NAMES = ['.help', '.type', '.load', '.save', '.clear', '.exit']

/** What a line asks of the terminal. */
export type Command =
  | { kind: 'leave'; status: number }
  | { kind: 'print'; text: string }
  /** Code to run as a cell. */
  | { kind: 'run'; code: string }

/** Whether the input is for the terminal and not for TypeScript. */
export function isCommand(source: string): boolean {
  return /^\s*\.[a-z]+\b[^\n]*$/.test(source) || leaving(source) !== undefined
}

/**
 * Carries out a line for the terminal.
 *
 * @param typed What was typed in this session so far.
 */
export async function command(source: string, session: Session, typed: readonly string[]): Promise<Command> {
  const status = leaving(source)
  if (status !== undefined) return { kind: 'leave', status }
  const [, name = '', rest = ''] = /^\s*(\.\w+)\s*(.*?)\s*$/.exec(source)!
  try {
    switch (name) {
      case '.help':
        return { kind: 'print', text: HELP }
      case '.type':
        return { kind: 'print', text: await typeOf(rest, session) }
      case '.load':
        return { kind: 'run', code: read(rest) }
      case '.save':
        if (!rest) throw new Fault('Save to which file?', '.save cells.ts')
        writeWhole(path.resolve(rest), `${typed.join('\n')}\n`)
        return { kind: 'print', text: `wrote ${rest}` }
      case '.clear':
        await session.restart()
        return { kind: 'print', text: 'All variables are gone.' }
      case '.editor':
      case '.break':
        return {
          kind: 'print',
          text: 'Not needed: several lines can be edited and pasted as they are; Ctrl-C clears them.',
        }
      default: {
        const near = nearest(name, NAMES)
        throw new Fault(`There is no ${name} here.`, near ?? '.help')
      }
    }
  } catch (error) {
    if (error instanceof Fault) return { kind: 'print', text: String(error) }
    throw error
  }
}

/** The status with which a line asks to leave, in one of the ways that people try; undefined where it does not. */
function leaving(source: string): number | undefined {
  const found =
    /^\s*(?:\.exit|\.quit|\.q|:q|exit|quit)(?:\s+(\d+))?\s*;?\s*$/.exec(source) ??
    /^\s*(?:exit|quit|close|process\.exit)\(\s*(\d*)\s*\)\s*;?\s*$/.exec(source)
  return found ? Number(found[1] || 0) & 255 : undefined
}

function read(file: string): string {
  if (!file) throw new Fault('Load which file?', '.load cells.ts')
  try {
    return readFileSync(path.resolve(file), 'utf8')
  } catch (error) {
    const code = systemCode(error)
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(code)
    throw new Fault(`Cannot read ${file}: ${why}.`, '.load FILE, from the folder in which skylab was started')
  }
}

/** The type of an expression, as an editor says it. */
async function typeOf(expression: string, session: Session): Promise<string> {
  if (!expression) throw new Fault('The type of what?', '.type EXPRESSION')
  const name = 'typeOfThis'
  const bundle = await session.inspect(`const ${name} = (${expression})`, 'const '.length + 1, 0)
  const text = bundle?.data['text/plain']
  const type = typeof text === 'string' ? /^const typeOfThis: (.+?)(?:\n\n|$)/s.exec(text)?.[1] : undefined
  return type ?? `Nothing is known of ${expression}.`
}
