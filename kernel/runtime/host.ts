// What a cell and a library see of the place in which they run: display, prompt, signal.
import { toBundle } from '../display/index.js'
import type { Bundle } from '../session.js'
import { currentCell } from './cell.js'
import { cellComms } from './comms.js'
import { prompt } from './questions.js'
import { widget } from './widget.js'
import { writeMessage } from './writer.js'

export interface ShowOptions {
  id?: string | undefined
  /** Replaces what was shown under the id, where it stands. */
  update?: boolean | undefined
  /** Says that nothing more will come under the id, so that a log can print it. */
  final?: boolean | undefined
}

/** Sends a bundle to the cell that is running here. */
export function show(bundle: Bundle, options: ShowOptions = {}): void {
  const cell = currentCell().id
  if (options.update && options.id !== undefined)
    writeMessage({ kind: 'update', cell, bundle, id: options.id, ...(options.final ? { final: true } : {}) })
  else writeMessage({ kind: 'display', cell, bundle, ...(options.id === undefined ? {} : { id: options.id }) })
}

/**
 * Shows a value in the cell's output. With an id it can be replaced later: `display(v, { id,
 * update: true })`. Gives a promise only where the value needs time to show itself.
 */
export function display(value: unknown, options: ShowOptions = {}): void | Promise<void> {
  const bundle = toBundle(value)
  if (bundle instanceof Promise) return showLater(bundle, options)
  show(bundle, options)
}

/** A front end may drop what comes after the end of a cell, so the cell waits for it, awaited or not. */
function showLater(bundle: Promise<Bundle>, options: ShowOptions): Promise<void> {
  const { showing } = currentCell()
  // In the order of the calls, whichever is ready first.
  const before = Promise.all(showing)
  const shown = bundle.then(async (ready) => {
    await before
    show(ready, options)
  })
  const over: Promise<unknown> = shown
    .then(
      () => {},
      () => {},
    )
    .then(() => showing.delete(over))
  showing.add(over)
  return shown
}

/** Sets the globals of a cell and the host that libraries look for. */
export function provideHost(): void {
  const globals = globalThis as Record<PropertyKey, unknown>
  globals.display = display
  globals.prompt = prompt
  globals.comms = { ...cellComms, widget }
  globals.clearOutput = (options: { wait?: boolean } = {}) =>
    writeMessage({ kind: 'clear', cell: currentCell().id, wait: options.wait === true })
  globals[Symbol.for('skylab.host')] = {
    display: (data: Record<string, unknown>, options: ShowOptions = {}) => show({ data, metadata: {} }, options),
    signal: () => currentCell().controller.signal,
    prompt: async (text: string, options?: { password?: boolean }) => prompt(text, options),
  }
}
