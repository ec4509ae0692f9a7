// What a stage has kept, all at once or one after the other.
import { setImmediate as turn } from 'node:timers/promises'

/** So many rows are read before others get their turn. */
const RUN = 200

/**
 * The kept values of a stage, in the order in which they came: `await` gives them as an array, `for await` reads one
 * after the other from the disk, so that memory stays bounded whatever the stage holds.
 */
export class StageRows<T> implements PromiseLike<T[]>, AsyncIterable<T> {
  readonly #values: () => Iterable<T>

  constructor(values: () => Iterable<T>) {
    this.#values = values
  }

  // biome-ignore lint/suspicious/noThenProperty: it is awaited, which is its main use.
  then<A = T[], B = never>(
    onRows?: ((rows: T[]) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return Array.fromAsync(this).then(onRows, onError)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    let given = 0
    for (const value of this.#values()) {
      yield value
      if (++given % RUN === 0) await turn()
    }
  }
}
