// Many listeners on one abort signal.
//
// Adding or removing a listener of an EventTarget walks through all that are there: with a thousand requests
// under way, each with some listeners, that is most of the client's work. Here one listener stands for all.

const hubs = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `act` once when the signal is aborted; where it is already, as soon as the caller has done what it is at.
 *
 * @returns What takes the listener away again.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    let wanted = true
    queueMicrotask(() => {
      if (wanted) act()
    })
    return () => {
      wanted = false
    }
  }
  let hub = hubs.get(signal)
  if (!hub) {
    const all = new Set<() => void>()
    hub = all
    hubs.set(signal, all)
    signal.addEventListener('abort', () => {
      for (const each of all) each()
      all.clear()
    })
  }
  const entry = () => act()
  hub.add(entry)
  return () => void hub.delete(entry)
}

/** Waits so many milliseconds; rejects with the signal's reason when it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      forget()
      resolve()
    }, milliseconds)
    const forget = onAbort(signal, () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
