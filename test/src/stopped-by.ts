import { Stopped } from '../../src/stopped.js'

/** The Stopped with which something ends, or the call of it; throws what else it ends with. */
export async function stoppedBy(work: PromiseLike<unknown> | (() => PromiseLike<unknown>)): Promise<Stopped> {
  const error = await (async () => (typeof work === 'function' ? work() : work))().then(
    (value) => new Error(`nothing was thrown, it gave ${JSON.stringify(value)?.slice(0, 300)}`),
    (caught: unknown) => caught,
  )
  if (!(error instanceof Stopped)) throw error
  return error
}
