// The servers behind one model: who takes the next request, who is gone, who is back.
import { Stopped } from '../../stopped.js'
import { onAbort } from '../wire/abort.js'
import type { Health, Replica } from './replica.js'

/** Groups of requests whose server is remembered: the samples of one problem go where its prompt is in the cache. */
const REMEMBERED = 4096
/** A server is worth waiting for that answered so many seconds before it was gone, or later. */
const LATELY = 600
/** Longest time between two looks at a server that is gone, in seconds. */
const LONGEST_BETWEEN = 30

/** A turn at a server: one request may be sent. */
export interface Turn {
  replica: Replica
  /** Aborted when the server turns out to be gone. */
  gone: AbortSignal
  /** Gives the turn back. */
  end(): void
}

interface Waiting {
  group: string
  give(turn: Turn): void
  fail(error: unknown): void
}

export interface FleetOptions {
  /** Looks whether a server is there; rejects with the reason where it is not. */
  look(replica: Replica): Promise<void>
  /** Seconds for which a model is waited for whose servers are all gone. */
  patience: number
  /** Requests at once in the beginning of a server that comes back. */
  start: number
}

export class Fleet {
  readonly replicas: readonly Replica[]
  readonly #options: FleetOptions
  readonly #groups = new Map<string, Replica>()
  readonly #looking = new Set<Replica>()
  /** In the order in which they came. */
  readonly #queue = new Set<Waiting>()
  #timer: NodeJS.Timeout | undefined
  #wakeAt = Number.POSITIVE_INFINITY
  /** Keeps the process running while somebody waits; the other timers do not. */
  #hold: NodeJS.Timeout | undefined

  constructor(replicas: readonly Replica[], options: FleetOptions) {
    this.replicas = replicas
    this.#options = options
  }

  /** Requests that wait for a turn. */
  get waiting(): number {
    return this.#queue.size
  }

  health(): Health[] {
    return this.replicas.map((replica) => replica.health())
  }

  /**
   * Waits for a turn at one of the servers.
   *
   * @param group Requests of one group go to one server, as long as it has room.
   * @param again Whether the same request had a turn before.
   * @throws Stopped('no-server') when all are gone and stay so; the signal's reason.
   */
  turn(group: string, again: boolean, signal: AbortSignal): Promise<Turn> {
    if (!again && this.#queue.size === 0 && this.replicas.every(({ open }) => open.size === 0)) this.#anew()
    if (signal.aborted) return Promise.reject(signal.reason)
    if (this.#hopeless()) return Promise.reject(allGone(this.replicas))
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        group,
        give: (turn) => {
          leave()
          resolve(turn)
        },
        fail: (error) => {
          leave()
          reject(error)
        },
      }
      this.#queue.add(waiting)
      const forget = onAbort(signal, () => waiting.fail(signal.reason))
      const leave = () => {
        forget()
        this.#queue.delete(waiting)
        if (this.#queue.size > 0) return
        clearInterval(this.#hold)
        this.#hold = undefined
      }
      this.#serve()
    })
  }

  /** A server has more room, or may be asked again: gives turns to those who wait. */
  wake(): void {
    this.#serve()
  }

  /** Nobody answers at a server: it gets no turns until it is seen again. */
  gone(replica: Replica, why: string): void {
    const fresh = !replica.down
    replica.onGone(why)
    if (fresh) void this.#watch(replica)
    this.#serve()
  }

  /** Looks whether a server is there that behaves as if it were not; breaks off what is under way where it is gone. */
  async suspect(replica: Replica): Promise<void> {
    if (replica.down || this.#looking.has(replica)) return
    this.#looking.add(replica)
    const why = await this.#options.look(replica).then(() => undefined, reason)
    this.#looking.delete(replica)
    if (why === undefined || replica.down) return
    this.gone(replica, why)
    for (const request of [...replica.open]) request.abort(new Gone(why))
  }

  #serve(): void {
    const began = performance.now()
    for (const waiting of this.#queue) {
      const replica = this.#choose(waiting.group)
      if (!replica) break
      waiting.give(this.#turnAt(replica))
    }
    if (this.#queue.size === 0) return
    this.#hold ??= setInterval(() => {}, 1 << 30)
    this.#wakeLater(began)
  }

  #turnAt(replica: Replica): Turn {
    const request = new AbortController()
    replica.open.add(request)
    return {
      replica,
      gone: request.signal,
      end: () => {
        if (replica.open.delete(request)) this.#serve()
      },
    }
  }

  /** The server of the group where it has room, or nearly; else the one with the least to do for its weight. */
  #choose(group: string): Replica | undefined {
    if (this.replicas.length === 1) return this.replicas[0]!.hasRoom() ? this.replicas[0] : undefined
    const own = this.#groups.get(group)
    if (own?.hasRoom(Math.max(2, own.pace.width >> 3))) return own
    let best: Replica | undefined
    const load = ({ open, weight }: Replica) => (open.size + 1) / weight
    for (const replica of this.replicas) if (replica.hasRoom() && (!best || load(replica) < load(best))) best = replica
    if (!best) return undefined
    this.#groups.delete(group)
    this.#groups.set(group, best)
    if (this.#groups.size > REMEMBERED) this.#groups.delete(this.#groups.keys().next().value!)
    return best
  }

  /**
   * Nobody has room: tries again when the first of those that rest is done with it.
   *
   * @param since When it was asked who has room. A server whose rest ended after that was still taken for one that
   *   rests, and with the clock of now it would be taken for one that does not: nobody would wake.
   */
  #wakeLater(since: number): void {
    const now = performance.now()
    let at = Number.POSITIVE_INFINITY
    for (const { down, pace } of this.replicas) if (!down && pace.quietUntil > since) at = Math.min(at, pace.quietUntil)
    if (at === Number.POSITIVE_INFINITY || (at >= this.#wakeAt && this.#wakeAt > now)) return
    clearTimeout(this.#timer)
    this.#wakeAt = at
    const serve = () => {
      this.#wakeAt = Number.POSITIVE_INFINITY
      this.#serve()
    }
    this.#timer = setTimeout(serve, Math.max(1, at - now + 1)).unref()
  }

  /** Looks again and again at a server that is gone. */
  async #watch(replica: Replica): Promise<void> {
    const { down } = replica
    this.#giveUp()
    for (let looks = -1; ; looks++) {
      const seconds = Math.min(LONGEST_BETWEEN, 2 ** looks)
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000).unref())
      if (replica.down !== down) return
      const why = await this.#options.look(replica).then(() => undefined, reason)
      if (replica.down !== down) return
      if (why === undefined) {
        replica.onBack(this.#options.start)
        return this.#serve()
      }
      replica.onGone(why)
      this.#giveUp()
    }
  }

  /** A run that begins may find servers that were gone in the one before. */
  #anew(): void {
    for (const replica of this.replicas) if (replica.down) replica.onBack(this.#options.start)
  }

  /** Whether all are gone, and none has answered lately or all have been waited for long enough. */
  #hopeless(): boolean {
    const since = Math.max(...this.replicas.map(({ down }) => down?.since ?? Number.POSITIVE_INFINITY))
    if (since === Number.POSITIVE_INFINITY) return false
    const waits = this.replicas.some(({ answeredAt }) => answeredAt > since - LATELY * 1000)
    return !waits || performance.now() - since >= this.#options.patience * 1000
  }

  #giveUp(): void {
    if (!this.#hopeless()) return
    const stopped = allGone(this.replicas)
    // Who asks again, asks servers of which nothing is known.
    for (const replica of this.replicas) replica.answeredAt = Number.NEGATIVE_INFINITY
    for (const waiting of [...this.#queue]) waiting.fail(stopped)
  }
}

/** Breaks a request off whose server turned out to be gone. */
export class Gone extends Error {
  constructor(why: string) {
    super(`the server is gone (${why})`)
  }
}

/** What a model with nobody behind its addresses leads to. */
function allGone(replicas: readonly Replica[]): Stopped {
  const [first] = replicas
  const fix = `Is the server up? Try: curl ${first!.url}/models`
  if (replicas.length === 1) {
    const why = first!.down?.why ?? 'unknown'
    const waited = Number.isFinite(first!.answeredAt) ? ' It had answered before, and was waited for in vain.' : ''
    const what =
      why === 'ECONNREFUSED'
        ? `${first!.url} refused the connection (ECONNREFUSED).`
        : why === 'ENOTFOUND'
          ? `There is no host for ${first!.url} (ENOTFOUND).`
          : `${first!.url} cannot be reached (${why}).`
    return new Stopped('no-server', what + waited, fix)
  }
  const each = replicas.map(({ url, down }) => `${url} (${down?.why ?? 'unknown'})`).join(', ')
  return new Stopped('no-server', `None of the ${replicas.length} servers can be reached: ${each}.`, fix)
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}
