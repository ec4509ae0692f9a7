// Up and down through earlier inputs that begin like the one being typed.
import type { Edit } from './editing.js'

export class Recall {
  readonly #history: readonly string[]
  /** Place in the walk: 0 is the text being typed. */
  #back = 0
  #typed = ''
  #fitting: string[] = []

  /** @param history Earlier inputs, oldest first. */
  constructor(history: readonly string[]) {
    this.#history = history
  }

  /** The input before (-1) or after (1) the one shown; undefined where there is none. */
  step({ text, at }: Edit, step: -1 | 1): Edit | undefined {
    // A text that was changed since begins a new walk. Only what stands before the cursor has to fit.
    const shown = this.#back === 0 ? this.#typed : this.#fitting[this.#back - 1]
    if (this.#back === 0 || text !== shown) {
      this.#back = 0
      this.#typed = text
      const start = text.slice(0, at)
      this.#fitting = [...new Set(this.#history.filter((entry) => entry.startsWith(start) && entry !== text).reverse())]
    }
    const back = this.#back - step
    if (back < 0 || back > this.#fitting.length) return undefined
    this.#back = back
    const next = back === 0 ? this.#typed : this.#fitting[back - 1]!
    return { text: next, at: next.length }
  }
}
