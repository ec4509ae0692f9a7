// When the type errors of a cell that has run are told.
//
// The first seconds of a session TypeScript still reads its libraries, and no cell waits for that: its
// errors come late, under the cell that they are of. A front end that hears nothing of a cell after its
// end (nbclient, and so papermill and nbconvert) would lose them: there every cell but the first waits, and
// tells what the cells before it still owe. The first does not even there, so that a session begins at once.
import { fixLine } from './display/error-text.js'
import type { Secrets } from './display/secrets.js'
import type { CellTypes } from './engine.js'
import { type LanguageProblem, problemError, UNKNOWN_NAME } from './language/problems.js'
import type { CellError, Outcome } from './session.js'
import type { CellOutputs } from './shown.js'
import { within } from './within.js'

/** How long the types of a cell that has ended are waited for, in milliseconds. */
const WAIT = 150
/** The same where what comes later would be lost. */
const PATIENCE = 30_000
/** How long after its end a cell may be followed by one that tells its errors. */
const FOLLOWED = 250

/** A cell that has ended, where it is only to be told what is wrong with its types. */
export interface RanCell {
  code: string
  options: CellOutputs
  outcome: Outcome
  /** It does nothing but look at a value. */
  look: boolean
  /** It mentions no name of the notebook. */
  bare: boolean
}

/** The errors of a cell as texts, once they are known. */
interface Owed {
  texts: Promise<string[]>
  /** Nothing can be wrong with it that is worth waiting for. */
  bare: boolean
}

export class TypeErrors {
  readonly #secrets: Secrets
  readonly #owed = new Set<Owed>()
  /** A cell runs that waits for types: it tells what is owed. */
  #waiting = false
  /** A cell has run in this session. */
  #begun = false

  constructor(secrets: Secrets) {
    this.#secrets = secrets
  }

  /** Runs a cell; where nobody listens after its end, it ends with all type errors told that are known by then. */
  async around(options: CellOutputs, run: () => Promise<Outcome>, types: CellTypes): Promise<Outcome> {
    if (!options.waitForTypes) return run()
    this.#waiting = true
    try {
      const outcome = await run()
      if (!outcome.interrupted && (this.#begun || types.ready)) await this.#tellOwed(options)
      return outcome
    } finally {
      this.#waiting = false
      this.#begun = true
    }
  }

  /** Shows the type errors of a cell that ran on stderr: at once where they are known, else late, under the same cell. */
  async tell(ran: RanCell, check: Promise<LanguageProblem[]>, types: CellTypes): Promise<void> {
    const { options, look, bare } = ran
    const texts = check.then((problems) => warnings(ran, problems))
    if (options.waitForTypes) {
      const owed = { texts, bare: look && bare }
      this.#owed.add(owed)
      void texts.then(() => this.#tellLate(owed, options))
      return
    }
    const shown = texts.then((known) => this.#show(known, options))
    // A look at a value changes nothing that a wrong type could spoil: its answer does not wait. Nor
    // does any cell while the libraries are still being loaded.
    if (!look && types.ready) await within(shown, WAIT)
  }

  async #tellOwed(options: CellOutputs): Promise<void> {
    for (const owed of this.#owed) {
      if (owed.bare) continue
      const known = await within(owed.texts, PATIENCE)
      if (known && this.#owed.delete(owed)) this.#show(known, options)
    }
  }

  /** Where no cell has come that tells them, the errors are told under their own. */
  #tellLate(owed: Owed, options: CellOutputs): void {
    setTimeout(async () => {
      if (!this.#waiting && this.#owed.delete(owed)) this.#show(await owed.texts, options)
    }, FOLLOWED).unref()
  }

  #show(texts: readonly string[], options: CellOutputs): void {
    for (const text of texts)
      options.onOutput(this.#secrets.maskAll({ kind: 'stream', name: 'stderr', text: `${text}\n` }))
  }
}

function warnings({ code, options, outcome }: RanCell, problems: LanguageProblem[]): string[] {
  return problems.flatMap((problem) => warning(code, options.count, problem, outcome.error) ?? [])
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
