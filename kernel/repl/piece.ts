// Whether what was typed so far is a cell, also where it is for the terminal and not for the session.
import type { Session } from '../session.js'
import { isCommand } from './commands.js'

/** As `session.isComplete`, for a line of the terminal too. */
export async function completeness(text: string, session: Session): ReturnType<Session['isComplete']> {
  return isCommand(text) ? { status: 'complete' } : session.isComplete(text)
}
