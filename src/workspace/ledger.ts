// Money and tries that no kept answer accounts for: failed requests that were billed, answers taken from the disk.
import { randomBytes } from 'node:crypto'
import { keyOf } from './canonical.js'
import type { Journal } from './journal.js'

/** How long counts wait for others before they are written, in milliseconds: they cost nothing if a kill takes them. */
const LATER = 2_000

/** What one stage came to besides its kept answers. */
export interface Besides {
  /** Answers that were taken from the disk instead of asked for. */
  reused: number
  /** Requests that brought no answer, after all that was tried. */
  failed: number
  /** Dollars that brought no answer. */
  lost: number
}

interface Noted {
  stage: string
  at?: string
  reused?: number
  failed?: number
  dollars?: number
}

export class Ledger {
  readonly #journal: Journal
  readonly #counts = new Map<string, { reused: number; failed: number }>()
  readonly #sums = new Map<string, Besides>()
  #read = 0
  #timer: NodeJS.Timeout | undefined
  #due = 0

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get dollars(): number {
    return this.#journal.dollars
  }

  /** Books money that no kept answer accounts for. */
  async charge(stage: string, dollars: number): Promise<void> {
    await this.#note({ stage, dollars }, dollars)
  }

  /** Counts one; it is written with others, soon. */
  count(stage: string, what: 'reused' | 'failed'): void {
    const counts = this.#counts.get(stage) ?? { reused: 0, failed: 0 }
    counts[what]++
    this.#counts.set(stage, counts)
    // An interrupt clears the timers of its cell, this too: one that is overdue is set again.
    const now = performance.now()
    if (this.#timer && now < this.#due) return
    clearTimeout(this.#timer)
    this.#due = now + 2 * LATER
    this.#timer = setTimeout(() => void this.flush().catch(() => undefined), LATER).unref()
  }

  /** Writes the counts that wait. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const waiting = [...this.#counts]
    this.#counts.clear()
    if (this.#journal.readOnly) return
    await Promise.all(waiting.map(([stage, counts]) => this.#note({ stage, ...counts }, 0)))
  }

  /** What a stage came to besides its answers, over all processes. */
  of(stage: string): Besides {
    const size = this.#journal.size
    for (const noted of this.#journal.values<Noted>(this.#read)) {
      const sums = this.#sums.get(noted.stage) ?? { reused: 0, failed: 0, lost: 0 }
      sums.reused += noted.reused ?? 0
      sums.failed += noted.failed ?? 0
      sums.lost += noted.dollars ?? 0
      this.#sums.set(noted.stage, sums)
    }
    this.#read = size
    const { reused, failed, lost } = this.#sums.get(stage) ?? { reused: 0, failed: 0, lost: 0 }
    const waiting = this.#counts.get(stage)
    return { reused: reused + (waiting?.reused ?? 0), failed: failed + (waiting?.failed ?? 0), lost }
  }

  #note(noted: Noted, dollars: number): Promise<void> {
    const entry = { ...noted, at: new Date().toISOString() }
    return this.#journal.put(keyOf({ ...entry, one: randomBytes(16).toString('hex') }), entry, dollars)
  }
}
