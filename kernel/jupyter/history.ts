// What was typed, kept across restarts: one JSON line an input.
import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { makeFolder } from '../fault.js'
import { writeWhole } from '../notebook/document.js'
import { personalFolder } from '../place.js'

/** Session number, line number in it, and what was typed. */
export type Entry = [session: number, line: number, source: string]

/** Entries that are kept; where the file holds twice as many, it is cut down to this. */
const kept = 10_000

/** The history file: `$SKYLAB_HISTORY`, else `history.jsonl` in the person's skylab folder. */
export function historyFile(): string {
  return process.env.SKYLAB_HISTORY || path.join(personalFolder(), 'history.jsonl')
}

/** Inputs of this session and of earlier ones. A file that cannot be read or written costs only the memory of it. */
export class History {
  readonly session: number
  readonly #file: string
  readonly #entries: Entry[]
  #writable = true

  constructor(file = historyFile()) {
    this.#file = file
    this.#entries = readEntries(file)
    // Two kernels at once must not share a number: the time keeps them apart and in order.
    this.session = Math.max(Date.now(), (this.#entries.at(-1)?.[0] ?? 0) + 1)
    if (this.#entries.length > 2 * kept) this.#cutDown()
  }

  /** Remembers one input. */
  add(line: number, source: string): void {
    if (source.trim() === '') return
    const entry: Entry = [this.session, line, source]
    this.#entries.push(entry)
    if (!this.#writable) return
    try {
      makeFolder(path.dirname(this.#file))
      appendFileSync(this.#file, `${JSON.stringify(entry)}\n`)
    } catch {
      this.#writable = false
    }
  }

  /** The last n inputs, of all sessions. */
  tail(n: number): Entry[] {
    return n > 0 ? this.#entries.slice(-n) : []
  }

  /** Lines start (from 1) to stop (exclusive) of a session: 0 is this one, -1 the one before, else its number. */
  range(session: number, start: number, stop: number): Entry[] {
    let wanted = session
    if (session <= 0) {
      const numbers = [...new Set(this.#entries.map(([number]) => number)), this.session]
      const all = [...new Set(numbers)].sort((a, b) => a - b)
      wanted = all.at(session - 1) ?? Number.NaN
    }
    return this.#entries.filter(([number, line]) => number === wanted && line >= start && line < stop)
  }

  /** The last n inputs that match a pattern with `*` and `?` from end to end; `unique` gives each text once, the latest. */
  search(pattern: string, n: number, unique: boolean): Entry[] {
    let found = this.#entries.filter(([, , source]) => matches(source, pattern))
    if (unique) {
      const last = new Map(found.map((entry) => [entry[2], entry]))
      found = found.filter((entry) => last.get(entry[2]) === entry)
    }
    return n > 0 ? found.slice(-n) : found
  }

  #cutDown(): void {
    this.#entries.splice(0, this.#entries.length - kept)
    try {
      writeWhole(this.#file, this.#entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    } catch {
      this.#writable = false
    }
  }
}

/** Whether a text is what a pattern with `*` and `?` says. Its time grows with the length of both, for any pattern. */
function matches(text: string, pattern: string): boolean {
  let [at, wanted] = [0, 0]
  // Where the latest star stands, and how far its part of the text reaches.
  let [star, reach] = [-1, 0]
  while (at < text.length) {
    const sign = pattern[wanted]
    if (sign === '*') [star, reach, wanted] = [wanted, at, wanted + 1]
    else if (sign !== undefined && (sign === '?' || sign === text[at])) [at, wanted] = [at + 1, wanted + 1]
    else if (star >= 0) [wanted, reach, at] = [star + 1, reach + 1, reach + 1]
    else return false
  }
  return /^\**$/.test(pattern.slice(wanted))
}

/** Entries of the file; a torn or foreign line is passed over. */
function readEntries(file: string): Entry[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => {
    try {
      const entry = JSON.parse(line)
      return Array.isArray(entry) &&
        typeof entry[0] === 'number' &&
        typeof entry[1] === 'number' &&
        typeof entry[2] === 'string'
        ? [entry as unknown as Entry]
        : []
    } catch {
      return []
    }
  })
}
