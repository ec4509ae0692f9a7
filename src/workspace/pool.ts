// Many at once, but not more than so many: work on rows, each given on as it finishes.
import type { Rows } from '../rows.js'
import { Stopped } from '../stopped.js'

/** A row that is finished, and its place in the input. */
export interface Done<T> {
  row: T
  place: number
  /** True where the row was already on disk and nothing was done for it now. */
  reused?: boolean
}

/**
 * Runs `work` on every row, at most `width` at once, and gives each result as it finishes with its
 * place in the input. A reader that is slower than the work holds it back.
 *
 * When `work` throws, no new row is begun, the `signal` that the running ones were given is aborted
 * and the error is thrown. A spent budget and a full disk are the exceptions: what is already running is already
 * being paid for, so it may finish and is given on, or kept elsewhere, before the error is thrown.
 *
 * @param width How many at once, 1 or more; a function is asked before each row.
 * @param outer Aborts everything; the generator then throws the signal's reason.
 */
export async function* pool<A, B>(
  rows: Rows<A>,
  width: number | (() => number),
  work: (row: A, place: number, signal: AbortSignal) => Promise<B>,
  outer?: AbortSignal,
): AsyncGenerator<Done<B>> {
  const stop = new AbortController()
  const signal = outer ? AbortSignal.any([outer, stop.signal]) : stop.signal
  const room = () => Math.max(1, typeof width === 'function' ? width() : width)
  const ready: Done<B>[] = []
  const failures: unknown[] = []
  let running = 0
  let fed = false
  let reader = Promise.withResolvers<void>()
  let feeder = Promise.withResolvers<void>()

  const wakeReader = () => reader.resolve()
  const wakeFeeder = () => feeder.resolve()
  const wakeBoth = () => {
    wakeReader()
    wakeFeeder()
  }
  const fail = (error: unknown) => {
    failures.push(error)
    if (!(error instanceof Stopped && (error.code === 'over-budget' || error.code === 'disk'))) stop.abort(error)
    wakeBoth()
  }
  const start = (row: A, place: number) => {
    running++
    work(row, place, signal)
      .then((result) => ready.push({ row: result, place }), fail)
      .finally(() => {
        running--
        wakeBoth()
      })
  }
  const feed = async () => {
    let place = 0
    for await (const row of rows) {
      while (!signal.aborted && failures.length === 0 && (running >= room() || ready.length >= room())) {
        feeder = Promise.withResolvers()
        await feeder.promise
      }
      if (signal.aborted || failures.length > 0) break
      start(row, place++)
    }
  }

  signal.addEventListener('abort', wakeBoth)
  try {
    feed()
      .catch(fail)
      .finally(() => {
        fed = true
        wakeReader()
      })
    for (;;) {
      outer?.throwIfAborted()
      const next = ready.shift()
      if (next) {
        wakeFeeder()
        yield next
        continue
      }
      if (failures.length > 0 && (running === 0 || signal.aborted)) throw failures[0]
      if (fed && running === 0) return
      reader = Promise.withResolvers()
      await reader.promise
    }
  } finally {
    signal.removeEventListener('abort', wakeBoth)
    stop.abort()
    wakeFeeder()
  }
}
