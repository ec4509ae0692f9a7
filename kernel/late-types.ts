// Type errors that come after their cell has ended, waited for before a session is closed.
import type { Session } from './session.js'
import { within } from './within.js'

/**
 * Type errors may come after their cell has ended. The service that finds them answers in turn, so its
 * answer to one more question means that all checks before it are done. At most half a minute.
 */
export async function lateTypes(session: Session): Promise<void> {
  const answer = session.complete('', 0).catch(() => undefined)
  await within(answer, 30_000)
}
