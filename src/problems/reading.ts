// Problems as they are read: awaited all at once, or one at a time with bounded memory.
import { host, type LiveDisplay, liveDisplay } from '../host.js'
import type { Problem } from '../rows.js'
import { Stopped } from '../stopped.js'
import { count, escapeHtml, number } from '../workspace/index.js'
import { accountLine, drop, type SourceAccount } from './account.js'
import { Draw } from './draw.js'
import { type Read, readSource } from './load.js'
import type { Origin } from './names.js'

/** Problems in an ordinary array, with the account of the sources that they came from. */
export type ProblemRows = Problem[] & { readonly account: SourceAccount[] }

/** What is read at once is not worth a line; milliseconds. */
const QUIET = 1_000
const BETWEEN = 200

export interface ReadingPlan {
  origins(): Promise<{ origin: Origin; limit?: number }[]>
  seed: number
}

/**
 * Problems that are not yet read. `await` reads them all and gives an array; `for await` gives each as it is read and keeps none, so
 * that a file of any size passes through. `account` fills as sources are read: what each held, what was left out and why.
 */
export class Problems implements PromiseLike<ProblemRows>, AsyncIterable<Problem> {
  readonly account: SourceAccount[] = []
  readonly #plan: ReadingPlan
  readonly #quiet: boolean
  #all: Promise<ProblemRows> | undefined
  #read = false

  /** @param quiet Rows that are left out are counted and not named on the console. */
  constructor(plan: ReadingPlan, quiet = false) {
    this.#plan = plan
    this.#quiet = quiet
  }

  // biome-ignore lint/suspicious/noThenProperty: problems are awaited, which is their main use.
  then<A = ProblemRows, B = never>(
    onRows?: ((rows: ProblemRows) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#collect().then(onRows, onError)
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<ProblemRows | B> {
    return this.#collect().catch(onError)
  }

  finally(onEnd?: (() => void) | null): Promise<ProblemRows> {
    return this.#collect().finally(onEnd)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Problem> {
    if (this.#all) yield* await this.#all
    else for await (const { problem } of this.reads()) yield problem
  }

  #collect(): Promise<ProblemRows> {
    this.#all ??= (async () => {
      const rows: Problem[] = []
      for await (const { problem } of this.reads()) rows.push(problem)
      // Not enumerable: to every step and to JSON it is an array of problems.
      return Object.defineProperty(rows, 'account', { value: this.account }) as ProblemRows
    })()
    return this.#all
  }

  /** Each problem with the worked trace that its row carries, where it carries one. */
  async *reads(): AsyncGenerator<Read> {
    if (this.#read)
      throw new Stopped(
        'bad-call',
        'These problems were already read with for await, one by one.',
        'Call problems(…) again, or await it once and keep the array.',
      )
    this.#read = true
    const signal = host().signal()
    const origins = await this.#plan.origins()
    // An id of ours may be that of another source; every other begins with the name of its own.
    const owners = origins.length > 1 ? new Map<string, boolean>() : undefined
    for (const { origin, limit } of origins) {
      const account: SourceAccount = {
        source: origin.name,
        files: [],
        held: 0,
        dropped: {},
        examples: {},
        kept: 0,
        untested: 0,
      }
      this.account.push(account)
      const line = new Line(account)
      const draw = limit === undefined ? undefined : new Draw<Read>(limit, this.#plan.seed)
      let ended = false
      try {
        for await (const row of readSource(origin, account, signal)) {
          if (owners) checkOwner(owners, row)
          line.tick()
          if (draw) draw.offer(row)
          else yield row
        }
        if (draw) {
          const drawn = draw.rows
          if (drawn.length < draw.offered)
            drop(account, `not drawn (limit ${number(limit!)})`, undefined, undefined, draw.offered - drawn.length)
          account.kept = drawn.length
          account.untested = drawn.filter(({ problem }) => isUntested(problem)).length
          yield* drawn
        }
        ended = true
      } catch (error) {
        if (!signal.aborted) throw error
        throw error instanceof Stopped && error.code === 'interrupted' && /download/.test(error.message)
          ? error
          : new Stopped(
              'interrupted',
              `Reading ${origin.name} was interrupted after ${count(account.held, 'row')}.`,
              'Run it again: files that were downloaded are kept.',
              error,
            )
      } finally {
        line.end(ended && origin.remote)
      }
      if (!this.#quiet) warn(account, origin)
    }
  }
}

const isUntested = ({ kind, tests }: Problem): boolean => kind === 'code' && !tests?.length

function checkOwner(owners: Map<string, boolean>, { problem: { id, source }, ours }: Read): void {
  const before = owners.get(id)
  if (before !== undefined && (before || ours))
    throw new Stopped(
      'bad-data',
      `Two sources hold a problem ${id} (the second is ${source}).`,
      'Give only one of them.',
    )
  owners.set(id, ours)
}

/** Reasons that are no filter of the caller's: rows that are broken. */
const BROKEN = /^(?:not |no question|no answer|unusable|another language)/

function warn({ source, dropped, examples, held, kept, untested }: SourceAccount, { file }: Origin): void {
  const broken = Object.keys(dropped).filter(
    (reason) => BROKEN.test(reason) && reason !== 'no difficulty label' && !/^not drawn/.test(reason),
  )
  const rows = broken.reduce((sum, reason) => sum + dropped[reason]!, 0)
  if (rows > 0) {
    const first = broken.flatMap((reason) => examples[reason] ?? []).sort((a, b) => lineOf(a.place) - lineOf(b.place))
    const shown = first.slice(0, 3).map(({ place, why }) => `  ${place}: ${why}`)
    const more = rows > shown.length ? [`  … and ${number(rows - shown.length)} more`] : []
    const head = `${source}: ${count(rows, 'row')} of ${number(held)} left out${file === undefined ? '' : ` (${file})`}`
    console.warn([head, ...shown, ...more].join('\n'))
  }
  if (untested > 0) {
    console.warn(
      `${source}: ${number(untested)} of ${number(kept)} coding problems come without tests; their answers cannot be verified.`,
    )
  }
}

const lineOf = (place: string): number => Number(/(\d+)$/.exec(place)?.[1] ?? 0)

/** The line that says how far the reading has come. */
class Line {
  readonly #account: SourceAccount
  readonly #began = performance.now()
  #drawn = 0
  #ticks = 0
  #shown: LiveDisplay | undefined

  constructor(account: SourceAccount) {
    this.#account = account
  }

  tick(): void {
    if ((++this.#ticks & 127) !== 0) return
    const now = performance.now()
    if (now - this.#began < QUIET || now - this.#drawn < BETWEEN) return
    this.#drawn = now
    if (this.#shown) this.#shown.update(this.#bundle())
    else this.#shown = liveDisplay(this.#bundle())
  }

  /** @param always Where a reader would want to know what was taken, however fast it was. */
  end(always: boolean): void {
    if (this.#shown) this.#shown.end(this.#bundle())
    else if (always) liveDisplay(this.#bundle()).end(this.#bundle())
  }

  #bundle(): Record<string, string> {
    const { source, held } = this.#account
    const rate = held / ((performance.now() - this.#began) / 1000)
    const text = accountLine(this.#account) + (this.#shown ? ` · ${number(Math.round(rate))}/s` : '')
    return {
      'text/plain': text,
      'text/html': `<div style="font-variant-numeric:tabular-nums;max-width:60em"><b>${escapeHtml(source)}</b>${escapeHtml(text.slice(source.length))}</div>`,
    }
  }
}
