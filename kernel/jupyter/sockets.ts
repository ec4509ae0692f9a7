// The five sockets of a kernel: opened, read, and written in order.
import { getHashes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { MessageLike, Router, XPublisher } from 'zeromq'
import { Fault, systemCode } from '../fault.js'
import {
  type Content,
  decode,
  encode,
  type Header,
  type Message,
  newHeader,
  type Signed,
  type Signing,
} from './wire.js'

/** What a client writes into the connection file. */
export interface Connection {
  transport: string
  ip: string
  shell_port: number
  control_port: number
  iopub_port: number
  stdin_port: number
  hb_port: number
  key: string
  signature_scheme: string
}

export type Channel = 'shell' | 'control' | 'stdin'

const ports = ['shell_port', 'control_port', 'iopub_port', 'stdin_port', 'hb_port'] as const

/** Reads a connection file. Throws a Fault where it is missing or incomplete. */
export function readConnection(file: string): Connection {
  let raw: Partial<Connection>
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT'
    throw new Fault(
      missing ? `There is no connection file ${file}.` : `${file} is no connection file: ${(error as Error).message}`,
      'Jupyter starts the kernel itself: type skylab install, then choose the kernel in Jupyter',
      2,
      error,
    )
  }
  const lacking = [...ports, 'ip', 'transport'].filter((name) => !(name in raw))
  if (lacking.length)
    throw new Fault(
      `${file} is no connection file: it has no ${lacking.join(', no ')}.`,
      'skylab kernel CONNECTION_FILE',
      2,
    )
  const connection = { key: '', signature_scheme: 'hmac-sha256', ...raw } as Connection
  const digest = connection.signature_scheme.replace(/^hmac-/, '')
  if (connection.key && !getHashes().includes(digest))
    throw new Fault(
      `${file} asks for signatures of the scheme ${JSON.stringify(connection.signature_scheme)}, which is not known here.`,
      'let the client sign with hmac-sha256',
      2,
    )
  return connection
}

export interface SocketsOptions {
  onMessage(channel: Channel, message: Message): void
  /** A message that was dropped, and why. */
  onDropped(channel: Channel, why: string): void
  session: string
}

export class Sockets {
  readonly #routers: Record<Channel, Router>
  readonly #iopub: XPublisher
  readonly #heartbeat: Router
  readonly #signing: Signing
  readonly #options: SocketsOptions
  readonly #seen: Seen
  /** Last message on its way out of each socket: a socket takes one at a time. */
  readonly #sending = new Map<unknown, Promise<void>>()
  #closed = false

  private constructor(
    sockets: { routers: Record<Channel, Router>; iopub: XPublisher; heartbeat: Router },
    signing: Signing,
    options: SocketsOptions,
  ) {
    this.#routers = sockets.routers
    this.#iopub = sockets.iopub
    this.#heartbeat = sockets.heartbeat
    this.#signing = signing
    this.#options = options
    this.#seen = new Seen()
  }

  /** Binds all five and begins to read. Throws a Fault where a port cannot be bound. */
  static async open(connection: Connection, options: SocketsOptions): Promise<Sockets> {
    const zmq = await import('zeromq')
    const routers = { shell: new zmq.Router(), control: new zmq.Router(), stdin: new zmq.Router() }
    // The queue of output that waits for a slow client: beyond it messages are lost, so it is long.
    const iopub = new zmq.XPublisher({ sendHighWaterMark: 200_000 })
    iopub.verbosity = 'allSubs'
    const heartbeat = new zmq.Router()
    const all = [routers.shell, routers.control, iopub, routers.stdin, heartbeat]
    for (const [place, socket] of all.entries()) {
      socket.linger = 1000
      await bind(socket, connection, connection[ports[place]!])
    }
    // A client that reconnects with the same identity takes over from its old connection.
    for (const socket of Object.values(routers)) socket.handover = true
    const signing = { key: connection.key, scheme: connection.signature_scheme }
    const sockets = new Sockets({ routers, iopub, heartbeat }, signing, options)
    for (const channel of ['shell', 'control', 'stdin'] as const) void sockets.#read(channel)
    void sockets.#echo()
    void sockets.#welcome()
    return sockets
  }

  /** Answers on a channel, to whom the request came from. */
  reply(channel: Channel, request: Message, type: string, content: Content, metadata: Content = {}): Promise<void> {
    return this.#send(
      this.#routers[channel],
      this.#message(type, content, request.header, request.identities, metadata),
    )
  }

  /** Tells every client. */
  publish(
    type: string,
    content: Content,
    parent: Header | undefined,
    extra: { metadata?: Content | undefined; topic?: string; buffers?: Uint8Array[] | undefined } = {},
  ): Promise<void> {
    const topic = Buffer.from(extra.topic ?? `kernel.${this.#options.session}.${type}`)
    const message = this.#message(type, content, parent, [topic], extra.metadata ?? {})
    return this.#send(this.#iopub, extra.buffers ? { ...message, buffers: extra.buffers } : message)
  }

  /** Closes all sockets after what was sent has left. */
  async close(): Promise<void> {
    await Promise.all(this.#sending.values())
    this.#closed = true
    for (const socket of [...Object.values(this.#routers), this.#iopub, this.#heartbeat]) socket.close()
  }

  #message(
    type: string,
    content: Content,
    parent: Header | undefined,
    identities: Uint8Array[],
    metadata: Content,
  ): Message {
    return {
      identities,
      header: newHeader(type, this.#options.session),
      parent: parent ?? {},
      metadata,
      content,
      buffers: [],
    }
  }

  #send(socket: Router | XPublisher, message: Message): Promise<void> {
    const frames = encode(message, this.#signing)
    const sent = (this.#sending.get(socket) ?? Promise.resolve()).then(async () => {
      // A client that has gone cannot be told; the others can.
      if (!this.#closed) await socket.send(frames as MessageLike[]).catch(() => undefined)
    })
    this.#sending.set(socket, sent)
    return sent
  }

  async #read(channel: Channel): Promise<void> {
    for await (const frames of this.#routers[channel]) {
      const message = decode(frames, this.#signing)
      if ('unreadable' in message) this.#options.onDropped(channel, message.unreadable)
      else if (this.#seen.again(message)) {
        // A second request to shut down changes nothing: nobody needs to hear of it.
        if (message.header.msg_type !== 'shutdown_request')
          this.#options.onDropped(channel, 'a message that came before')
      } else this.#options.onMessage(channel, message)
    }
  }

  async #echo(): Promise<void> {
    for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames).catch(() => undefined)
  }

  /** Greets each new subscriber (JEP 65), so that a client knows from when on it misses nothing. */
  async #welcome(): Promise<void> {
    for await (const [frame] of this.#iopub) {
      if (frame?.[0] !== 1) continue
      const topic = frame.subarray(1).toString()
      void this.publish('iopub_welcome', { subscription: topic }, undefined, { topic })
    }
  }
}

/**
 * Signatures of the latest messages: one that comes twice is a replay, and must not run twice. The ids
 * would not do: jupyter_client's manager and client of one session count their messages apart.
 */
class Seen {
  readonly #signatures = new Set<string>()

  again({ signature }: Signed): boolean {
    if (signature === '') return false
    if (this.#signatures.has(signature)) return true
    this.#signatures.add(signature)
    if (this.#signatures.size > 65_536) this.#signatures.delete(this.#signatures.values().next().value!)
    return false
  }
}

async function bind(socket: Router | XPublisher, { transport, ip }: Connection, port: number): Promise<void> {
  const address = transport === 'ipc' ? `ipc://${ip}-${port}` : `${transport}://${ip}:${port}`
  try {
    await socket.bind(address)
  } catch (error) {
    throw new Fault(
      `Cannot listen on ${address}: ${(error as Error).message}.`,
      'start the kernel again: the client chooses other ports',
      1,
      error,
    )
  }
}
