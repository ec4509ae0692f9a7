// Which processes are there: each leaves a card with what it takes to see whether it still lives.
import { createHash, randomBytes } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** How often a card is made new, in milliseconds. */
const BEAT = 5_000
/** A card that is older than this belongs to a process that stands still or is gone. */
const STALE = 300_000
/** The same from another machine, whose processes cannot be asked. */
const STALE_ELSEWHERE = 60_000
/** What was seen of another process is believed for so long. */
const BELIEVED = 250

interface Card {
  host: string
  pid: number
  /** When the process began, in the kernel's own count; what a later process with the same number has not. */
  began: string
}

/** One process's card in the folder, and its view of the others'. */
export class Presence {
  readonly id = randomBytes(5).toString('hex')
  readonly #folder: string
  readonly #cards = new Map<string, Card>()
  readonly #seen = new Map<string, { at: number; alive: boolean }>()
  #beat: NodeJS.Timeout | undefined
  #beaten = 0
  #others: { at: number; ids: string[] } = { at: Number.NEGATIVE_INFINITY, ids: [] }

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Leaves the card, once; and again where its beat has stopped: an interrupt clears the timers of its cell, this too. */
  come(): void {
    if (this.#beat && performance.now() - this.#beaten < 2 * BEAT) return
    clearInterval(this.#beat)
    this.#beaten = performance.now()
    mkdirSync(this.#folder, { recursive: true })
    const card: Card = { host: host(), pid: process.pid, began: beganAt(process.pid) ?? '' }
    writeFileSync(this.#file(this.id), JSON.stringify(card))
    this.#beat = setInterval(() => {
      this.#beaten = performance.now()
      const now = new Date()
      try {
        utimesSync(this.#file(this.id), now, now)
      } catch {
        // Somebody cleared the folder: the card is written again.
        try {
          mkdirSync(this.#folder, { recursive: true })
          writeFileSync(this.#file(this.id), JSON.stringify(card))
        } catch {}
      }
    }, BEAT)
    this.#beat.unref()
    if (here.size === 0) process.once('exit', leaveAll)
    here.add(this)
  }

  leave(): void {
    clearInterval(this.#beat)
    if (this.#beat) rmSync(this.#file(this.id), { force: true })
    this.#beat = undefined
    here.delete(this)
    if (here.size === 0) process.off('exit', leaveAll)
  }

  /** Whether another process lives. Once gone, it does not come back. */
  alive(id: string): boolean {
    const now = performance.now()
    const seen = this.#seen.get(id)
    if (seen && (!seen.alive || now - seen.at < BELIEVED)) return seen.alive
    const alive = this.#look(id)
    this.#seen.set(id, { at: now, alive })
    return alive
  }

  /** Ids of the others that live. Cards of the dead are taken away. */
  others(): string[] {
    const now = performance.now()
    if (now - this.#others.at < BELIEVED) return this.#others.ids
    let files: string[] = []
    try {
      files = readdirSync(this.#folder)
    } catch {}
    const ids = files
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .filter((id) => id !== this.id)
      .filter((id) => {
        if (this.alive(id)) return true
        try {
          rmSync(this.#file(id), { force: true })
        } catch {}
        return false
      })
    this.#others = { at: now, ids }
    return ids
  }

  #look(id: string): boolean {
    const stat = statSync(this.#file(id), { throwIfNoEntry: false })
    if (!stat) return false
    let card = this.#cards.get(id)
    if (!card) {
      try {
        card = JSON.parse(readFileSync(this.#file(id), 'utf8')) as Card
        this.#cards.set(id, card)
      } catch {
        // It is being written: a card is only a moment old then.
        return Date.now() - stat.mtimeMs < 1_000
      }
    }
    const age = Date.now() - stat.mtimeMs
    if (card.host !== host()) return age < STALE_ELSEWHERE
    return age < STALE && runs(card)
  }

  #file(id: string): string {
    return path.join(this.#folder, `${id}.json`)
  }
}

const here = new Set<Presence>()

function leaveAll(): void {
  for (const each of [...here]) each.leave()
}

/** Whether a process of this machine runs and is the one that left the card. */
function runs({ pid, began }: Card): boolean {
  const now = beganAt(pid)
  if (now !== undefined) return now === began
  try {
    process.kill(pid, 0)
    return began === ''
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' && began === ''
  }
}

/** When a process began, in clock ticks since the machine did; undefined where there is no such process, or no /proc. */
function beganAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // Of a zombie only the entry is left; but a thread of it may still be in the middle of a write.
    if (fields[0] === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1) return undefined
    return fields[19]
  } catch {
    return undefined
  }
}

let named: string | undefined

/** Tells machines apart, and containers on one machine whose process numbers mean different things; no name that a reader could use. */
function host(): string {
  named ??= createHash('sha256')
    .update([os.hostname(), read('/proc/sys/kernel/random/boot_id'), link('/proc/self/ns/pid')].join('\n'))
    .digest('hex')
    .slice(0, 16)
  return named
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
