// What every step of the recipe returns: work that runs when somebody reads it, once.
import { host } from '../host.js'
import { Stopped } from '../stopped.js'
import type { Done } from './pool.js'
import { type Aside, type Live, Progress } from './progress.js'
import { number } from './words.js'

/** After an interrupt, running work has this many milliseconds to notice before the step gives up waiting for it. */
const GRACE = 300

export interface StepPlan<T> {
  /** What is going on, as a verb or noun of the field: "sample", "verify". */
  label: string
  /** How many rows will come, where that is known. */
  total?: number
  /** Does the work. Ends soon after `signal` is aborted. */
  run(signal: AbortSignal): AsyncIterable<Done<T>>
  /** Why a row counts as lost, for the progress line; undefined where it is not lost. */
  describe?(row: T): string | undefined
  /** What a row cost; null where nobody knows. Left out by steps that cost nothing. */
  dollars?(row: T): number | null
  /** Tokens that were generated for a row. */
  tokens?(row: T): number
  /** What is under way besides finished rows: asked at every drawing, ten times a second at most. */
  live?(): Live | undefined
  /** Shown folded under the progress: the first prompt as it was sent, for example. Asked when the step ends. */
  aside?(): Aside | undefined
  /** What goes on elsewhere after an interrupt, as a clause: a batch at a server. */
  goesOn?(): string | undefined
  /** Where finished rows are kept; an interrupted step then says that it continues. */
  kept?: string
}

/**
 * A step of the recipe, not yet run. `await step` runs it with its progress drawn and gives all rows
 * in the order of the input; `for await (const row of step)` gives each row as it finishes. Interrupting
 * the cell ends it with Stopped('interrupted').
 *
 * Awaiting twice runs it once. A step that was read with `for await` cannot be read again, because its
 * rows were not kept in memory: call the step anew, what is on disk is not asked again.
 */
export class Step<T> implements PromiseLike<T[]>, AsyncIterable<T> {
  readonly label: string
  readonly #plan: StepPlan<T>
  #all: Promise<T[]> | undefined
  #read = false

  constructor(plan: StepPlan<T>) {
    this.label = plan.label
    this.#plan = plan
  }

  // biome-ignore lint/suspicious/noThenProperty: a step is awaited, which is its main use.
  then<A = T[], B = never>(
    onRows?: ((rows: T[]) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#collect().then(onRows, onError)
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<T[] | B> {
    return this.#collect().catch(onError)
  }

  finally(onEnd?: (() => void) | null): Promise<T[]> {
    return this.#collect().finally(onEnd)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    if (this.#all) {
      yield* await this.#all
      return
    }
    for await (const { row } of this.#rows()) yield row
  }

  #collect(): Promise<T[]> {
    this.#all ??= (async () => {
      const rows: Done<T>[] = []
      for await (const done of this.#rows()) rows.push(done)
      return rows.sort((a, b) => a.place - b.place).map(({ row }) => row)
    })()
    return this.#all
  }

  async *#rows(): AsyncGenerator<Done<T>> {
    const plan = this.#plan
    if (this.#read)
      throw new Stopped(
        'bad-call',
        `This ${plan.label} step was already read with for await, row by row.`,
        `Call ${plan.label}(…) again, or await it once and keep the array.`,
      )
    this.#read = true

    const outer = host().signal()
    const stop = new AbortController()
    const signal = AbortSignal.any([outer, stop.signal])
    const source = plan.run(signal)[Symbol.asyncIterator]()
    const progress = new Progress(plan.label, plan.total, plan.live && (() => plan.live?.()))
    const finish = (how: 'done' | 'interrupted' | 'stopped') => {
      const aside = plan.aside?.()
      if (aside) progress.aside(aside)
      progress.end(how, plan.kept)
    }
    // One listener for the whole step: racing every row against one promise would keep every row alive.
    let onAbort = () => {}
    outer.addEventListener(
      'abort',
      () => {
        // An interrupted cell shows nothing that comes after it has ended: its progress ends at once.
        finish('interrupted')
        onAbort()
      },
      { signal: stop.signal },
    )
    const next = () =>
      new Promise<IteratorResult<Done<T>>>((resolve, reject) => {
        onAbort = () => reject(outer.reason)
        if (outer.aborted) onAbort()
        else source.next().then(resolve, reject)
      })

    let how: 'done' | 'interrupted' | 'stopped' = 'stopped'
    try {
      for (;;) {
        const { done, value } = await next()
        if (done) break
        const { row, reused } = value
        progress.add({ lost: plan.describe?.(row), dollars: plan.dollars?.(row), tokens: plan.tokens?.(row), reused })
        yield value
      }
      how = 'done'
    } catch (error) {
      if (!outer.aborted) throw error
      how = 'interrupted'
      throw this.#interrupted(progress.done, error)
    } finally {
      stop.abort()
      await settled(source.return?.())
      finish(how)
    }
  }

  #interrupted(done: number, cause: unknown): Stopped {
    const { label, total, kept } = this.#plan
    const goesOn = this.#plan.goesOn?.()
    const of = total === undefined ? '' : ` of ${number(total)}`
    const what = `${label} was interrupted after ${number(done)}${of} ${(total ?? done) === 1 ? 'row' : 'rows'}`
    return kept === undefined
      ? new Stopped(
          'interrupted',
          `${what}.`,
          'Run the cell again: this step keeps nothing on disk and starts over.',
          cause,
        )
      : new Stopped(
          'interrupted',
          `${what}; they are in ${kept}.${goesOn ? ` ${goesOn}.` : ''}`,
          'Run the cell again: it continues where it stopped.',
          cause,
        )
  }
}

/** Waits for the work to end, but not without bound: work that ignores its signal must not keep a cell running. */
async function settled(work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, GRACE)
  })
  await Promise.race([Promise.resolve(work).catch(() => undefined), late])
  clearTimeout(timer)
}
