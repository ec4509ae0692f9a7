// The processes that work in one workspace at the same time: what each has under way, and money it has set aside.
//
// They share one file that only grows. Who wrote a claim first, holds it: the order of the lines is the same for all,
// so no lock has to be taken and none can be left behind. A process that died holds nothing.
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { Presence } from './presence.js'

/** How often a process that waits for another looks again, in milliseconds. */
const LOOK = 100
/** From this size on the file is begun anew, once nobody else is there. */
const LARGE = 1 << 20
const LOG = 'log'
const OLD = 'log.old'

export class Peers {
  readonly #folder: string
  readonly #presence: Presence
  /** Who claims what, first come first. */
  readonly #claims = new Map<string, string[]>()
  /** Dollars set aside by each. */
  readonly #money = new Map<string, number>()
  #reader: { file: number; inode: number; at: number; rest: string } | undefined
  #writer: { file: number; inode: number } | undefined
  #queue: { line: string; done?: () => void; failed?: (error: unknown) => void }[] = []
  #flushing: NodeJS.Immediate | undefined
  #sent = 0
  /** Numbers of our own lines that were written and not read back yet. */
  readonly #unseen = new Set<number>()
  /** What the others had set aside where our last line about money stands. */
  #asideThere = 0

  /** @param folder Made at the first claim. */
  constructor(folder: string) {
    this.#folder = folder
    this.#presence = new Presence(folder)
  }

  /** Claims something, and says whether we hold it; where another does, nothing is claimed. */
  async claim(name: string): Promise<boolean> {
    const { id } = this.#presence
    await this.#write(`+ ${name}`)
    if (this.#holder(name) === id) return true
    void this.#write(`- ${name}`).catch(() => undefined)
    return false
  }

  release(name: string): void {
    // Whoever waits finds what we wrote; a release that cannot be written ends with us.
    void this.#write(`- ${name}`).catch(() => undefined)
  }

  /** Waits until nobody else holds it. */
  async free(name: string, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted()
      this.#read()
      const holder = this.#holder(name)
      if (holder === undefined || holder === this.#presence.id) return
      await later(LOOK, signal)
    }
  }

  /** Whether another process is at work here. */
  get others(): boolean {
    return this.#presence.others().length > 0
  }

  /** Dollars that other processes have set aside for requests under way. */
  aside(): number {
    this.#read()
    return this.#aside()
  }

  /** Tells the others how much we have set aside in all, some time soon. */
  tell(dollars: number): void {
    void this.#write(`$ ${dollars}`).catch(() => undefined)
  }

  /** Tells it now, and gives what the others had set aside before: of two who ask at once, only one comes second. */
  tellNow(dollars: number): number {
    this.#queue.push({ line: `$ ${dollars}` })
    this.#flush()
    return this.#asideThere
  }

  close(): void {
    clearImmediate(this.#flushing)
    this.#flushing = undefined
    for (const { failed } of this.#queue.splice(0)) failed?.(new Error('the workspace is closed'))
    if (this.#reader) closeSync(this.#reader.file)
    if (this.#writer) closeSync(this.#writer.file)
    this.#reader = undefined
    this.#writer = undefined
    this.#presence.leave()
  }

  #write(line: string): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ line, done, failed })
      // All that is claimed in one turn is written at once. The kernel clears what an interrupted cell has begun and
      // not done: then the next one begins it anew.
      clearImmediate(this.#flushing)
      this.#flushing = setImmediate(() => this.#flush())
    })
  }

  #flush(): void {
    clearImmediate(this.#flushing)
    this.#flushing = undefined
    const batch = this.#queue
    this.#queue = []
    if (batch.length === 0) return
    try {
      this.#presence.come()
      this.#append(batch.map(({ line }) => line))
      for (const { done } of batch) done?.()
      this.#beginAnew()
    } catch (error) {
      let told = false
      for (const { failed } of batch) {
        failed?.(error)
        told ||= failed !== undefined
      }
      if (!told) throw error
    }
  }

  #append(lines: string[]): void {
    const { id } = this.#presence
    for (let attempt = 0; attempt < 5; attempt++) {
      const numbered = lines.map((line, i) => `${line} ${id} ${this.#sent + i + 1}\n`).join('')
      for (let i = 1; i <= lines.length; i++) this.#unseen.add(this.#sent + i)
      this.#writer ??= opened(path.join(this.#folder, LOG), 'a')
      // A line that another process left unfinished must not swallow ours.
      writeSync(this.#writer.file, attempt > 0 ? `\n${numbered}` : numbered)
      if (inodeOf(path.join(this.#folder, LOG)) !== this.#writer.inode) {
        // The file was begun anew meanwhile: what we wrote into the old one counts for nobody.
        closeSync(this.#writer.file)
        this.#writer = undefined
        this.#read()
        for (const line of lines) if (line.startsWith('+')) this.#drop(line.slice(2), id)
        continue
      }
      this.#read()
      if (this.#unseen.size === 0) {
        this.#sent += lines.length
        return
      }
    }
    throw new Error(`what was written to ${path.join(this.#folder, LOG)} cannot be read back`)
  }

  /** Takes in what was written since the last look, by whichever process. */
  #read(): void {
    const log = path.join(this.#folder, LOG)
    for (;;) {
      if (!this.#reader) {
        const old = path.join(this.#folder, OLD)
        if (inodeOf(old) !== undefined) {
          this.#reader = { ...opened(old, 'r'), at: 0, rest: '' }
          this.#drain(this.#reader)
          closeSync(this.#reader.file)
          this.#reader = undefined
        }
        if (inodeOf(log) === undefined) return
        this.#reader = { ...opened(log, 'r'), at: 0, rest: '' }
      }
      const now = inodeOf(log)
      this.#drain(this.#reader)
      if (now === this.#reader.inode || now === undefined) return
      closeSync(this.#reader.file)
      this.#reader = { ...opened(log, 'r'), at: 0, rest: '' }
    }
  }

  #drain(reader: { file: number; at: number; rest: string }): void {
    const chunk = Buffer.allocUnsafe(1 << 16)
    for (;;) {
      const got = readSync(reader.file, chunk, 0, chunk.length, reader.at)
      if (got === 0) return
      reader.at += got
      const lines = (reader.rest + chunk.toString('latin1', 0, got)).split('\n')
      reader.rest = lines.pop()!
      for (const line of lines) this.#apply(line)
    }
  }

  #apply(line: string): void {
    const [what, name, id, number] = line.split(' ')
    if (name === undefined || id === undefined || number === undefined) return
    if (what === '+') {
      const claims = this.#claims.get(name)
      if (!claims) this.#claims.set(name, [id])
      else if (!claims.includes(id)) claims.push(id)
    } else if (what === '-') this.#drop(name, id)
    else if (what === '$') {
      this.#money.set(id, Number(name) || 0)
      if (id === this.#presence.id) this.#asideThere = this.#aside()
    } else return
    if (id === this.#presence.id) this.#unseen.delete(Number(number))
  }

  #drop(name: string, id: string): void {
    const left = this.#claims.get(name)?.filter((other) => other !== id) ?? []
    if (left.length > 0) this.#claims.set(name, left)
    else this.#claims.delete(name)
  }

  /** Who holds a claim: the first that is alive. */
  #holder(name: string): string | undefined {
    for (const id of this.#claims.get(name) ?? []) {
      if (id === this.#presence.id || this.#presence.alive(id)) return id
      this.#drop(name, id)
    }
    return undefined
  }

  #aside(): number {
    let sum = 0
    for (const [id, dollars] of this.#money) {
      if (id === this.#presence.id) continue
      if (this.#presence.alive(id)) sum += dollars
      else this.#money.delete(id)
    }
    return sum
  }

  /** Keeps the file small: alone, we put it aside and write down again what still holds. */
  #beginAnew(): void {
    const log = path.join(this.#folder, LOG)
    if ((this.#reader?.at ?? 0) < LARGE || this.others) return
    renameSync(log, path.join(this.#folder, OLD))
    const { id } = this.#presence
    const still = [...this.#claims].filter(([, ids]) => ids.includes(id)).map(([name]) => `+ ${name}`)
    const money = this.#money.get(id)
    if (money) still.push(`$ ${money}`)
    this.#claims.clear()
    this.#money.clear()
    closeSync(this.#writer!.file)
    this.#writer = undefined
    if (still.length > 0) this.#append(still)
  }
}

function opened(file: string, how: 'a' | 'r'): { file: number; inode: number } {
  if (how === 'a') mkdirSync(path.dirname(file), { recursive: true })
  const number = openSync(file, how)
  return { file: number, inode: fstatSync(number).ino }
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino
}

function later(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}
