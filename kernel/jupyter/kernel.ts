// The kernel as a front end sees it: requests in, replies and outputs out.
//
// Cells are queued; everything else is answered at once, also while a cell computes. No user code
// runs in this process, so nothing that a cell does can make it deaf.
import { type EngineName, typescriptVersion } from '../engine.js'
import { languageInfo } from '../notebook/document.js'
import { version } from '../place.js'
import type { CellError, Outcome, Session } from '../session.js'
import { History } from './history.js'
import { forWire, Publisher } from './publisher.js'
import { type Channel, type Connection, Sockets } from './sockets.js'
import { type Content, type Message, protocolVersion, toCodePoints, toUnits } from './wire.js'

export interface KernelOptions {
  connection: Connection
  /** Opens the session in which cells run. Called once the sockets answer. */
  open(): Promise<Session>
  /** Where dropped messages and faults of the kernel itself are told. */
  log(text: string): void
  history?: History
  /** What understands and runs the cells. @default 'skylab' */
  engine?: EngineName
}

/** Serves one client connection file; resolves when a client has asked for shutdown and all is closed. */
export class Kernel {
  readonly #options: KernelOptions
  readonly #id = crypto.randomUUID()
  readonly #history: History
  #sockets!: Sockets
  #publisher!: Publisher
  #session!: Promise<Session>
  readonly #queue: Message[] = []
  /** Cells that waited behind one that failed. */
  readonly #aborted: Message[] = []
  #running: Message | undefined
  #draining = false
  #count = 0
  /** The prompt that a cell waits for. */
  #asked: { answer(value: string): void; refuse(error: Error): void } | undefined
  #stopping = false
  readonly #stopped = Promise.withResolvers<void>()

  constructor(options: KernelOptions) {
    this.#options = options
    this.#history = options.history ?? new History()
  }

  /** Resolves when the kernel has been shut down. */
  get stopped(): Promise<void> {
    return this.#stopped.promise
  }

  /** Binds the sockets, answers, and opens the session behind them. */
  async start(): Promise<void> {
    this.#sockets = await Sockets.open(this.#options.connection, {
      session: this.#id,
      onMessage: (channel, message) => this.#receive(channel, message),
      onDropped: (channel, why) => this.#options.log(`dropped a message on ${channel}: ${why}`),
    })
    this.#publisher = new Publisher(this.#sockets)
    void this.#sockets.publish('status', { execution_state: 'starting' }, undefined)
    this.#session = this.#options.open()
    // Told where it matters: on the cells that need the session.
    this.#session.catch((error) => this.#options.log(`the session did not start: ${error?.stack ?? error}`))
  }

  /** Ends the running cell, as the stop button does. */
  async interrupt(): Promise<void> {
    const session = await this.#session
    await session.interrupt()
  }

  /** Closes the session and the sockets. */
  async stop(): Promise<void> {
    if (this.#stopping) return this.stopped
    this.#stopping = true
    this.#publisher.flush()
    const session = await this.#session.catch(() => undefined)
    await session?.close().catch((error) => this.#options.log(String(error)))
    await this.#sockets.close()
    this.#stopped.resolve()
  }

  #receive(channel: Channel, message: Message): void {
    if (channel === 'stdin') {
      if (message.header.msg_type === 'input_reply') this.#asked?.answer(String(message.content.value ?? ''))
      return
    }
    if (message.header.msg_type === 'execute_request') {
      this.#queue.push(message)
      if (!this.#draining) void this.#drain()
      return
    }
    void this.#answer(channel, message)
  }

  /** Answers a request that is no cell, between busy and idle of its own. */
  async #answer(channel: Channel, request: Message): Promise<void> {
    this.#status('busy', request)
    try {
      await this.#handle(channel, request)
    } catch (error) {
      this.#options.log(`${request.header.msg_type}: ${(error as Error)?.stack ?? error}`)
      const type = request.header.msg_type.replace(/_request$/, '_reply')
      if (type !== request.header.msg_type) await this.#sockets.reply(channel, request, type, failure(error))
    }
    this.#status('idle', request)
    // Front ends take the latest status for the kernel's: a cell that still runs must not look ended.
    if (this.#running) this.#status('busy', this.#running)
    if (request.header.msg_type === 'shutdown_request') await this.stop()
  }

  async #handle(channel: Channel, request: Message): Promise<void> {
    const reply = (type: string, content: Content) =>
      this.#sockets.reply(channel, request, type, { status: 'ok', ...content })
    const { content } = request
    const code = String(content.code ?? '')
    switch (request.header.msg_type) {
      case 'kernel_info_request':
        return reply('kernel_info_reply', kernelInfo(this.#options.engine ?? 'skylab'))
      case 'connect_request': {
        const { shell_port, control_port, iopub_port, stdin_port, hb_port } = this.#options.connection
        return reply('connect_reply', { shell_port, control_port, iopub_port, stdin_port, hb_port })
      }
      case 'complete_request': {
        const found = await (await this.#session).complete(code, toUnits(code, Number(content.cursor_pos ?? 0)))
        const [start, end] = [toCodePoints(code, found.from), toCodePoints(code, found.to)]
        return reply('complete_reply', {
          matches: found.items.map((item) => item.text),
          cursor_start: start,
          cursor_end: end,
          metadata: { _jupyter_types_experimental: found.items.map((item) => ({ ...item, start, end })) },
        })
      }
      case 'inspect_request': {
        const at = toUnits(code, Number(content.cursor_pos ?? 0))
        const bundle = await (await this.#session).inspect(code, at, content.detail_level === 1 ? 1 : 0)
        return reply(
          'inspect_reply',
          bundle ? { found: true, ...forWire(bundle) } : { found: false, data: {}, metadata: {} },
        )
      }
      case 'is_complete_request': {
        const { status, indent } = await (await this.#session).isComplete(code)
        return reply('is_complete_reply', { status, ...(status === 'incomplete' ? { indent: indent ?? '' } : {}) })
      }
      case 'history_request':
        return reply('history_reply', { history: this.#recall(content) })
      case 'comm_info_request':
        return reply('comm_info_reply', { comms: {} })
      case 'comm_open':
        // No cell has registered a target of that name; the protocol's answer is to close it at once.
        return this.#sockets.publish('comm_close', { comm_id: content.comm_id, data: {} }, request.header)
      case 'interrupt_request':
        // Bounded: the reply also says that the kernel hears, and must not wait for a stubborn cell.
        await Promise.race([this.interrupt(), new Promise((resolve) => setTimeout(resolve, 1000))])
        return reply('interrupt_reply', {})
      case 'shutdown_request': {
        const restart = content.restart === true
        await this.#sockets.publish('shutdown_reply', { status: 'ok', restart }, request.header)
        return reply('shutdown_reply', { restart })
      }
      case 'comm_msg':
      case 'comm_close':
        return
      default:
        this.#options.log(`no answer to ${request.header.msg_type} is known`)
    }
  }

  async #drain(): Promise<void> {
    this.#draining = true
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      this.#running = request
      this.#status('busy', request)
      await this.#execute(request).catch((error) => this.#fail(request!, error))
      this.#publisher.flush()
      this.#running = undefined
      this.#status('idle', request)
      for (const waiting of this.#aborted.splice(0)) await this.#abort(waiting)
    }
    this.#draining = false
  }

  /** Runs one cell and replies. */
  async #execute(request: Message): Promise<void> {
    const { content, header } = request
    const code = String(content.code ?? '')
    const silent = content.silent === true
    const stored = !silent && content.store_history !== false
    const count = this.#count + 1
    if (stored) {
      this.#count = count
      this.#history.add(count, code)
    }
    if (!silent) void this.#sockets.publish('execute_input', { code, execution_count: count }, header)
    const session = await this.#session
    const outcome: Outcome = await session.run(code, {
      count,
      onOutput: (output) => {
        if (!silent || output.kind !== 'result') this.#publisher.output(output, header, count)
      },
      ...(content.allow_stdin === true ? { onPrompt: (text, password) => this.#prompt(request, text, password) } : {}),
    })
    this.#asked?.refuse(new Error('the cell has ended'))
    this.#publisher.flush()
    const metadata = { started: header.date }
    if (outcome.status === 'error') {
      const error = failed(outcome.error ?? { name: 'Error', message: '', traceback: [] })
      if (content.stop_on_error !== false) await this.#takeWaiting()
      await this.#sockets.reply(
        'shell',
        request,
        'execute_reply',
        { ...error, execution_count: count, payload: [] },
        metadata,
      )
      return
    }
    const expressions = await this.#evaluate(session, (content.user_expressions ?? {}) as Record<string, unknown>)
    const answer = { status: 'ok', execution_count: count, user_expressions: expressions, payload: [] }
    await this.#sockets.reply('shell', request, 'execute_reply', answer, metadata)
  }

  async #evaluate(session: Session, expressions: Record<string, unknown>): Promise<Content> {
    const values: Content = {}
    for (const [name, expression] of Object.entries(expressions)) {
      const found = await session.evaluate(String(expression))
      values[name] = 'error' in found ? failed(found.error) : { status: 'ok', ...forWire(found.bundle) }
    }
    return values
  }

  /** A cell that could not be run at all, because of the kernel and not of its code. */
  async #fail(request: Message, error: unknown): Promise<void> {
    this.#options.log(`execute_request: ${(error as Error)?.stack ?? error}`)
    const { status, ...shown } = failure(error)
    await this.#takeWaiting()
    await this.#sockets.publish('error', shown, request.header)
    await this.#sockets.reply('shell', request, 'execute_reply', { status, ...shown, execution_count: this.#count })
  }

  /**
   * After an error, what was asked for before the error was known is not run. It is set aside before
   * the reply is sent: what a client asks for when it has read the reply must run.
   */
  async #takeWaiting(): Promise<void> {
    // Requests that have already arrived at the socket are read first.
    await new Promise((resolve) => setTimeout(resolve, 2))
    this.#aborted.push(...this.#queue.splice(0))
  }

  async #abort(request: Message): Promise<void> {
    this.#status('busy', request)
    const content = { status: 'aborted', execution_count: this.#count, user_expressions: {}, payload: [] }
    await this.#sockets.reply('shell', request, 'execute_reply', content)
    this.#status('idle', request)
  }

  #prompt(request: Message, text: string, password: boolean): Promise<string> {
    this.#publisher.flush()
    return new Promise<string>((resolve, reject) => {
      this.#asked = { answer: resolve, refuse: reject }
      void this.#sockets.reply('stdin', request, 'input_request', { prompt: text, password })
    }).finally(() => {
      this.#asked = undefined
    })
  }

  #recall(content: Content): unknown[] {
    const count = Number(content.n ?? 0)
    const entries =
      content.hist_access_type === 'range'
        ? this.#history.range(
            Number(content.session ?? 0),
            Number(content.start ?? 0),
            Number(content.stop ?? Number.POSITIVE_INFINITY),
          )
        : content.hist_access_type === 'search'
          ? this.#history.search(String(content.pattern ?? '*'), count, content.unique === true)
          : this.#history.tail(count || 10)
    // Outputs are not kept: where they are asked for, there is none.
    return content.output === true ? entries.map(([session, line, source]) => [session, line, [source, null]]) : entries
  }

  #status(state: 'busy' | 'idle', request: Message): void {
    void this.#sockets.publish('status', { execution_state: state }, request.header)
  }
}

function kernelInfo(engine: EngineName): Content {
  const typescript = typescriptVersion(engine)
  return {
    protocol_version: protocolVersion,
    implementation: 'skylab',
    implementation_version: version(),
    language_info: languageInfo(typescript),
    banner: `skylab ${version()}: TypeScript ${typescript}${engine === 'tslab' ? ' (tslab)' : ''} on Node ${process.versions.node}`,
    debugger: false,
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      { text: 'Node.js', url: 'https://nodejs.org/docs/latest-v22.x/api/' },
    ],
    supported_features: [],
  }
}

function failed(error: CellError): Content {
  return { status: 'error', ename: error.name, evalue: error.message, traceback: error.traceback }
}

function failure(error: unknown): Content {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  return failed({ name, message, traceback: (stack ?? message).split('\n') })
}
