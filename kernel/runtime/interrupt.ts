// How a running cell is stopped: first by asking, then by force, and never both at once.
//
// A termination that reaches an idle runtime stays pending and kills its next task. So the runtime is
// asked first; only one that does not answer is terminated; and after a termination it must answer
// twice more, so that the one that may be pending has hit an answer and not the next cell.

export interface InterruptLines {
  stop(number: number): void
  terminate(): void
  signalChildren(signal: NodeJS.Signals): void
  onAcknowledged(heard: (number: number) => void): void
  /** Called when the watchdog has passed a termination on. */
  onUnderWay(heard: () => void): void
  gone(): boolean
}

/** How long an answer is waited for before force, in milliseconds. */
const FIRST_WAIT = 40
const NEXT_WAIT = 100
/** A runtime that has not answered after so many rounds (about 5 s) is ended. */
const ROUNDS = 50

let numbers = 0

/** Resolves to true when the runtime's main thread has answered; false when it never did. */
export async function interruptRuntime(lines: InterruptLines): Promise<boolean> {
  let needed = 1
  for (let round = 0; round < ROUNDS; round++) {
    if (lines.gone()) return true
    const number = ++numbers
    const heard = new Promise<boolean>((resolve) => lines.onAcknowledged((each) => each === number && resolve(true)))
    lines.stop(number)
    if (await within(heard, round === 0 ? FIRST_WAIT : NEXT_WAIT)) {
      needed -= 1
      if (needed === 0) return true
      continue
    }
    // In native code, as in execSync: what it waits for must end. Politely at first.
    if (round >= 1) lines.signalChildren(round < 4 ? 'SIGINT' : round < 7 ? 'SIGTERM' : 'SIGKILL')
    if (round % 2 === 1) continue
    const underWay = new Promise<boolean>((resolve) => lines.onUnderWay(() => resolve(true)))
    lines.terminate()
    await within(underWay, NEXT_WAIT)
    needed = 2
  }
  return lines.gone()
}

async function within(heard: Promise<boolean>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds)
  })
  try {
    return await Promise.race([heard, late])
  } finally {
    clearTimeout(timer)
  }
}
