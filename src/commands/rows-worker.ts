// A thread of `skylab rows`: a block of lines in, the same block through the step out.

import { parentPort, workerData } from 'node:worker_threads'
import { type Block, throughBlock } from './blocks.js'
import type { StepOptions } from './steps.js'

parentPort!.on('message', async (block: Block) => {
  const done = await throughBlock(block, workerData as StepOptions)
  parentPort!.postMessage(
    done,
    done.bytes.buffer.byteLength === done.bytes.byteLength ? [done.bytes.buffer as ArrayBuffer] : [],
  )
})
