// Whether anything that cells have started still goes on.
import type { Session } from '../session.js'

/**
 * Looks at what keeps the runtime busy now; gives a function that waits until no more than that is
 * left: timers, requests, servers and children of cells have ended.
 */
export async function waitUntilQuiet(session: Session): Promise<() => Promise<void>> {
  const before = await active(session)
  return async () => {
    for (let wait = 10; ; wait = Math.min(wait * 1.5, 200)) {
      const now = await active(session)
      if (![...now].some(([kind, count]) => count > (before.get(kind) ?? 0))) return
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}

/** How many of each kind of resource the runtime's event loop waits for. */
async function active(session: Session): Promise<Map<string, number>> {
  const answer = await session.evaluate('process.getActiveResourcesInfo().join()')
  const counts = new Map<string, number>()
  const text = 'bundle' in answer ? String(answer.bundle.data['text/plain'] ?? '') : ''
  for (const kind of text.replace(/^['"`]|['"`]$/g, '').split(','))
    if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}
