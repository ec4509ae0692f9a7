// Keys that wait for the one before them: nothing that is typed ahead is lost.
import type { Key } from './keys.js'

export interface KeyQueueOptions {
  /** Whether somebody reads. Keys that come before that wait. */
  reading(): boolean
  press(key: Key): Promise<void>
  /** All keys that have come are done. */
  idle(): void
}

/** Takes keys one after the other, also where one has to wait for an answer. */
export class KeyQueue {
  readonly #options: KeyQueueOptions
  readonly #waiting: Key[] = []
  #pumping = false
  /** Ends the wait for an answer, where one goes on. */
  #giveUp: (() => void) | undefined

  constructor(options: KeyQueueOptions) {
    this.#options = options
  }

  push(key: Key): void {
    this.#waiting.push(key)
  }

  /** Forgets the keys that wait. */
  clear(): void {
    this.#waiting.length = 0
  }

  async pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    while (this.#options.reading() && this.#waiting.length > 0) {
      await this.#options.press(this.#waiting.shift()!).catch(() => undefined)
      if (this.#waiting.length === 0) this.#options.idle()
    }
    this.#pumping = false
  }

  /** An answer that a key waits for, or undefined where `giveUp` came first. */
  async answer<T>(answer: Promise<T>): Promise<T | undefined> {
    const given = new Promise<undefined>((resolve) => {
      this.#giveUp = () => resolve(undefined)
    })
    try {
      return await Promise.race([answer, given])
    } finally {
      this.#giveUp = undefined
    }
  }

  /** Ends the wait for an answer; false where none goes on. */
  giveUp(): boolean {
    if (!this.#giveUp) return false
    this.clear()
    this.#giveUp()
    return true
  }
}
