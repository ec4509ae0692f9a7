// What a reader is told while answers are asked for: how many at once, how the servers do, what batches wait.
import path from 'node:path'
import { count, dollars, type Live, number, type Workspace } from '../workspace/index.js'
import { batchesAtServer } from './batch/index.js'
import type { Health } from './fleet/replica.js'
import type { Model } from './model.js'

export class Told {
  readonly #model: Model
  readonly #work: Workspace
  /** Tokens that had come before this step began. */
  readonly #before: number
  /** Dollars for attempts that brought no answer. */
  wasted = 0
  /** Answers whose tokens the server did not count. */
  guessed = 0
  /** What the first request that failed for good was told. */
  failure: string | undefined
  /** Answers that the workspace had, while a recording is made. */
  unrecorded = 0

  constructor(model: Model, work: Workspace) {
    this.#model = model
    this.#work = work
    this.#before = model.live()?.tokens ?? 0
  }

  live(): Live {
    const live = this.#model.live()
    const notes: string[] = []
    if (this.guessed > 0) notes.push(`tokens of ${count(this.guessed, 'answer')} estimated: the server counts none`)
    if (this.unrecorded > 0) {
      const file = path.basename(this.#model.options.record!)
      notes.push(`nothing is written to ${file} of what comes from disk; a workspace of its own asks again`)
    }
    if (this.failure !== undefined && !isUnrecorded(this.failure)) notes.push(`first failure: ${shortly(this.failure)}`)
    if (!this.#model.seeds) notes.push('without a seed: the server takes none')
    if (this.wasted > 0) notes.push(`${dollars(this.wasted)} of it for attempts that broke off`)
    const shared = { dollars: this.wasted, notes }
    if (this.#model.options.batch) return { ...shared, lines: batchesAtServer(this.#model, this.#work) }
    if (!live || this.#model.replayed) return shared
    const { open, width, waiting, servers } = live
    return {
      ...shared,
      parts: open + waiting > 0 ? [`${number(open)} at once${waiting > 0 ? ` of ${number(width)}` : ''}`] : [],
      tokens: live.tokens - this.#before,
      // One server that does well needs no line of its own.
      lines: servers.length > 1 || servers[0]!.state !== 'up' ? servers.map(lineOf) : [],
    }
  }
}

/** Whether a replay said no, here or behind an address: it had no recording of the request. */
export function isUnrecorded(failure: string): boolean {
  return failure.includes('There is no recording of ')
}

/** The first words of what a server said, on one line. */
function shortly(said: string): string {
  const line = said.replace(/\s+/g, ' ').trim()
  return line.length <= 90 ? line : `${line.slice(0, 89).trimEnd()}…`
}

function lineOf({ url, state, open, width, answered, why }: Health): string {
  const name = url.replace(/^https?:\/\//, '').replace(/\/v1$/, '')
  const how = {
    up: `${number(open)} of ${number(width)}`,
    waits: `waits: ${why}`,
    down: `gone: ${why}; it is looked at again and again`,
  }
  return `${name}  ${how[state]} · ${count(answered, 'answer')}`
}
