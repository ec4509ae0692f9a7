// What a session itself shows under a cell: why it did not run, what a magic has to say.
import { dim } from './display/error-text.js'
import type { Secrets } from './display/secrets.js'
import type { Bundle, CellError, Outcome, RunOptions } from './session.js'

/** Where the outputs of a cell go. */
export type CellOutputs = Pick<RunOptions, 'count' | 'onOutput' | 'onPrompt' | 'waitForTypes'>

/** Shows under cells, and never a secret. */
export class Shown {
  readonly #secrets: Secrets

  constructor(secrets: Secrets) {
    this.#secrets = secrets
  }

  /** Something to look at; the cell went well. */
  say(options: CellOutputs, bundle: Bundle): Outcome {
    options.onOutput({ kind: 'display', bundle: this.#secrets.maskAll(bundle) })
    return { status: 'ok' }
  }

  /** A line on stdout; the cell went well. */
  print(options: CellOutputs, line: string): Outcome {
    options.onOutput({ kind: 'stream', name: 'stdout', text: `${line}\n` })
    return { status: 'ok' }
  }

  /** Lines on stderr that do not ask for attention. */
  note(options: CellOutputs, lines: readonly string[]): void {
    const text = lines.map((line) => `${dim(line)}\n`).join('')
    if (text !== '') options.onOutput({ kind: 'stream', name: 'stderr', text })
  }

  /** The cell does not run, and why. */
  refuse(options: CellOutputs, name: string, message: string, interrupted = false): Outcome {
    return this.error(options, { name, message, traceback: [`${name}: ${message}`] }, interrupted)
  }

  error(options: CellOutputs, plain: CellError, interrupted = false): Outcome {
    const error = this.#secrets.maskAll(plain)
    options.onOutput({ kind: 'error', error })
    return { status: 'error', error, ...(interrupted ? { interrupted } : {}) }
  }
}
