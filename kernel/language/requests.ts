// Questions to a worker thread and its answers.
import { type MessagePort, Worker } from 'node:worker_threads'
import { IdleMemory } from './idle-memory.js'

interface Request {
  id: number
  method: string
  args: unknown[]
}

type Reply = { id: number; value: unknown } | { id: number; error: string } | { event: string; value: unknown }

type Methods = Record<string, (...args: never[]) => unknown>

/** In the worker: answers each request with what its method gives. */
export function answerRequests(port: MessagePort, methods: Methods): void {
  const memory = new IdleMemory()
  let open = 0
  port.on('message', async ({ id, method, args }: Request) => {
    open += 1
    memory.busy()
    try {
      port.postMessage({ id, value: await methods[method]!(...(args as never[])) } satisfies Reply)
    } catch (error) {
      port.postMessage({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Reply)
    }
    open -= 1
    if (open === 0) memory.idle()
  })
}

// Small young generations: without a limit, garbage of programs that are long replaced fills half a
// gigabyte before it is collected (measured over 1,000 cells: 800 MB against 420).
const OLD = 1024
const YOUNG = 16

/** Outside: a worker thread that answers requests. It does not keep the process alive by itself. */
export class RequestWorker {
  private readonly worker: Worker
  private readonly waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
  private last = 0
  private failure: Error | undefined
  /** Called for what the worker says unasked. */
  onEvent: (event: string, value: unknown) => void = () => {}

  /** `young`: the MB of what the thread has just made and not yet looked through for garbage. */
  constructor(file: URL, workerData?: unknown, young = YOUNG) {
    const resourceLimits = { maxYoungGenerationSizeMb: young, maxOldGenerationSizeMb: OLD }
    this.worker = new Worker(file, { workerData, execArgv: [], resourceLimits })
    this.worker.unref()
    this.worker.on('message', (reply: Reply) => {
      if ('event' in reply) return this.onEvent(reply.event, reply.value)
      const waiting = this.waiting.get(reply.id)
      this.waiting.delete(reply.id)
      if (this.waiting.size === 0) this.worker.unref()
      if ('error' in reply) waiting?.reject(new Error(reply.error))
      else waiting?.resolve(reply.value as never)
    })
    this.worker.on('error', (error) => this.failAll(error instanceof Error ? error : new Error(String(error))))
    this.worker.on('exit', () =>
      this.failAll(
        new Error('The language thread has ended. Restart the kernel (%reset -f); all variables are lost then.'),
      ),
    )
  }

  /** True when the thread has ended: it answers nothing more. */
  get failed(): boolean {
    return this.failure !== undefined
  }

  ask<T>(method: string, ...args: unknown[]): Promise<T> {
    if (this.failure) return Promise.reject(this.failure)
    const id = ++this.last
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: never) => void, reject })
      this.worker.ref()
      this.worker.postMessage({ id, method, args } satisfies Request)
    })
  }

  async close(): Promise<void> {
    await this.worker.terminate()
  }

  private failAll(error: Error): void {
    this.failure ??= error
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}
