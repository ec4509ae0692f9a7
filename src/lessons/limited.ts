// A learner's function that comes back: after a few seconds a loop that does not end is stopped, and said.
import { inspect } from 'node:util'
import { Script } from 'node:vm'

/** Seconds that a learner's function may take on one input. */
const PATIENCE = 5

const CALL = Symbol.for('skylab.lessons.call')
const slot = globalThis as { [CALL]?: () => unknown }

let script: Script | undefined

/** The function did not come back; `message` says on which input. */
export class StillRunning extends Error {}

/**
 * The function with a limit to every call, in a notebook and in plain Node alike.
 *
 * The limit is that of node:vm, whose watchdog is a thread of its own: it ends whatever the script calls, closures of a
 * cell too, and no catch or finally of theirs holds it up. A promise that never settles is given up after the same time.
 * What it cannot reach is a loop behind an await: that one only the interrupt of the notebook ends.
 *
 * @param seconds of one call @default 5
 * @throws StillRunning
 */
export function limited<Values extends unknown[]>(
  answer: (...values: Values) => unknown,
  seconds = PATIENCE,
): (...values: Values) => Promise<unknown> {
  return async (...values) => {
    const late = () =>
      new StillRunning(
        `Your function was still running after ${seconds} s on the input ${values.map(short).join(', ')}, and was stopped. ` +
          'Look for a loop that does not end.',
      )
    const given = within(() => answer(...values), seconds * 1000, late)
    let timer: NodeJS.Timeout | undefined
    const never = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(late()), seconds * 1000)
    })
    try {
      return await Promise.race([given, never])
    } finally {
      clearTimeout(timer)
    }
  }
}

function within(call: () => unknown, timeout: number, late: () => Error): unknown {
  script ??= new Script(`globalThis[Symbol.for('${CALL.description}')]()`)
  let back = false
  slot[CALL] = () => {
    try {
      return call()
    } finally {
      back = true
    }
  }
  try {
    return script.runInThisContext({ timeout, displayErrors: false })
  } catch (error) {
    // A termination passes no finally: what threw of itself has come back.
    throw !back && (error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? late() : error
  } finally {
    delete slot[CALL]
  }
}

function short(value: unknown): string {
  const text = inspect(value, {
    depth: 1,
    breakLength: Number.POSITIVE_INFINITY,
    maxStringLength: 80,
    maxArrayLength: 4,
  })
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
