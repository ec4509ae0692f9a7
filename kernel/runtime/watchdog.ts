// A thread of the runtime that can stop its main thread, whatever that is doing.
import { Session } from 'node:inspector'
import { Socket } from 'node:net'
import { PIPE } from './protocol.js'

const session = new Session()
session.connectToMainThread()
const kernel = new Socket({ fd: PIPE.watchdog, readable: true, writable: true })

kernel.on('data', (bytes) => {
  for (const _ of bytes) {
    session.post('Runtime.terminateExecution', () => {})
    // Says that the request is under way, so that the kernel knows when to ask again.
    kernel.write('t')
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
kernel.write('r')
