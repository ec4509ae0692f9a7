// The terminal's input while it is ours: raw keys, pastes that are marked, Ctrl-Z.
import type { ReadStream, WriteStream } from 'node:tty'
import { type Key, KeyReader } from './keys.js'

/** How long an Escape waits to see if it begins a key's sequence, in milliseconds. */
const ESCAPE_WAIT = 40

export interface KeyboardEvents {
  keys(keys: Key[]): void
  /** The terminal is ours again after somebody else had it: what was drawn may be gone. */
  resumed(): void
  ended(): void
}

export class Keyboard {
  readonly #input: ReadStream
  readonly #output: WriteStream
  readonly #events: KeyboardEvents
  readonly #reader = new KeyReader()

  constructor(input: ReadStream, output: WriteStream, events: KeyboardEvents) {
    this.#input = input
    this.#output = output
    this.#events = events
    input.setEncoding('utf8')
    this.#raw(true)
    let undecided: NodeJS.Timeout | undefined
    input.on('data', (text: string) => {
      clearTimeout(undecided)
      events.keys(this.#reader.push(text))
      if (this.#reader.undecided) undecided = setTimeout(() => events.keys(this.#reader.flush()), ESCAPE_WAIT)
    })
    input.on('end', () => events.ended())
    process.on('SIGCONT', this.#resume)
    input.resume()
  }

  /** Gives the terminal to the shell, as Ctrl-Z does. */
  suspend(): void {
    this.#raw(false)
    // The whole group, as the terminal does it. Where nothing can continue us, the timer comes at once.
    process.kill(0, 'SIGTSTP')
    setTimeout(this.#resume, 50)
  }

  /** Gives the terminal back for good. */
  close(): void {
    process.off('SIGCONT', this.#resume)
    this.#raw(false)
    this.#input.pause()
  }

  #raw(on: boolean): void {
    this.#input.setRawMode(on)
    this.#output.write(on ? '\x1b[?2004h' : '\x1b[?2004l\x1b[?25h')
  }

  readonly #resume = (): void => {
    // The shell has set the terminal its own way behind Node's back: only a change is carried out.
    this.#input.setRawMode(false)
    this.#raw(true)
    this.#events.resumed()
  }
}
