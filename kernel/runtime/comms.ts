// Comms: named lines between cells and the front end, open in both directions.
//
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { CommMessage } from '../session.js'
import { currentCell, RunningCell, runFor } from './cell.js'
import { clearTimers } from './timers.js'
import { writeMessage } from './writer.js'

/** JSON of a comm message. */
export type CommData = Record<string, unknown>

/** Binary data that travels beside the JSON of a message. */
export type CommBuffer = ArrayBuffer | ArrayBufferView

export interface SendOptions {
  buffers?: readonly CommBuffer[]
  metadata?: CommData
}

/** What a handler is given. */
export interface Received {
  data: CommData
  metadata: CommData
  buffers: Uint8Array<ArrayBuffer>[]
}

type Handler = (message: Received) => unknown

/** A handler and the cell to which what it shows belongs. */
interface Registered<T> {
  handler: T
  cell: RunningCell
}

const comms = new Map<string, Comm>()
const targets = new Map<string, Registered<(comm: Comm, opening: Received) => unknown>>()
/** The front end's message that is being handled: what is sent meanwhile answers it. And whose handlers have run. */
const handling = new AsyncLocalStorage<{ number: number; cells: Set<number> }>()
/** Handlers that have not ended. */
const tasks = new Set<RunningCell>()

let receive: (comm: Comm, kind: 'message' | 'close', message: Received) => Promise<void>[]

/** One line to the front end. It stays open from cell to cell, until one side closes it. */
export class Comm {
  readonly id: string
  readonly target: string
  #open = true
  readonly #onMessage = new Set<Registered<Handler>>()
  readonly #onClose = new Set<Registered<Handler>>()

  /** `comms.open` and `comms.on` make comms. */
  constructor(id: string, target: string) {
    this.id = id
    this.target = target
    comms.set(id, this)
  }

  /** False once one side has closed it. */
  get isOpen(): boolean {
    return this.#open
  }

  /** Sends a message. @throws Error where the comm is closed, or the data is no JSON. */
  send(data: CommData = {}, options: SendOptions = {}): void {
    if (!this.#open) throw new Error(`The comm ${this.target} (${this.id}) is closed: nothing can be sent on it.`)
    write('message', this, data, options)
  }

  /**
   * Calls back for each message of the front end, from now on. What the handler shows goes to the
   * cell that registered it. Gives a function that ends it.
   */
  onMessage(handler: Handler): () => void {
    return register(this.#onMessage, handler)
  }

  /** Calls back when the front end closes the comm. */
  onClose(handler: Handler): () => void {
    return register(this.#onClose, handler)
  }

  /** Closes it on both sides. A second call does nothing. */
  close(data: CommData = {}, options: SendOptions = {}): void {
    if (!this.#open) return
    write('close', this, data, options)
    this.#forget()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** The messages from now on, until the comm is closed: `for await (const { data } of comm)`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received, void, undefined> {
    const waiting: Received[] = []
    let wake: () => void = () => {}
    const ends = [
      this.onMessage((message) => {
        waiting.push(message)
        wake()
      }),
      this.onClose(() => wake()),
    ]
    try {
      while (this.#open || waiting.length > 0) {
        const next = waiting.shift()
        if (next) yield next
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    } finally {
      for (const end of ends) end()
    }
  }

  #forget(): void {
    this.#open = false
    comms.delete(this.id)
  }

  static {
    receive = (comm, kind, message) => {
      const handlers = [...(kind === 'message' ? comm.#onMessage : comm.#onClose)]
      // A close handler must find it closed, and an iterator must end.
      if (kind === 'close') comm.#forget()
      return handlers.map(({ handler, cell }) => handle(cell, () => handler(message)))
    }
  }
}

/** What a cell calls as `comms`. */
export const cellComms = {
  /** Opens a comm to the front end, where something must know the target. */
  open(target: string, data: CommData = {}, options: SendOptions & { id?: string } = {}): Comm {
    const comm = new Comm(options.id ?? randomUUID(), String(target))
    write('open', comm, data, options)
    return comm
  },
  /**
   * Takes the comms that the front end opens with this target, from now on; the latest call holds.
   * What the handler shows goes to the cell that called. Gives a function that ends it.
   */
  on(target: string, handler: (comm: Comm, opening: Received) => unknown): () => void {
    checkHandler(handler)
    const entry = { handler, cell: currentCell() }
    targets.set(target, entry)
    return () => {
      if (targets.get(target) === entry) targets.delete(target)
    }
  },
  /** The comms that are open. */
  list(): Comm[] {
    return [...comms.values()]
  },
}

/** Takes a message of the front end; says when the handlers have run, so that the front end sees the kernel idle again. */
export function deliver(number: number, message: CommMessage): void {
  const cells = new Set<number>()
  handling.run({ number, cells }, () => {
    void Promise.allSettled(dispatch(message)).then(() => writeMessage({ kind: 'handled', number, cells: [...cells] }))
  })
}

function dispatch(message: CommMessage): Promise<void>[] {
  const given: Received = {
    data: message.data,
    metadata: message.metadata ?? {},
    buffers: (message.buffers ?? []).map((bytes) => new Uint8Array(bytes)),
  }
  const known = comms.get(message.id)
  if (message.kind !== 'open') return known ? receive(known, message.kind, given) : []
  const target = targets.get(message.target ?? '')
  if (!target || known) {
    writeMessage({
      kind: 'comm',
      cell: currentCell().id,
      ...answers(),
      message: { kind: 'close', id: message.id, data: {} },
    })
    return []
  }
  const comm = new Comm(message.id, message.target ?? '')
  writeMessage({ kind: 'comm-opened', cell: target.cell.id, id: comm.id, target: comm.target })
  return [
    handle(
      target.cell,
      () => target.handler(comm, given),
      () => comm.close(),
    ),
  ]
}

/** Handlers are code of cells, and an interrupt ends what they wait for. */
export function stopHandlers(reason: Error): void {
  for (const task of tasks) {
    clearTimers(task)
    task.stop?.(reason)
    setImmediate(() => runFor(task, () => task.controller.abort(reason)))
  }
  tasks.clear()
}

/** Told of an error in a handler; it is set by the runtime. */
export const faults: { report(thrown: unknown): void } = { report: () => {} }

/** Runs a handler as its cell's; never rejects. A task of its own, so that it has a signal and timers of its own. */
async function handle(cell: RunningCell, work: () => unknown, failed?: () => void): Promise<void> {
  const task = new RunningCell(cell.id, cell.count, cell)
  task.state = 'async'
  handling.getStore()?.cells.add(cell.id)
  tasks.add(task)
  await runFor(task, async () => {
    const stopped = new Promise<never>((_, reject) => {
      task.stop = reject
    })
    try {
      await Promise.race([work(), stopped])
    } catch (error) {
      faults.report(error)
      failed?.()
    }
  })
  tasks.delete(task)
}

/** A handler that runs as this cell's, whoever calls it: what it shows goes here. Its errors are told there too. */
export function inCell<T extends unknown[]>(handler: (...values: T) => unknown): (...values: T) => Promise<void> {
  checkHandler(handler)
  const cell = currentCell()
  return (...values) => handle(cell, () => handler(...values))
}

function checkHandler(handler: unknown): void {
  if (typeof handler !== 'function') throw new TypeError(`A handler must be a function; this is ${typeof handler}.`)
}

function register(handlers: Set<Registered<Handler>>, handler: Handler): () => void {
  checkHandler(handler)
  const entry = { handler, cell: currentCell() }
  handlers.add(entry)
  return () => handlers.delete(entry)
}

function write(kind: CommMessage['kind'], comm: Comm, data: CommData, options: SendOptions): void {
  const { metadata } = options
  const message: CommMessage = { kind, id: comm.id, data, ...(metadata ? { metadata } : {}) }
  if (kind === 'open') message.target = comm.target
  const buffers = (options.buffers ?? []).map(bytesOf)
  writeMessage({ kind: 'comm', cell: currentCell().id, ...answers(), message }, buffers)
}

function answers(): { number?: number } {
  const message = handling.getStore()
  return message ? { number: message.number } : {}
}

/** The bytes of a buffer or view, not copied. */
export function bytesOf(buffer: CommBuffer): Uint8Array {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer)
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  throw new TypeError(`A buffer must be an ArrayBuffer or a typed array; this is ${typeof buffer}.`)
}
