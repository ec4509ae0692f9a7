// How a running cell is stopped: first by asking, then by force, and never both at once.
//
// A termination that reaches an idle runtime stays pending and kills its next task. So the runtime is
// asked first; only one that does not answer is terminated; and it must answer once more after its
// first answer (listeners of the abort signal may hang), twice more after a termination (the one that
// may be pending has then hit an answer and not the next cell).

import { within } from '../within.js'

export interface InterruptLines {
  stop(number: number): void
  terminate(): void
  /** Wakes what native code waits for: a child, the other end of a pipe. */
  wake(signal: NodeJS.Signals): void
  onAcknowledged(heard: (number: number) => void): void
  /** Called when the watchdog has passed a termination on. */
  onUnderWay(heard: () => void): void
  gone(): boolean
}

/** How long an answer is waited for before force, in milliseconds. */
const FIRST_WAIT = 40
const NEXT_WAIT = 100
/** The prompt is given back after so many milliseconds, whatever the native code does. */
const PATIENCE = 850
/** How often a runtime in native code is asked whether it is back. */
const ASK_AGAIN = 250

let numbers = 0

/** Resolves to true when the runtime's main thread has answered; false where it is in native code that does not end. */
export async function interruptRuntime(lines: InterruptLines): Promise<boolean> {
  const began = performance.now()
  let needed = 2
  for (let round = 0; performance.now() - began < PATIENCE; round++) {
    if (lines.gone()) return true
    if (await answers(lines, round === 0 ? FIRST_WAIT : NEXT_WAIT)) {
      needed -= 1
      if (needed === 0) return true
      continue
    }
    // In native code, as in execSync: what it waits for must end. Politely at first.
    if (round >= 1) lines.wake(round < 3 ? 'SIGINT' : round < 5 ? 'SIGTERM' : 'SIGKILL')
    if (round % 2 === 1) continue
    const underWay = new Promise<void>((resolve) => lines.onUnderWay(resolve))
    lines.terminate()
    await within(underWay, NEXT_WAIT)
    needed = 2
  }
  return lines.gone()
}

/** Resolves when a runtime that was in native code has come back, or is gone. */
export async function backFromNative(lines: InterruptLines): Promise<void> {
  for (let needed = 2; needed > 0 && !lines.gone(); ) if (await answers(lines, ASK_AGAIN)) needed -= 1
}

async function answers(lines: InterruptLines, milliseconds: number): Promise<boolean> {
  const number = ++numbers
  const heard = new Promise<true>((resolve) => lines.onAcknowledged((each) => each === number && resolve(true)))
  lines.stop(number)
  return (await within(heard, milliseconds)) ?? false
}
