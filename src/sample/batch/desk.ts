// Questions gathered into batches, handed in once, waited for over interrupts and restarts, and answered from what
// the server gives back.
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Stopped } from '../../stopped.js'
import type { Chat } from '../chat.js'
import { Dialect } from '../dialect.js'
import type { Model } from '../model.js'
import type { BatchOptions } from '../options.js'
import { onAbort } from '../wire/abort.js'
import { atWork, Book, type Entry, linesOf, us, writeLines } from './book.js'
import { type Line, readLine, type Told } from './line.js'
import { type Batch, lookFailed, Office, refused } from './office.js'

/** OpenAI's limits of one batch: https://developers.openai.com/api/docs/guides/batch#rate-limits */
const LARGEST = { requests: 50_000, megabytes: 200 }
/** Seconds between two looks: at first, and at most. */
const POLL = { first: 15, most: 120 }
/** Seconds for which questions are gathered after the last one came. */
const GATHER = 2
const ENDED = new Set(['completed', 'failed', 'expired', 'cancelled'])

/** The desks of this process: a cell that runs again must meet what it left there. */
const desks = new Map<string, Desk>()

/** The desk of a model in a workspace's folder. */
export function deskOf(model: Model, dir: string): Desk {
  const name = [dir, model.id, model.address].join('\n')
  const known = desks.get(name)
  const desk = known ?? new Desk(model, dir)
  if (known) known.use(model)
  else desks.set(name, desk)
  return desk
}

interface Waiting {
  id: string
  line: string
  tries: number
  give(told: Told, settle: () => void): void
  fail(error: unknown): void
}

/** What became of a question, and what is to be called once that is kept: until then the batch stays in the book. */
export interface Given {
  told: Told
  settle: () => void
}

/** A batch at the server, as far as it is known. */
interface Open extends Entry {
  /** Questions whose answers nobody has kept yet. */
  ids: Set<string>
  seen?: Batch
}

class Desk {
  #model!: Model
  #options!: Required<BatchOptions>
  #retries!: number
  #office!: Office
  readonly #book: Book
  readonly #dialect: Dialect
  /** Questions that no batch holds yet, and those that one does, by their id. */
  readonly #gathered = new Map<string, Waiting>()
  readonly #waiting = new Map<string, Waiting>()
  readonly #open = new Map<string, Open>()
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #ready: Promise<void> | undefined
  #handingIn: Promise<void> = Promise.resolve()
  #following = false
  #woken = Promise.withResolvers<void>()

  constructor(model: Model, dir: string) {
    this.#book = new Book(dir)
    this.#dialect = new Dialect(model.id)
    this.use(model)
  }

  /** A cell that runs again may have changed the key or an option. */
  use(model: Model): void {
    if (this.#model === model) return
    const { poll, gather, requests, megabytes } = typeof model.options.batch === 'object' ? model.options.batch : {}
    this.#model = model
    this.#options = {
      poll: poll ?? POLL.first,
      gather: gather ?? GATHER,
      requests: Math.min(requests ?? LARGEST.requests, LARGEST.requests),
      megabytes: Math.min(megabytes ?? LARGEST.megabytes, LARGEST.megabytes),
    }
    this.#retries = model.options.retries ?? 10
    this.#office = new Office(model)
  }

  /** The batches under way, for a reader. */
  live(): { id: string; status: string; done: number; questions: number }[] {
    return [...this.#open.values()].map(({ id, questions, seen }) => ({
      id: id ?? 'being handed in',
      status: seen?.status ?? 'handed in',
      done: seen?.request_counts ? seen.request_counts.completed + seen.request_counts.failed : 0,
      questions,
    }))
  }

  /**
   * Waits for the answer to one question: of a batch that holds it already, whichever process handed that in, else
   * of the next one.
   *
   * @param id Names the question, and nothing else does.
   * @throws Stopped where no other row could fare better; the signal's reason. The batch goes on then.
   */
  async ask(chat: Chat, id: string, signal: AbortSignal): Promise<Given> {
    this.#ready ??= this.#recover().catch((error) => {
      this.#ready = undefined
      throw error
    })
    await this.#ready
    signal.throwIfAborted()
    return await new Promise<Given>((resolve, reject) => {
      const body = this.#dialect.plain(chat)
      const waiting: Waiting = {
        id,
        line: `${JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body })}\n`,
        tries: 0,
        give: (told, settle) => {
          leave()
          resolve({ told, settle })
        },
        fail: (error) => {
          leave()
          reject(error)
        },
      }
      const forget = onAbort(signal, () => waiting.fail(signal.reason))
      const leave = () => {
        forget()
        if (this.#waiting.get(id) === waiting) this.#waiting.delete(id)
        if (this.#gathered.delete(id)) this.#bytes -= waiting.line.length
        if (this.#waiting.size === 0) this.#woken.resolve()
      }
      if (!signal.aborted) this.#take(waiting)
    })
  }

  #take(waiting: Waiting): void {
    if ([...this.#open.values()].some(({ ids }) => ids.has(waiting.id))) {
      this.#waiting.set(waiting.id, waiting)
      void this.#follow()
      return
    }
    const { requests, megabytes, gather } = this.#options
    const size = Buffer.byteLength(waiting.line)
    if (this.#gathered.size >= requests || this.#bytes + size > megabytes * 1e6) this.#close()
    this.#gathered.set(waiting.id, waiting)
    this.#bytes += size
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#close(), gather * 1000)
  }

  /** What is gathered becomes a batch. */
  #close(): void {
    clearTimeout(this.#timer)
    const questions = [...this.#gathered.values()]
    this.#gathered.clear()
    this.#bytes = 0
    if (questions.length === 0) return
    const open: Open = {
      token: randomUUID(),
      model: this.#model.id,
      url: this.#model.address,
      questions: questions.length,
      ids: new Set(questions.map(({ id }) => id)),
    }
    this.#open.set(open.token, open)
    for (const each of questions) this.#waiting.set(each.id, each)
    // One after the other, and to its end whatever is interrupted meanwhile: half a hand-in is the worst of all.
    this.#handingIn = this.#handingIn
      .then(() => this.#handIn(open, questions))
      .catch((error) => this.#lost(open, error))
    void this.#follow()
  }

  async #handIn(open: Open, questions: Waiting[]): Promise<void> {
    const { token, model, url } = open
    mkdirSync(this.#book.folder, { recursive: true })
    const file = this.#book.questions(token)
    await writeLines(file, questions)
    await this.#book.note({ token, model, url, questions: questions.length, by: us() })
    await this.#make(open)
  }

  async #make(open: Open): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        // A create whose answer was lost may have made a batch all the same.
        const made = (tries > 0 && (await this.#office.find(open.token))) || undefined
        open.seen = made ?? (await this.#office.handIn(this.#book.questions(open.token), open.token))
        open.id = open.seen.id
        return await this.#book.note({ token: open.token, id: open.id })
      } catch (error) {
        const why = this.#office.read(error)
        if (why.kind === 'stop') throw why.stopped
        if (why.kind === 'row' || why.kind === 'not-found' || tries >= this.#retries)
          throw new Stopped(
            'no-server',
            `${this.#model.address} took no batch of ${open.questions} questions: ${why.why}`,
            `Ask without: model('${this.#model.id}')`,
            error,
          )
        await sleep(Math.min(30, 2 ** tries) * 1000 * Math.random())
      }
    }
  }

  /** A batch could not be handed in: those who wait for it hear why, and it counts as never made. */
  #lost(open: Open, error: unknown): void {
    this.#open.delete(open.token)
    void this.#book.note({ token: open.token, ended: 'not handed in' }).catch(() => undefined)
    for (const id of open.ids) this.#waiting.get(id)?.fail(error)
  }

  /** Finds the batches that an earlier run handed in. */
  async #recover(): Promise<void> {
    for (const entry of this.#book.open(this.#model.id, this.#model.address)) {
      const ids = new Set<string>()
      for await (const line of linesOf<{ custom_id: string }>(this.#book.questions(entry.token)))
        ids.add(line.custom_id)
      const open: Open = { ...entry, ids }
      if (!entry.id && !atWork(entry.by)) {
        // Cut short between the two lines of the book: the server knows whether it has it.
        const found = await this.#office.find(entry.token)
        if (!found) {
          await this.#book.note({ token: entry.token, ended: 'not handed in' })
          continue
        }
        open.id = found.id
        await this.#book.note({ token: entry.token, id: found.id })
      }
      this.#open.set(entry.token, open)
    }
  }

  /** Looks at the batches as long as somebody waits for one. */
  async #follow(): Promise<void> {
    if (this.#following) return
    this.#following = true
    try {
      for (let pause = this.#options.poll; this.#waiting.size > 0; pause = Math.min(POLL.most, pause * 1.3)) {
        for (const open of [...this.#open.values()]) {
          // Another process hands it in: its book is ours.
          const id = (open.id ??= open.by && this.#book.all().find(({ token }) => token === open.token)?.id)
          if (id && [...open.ids].some((each) => this.#waiting.has(each))) await this.#lookAt(open, id)
        }
        if (this.#waiting.size === 0) break
        this.#woken = Promise.withResolvers()
        const timer = new AbortController()
        await Promise.race([
          sleep(pause * 1000, undefined, { signal: timer.signal }).catch(() => 0),
          this.#woken.promise,
        ])
        timer.abort()
      }
    } finally {
      this.#following = false
    }
  }

  async #lookAt(open: Open, id: string): Promise<void> {
    try {
      open.seen = await this.#office.look(id)
      if (!ENDED.has(open.seen.status)) return
      const [answers, errors] = this.#book.answers(open.token) as [string, string]
      await this.#office.fetch(open.seen.output_file_id, answers)
      await this.#office.fetch(open.seen.error_file_id, errors)
      await this.#giveOut(open, open.seen)
    } catch (error) {
      const why = this.#office.read(error)
      if (error instanceof Stopped || why.kind === 'stop' || why.kind === 'not-found' || why.kind === 'row') {
        const stopped = error instanceof Stopped ? error : why.kind === 'stop' ? why.stopped : lookFailed(open, why.why)
        for (const each of [...open.ids]) this.#waiting.get(each)?.fail(stopped)
      }
      // Anything else passes: the batch goes on at the server, and the next look may see it.
    }
  }

  /** The batch has ended: everybody who waits for one of its answers gets it, the others find it later. */
  async #giveOut(open: Open, batch: Batch): Promise<void> {
    if (batch.status === 'failed') {
      await this.#end(open, batch.status)
      throw refused(open, batch)
    }
    const answered = new Set<string>()
    for (const file of this.#book.answers(open.token))
      for await (const line of linesOf<Line>(file)) {
        answered.add(line.custom_id)
        const waiting = open.ids.has(line.custom_id) ? this.#waiting.get(line.custom_id) : undefined
        if (!waiting) continue
        const told = readLine(line)
        if (told.kind === 'answer') waiting.give(told, () => this.#settled(open, waiting.id))
        else if (told.kind === 'again' && waiting.tries++ < this.#retries) this.#again(open, waiting)
        else {
          waiting.give(told, () => {})
          this.#settled(open, waiting.id)
        }
      }
    for (const id of [...open.ids]) {
      const waiting = answered.has(id) ? undefined : this.#waiting.get(id)
      if (!waiting) continue
      if (waiting.tries++ < this.#retries && batch.status !== 'cancelled') this.#again(open, waiting)
      else {
        waiting.give(
          { kind: 'row', failure: `the batch was ${batch.status} before its turn came`, usage: undefined },
          () => {},
        )
        this.#settled(open, id)
      }
    }
  }

  /** One answer less that is nowhere but with the server; with the last one the batch is done. */
  #settled(open: Open, id: string): void {
    open.ids.delete(id)
    // A book that cannot be written to keeps the batch: it is looked at once more, which costs nothing.
    if (open.ids.size === 0) void this.#end(open, open.seen?.status ?? 'completed').catch(() => undefined)
  }

  async #end(open: Open, how: string): Promise<void> {
    this.#open.delete(open.token)
    await this.#book.note({ token: open.token, ended: how })
    await this.#book.forget(open.token)
  }

  #again(open: Open, waiting: Waiting): void {
    this.#waiting.delete(waiting.id)
    this.#settled(open, waiting.id)
    this.#take(waiting)
  }
}
