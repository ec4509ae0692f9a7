// A model that this project started: asked like any other, and stopped when it is no longer needed.
import { Model } from '../../sample/model.js'
import { Stopped } from '../../stopped.js'
import type { ServeOptions } from './options.js'
import type { Place } from './place.js'
import { endScript, LEASE, renewScript, serverState } from './script.js'
import type { Tunnel } from './tunnel.js'

/** Seconds between two signs of life to the far side. */
const RENEW = 20
/** Seconds between two looks at whether the server still runs, while an answer is waited for. */
const LOOK = 5

export interface ServedFacts {
  place: Place
  tunnel: Tunnel
  /** Where: 'ssh://h100', 'local'. */
  on: string
  /** The server's folder on the far machine. */
  dir: string
  /** What is served: hub id, folder or file. */
  of: string
  /** Hash of the weights, hex. */
  weights: string
  keep: boolean
}

/**
 * A served model. `sample` and `evaluate` take it; `stop()` frees the GPUs.
 *
 * Answers are kept under the weights, not under the port: the same checkpoint served again, here or elsewhere
 * tomorrow, does not answer again what it has answered, and another checkpoint under the same path does.
 */
export class Served extends Model {
  readonly on: string
  readonly dir: string
  readonly of: string
  readonly weights: string
  readonly #facts: ServedFacts
  readonly #renew: NodeJS.Timeout | undefined
  /** The requests under way, each with what ends it. */
  readonly #waiting = new Set<AbortController>()
  #watch: NodeJS.Timeout | undefined
  #stopped = false

  constructor(name: string, options: ServeOptions, facts: ServedFacts) {
    const { concurrency, price, record, system, timeout, retries } = options
    const given = { concurrency, price, record, system, timeout, retries }
    const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    super(name, {
      ...set,
      baseURL: `http://127.0.0.1:${facts.tunnel.port}/v1`,
      identity: `served:${facts.weights.slice(0, 32)}`,
    })
    this.on = facts.on
    this.dir = facts.dir
    this.of = facts.of
    this.weights = facts.weights
    this.#facts = facts
    if (!facts.keep) {
      const renew = () => void facts.place.exec(renewScript(facts.dir)).catch(() => undefined)
      this.#renew = setInterval(renew, RENEW * 1000).unref()
    }
  }

  override get origin(): string {
    return `${this.of} on ${this.on}`
  }

  /** Whether it still runs. */
  async running(): Promise<boolean> {
    return !this.#stopped && (await look(this.#facts.place, this.dir, 0)).pids.length > 0
  }

  /** The last lines that the server printed. */
  async logs(count = 20): Promise<string[]> {
    return (await look(this.#facts.place, this.dir, count)).log
  }

  /** Ends the server and all its processes. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#renew)
    await this.#facts.place.exec(endScript(this.dir, 10))
    this.#facts.tunnel.close()
  }

  /** As any model; and where the server has ended, that is said at once, with its last words, and not waited for. */
  override async ask(...asked: Parameters<Model['ask']>): ReturnType<Model['ask']> {
    const [chat, signal, ...rest] = asked
    if (this.#stopped) throw await this.#explained()
    const ended = new AbortController()
    this.#waiting.add(ended)
    this.#watch ??= setInterval(() => void this.#lookAfter(), LOOK * 1000).unref()
    try {
      return await super.ask(chat, signal ? AbortSignal.any([signal, ended.signal]) : ended.signal, ...rest)
    } catch (error) {
      if (error instanceof Stopped && error.code === 'no-server' && !ended.signal.aborted)
        throw await this.#explained(error)
      throw error
    } finally {
      this.#waiting.delete(ended)
      if (this.#waiting.size === 0) {
        clearInterval(this.#watch)
        this.#watch = undefined
      }
    }
  }

  async #lookAfter(): Promise<void> {
    const state = await look(this.#facts.place, this.dir, 0).catch(() => undefined)
    // A machine that cannot be reached says nothing about the server: its answers are waited for.
    if (!state || state.pids.length > 0) return
    const why = await this.#explained()
    for (const one of this.#waiting) one.abort(why)
  }

  /** Why nobody answers: the server's own last words, where it has ended. */
  async #explained(error?: Stopped): Promise<Stopped> {
    const state = await look(this.#facts.place, this.dir, 12).catch(() => undefined)
    if (error && (!state || state.pids.length > 0)) return error
    const log = state?.log ?? []
    const how = this.#stopped
      ? 'was stopped by stop()'
      : log.some((line) => line.startsWith('[skylab]'))
        ? `was stopped: no kernel had used it for ${LEASE / 60} minutes`
        : state?.exit === undefined
          ? 'was killed'
          : `has ended with exit status ${state.exit}`
    return new Stopped(
      'no-server',
      `${this.id} on ${this.on} ${how}. ${lastWords(log)}`,
      'serve(…) once more   # the answers so far are kept',
      error,
    )
  }
}

export interface ServerState {
  pids: string[]
  /** Port on the far machine's loopback; undefined until it has chosen one. */
  port: number | undefined
  exit: number | undefined
  log: string[]
}

/** How a server stands, as its folder says. */
export async function look(place: Place, dir: string, lines: number): Promise<ServerState> {
  const text = (await place.exec(serverState(dir, lines))).stdout.toString()
  const split = text.indexOf('--\n')
  const [head, log] = split < 0 ? [text, ''] : [text.slice(0, split), text.slice(split + 3)]
  const one = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(head)?.[1]?.trim()
  const number = (value: string | undefined) => (value ? Number(value) : undefined)
  return {
    pids: (one('pids') ?? '').split(' ').filter(Boolean),
    port: number(one('port')),
    exit: number(one('exit')),
    // A progress bar rewrites its line; only what it showed last is a line.
    log: log
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1))
      .filter((line) => line.trim() !== ''),
  }
}

export function lastWords(log: string[]): string {
  return log.length ? `The last lines of its log:\n${log.map((line) => `    ${line}`).join('\n')}` : 'Its log is empty.'
}
