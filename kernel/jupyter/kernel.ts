// The kernel as a front end sees it: requests in, replies and outputs out.
//
// Cells are queued; everything else is answered at once, also while a cell computes. No user code
// runs in this process, so nothing that a cell does can make it deaf.
import type { EngineName } from '../engine.js'
import type { CellError, Output, RunOptions, Session } from '../session.js'
import { within } from '../within.js'
import { answers, commMessage, debugReply, kernelInfo } from './answers.js'
import { History } from './history.js'
import { forWire, Publisher } from './publisher.js'
import { type Channel, type Connection, Sockets } from './sockets.js'
import type { Content, Header, Message } from './wire.js'

export interface KernelOptions {
  connection: Connection
  /** Opens the session in which cells run. Called once the sockets answer, and again where that failed. */
  open(): Promise<Session>
  /** Where dropped messages and faults of the kernel itself are told. */
  log(text: string): void
  history?: History
  /** What understands and runs the cells. @default 'skylab' */
  engine?: EngineName
}

/** A question to the person, as long as it is not answered. */
interface Question {
  /** Who asked for the cell: nobody else can answer. */
  identity: string
  answer(value: string): void
  refuse(error: Error): void
}

/** Serves one client connection file; resolves when a client has asked for shutdown and all is closed. */
export class Kernel {
  readonly #options: KernelOptions
  readonly #id = crypto.randomUUID()
  readonly #history: History
  #sockets!: Sockets
  #publisher!: Publisher
  #opened: Promise<Session> | undefined
  readonly #queue: Message[] = []
  /** Cells that waited behind one that failed. */
  readonly #aborted: Message[] = []
  #running: Message | undefined
  #draining = false
  #count = 0
  #asked: Question | undefined
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
    void this.#session().catch(() => undefined)
  }

  /** Ends the running cell, as the stop button does. */
  async interrupt(): Promise<void> {
    const session = await this.#session()
    await session.interrupt()
  }

  /** Closes the session and the sockets. */
  async stop(): Promise<void> {
    if (this.#stopping) return this.stopped
    this.#stopping = true
    await this.#closeSession()
    this.#publisher.flush()
    await this.#sockets.close()
    this.#stopped.resolve()
  }

  /** The session; one that could not be opened is tried again by the next who needs it. */
  #session(): Promise<Session> {
    this.#opened ??= this.#options.open().catch((error) => {
      this.#opened = undefined
      this.#options.log(`the session did not start: ${error?.stack ?? error}`)
      throw error
    })
    return this.#opened
  }

  async #closeSession(): Promise<void> {
    this.#queue.length = 0
    const session = await this.#opened?.catch(() => undefined)
    await session?.close().catch((error) => this.#options.log(String(error)))
  }

  #receive(channel: Channel, message: Message): void {
    if (channel === 'stdin') {
      if (message.header.msg_type === 'input_reply') this.#answered(message)
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
    const type = request.header.msg_type
    const name = type.replace(/_request$/, '')
    const reply = (content: Content) =>
      this.#sockets.reply(channel, request, `${name}_reply`, { status: 'ok', ...content })
    switch (type) {
      case 'kernel_info_request':
        return reply(kernelInfo(this.#options.engine ?? 'skylab'))
      case 'comm_open':
        return this.#comm('open', request)
      case 'comm_msg':
        return this.#comm('message', request)
      case 'comm_close':
        return this.#comm('close', request)
      case 'interrupt_request':
        // Bounded: the reply also says that the kernel hears, and must not wait for a stubborn cell.
        await within(this.interrupt(), 1000)
        return reply({})
      case 'debug_request':
        return this.#sockets.reply(channel, request, 'debug_reply', debugReply(request.content))
      case 'shutdown_request': {
        // A client that has read the reply may take it that nothing runs any more.
        await this.#closeSession()
        const content = { status: 'ok', restart: request.content.restart === true }
        await this.#sockets.publish('shutdown_reply', content, request.header)
        return reply(content)
      }
    }
    const answer = type.endsWith('_request') && Object.hasOwn(answers, name) ? answers[name] : undefined
    if (!answer) {
      this.#options.log(`no answer to ${type} is known`)
      return
    }
    const { connection } = this.#options
    await reply(await answer(request.content, { session: await this.#session(), history: this.#history, connection }))
  }

  async #comm(kind: 'open' | 'message' | 'close', request: Message): Promise<void> {
    const session = await this.#session()
    const message = commMessage(kind, request)
    await session.comm(message, (answer) => this.#publisher.comm(answer, request.header))
    // What the handlers printed comes before the idle status.
    this.#publisher.flush()
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
    const started = new Date().toISOString()
    if (stored) this.#history.add(++this.#count, code)
    const count = this.#count
    if (!silent) void this.#sockets.publish('execute_input', { code, execution_count: count }, header)
    const session = await this.#session()
    const outcome = await session.run(code, {
      // What is not counted has no number of its own; in tracebacks it is the next.
      count: stored ? count : count + 1,
      onOutput: this.#outputs(header, count, silent),
      // Who lets nobody be asked runs a notebook through, and drops what comes after the idle status.
      ...(content.allow_stdin === false ? { waitForTypes: true } : {}),
      ...(content.allow_stdin === true ? { onPrompt: this.#prompts(request) } : {}),
    })
    this.#asked?.refuse(new Error('the cell has ended'))
    this.#publisher.flush()
    const answer: Content = { status: outcome.status, execution_count: count, payload: [] }
    if (outcome.status === 'error') {
      Object.assign(answer, failed(outcome.error ?? { name: 'Error', message: '', traceback: [] }))
      if (content.stop_on_error !== false) await this.#takeWaiting()
    } else {
      const asked = (content.user_expressions ?? {}) as Record<string, unknown>
      answer.user_expressions = await this.#evaluate(session, asked)
    }
    await this.#sockets.reply('shell', request, 'execute_reply', answer, { started, status: outcome.status })
  }

  /** Where outputs go, also late ones. It outlives the cell, so it holds no more of the request than the header. */
  #outputs(header: Header, count: number, silent: boolean): RunOptions['onOutput'] {
    // A silent cell shows nothing; its error is in the reply.
    return (output: Output) => {
      if (!silent || output.kind === 'comm') this.#publisher.output(output, header, count)
    }
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
    // No count: a cell that did not run has none, and would show that of the cell before it.
    await this.#sockets.reply('shell', request, 'execute_reply', { status: 'aborted' }, { status: 'aborted' })
    this.#status('idle', request)
  }

  /** Asks the front end that asked for the cell. */
  #prompts(request: Message): NonNullable<RunOptions['onPrompt']> {
    return (text, password) => {
      this.#publisher.flush()
      return new Promise<string>((resolve, reject) => {
        this.#asked = { identity: identityOf(request), answer: resolve, refuse: reject }
        void this.#sockets.reply('stdin', request, 'input_request', { prompt: text, password })
      }).finally(() => {
        this.#asked = undefined
      })
    }
  }

  #answered(message: Message): void {
    if (!this.#asked || this.#asked.identity !== identityOf(message))
      this.#options.log('dropped an input_reply that nobody waits for')
    else if (message.content.status === 'error') this.#asked.refuse(new Error('The question was not answered.'))
    else this.#asked.answer(String(message.content.value ?? ''))
  }

  #status(state: 'busy' | 'idle', request: Message): void {
    void this.#sockets.publish('status', { execution_state: state }, request.header)
  }
}

function identityOf(message: Message): string {
  return message.identities.map((identity) => Buffer.from(identity).toString('hex')).join(' ')
}

function failed(error: CellError): Content {
  return { status: 'error', ename: error.name, evalue: error.message, traceback: error.traceback }
}

function failure(error: unknown): Content {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  return failed({ name, message, traceback: (stack ?? message).split('\n') })
}
