// The threads of `skylab rows`.

import { Worker } from 'node:worker_threads'
import { compiled } from '../verify/compiled.js'
import { type Block, type DoneBlock, throughBlock } from './blocks.js'
import type { Call } from './call.js'

/** Threads, where more than one was asked for: a block to whichever is free. */
export class Crew {
  /** Blocks under way at once. */
  readonly width: number
  readonly #idle: Worker[] = []
  readonly #all: Worker[] = []
  readonly #queue: { block: Block; take: (done: DoneBlock) => void; fail: (error: Error) => void }[] = []

  constructor(private readonly call: Call) {
    this.width = call.workers === 1 ? 1 : call.workers * 2
  }

  run(block: Block): Promise<DoneBlock> {
    if (this.call.workers === 1) return throughBlock(block, this.call)
    return new Promise((take, fail) => {
      this.#queue.push({ block, take, fail })
      this.#next()
    })
  }

  #next(): void {
    if (this.#queue.length === 0) return
    let worker = this.#idle.pop()
    if (!worker) {
      if (this.#all.length >= this.call.workers) return
      worker = new Worker(compiled('./rows-worker.js', import.meta.url), {
        // Flags that this process was started with are its own.
        execArgv: [],
        workerData: { step: this.call.step, policy: this.call.policy, runner: this.call.runner },
      })
      this.#all.push(worker)
    }
    const { block, take, fail } = this.#queue.shift()!
    const over = worker
    const onError = (error: Error) => {
      over.off('message', onMessage)
      fail(error)
    }
    const onMessage = (done: DoneBlock) => {
      over.off('error', onError)
      this.#idle.push(over)
      take(done)
      this.#next()
    }
    worker.once('message', onMessage)
    worker.once('error', onError)
    worker.postMessage(block, [block.bytes.buffer as ArrayBuffer])
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()))
  }
}
