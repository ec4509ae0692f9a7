// What the trainer printed: its last lines, those that hold something, or all that is still to come.
import { setTimeout as sleep } from 'node:timers/promises'
import { host } from '../host.js'
import type { Machine } from './ssh/far.js'
import { quote } from './ssh/shell.js'

export interface LogOptions {
  /** Last lines. @default 20; all that match, with `grep` */
  tail?: number
  /** Only lines with this text in them, or that match. */
  grep?: string | RegExp
  /** Which start of the trainer. @default the newest */
  attempt?: number
}

/** Bytes that are looked through for a regular expression: it is matched here, not there. */
const MOST = 32 * 1024 * 1024

/** The lines, when awaited; and from there on as they come, when iterated. */
export class Logs implements PromiseLike<string[]>, AsyncIterable<string> {
  readonly #far: Machine
  readonly #dir: string
  readonly #options: LogOptions
  readonly #ended: () => Promise<boolean>
  #lines: Promise<string[]> | undefined
  #offset = 0

  constructor(far: Machine, dir: string, options: LogOptions, ended: () => Promise<boolean>) {
    this.#far = far
    this.#dir = dir
    this.#options = options
    this.#ended = ended
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting gives the lines, as a step gives its rows
  then<A = string[], B = never>(
    done?: ((lines: string[]) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#lines ??= this.#read()
    return this.#lines.then(done, failed)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    const signal = host().signal()
    yield* await this
    for (let rest = Buffer.alloc(0); ; ) {
      const ended = await this.#ended()
      const { stdout } = await this.#far.exec(
        `${this.#find()}\ntail -c +${this.#offset + 1} "$log" 2>/dev/null | head -c ${MOST}`,
        { patience: 1800, signal },
      )
      this.#offset += stdout.length
      const all = Buffer.concat([rest, stdout])
      const end = ended && stdout.length === 0 ? all.length : all.lastIndexOf(10) + 1
      rest = Buffer.from(all.subarray(end))
      yield* linesOf(all.toString('utf8', 0, end)).filter((line) => this.#wanted(line))
      if (ended && stdout.length === 0) return
      if (stdout.length === 0) await sleep(1000, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }

  #find(): string {
    const { attempt } = this.#options
    return `cd ${quote(this.#dir)} || exit 1
n=${attempt === undefined ? "$(ls attempts 2>/dev/null | grep -x '[0-9]*' | sort -n | tail -n 1)" : Number(attempt)}
log=attempts/$n/log.txt`
  }

  async #read(): Promise<string[]> {
    const { grep, tail = grep === undefined ? 20 : Number.POSITIVE_INFINITY } = this.#options
    const some =
      typeof grep === 'string'
        ? `tr '\\r' '\\n' | grep -aF -e ${quote(grep)}${Number.isFinite(tail) ? ` | tail -n ${Math.trunc(tail)}` : ''}`
        : grep || !Number.isFinite(tail)
          ? 'cat'
          : `tail -n ${Math.trunc(tail)}`
    // One size for both, so that nothing lies between the last line here and the first that is followed.
    const { stdout } = await this.#far.exec(
      `${this.#find()}
size=$(wc -c < "$log" 2>/dev/null || echo 0)
echo $size
tail -c ${MOST} "$log" 2>/dev/null | head -c "$size" | ${some}
exit 0`,
      { signal: host().signal() },
    )
    const end = stdout.indexOf(10)
    this.#offset = Number(stdout.toString('latin1', 0, end)) || 0
    const lines = linesOf(stdout.toString('utf8', end + 1)).filter((line) => this.#wanted(line))
    return Number.isFinite(tail) ? lines.slice(-Math.trunc(tail)) : lines
  }

  #wanted(line: string): boolean {
    const { grep } = this.#options
    if (line.trim() === '') return false
    return grep === undefined || (typeof grep === 'string' ? line.includes(grep) : line.search(grep) >= 0)
  }
}

/** A progress bar rewrites its line; only what it showed last is a line. */
function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1).replace(/\r$/, ''))
}
