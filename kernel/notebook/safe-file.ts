// A file that a long run writes again and again, and whose place may go away meanwhile: a full disk, a
// folder that a cell has removed. What the run has made is then kept elsewhere, and the run goes on.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Fault } from '../fault.js'
import { writeWhole } from './document.js'

export class SafeFile {
  readonly #file: string
  readonly #told: (text: string) => void
  #fault: Fault | undefined
  #kept: string | undefined

  /** @param told Called once, when the file is first kept elsewhere. */
  constructor(file: string, told: (text: string) => void) {
    this.#file = file
    this.#told = told
  }

  /** Writes the file, or keeps the text in the temporary folder where that cannot be done. */
  write(text: string): void {
    try {
      writeWhole(this.#file, text)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.#keep(text, error)
      return
    }
    if (this.#kept) rmSync(path.dirname(this.#kept), { recursive: true, force: true })
    this.#kept = undefined
    this.#fault = undefined
  }

  /** Throws a Fault where the latest text does not stand in its place. */
  check(): void {
    if (!this.#fault) return
    if (!this.#kept) throw this.#fault
    throw new Fault(
      `${this.#fault.message} What was run is kept in ${this.#kept}`,
      `mv '${this.#kept}' '${this.#file}'`,
      1,
      this.#fault,
    )
  }

  #keep(text: string, fault: Fault): void {
    const first = this.#fault === undefined
    this.#fault = fault
    try {
      this.#kept ??= path.join(mkdtempSync(path.join(os.tmpdir(), 'skylab-kept-')), path.basename(this.#file))
      writeWhole(this.#kept, text)
    } catch {
      // Nothing can be written anywhere: the next write tries both again.
      this.#kept = undefined
    }
    if (first) this.#told(`${fault.message} ${this.#kept ? `It is kept in ${this.#kept} meanwhile.` : ''}`)
  }
}
