// Earlier states of the text. What is typed in one go is one step.
import type { Edit } from './editing.js'

export class Undo {
  readonly #before: Edit[] = []
  readonly #after: Edit[] = []
  #typing = false

  /** Remembers the state before a change; `typing` says that the change goes on what was typed before it. */
  keep(edit: Edit, typing: boolean): void {
    this.#after.length = 0
    if (!(typing && this.#typing)) this.#before.push(edit)
    this.#typing = typing
  }

  /** The state before the last change; the same where there is none. */
  back(edit: Edit): Edit {
    return this.#move(this.#before, this.#after, edit)
  }

  /** Takes an undo back. */
  forward(edit: Edit): Edit {
    return this.#move(this.#after, this.#before, edit)
  }

  #move(from: Edit[], to: Edit[], edit: Edit): Edit {
    this.#typing = false
    const state = from.pop()
    if (!state) return edit
    to.push(edit)
    return state
  }
}
