// What was handed in as batches, on disk: a file that only grows, so that no batch is ever handed in twice.
//
// Before a batch is made, a line says that it will be, and its questions lie in a file beside; the line with its id
// comes after. Whoever finds the first without the second asks the server for a batch with that token.
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { appendFile, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Stopped } from '../../stopped.js'

/** A batch as the book knows it. */
export interface Entry {
  /** Names the batch on our side, and stands in its metadata on the server's. */
  token: string
  model: string
  /** Base URL of the server, without secrets. */
  url: string
  questions: number
  /** Machine and process that hand it in. */
  by?: string
  /** The server's name for it; undefined while it is being handed in, or where that was cut short. */
  id?: string
  /** How it ended; everything of it is fetched then. */
  ended?: string
}

export class Book {
  readonly folder: string
  readonly #file: string

  /** @param dir The workspace's folder. */
  constructor(dir: string) {
    this.folder = path.join(dir, 'batches')
    this.#file = path.join(this.folder, 'book.jsonl')
  }

  /** The batches of a model at a server whose answers have not been fetched. */
  open(model: string, url: string): Entry[] {
    return this.all().filter((entry) => entry.model === model && entry.url === url && entry.ended === undefined)
  }

  all(): Entry[] {
    if (!existsSync(this.#file)) return []
    const entries = new Map<string, Entry>()
    for (const line of readFileSync(this.#file, 'utf8').split('\n')) {
      let read: Partial<Entry>
      try {
        read = JSON.parse(line) as Partial<Entry>
      } catch {
        // Torn by a kill: it was not finished, and the line after it begins on its own.
        continue
      }
      if (read.token) entries.set(read.token, { ...(entries.get(read.token) as Entry), ...(read as Entry) })
    }
    return [...entries.values()]
  }

  /** Notes what is new of a batch. @throws Stopped('disk') */
  async note(entry: Partial<Entry> & { token: string }): Promise<void> {
    try {
      mkdirSync(this.folder, { recursive: true })
      // The newline stands first: after a line that was torn, this one is whole.
      await appendFile(this.#file, `\n${JSON.stringify(entry)}\n`, { flush: true })
    } catch (error) {
      const { message } = error as Error
      throw new Stopped('disk', `${this.folder} cannot be written to: ${message}.`, `df -h ${this.folder}`, error)
    }
  }

  /** The file with the questions of a batch, as it is handed in. */
  questions(token: string): string {
    return path.join(this.folder, `${token}.jsonl`)
  }

  /** The files into which answers and errors of a batch are fetched. */
  answers(token: string): string[] {
    return ['answers', 'errors'].map((name) => path.join(this.folder, `${token}.${name}.jsonl`))
  }

  /** Takes away what a batch left, once all of its answers are in the journal. */
  async forget(token: string): Promise<void> {
    for (const file of [this.questions(token), ...this.answers(token)]) await rm(file, { force: true })
  }
}

/** The lines of a file, each as it was parsed, with its place; one that is torn is passed over. */
export async function* linesOf<T>(file: string): AsyncGenerator<T> {
  if (!existsSync(file)) return
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    try {
      yield JSON.parse(line) as T
    } catch {}
  }
}

/** Writes the questions of a batch; the file is there whole or not at all. */
export async function writeLines(file: string, questions: readonly { line: string }[]): Promise<void> {
  const out = createWriteStream(`${file}.part`)
  for (const { line } of questions)
    if (!out.write(line)) await new Promise<void>((resolve) => out.once('drain', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    out.on('error', reject)
    out.end(() => resolve())
  })
  await rename(`${file}.part`, file)
}

/** Who writes in the book: machine and process. */
export const us = () => `${hostname()} ${process.pid}`

/** Whether another process that began to hand a batch in may still be at it. */
export function atWork(by: string | undefined): boolean {
  const [host, pid] = by?.split(' ') ?? []
  if (host !== hostname() || pid === String(process.pid)) return false
  try {
    process.kill(Number(pid), 0)
    return true
  } catch {
    return false
  }
}
