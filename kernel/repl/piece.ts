// Whether what was typed so far is a cell, also where it is not TypeScript.
import type { Session } from '../session.js'
import { isCommand } from './commands.js'

/** As `session.isComplete`, for a line of the terminal, `name?` and magics too. */
export async function completeness(text: string, session: Session): ReturnType<Session['isComplete']> {
  if (isCommand(text) || /^\s*[\p{ID_Start}$_][\p{ID_Continue}$.]*\?{1,2}\s*$/u.test(text))
    return { status: 'complete' }
  if (!/^\s*%/.test(text)) return session.isComplete(text)
  const lines = text.split('\n')
  const first = lines.findIndex((line) => line.trim() !== '' && !/^\s*%(?!%)/.test(line))
  if (first < 0) return { status: 'complete' }
  const rest = lines.slice(first + 1).join('\n')
  const magic = /^\s*%%(\w+)/.exec(lines[first]!)?.[1]
  if (magic === undefined) return session.isComplete(lines.slice(first).join('\n'))
  // What follows may be another language: an empty line ends it, as where nobody knows better.
  if (/^time(it)?$/.test(magic) && rest.trim() !== '') return session.isComplete(rest)
  return { status: /\n[ \t]*$/.test(text) && rest.trim() !== '' ? 'complete' : 'incomplete', indent: '' }
}
