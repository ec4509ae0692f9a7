// Looks at values of the runtime from outside: which keys they have.
import { within } from '../within.js'
import type { LiveKey, LookForKeys } from './protocol.js'

/** Questions and answers find each other by number; an answer that comes too late is nobody's. */
export class Looks {
  private readonly open = new Map<number, (keys: LiveKey[] | undefined) => void>()
  private last = 0

  /** The keys of a value, or undefined where the runtime does not say so in time (ms). */
  async look(
    { root, steps }: Pick<LookForKeys, 'root' | 'steps'>,
    wait: number,
    send: (message: LookForKeys) => void,
  ): Promise<LiveKey[] | undefined> {
    const number = ++this.last
    const answer = new Promise<LiveKey[] | undefined>((resolve) => this.open.set(number, resolve))
    send({ kind: 'look', number, root, steps })
    const keys = await within(answer, wait)
    this.open.delete(number)
    return keys
  }

  heard({ number, keys }: { number: number; keys: LiveKey[] | undefined }): void {
    this.open.get(number)?.(keys)
  }
}
