// A Jupyter client on bare sockets, written from the protocol and not from the kernel's own code, so
// that both cannot make the same mistake. It can also send what no well-behaved client sends.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Dealer, Request, Subscriber } from 'zeromq'
import { command, temporaryFolder } from '../tools.js'

// biome-ignore lint/suspicious/noExplicitAny: message content, whose shape is what the tests look at
export type Content = Record<string, any>

export interface Received {
  channel: 'shell' | 'control' | 'stdin' | 'iopub'
  type: string
  header: Content
  parent: Content
  metadata: Content
  content: Content
  buffers: Buffer[]
}

export interface SendOptions {
  channel?: 'shell' | 'control' | 'stdin'
  metadata?: Content
  buffers?: Uint8Array[]
  header?: Content
  parent?: Content
  /** Signs with another key. */
  key?: string
}

export interface Ran {
  id: string
  reply: Received
  /** What came on iopub for this request, up to its idle status. */
  outputs: Received[]
  types: string[]
  text(name?: string): string
  value: unknown
}

export interface Ports {
  ip: string
  transport: string
  key: string
  shell_port: number
  control_port: number
  iopub_port: number
  stdin_port: number
  hb_port: number
}

/** A kernel process of the built command, without Jupyter. */
export class RawKernel {
  readonly child: ChildProcess
  readonly ports: Ports
  readonly log: () => string
  readonly folder: string
  readonly #remove: () => void

  private constructor(child: ChildProcess, ports: Ports, log: () => string, folder: string, remove: () => void) {
    this.child = child
    this.ports = ports
    this.log = log
    this.folder = folder
    this.#remove = remove
  }

  static async start(env: NodeJS.ProcessEnv = {}): Promise<RawKernel> {
    const { folder, remove } = temporaryFolder()
    const [shell_port, control_port, iopub_port, stdin_port, hb_port] = (await freePorts(5)) as [
      number,
      number,
      number,
      number,
      number,
    ]
    const ports = {
      ip: '127.0.0.1',
      transport: 'tcp',
      key: randomUUID(),
      shell_port,
      control_port,
      iopub_port,
      stdin_port,
      hb_port,
    }
    const file = path.join(folder, 'connection.json')
    writeFileSync(file, JSON.stringify({ ...ports, signature_scheme: 'hmac-sha256' }))
    const child = spawn(process.execPath, [command, 'kernel', file], {
      cwd: folder,
      env: { ...process.env, SKYLAB_HISTORY: path.join(folder, 'history.jsonl'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let log = ''
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (text) => (log += text))
    return new RawKernel(child, ports, () => log, folder, remove)
  }

  /** A connected client that the kernel has greeted. */
  async client(): Promise<RawClient> {
    const client = new RawClient(this.ports)
    await client.until(({ type }) => type === 'iopub_welcome', 30)
    return client
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  historyLines(): string[] {
    return readFileSync(path.join(this.folder, 'history.jsonl'), 'utf8').trim().split('\n')
  }

  async close(): Promise<void> {
    if (this.alive) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve))
      this.child.kill('SIGTERM')
      await ended
    }
    this.#remove()
  }
}

export class RawClient {
  readonly session = randomUUID()
  readonly ports: Ports
  /** Everything that has come, in the order in which it came on each socket. */
  readonly received: Received[] = []
  readonly #sockets: { shell: Dealer; control: Dealer; stdin: Dealer }
  readonly #iopub = new Subscriber({ receiveHighWaterMark: 0 })
  #wake: (() => void)[] = []

  constructor(ports: Ports) {
    this.ports = ports
    const routingId = randomUUID()
    const dealer = () => new Dealer({ routingId, linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 })
    this.#sockets = { shell: dealer(), control: dealer(), stdin: dealer() }
    for (const [name, socket] of Object.entries(this.#sockets)) {
      socket.connect(this.#address(`${name}_port` as 'shell_port'))
      void this.#read(name as 'shell', socket)
    }
    this.#iopub.connect(this.#address('iopub_port'))
    this.#iopub.subscribe('')
    void this.#read('iopub', this.#iopub)
  }

  /** Sends a signed message; gives its id. */
  async send(type: string, content: unknown = {}, options: SendOptions = {}): Promise<string> {
    const header = {
      msg_id: randomUUID(),
      session: this.session,
      username: 'test',
      date: new Date().toISOString(),
      msg_type: type,
      version: '5.4',
      ...options.header,
    }
    const parts = [header, options.parent ?? {}, options.metadata ?? {}, content].map((part) =>
      Buffer.from(JSON.stringify(part)),
    )
    await this.sendFrames(this.frames(parts, options), options.channel)
    return header.msg_id
  }

  /** The frames of a message from its four parts. */
  frames(parts: Uint8Array[], { key = this.ports.key, buffers = [] }: SendOptions = {}): Uint8Array[] {
    const hmac = createHmac('sha256', key)
    for (const part of parts) hmac.update(part)
    return [Buffer.from('<IDS|MSG>'), Buffer.from(hmac.digest('hex')), ...parts, ...buffers]
  }

  async sendFrames(frames: Uint8Array[], channel: 'shell' | 'control' | 'stdin' = 'shell'): Promise<void> {
    await this.#sockets[channel].send(frames as Buffer[])
  }

  /** Waits for a message that fits, also among those that have come. */
  async until(fits: (message: Received) => boolean, seconds = 20): Promise<Received> {
    const end = Date.now() + seconds * 1000
    for (let at = 0; ; ) {
      for (; at < this.received.length; at++) if (fits(this.received[at]!)) return this.received[at]!
      if (Date.now() > end) {
        const types = this.received.slice(-20).map(({ channel, type }) => `${channel} ${type}`)
        throw new Error(`waited ${seconds} s for ${fits}; the latest: ${types.join(', ')}`)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200)
        this.#wake.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  /** Sends a request and waits for its reply and for the idle status after it. */
  async request(type: string, content: Content = {}, options: SendOptions = {}): Promise<Received> {
    const id = await this.send(type, content, options)
    const reply = await this.until(
      ({ parent, channel }) => parent.msg_id === id && channel === (options.channel ?? 'shell'),
    )
    await this.idle(id)
    return reply
  }

  idle(id: string, seconds = 60): Promise<Received> {
    return this.until((message) => message.parent.msg_id === id && message.content.execution_state === 'idle', seconds)
  }

  /** Sends a cell; gives its id. */
  execute(code: string, options: Content = {}): Promise<string> {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    }
    return this.send('execute_request', { ...content, ...options })
  }

  /** Waits for the end of a cell. */
  async result(id: string, seconds = 60): Promise<Ran> {
    const reply = await this.until(({ type, parent }) => type === 'execute_reply' && parent.msg_id === id, seconds)
    const idle = await this.idle(id, seconds)
    const place = this.received.indexOf(idle)
    const outputs = this.received.filter(
      ({ channel, parent }, at) => channel === 'iopub' && parent.msg_id === id && at <= place,
    )
    const text = (name = 'stdout') =>
      outputs
        .filter(({ type, content }) => type === 'stream' && content.name === name)
        .map(({ content }) => content.text)
        .join('')
    const value = outputs.find(({ type }) => type === 'execute_result')?.content.data['text/plain']
    return { id, reply, outputs, types: outputs.map(({ type }) => type), text, value }
  }

  async run(code: string, options: Content = {}): Promise<Ran> {
    return this.result(await this.execute(code, options))
  }

  /** Whether the heartbeat gives back what it is given. */
  async heartbeat(): Promise<boolean> {
    const socket = new Request({ linger: 0, receiveTimeout: 5000 })
    socket.connect(this.#address('hb_port'))
    await socket.send('ping')
    const [answer] = await socket.receive()
    socket.close()
    return String(answer) === 'ping'
  }

  close(): void {
    for (const socket of [...Object.values(this.#sockets), this.#iopub]) socket.close()
  }

  #address(port: keyof Ports): string {
    return `${this.ports.transport}://${this.ports.ip}:${this.ports[port]}`
  }

  async #read(channel: Received['channel'], socket: AsyncIterable<Buffer[]>): Promise<void> {
    for await (const frames of socket) {
      const at = frames.findIndex((frame) => frame.toString() === '<IDS|MSG>')
      const [signature, ...rest] = frames.slice(at + 1)
      const hmac = createHmac('sha256', this.ports.key)
      for (const part of rest.slice(0, 4)) hmac.update(part)
      if (hmac.digest('hex') !== String(signature)) throw new Error(`a message on ${channel} is badly signed`)
      const [header, parent, metadata, content] = rest.slice(0, 4).map((part) => JSON.parse(part.toString()))
      this.received.push({ channel, type: header.msg_type, header, parent, metadata, content, buffers: rest.slice(4) })
      for (const wake of this.#wake.splice(0)) wake()
    }
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer())
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)),
        ),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
