// The kernel's side of the comms of one runtime: which are open, and who waits for an answer.
import type { CommMessage } from '../session.js'
import type { DeliverComm, FromRuntime } from './protocol.js'

interface Lines {
  deliver(message: DeliverComm): void
  /** Gives out what a cell says on a comm of its own accord, in order with its other outputs. */
  output(cell: number, message: CommMessage): void
}

type Heard = Extract<FromRuntime, { kind: 'comm' | 'comm-opened' | 'handled' }>

interface Delivery {
  onAnswer(message: CommMessage): void
  handled(): void
}

/** Answers about comms without the runtime, which may be busy. */
export class CommLines {
  /** id → name of the target. */
  readonly open = new Map<string, string>()
  /** id → the cell that opened or took the comm. */
  readonly #owners = new Map<string, number>()
  readonly #deliveries = new Map<number, Delivery>()
  readonly #lines: Lines
  #numbers = 0

  constructor(lines: Lines) {
    this.#lines = lines
  }

  /** Resolves when the runtime has handled the message, or has been stopped. */
  deliver(message: CommMessage, onAnswer: (message: CommMessage) => void): Promise<void> {
    const number = ++this.#numbers
    if (message.kind === 'close') this.#forget(message.id)
    const { buffers = [], ...rest } = message
    const coded = buffers.map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'))
    return new Promise((handled) => {
      this.#deliveries.set(number, { onAnswer, handled })
      this.#lines.deliver({ kind: 'comm', number, message: { ...rest, buffers: coded } })
    })
  }

  heard(said: Heard, buffers: Uint8Array[]): void {
    if (said.kind === 'handled') {
      const delivery = this.#deliveries.get(said.number)
      this.#deliveries.delete(said.number)
      delivery?.handled()
      return
    }
    if (said.kind === 'comm-opened') {
      this.#remember(said.id, said.target, said.cell)
      return
    }
    const message: CommMessage = { ...said.message, ...(buffers.length > 0 ? { buffers } : {}) }
    if (message.kind === 'open') this.#remember(message.id, message.target ?? '', said.cell)
    else if (message.kind === 'close') this.#forget(message.id)
    const delivery = said.number === undefined ? undefined : this.#deliveries.get(said.number)
    if (delivery) delivery.onAnswer(message)
    else this.#lines.output(said.cell, message)
  }

  /** After an interrupt: a handler that was terminated never says that it has ended. */
  release(): void {
    const waiting = [...this.#deliveries.values()]
    this.#deliveries.clear()
    for (const { handled } of waiting) handled()
  }

  /** The runtime is gone, and with it the cells' ends of all comms: the front end is told. */
  close(): void {
    for (const [id, cell] of this.#owners) this.#lines.output(cell, { kind: 'close', id, data: {} })
    this.open.clear()
    this.#owners.clear()
    this.release()
  }

  #remember(id: string, target: string, cell: number): void {
    this.open.set(id, target)
    this.#owners.set(id, cell)
  }

  #forget(id: string): void {
    this.open.delete(id)
    this.#owners.delete(id)
  }
}
