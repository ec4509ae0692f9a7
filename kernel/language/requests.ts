// Questions to a worker thread and its answers.
import { type MessagePort, Worker } from 'node:worker_threads'

interface Request {
  id: number
  method: string
  args: unknown[]
}

type Reply = { id: number; value: unknown } | { id: number; error: string } | { event: string; value: unknown }

type Methods = Record<string, (...args: never[]) => unknown>

/** In the worker: answers each request with what its method gives. */
export function answerRequests(port: MessagePort, methods: Methods): void {
  port.on('message', async ({ id, method, args }: Request) => {
    try {
      port.postMessage({ id, value: await methods[method]!(...(args as never[])) } satisfies Reply)
    } catch (error) {
      port.postMessage({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Reply)
    }
  })
}

// Small young generations: without a limit, garbage of programs that are long replaced fills half a
// gigabyte before it is collected (measured over 1,000 cells: 800 MB against 420).
const LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 1024 }

/** Outside: a worker thread that answers requests. It does not keep the process alive by itself. */
export class RequestWorker {
  private readonly worker: Worker
  private readonly waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
  private last = 0
  private failure: Error | undefined
  /** Called for what the worker says unasked. */
  onEvent: (event: string, value: unknown) => void = () => {}

  constructor(file: URL, workerData?: unknown) {
    this.worker = new Worker(file, { workerData, execArgv: [], resourceLimits: LIMITS })
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
    this.worker.on('exit', () => this.failAll(new Error('The language thread has ended.')))
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
