// Where work is kept: one folder with a journal for each stage, and what it cost.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Usage } from '../rows.js'
import { Stopped } from '../stopped.js'
import { Budget, type Reservation } from './budget.js'
import { keyOf } from './canonical.js'
import { Journal } from './journal.js'
import { Summary } from './summary.js'
import { number } from './words.js'

/** Money that no kept answer accounts for: failed requests that were billed all the same. */
const LEDGER = 'ledger'

/** Workspaces that are open in this process: a cell that runs again must meet its own journals and budget. */
const opened = new Map<string, Workspace>()

/** What work comes to: a value, what it cost, and what is to be called once that is booked. */
export interface Outcome<T> {
  value: T
  dollars?: number
  /** Tokens that it took, for the ledger. */
  tokens?: Usage
  /** Gives back the money that was set aside. */
  release?: () => void
}

export interface OnceOptions<T> {
  /** Whether a value is kept. @default every one is */
  keep?: (value: T) => boolean
  /** Ends the waiting for work that is under way elsewhere. */
  signal?: AbortSignal
}

export interface WorkspaceOptions {
  /** Dollars that may be spent in this workspace, over all runs. Left out: no bound. */
  budget?: number
}

/**
 * Opens the folder in which a run keeps its work, and makes it where it is not there. Answers are on
 * disk before a step gives them on, so an interrupt, a crash or `kill -9` loses nothing that was paid
 * for, and the same cell run again continues. Opening it twice gives the same workspace.
 *
 * @param dir A folder, relative to the notebook: 'runs/sky-t1'.
 * @throws Stopped('disk') where it cannot be written to, Stopped('bad-call') for a budget that is no amount.
 * @example const work = workspace('runs/sky-t1', { budget: 150 })
 */
export function workspace(dir: string, options: WorkspaceOptions = {}): Workspace {
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
  readonly #running = new Map<string, Promise<unknown>>()
  readonly #onClose: () => void

  constructor(dir: string, name: string, budget: number | undefined, onClose: () => void) {
    this.dir = dir
    this.name = name
    this.#onClose = onClose
    this.#budget = new Budget(name, budget, () => this.spent())
    this.#journal(LEDGER)
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
    let sum = 0
    for (const journal of this.#journals.values()) sum += journal.dollars
    return sum
  }

  /** Names of the stages that have kept something. */
  stages(): string[] {
    const folder = path.join(this.dir, 'journal')
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((file) => file.endsWith('.jsonl') && file !== `${LEDGER}.jsonl`)
      .map((file) => file.slice(0, -'.jsonl'.length))
      .sort()
  }

  /** What a stage has kept, in the order in which it came; empty for a stage that has not run. */
  async rows<T = unknown>(stage: string): Promise<T[]> {
    return this.stages().includes(stage) ? [...this.#journal(stage).values<T>()] : []
  }

  /** Whether the answer to a question is on disk. */
  has(stage: string, key: object): boolean {
    return this.#journal(stage).has(keyOf(key))
  }

  /** The answer to a question as it was kept; undefined where none was. */
  kept<T>(stage: string, key: object): T | undefined {
    return this.#journal(stage).get<T>(keyOf(key))
  }

  /**
   * Gives the kept answer to a question; or does the work, keeps its value and gives it. The value is
   * in the file before it is given. Asked twice at once, the work is done once. Work that throws, and
   * values that `keep` refuses, are not kept and will be tried again; what a refused value cost is.
   *
   * @param key Everything that could change the answer.
   * @param how Which values are kept, all by default; and a signal that ends the waiting for another's work.
   * @throws What `work` throws; Stopped('disk') where the value cannot be written.
   */
  async once<T>(
    stage: string,
    key: object,
    work: () => Promise<Outcome<T>>,
    how: OnceOptions<T> | OnceOptions<T>['keep'] = {},
  ): Promise<T> {
    const { keep = () => true } = typeof how === 'function' ? { keep: how } : how
    const journal = this.#journal(stage)
    const hash = keyOf(key)
    const running = `${stage} ${hash}`
    for (;;) {
      const kept = journal.get<T>(hash)
      if (kept !== undefined) return kept
      const other = this.#running.get(running)
      if (!other) break
      // The other's interrupt or failure is not ours: then we try ourselves.
      const outcome = await other.then((value) => ({ value: value as T })).catch(() => undefined)
      if (outcome) return outcome.value
    }
    const own = (async () => {
      const { value, dollars = 0, release } = await work()
      try {
        if (keep(value)) await journal.put(hash, value, dollars)
        else if (dollars > 0) await this.charge(stage, dollars)
      } finally {
        release?.()
      }
      return value
    })().finally(() => this.#running.delete(running))
    this.#running.set(running, own)
    return own
  }

  /** Books money that no kept answer accounts for. */
  async charge(stage: string, dollars: number): Promise<void> {
    const entry = { stage, at: new Date().toISOString(), number: this.#journal(LEDGER).size }
    await this.#journal(LEDGER).put(keyOf({ ...entry, process: process.pid, random: Math.random() }), entry, dollars)
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
      return { stage, rows: journal.size, dollars: journal.dollars }
    })
    return new Summary(this.name, stages, this.#journal(LEDGER).dollars, this.budget)
  }

  /** Closes the files. The workspace can be opened again. */
  async close(): Promise<void> {
    this.#onClose()
    const journals = [...this.#journals.values()]
    this.#journals.clear()
    await Promise.all(journals.map((journal) => journal.close()))
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
    const made = new Journal(path.join(this.dir, 'journal', `${stage}.jsonl`), this.name)
    this.#journals.set(stage, made)
    return made
  }
}
