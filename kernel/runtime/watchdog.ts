// A thread of the runtime that can stop its main thread, whatever that is doing, and brings it answers while it waits.
import { Session } from 'node:inspector'
import { Socket } from 'node:net'
import { workerData } from 'node:worker_threads'
import { OVERHEAD } from './memory.js'
import { PIPE, WATCHDOG } from './protocol.js'
import type { AnswerLine } from './questions.js'

const session = new Session()
session.connectToMainThread()
const kernel = new Socket({ fd: PIPE.watchdog, readable: true, writable: true })

const { port, bell, first } = workerData as AnswerLine
let unread: Buffer = Buffer.alloc(0)

kernel.on('data', (bytes: Buffer) => {
  unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes])
  while (unread.length > 0) {
    if (unread[0] === WATCHDOG.terminate) {
      unread = unread.subarray(1)
      // At most once for a cell, and never after a termination: that may have left SIGINT without a listener.
      if (Atomics.exchange(first, 0, 0) === 1) process.kill(process.pid, 'SIGINT')
      else session.post('Runtime.terminateExecution', () => {})
      // Says that the request is under way, so that the kernel knows when to ask again.
      kernel.write('t')
      continue
    }
    const end = unread.length < 5 ? Number.POSITIVE_INFINITY : 5 + unread.readUInt32LE(1)
    if (unread.length < end) return
    port.postMessage(JSON.parse(unread.toString('utf8', 5, end)))
    unread = unread.subarray(end)
    Atomics.store(bell, 0, 1)
    Atomics.notify(bell, 0)
  }
})

// The kernel is gone. The main thread may be in a loop, so it is this thread that ends the runtime,
// and with it what the cells have started: they are one process group.
function end(): void {
  try {
    process.kill(-process.pid, 'SIGKILL')
  } catch {
    process.kill(process.pid, 'SIGKILL')
  }
}
kernel.on('end', end)
kernel.on('close', end)
kernel.on('error', end)

// Where the system does not bound the memory: what the process holds is looked at.
const memory = Number(process.argv[3])
if (memory > 0)
  setInterval(() => {
    if (process.memoryUsage.rss() < (memory + OVERHEAD) * 2 ** 20) return
    kernel.write('m', () => setTimeout(end, 20))
  }, 200)
kernel.write('r')
