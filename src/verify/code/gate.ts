// Tests run side by side, and one that the clock of the wall stopped runs once more by itself.

let running = 0
const waiting: (() => void)[] = []
let last: Promise<unknown> | undefined

/** Runs beside others, but beside nothing that must be alone. */
export async function together<T>(work: () => Promise<T>): Promise<T> {
  while (last) await last
  running++
  try {
    return await work()
  } finally {
    if (--running === 0) for (const go of waiting.splice(0)) go()
  }
}

/** Runs while nothing else of this process is being judged. */
export function alone<T>(work: () => Promise<T>): Promise<T> {
  const before = last ?? Promise.resolve()
  const mine = before.then(async () => {
    if (running > 0) await new Promise<void>((go) => waiting.push(go))
    return work()
  })
  const settled = mine.then(
    () => undefined,
    () => undefined,
  )
  last = settled
  void settled.then(() => {
    if (last === settled) last = undefined
  })
  return mine
}
