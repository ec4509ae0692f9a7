// Outputs of a cell as messages: streams gathered for some milliseconds, everything in order.
import type { Bundle, CommMessage, Output } from '../session.js'
import type { Sockets } from './sockets.js'
import type { Header } from './wire.js'

/** How long stream text is gathered before it is sent, and how much of it at most. */
const gatherMilliseconds = 20
const gatherCharacters = 64 * 1024

/** Types of messages about comms. */
const commTypes = { open: 'comm_open', message: 'comm_msg', close: 'comm_close' } as const

/**
 * Publishes outputs under the header of the request that each belongs to. A cell may print a hundred
 * thousand lines: sent one by one they would run over the queue of the socket and be lost.
 */
export class Publisher {
  readonly #sockets: Pick<Sockets, 'publish'>
  #pending: { parent: Header; name: string; text: string[]; length: number } | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(sockets: Pick<Sockets, 'publish'>) {
    this.#sockets = sockets
  }

  /** Sends one output of the cell that `parent` asked for. */
  output(output: Output, parent: Header, count: number): void {
    if (output.kind !== 'stream') this.flush()
    if (output.kind === 'stream') this.#stream(output.name, output.text, parent)
    else if (output.kind === 'result')
      this.#publish('execute_result', { ...forWire(output.bundle), execution_count: count }, parent)
    else if (output.kind === 'display')
      this.#publish(
        'display_data',
        { ...forWire(output.bundle), transient: output.id ? { display_id: output.id } : {} },
        parent,
      )
    else if (output.kind === 'update')
      this.#publish('update_display_data', { ...forWire(output.bundle), transient: { display_id: output.id } }, parent)
    else if (output.kind === 'clear') this.#publish('clear_output', { wait: output.wait }, parent)
    else if (output.kind === 'comm') this.comm(output.message, parent)
    else {
      const { name, message, traceback } = output.error
      this.#publish('error', { ename: name, evalue: message, traceback }, parent)
    }
  }

  /** Sends what a cell says on a comm, under the header of the message that it answers. */
  comm(message: CommMessage, parent: Header): void {
    this.flush()
    const { kind, id, data, metadata, buffers } = message
    const content = { comm_id: id, data, ...(kind === 'open' ? { target_name: message.target ?? '' } : {}) }
    void this.#sockets.publish(commTypes[kind], content, parent, { metadata, buffers })
  }

  /** Sends what was gathered. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const pending = this.#pending
    this.#pending = undefined
    if (pending) this.#publish('stream', { name: pending.name, text: pending.text.join('') }, pending.parent)
  }

  #stream(name: string, text: string, parent: Header): void {
    if (this.#pending && (this.#pending.name !== name || this.#pending.parent !== parent)) this.flush()
    this.#pending ??= { parent, name, text: [], length: 0 }
    this.#pending.text.push(text)
    this.#pending.length += text.length
    if (this.#pending.length >= gatherCharacters) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), gatherMilliseconds)
  }

  #publish(type: string, content: Record<string, unknown>, parent: Header): void {
    void this.#sockets.publish(type, content, parent)
  }
}

/** A bundle as message content. */
export function forWire(bundle: Bundle): { data: Record<string, unknown>; metadata: Record<string, unknown> } {
  return { data: bundle.data, metadata: bundle.metadata ?? {} }
}
