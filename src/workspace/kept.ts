// What a stage has on disk, as far as it has been read: where each answer lies, and what all have come to.
import { Keys, type Words, wordsOf } from './keys.js'
import { type Entry, type Line, valueIn } from './line.js'
import { LineFile, type Source, Unsaved } from './sources.js'

/** Bytes that are read at a time where lines are read one behind the other. */
const WINDOW = 1 << 20

/** What a stage has come to, over all processes. */
export interface Totals {
  /** Lines: answers that were paid for, also where one question has two. */
  lines: number
  dollars: number
  prompt: number
  completion: number
  /** Milliseconds since 1970 of the first line that says so; Infinity where none does. */
  since: number
  /** Pieces that are no line: torn by a kill, overwritten. */
  damaged: number
}

export class Kept {
  readonly totals: Totals = {
    lines: 0,
    dollars: 0,
    prompt: 0,
    completion: 0,
    since: Number.POSITIVE_INFINITY,
    damaged: 0,
  }
  readonly #keys = new Keys()
  /** Keys whose answer cannot be read any more. */
  #lost = 0
  readonly #sources: Source[] = []
  /** Second answers to one question: they were paid for, and count once. */
  readonly #seconds = new Set<string>()

  /** How many questions have an answer. */
  get size(): number {
    return this.#keys.count - this.#lost
  }

  /** How many keys there are, those included whose answer is lost. */
  get keys(): number {
    return this.#keys.count
  }

  /** The number of the key that has an answer; -1 where none has. */
  find(words: Words): number {
    const n = this.#keys.find(words)
    return n !== -1 && this.#keys.length(n) > 0 ? n : -1
  }

  /** The value of the nth key; undefined where its block went bad, and it will be asked again. */
  value<T>(n: number): T | undefined {
    const bytes = this.#sources[this.#keys.source(n)]!.read(this.#keys.offset(n), this.#keys.length(n))
    if (bytes) return valueIn<T>(bytes)
    this.#lose(n)
    return undefined
  }

  /** The bytes of every line in the order in which they were kept, from the nth on. */
  *lines(from: number): Generator<Buffer> {
    const end = this.#keys.count
    let window: { source: LineFile; at: number; bytes: Buffer } | undefined
    for (let n = from; n < end; n++) {
      const [offset, length] = [this.#keys.offset(n), this.#keys.length(n)]
      if (length === 0) continue
      const source = this.#sources[this.#keys.source(n)]!
      let bytes: Buffer | undefined
      if (source instanceof LineFile) {
        // Lines lie one behind the other: they are read many at a time.
        if (window?.source !== source || offset < window.at || offset + length > window.at + window.bytes.length)
          window = { source, at: offset, bytes: source.read(offset, Math.max(length, WINDOW)) }
        bytes = window.bytes.subarray(offset - window.at, offset - window.at + length)
      } else bytes = source.read(offset, length)
      if (bytes) yield bytes
      else this.#lose(n)
    }
  }

  /** Whether a line is where it will stay. */
  inPlace({ key, sum }: Entry): boolean {
    if (this.#seconds.has(`${key} ${sum}`)) return true
    const n = this.#keys.find(wordsOf(key))
    return n !== -1 && this.#keys.sum(n) === sum && !this.#sources[this.#keys.source(n)]!.passing
  }

  /** Holds lines in memory that the disk does not take. */
  hold(lines: Line[]): void {
    const memory = new Unsaved()
    const source = this.add(memory)
    for (const line of lines)
      this.take(
        wordsOf(line.key),
        line.sum,
        line.dollars,
        line.prompt,
        line.completion,
        line.at,
        source,
        memory.add(line.bytes),
        line.bytes.length,
      )
  }

  /** Gives a source its number, under which its lines are taken. */
  add(source: Source): number {
    return this.#sources.push(source) - 1
  }

  /** Opens a source with its number: it takes its lines while it opens. */
  addOpened<S extends Source>(open: (number: number) => S): S {
    const number = this.add(nowhere)
    const source = open(number)
    this.#sources[number] = source
    return source
  }

  /** Books a line, and remembers its place where it is the first for its key or a better one. */
  take(
    words: Words,
    sum: number,
    dollars: number,
    prompt: number,
    completion: number,
    at: number,
    source: number,
    offset: number,
    length: number,
  ): void {
    const n = this.#keys.find(words)
    if (n === -1) this.#keys.add(words, sum, source, offset, length)
    else if (this.#keys.length(n) === 0) {
      this.#keys.move(n, sum, source, offset, length)
      this.#lost--
    } else if (this.#keys.sum(n) === sum) {
      if (this.#sources[this.#keys.source(n)]?.passing) this.#keys.move(n, sum, source, offset, length)
      return
    } else {
      const second = `${this.#keys.key(n)} ${sum}`
      if (this.#seconds.has(second)) return
      this.#seconds.add(second)
    }
    const { totals } = this
    totals.lines++
    totals.dollars += dollars
    totals.prompt += prompt
    totals.completion += completion
    if (at > 0 && at < totals.since) totals.since = at
  }

  /** Closes files of which every line has a better place. */
  closePassed(): void {
    const used = new Set<number>()
    for (let n = 0; n < this.#keys.count; n++) used.add(this.#keys.source(n))
    for (const [number, source] of this.#sources.entries())
      if (source.passing && source instanceof LineFile && !used.has(number)) {
        source.close()
        this.#sources[number] = nowhere
      }
  }

  close(): void {
    for (const source of new Set(this.#sources)) source.close()
  }

  #lose(n: number): void {
    this.totals.damaged++
    this.#lost++
    this.#keys.move(n, 0, this.#keys.source(n), 0, 0)
  }
}

const nowhere: Source = { passing: false, read: () => undefined, close: () => undefined }
