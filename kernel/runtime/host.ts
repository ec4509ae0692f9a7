// What a cell and a library see of the place in which they run: display, prompt, signal.
import { toBundle } from '../display/index.js'
import type { Bundle } from '../session.js'
import { currentCell } from './cell.js'
import { writeMessage } from './writer.js'

export interface ShowOptions {
  id?: string | undefined
  /** Replaces what was shown under the id, where it stands. */
  update?: boolean | undefined
}

/** Sends a bundle to the cell that is running here. */
export function show(bundle: Bundle, options: ShowOptions = {}): void {
  const cell = currentCell().id
  if (options.update && options.id !== undefined) writeMessage({ kind: 'update', cell, bundle, id: options.id })
  else writeMessage({ kind: 'display', cell, bundle, ...(options.id === undefined ? {} : { id: options.id }) })
}

/**
 * Shows a value in the cell's output. With an id it can be replaced later: `display(v, { id,
 * update: true })`. Gives a promise only where the value needs time to show itself.
 */
export function display(value: unknown, options: ShowOptions = {}): void | Promise<void> {
  const bundle = toBundle(value)
  if (bundle instanceof Promise) return bundle.then((ready) => show(ready, options))
  show(bundle, options)
}

const questions = new Map<number, { resolve(text: string): void; reject(error: Error): void }>()
let asked = 0

/** Asks the person at the keyboard. Rejects where nobody can be asked. */
export function prompt(text = '', options: { password?: boolean } = {}): Promise<string> {
  const question = ++asked
  const answered = new Promise<string>((resolve, reject) => questions.set(question, { resolve, reject }))
  const cell = currentCell().id
  writeMessage({ kind: 'ask', cell, question, text: String(text), password: options.password === true })
  return answered
}

/** Gives an answer to the prompt that waits for it. */
export function answer(question: number, text: string | undefined, error: string | undefined): void {
  const waiting = questions.get(question)
  questions.delete(question)
  if (error === undefined) waiting?.resolve(text ?? '')
  else waiting?.reject(new Error(error))
}

/** Sets the globals of a cell and the host that libraries look for. */
export function provideHost(): void {
  const globals = globalThis as Record<PropertyKey, unknown>
  globals.display = display
  globals.prompt = prompt
  globals.clearOutput = (options: { wait?: boolean } = {}) =>
    writeMessage({ kind: 'clear', cell: currentCell().id, wait: options.wait === true })
  globals[Symbol.for('skylab.host')] = {
    display: (data: Record<string, unknown>, options: ShowOptions = {}) => show({ data, metadata: {} }, options),
    signal: () => currentCell().controller.signal,
    prompt: (text: string) => prompt(text),
  }
}
