// What a session itself shows under a cell: why it did not run, what a magic has to say, its type errors.
import { dim, fixLine } from './display/error-text.js'
import type { Secrets } from './display/secrets.js'
import type { CellTypes } from './engine.js'
import { type LanguageProblem, problemError, UNKNOWN_NAME } from './language/problems.js'
import type { Bundle, CellError, Outcome, RunOptions } from './session.js'

/** Where the outputs of a cell go. */
export type CellOutputs = Pick<RunOptions, 'count' | 'onOutput' | 'onPrompt'>

/** How long the types of a cell that has ended are waited for, in milliseconds. */
const TYPES_WAIT = 150

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

  /** Shows the type errors of a cell that ran on stderr: at once where they are known, else late, under the same cell. */
  async warn(ran: RanCell, check: Promise<LanguageProblem[]>, types: CellTypes): Promise<void> {
    const { code, options, outcome } = ran
    const shown = check.then((problems) => {
      for (const problem of problems) {
        const text = warning(code, options.count, problem, outcome.error)
        if (text !== undefined)
          options.onOutput(this.#secrets.maskAll({ kind: 'stream', name: 'stderr', text: `${text}\n` }))
      }
    })
    // A look at a value changes nothing that a wrong type could spoil: its answer does not wait. Nor
    // does any cell while the libraries are still being loaded.
    if (ran.look || !types.ready) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, TYPES_WAIT)
    })
    await Promise.race([shown, late])
    clearTimeout(timer)
  }
}

/** A cell that has ended, where it is only to be told what is wrong with its types. */
interface RanCell {
  code: string
  options: CellOutputs
  outcome: Outcome
  /** It does nothing but look at a value. */
  look: boolean
}

/**
 * A type error as a text. That a name is not known has been said where the cell ended with just that:
 * then only what TypeScript takes the name for is left to say, or nothing. Nor is a fix told again.
 */
function warning(
  code: string,
  count: number,
  problem: LanguageProblem,
  thrown: CellError | undefined,
): string | undefined {
  const missing = thrown?.name === 'ReferenceError' && /^(\S+) is not defined$/.exec(thrown.message)?.[1]
  if (missing && UNKNOWN_NAME.has(problem.code ?? 0) && problem.message.includes(`'${missing}'`))
    return /Did you mean .*$/.exec(problem.message)?.[0]
  const { fix, ...unmended } = problem
  const told = fix !== undefined && thrown?.traceback.includes(fixLine(fix))
  return problemError(code, count, told ? unmended : problem).traceback.join('\n')
}
