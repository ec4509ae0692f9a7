// Where work is kept: one folder with a journal for each stage, and what it cost.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { checkKnown, type Known } from '../known.js'
import { Stopped } from '../stopped.js'
import { Budget, type Reservation } from './budget.js'
import { keyOf } from './canonical.js'
import { Journal } from './journal.js'
import { Ledger } from './ledger.js'
import { Once, type OnceOptions, type Outcome } from './once.js'
import { Peers } from './peers.js'
import { StageRows } from './stage-rows.js'
import { Summary } from './summary.js'
import { exportTo, type Imported, importFrom } from './transfer.js'
import { number } from './words.js'

/** Money that no kept answer accounts for: failed requests that were billed all the same. */
const LEDGER = 'ledger'
/** How often is looked for stages that another process has begun, in milliseconds. */
const LOOK = 500

/** Workspaces that are open in this process: a cell that runs again must meet its own journals and budget. */
const opened = new Map<string, Workspace>()

export interface WorkspaceOptions {
  /** Dollars that may be spent in this workspace, over all runs and processes. Left out: no bound. */
  budget?: number
}

/**
 * Opens the folder in which a run keeps its work, and makes it where it is not there. Answers are on
 * disk before a step gives them on, so an interrupt, a crash or `kill -9` loses nothing that was paid
 * for, and the same cell run again continues. Opening it twice gives the same workspace; several processes
 * may work in one at the same time, and none asks what another has asked or is asking. A folder that can only
 * be read can still be read.
 *
 * @param dir A folder, relative to the notebook: 'runs/sky-t1'.
 * @throws Stopped('disk') where it cannot be made, Stopped('bad-call') for a budget that is no amount.
 * @example const work = workspace('runs/sky-t1', { budget: 150 })
 */
export function workspace(dir: string, options: WorkspaceOptions = {}): Workspace {
  checkKnown('workspace(…)', options, OPTIONS)
  const { budget } = options
  if (typeof dir !== 'string' || dir.trim() === '')
    throw new Stopped('bad-call', `workspace(…) got ${JSON.stringify(dir)} for its folder.`, "workspace('runs/sky-t1')")
  if (budget !== undefined && !(Number.isFinite(budget) && budget >= 0))
    throw new Stopped(
      'bad-call',
      `workspace('${dir}') got the budget ${budget}.`,
      `workspace('${dir}', { budget: 150 })`,
    )
  const full = path.resolve(dir)
  const known = opened.get(full)
  if (known) {
    if (budget !== undefined) known.budget = budget
    return known
  }
  const made = new Workspace(full, dir, budget, () => opened.delete(full))
  opened.set(full, made)
  return made
}

export class Workspace {
  /** The folder, absolute. */
  readonly dir: string
  /** The folder as it was named, for messages. */
  readonly name: string
  readonly #budget: Budget
  readonly #journals = new Map<string, Journal>()
  readonly #peers: Peers
  readonly #ledger: Ledger
  readonly #once: Once
  readonly #onClose: () => void
  #looked = Number.NEGATIVE_INFINITY

  constructor(dir: string, name: string, budget: number | undefined, onClose: () => void) {
    this.dir = dir
    this.name = name
    this.#onClose = onClose
    this.#peers = new Peers(path.join(dir, 'journal', 'live'))
    this.#budget = new Budget(name, budget, () => this.spent(), this.#peers)
    this.#ledger = new Ledger(this.#journal(LEDGER))
    this.#once = new Once(dir, this.#peers, this.#ledger, () => this.#journal(LEDGER))
    for (const stage of this.stages()) this.#journal(stage)
  }

  /** Dollars that may be spent here, over all runs; undefined: no bound. */
  get budget(): number | undefined {
    return this.#budget.limit
  }

  set budget(amount: number | undefined) {
    this.#budget.limit = amount
  }

  /** Dollars spent here, over all runs and processes. */
  spent(): number {
    const now = performance.now()
    if (now - this.#looked > LOOK) {
      // Another process may have begun a stage meanwhile.
      for (const stage of this.stages()) this.#journal(stage)
      this.#looked = now
    }
    let sum = 0
    for (const journal of this.#journals.values()) sum += journal.dollars
    return sum
  }

  /** Names of the stages that have kept something. */
  stages(): string[] {
    const folder = path.join(this.dir, 'journal')
    if (!existsSync(folder)) return []
    const sealed = path.join(folder, 'sealed')
    const names = readdirSync(folder)
      .filter((file) => file.endsWith('.jsonl'))
      .map((file) => file.slice(0, -'.jsonl'.length))
    if (existsSync(sealed)) names.push(...readdirSync(sealed))
    return [...new Set(names)].filter((stage) => stage !== LEDGER).sort()
  }

  /**
   * What a stage has kept, in the order in which it came, after an interrupt as well; nothing for a stage that has not
   * run. `await` gives an array; `for await` reads one row after the other, for stages that do not fit in memory.
   *
   * @example const answers = await work.rows('sample')
   * @example for await (const answer of work.rows('sample')) console.log(answer)
   */
  rows<T = unknown>(stage: string): StageRows<T> {
    return new StageRows<T>(() => (this.stages().includes(stage) ? this.#journal(stage).values<T>() : []))
  }

  /** Whether the answer to a question is on disk. */
  has(stage: string, key: object): boolean {
    return this.#journal(stage).has(keyOf(key))
  }

  /** The answer to a question as it was kept; undefined where none was. */
  kept<T>(stage: string, key: object): T | undefined {
    return this.#journal(stage).get<T>(keyOf(key))
  }

  /** Counts an answer that was taken from the disk instead of asked for, for the ledger. */
  reused(stage: string): void {
    this.#ledger.count(stage, 'reused')
  }

  /**
   * Gives the kept answer to a question; or does the work, keeps its value and gives it. The value is
   * in the file before it is given. Asked twice at once, in this process or another, the work is done once. Work
   * that throws, and values that `keep` refuses, are not kept and will be tried again; what a refused value cost is.
   *
   * @param key Everything that could change the answer.
   * @param how Which values are kept, all by default; and a signal that ends the waiting for another's work.
   * @throws What `work` throws; Stopped('disk') where the value cannot be written, before the work where that is known.
   */
  async once<T>(
    stage: string,
    key: object,
    work: () => Promise<Outcome<T>>,
    how: OnceOptions<T> | OnceOptions<T>['keep'] = {},
  ): Promise<T> {
    return this.#once.give(stage, this.#journal(stage), key, work, how)
  }

  /** Books money that no kept answer accounts for. */
  async charge(stage: string, dollars: number): Promise<void> {
    await this.#ledger.charge(stage, dollars)
  }

  /**
   * Sets money aside for one request, before it is sent; waits while requests under way hold the rest.
   * @throws Stopped('over-budget') before the request that would break the budget.
   */
  reserve(dollars: number, signal?: AbortSignal): Promise<Reservation> {
    return this.#budget.reserve(dollars, signal)
  }

  /** What is kept and what it cost, by stage; shows itself as a table in a cell. */
  summary(): Summary {
    const stages = this.stages().map((stage) => {
      const journal = this.#journal(stage)
      const rows = journal.size
      const { lines, dollars, prompt, completion, since, damaged } = journal.totals
      const { reused, failed, lost } = this.#ledger.of(stage)
      return {
        stage,
        asked: lines + failed,
        rows,
        reused,
        failed,
        tokens: { prompt, completion },
        dollars,
        lost,
        since: Number.isFinite(since) ? new Date(since) : undefined,
        bytes: journal.bytes,
        damaged,
      }
    })
    return new Summary(this.name, stages, this.#ledger.dollars, this.budget)
  }

  /**
   * Writes everything that was kept into one file, to be read with `import` on any machine: answers, their cost and
   * the ledger; nothing of this machine, and no value of an environment variable named like a secret.
   *
   * @param file Gets its name when it is whole: 'sky-t1.jsonl.gz'.
   * @throws Stopped('disk') where it cannot be written.
   * @example await work.export('sky-t1.jsonl.gz')
   */
  export(file: string): Promise<Imported> {
    return exportTo(
      file,
      [...this.stages(), LEDGER].map((stage) => ({ stage, journal: this.#journal(stage) })),
    )
  }

  /**
   * Takes in what `export` wrote. What is here already stays as it is and is not taken twice; money that the new
   * answers cost counts as spent here.
   *
   * @throws Stopped('no-file') where there is no such file, Stopped('bad-data') where it is none of ours or was cut off.
   * @example await work.import('sky-t1.jsonl.gz')
   */
  async import(file: string): Promise<Imported> {
    return importFrom(file, (stage) => this.#journal(stage))
  }

  /** Compresses what has been written; large stages are compressed on the way. */
  async compress(): Promise<void> {
    await Promise.all([...this.#journals.values()].map((journal) => journal.seal()))
  }

  /** Closes the files. The workspace can be opened again. */
  async close(): Promise<void> {
    this.#onClose()
    await this.#ledger.flush().catch(() => undefined)
    const journals = [...this.#journals.values()]
    this.#journals.clear()
    await Promise.all(journals.map((journal) => journal.close()))
    this.#peers.close()
  }

  toString(): string {
    return `${this.name} (${
      this.stages()
        .map((stage) => `${stage} ${number(this.#journal(stage).size)}`)
        .join(', ') || 'empty'
    })`
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return this.summary().display()
  }

  #journal(stage: string): Journal {
    const known = this.#journals.get(stage)
    if (known) return known
    if (!/^[a-z0-9][a-z0-9._-]*$/i.test(stage))
      throw new Stopped(
        'bad-call',
        `A stage cannot be called ${JSON.stringify(stage)}.`,
        "Use letters, digits and '-': 'sample'.",
      )
    const made = new Journal(path.join(this.dir, 'journal', `${stage}.jsonl`), this.name, { peers: this.#peers })
    this.#journals.set(stage, made)
    return made
  }
}

const OPTIONS: Known<Required<WorkspaceOptions>> = {
  budget: true,
}
