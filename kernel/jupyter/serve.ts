// `skylab kernel CONNECTION_FILE`: the process that Jupyter starts.
import type { EngineName } from '../engine.js'
import type { Session } from '../session.js'
import { Kernel } from './kernel.js'
import { readConnection } from './sockets.js'
import { shareStandardStreams } from './standard-streams.js'

/** Serves a connection file until a client asks for shutdown, or the process that started the kernel is gone. */
export async function serveKernel(file: string, engine: EngineName = 'skylab'): Promise<number> {
  shareStandardStreams()
  const log = (text: string) => process.stderr.write(`[skylab kernel] ${text}\n`)
  const kernel = new Kernel({ connection: readConnection(file), open: () => open(engine), engine, log })
  await kernel.start()
  // Old clients, and Ctrl-C in a terminal client, interrupt by signal.
  process.on('SIGINT', () => void kernel.interrupt().catch((error) => log(String(error))))
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void kernel.stop())
  // A fault of the kernel itself must not end the session that it keeps.
  process.on('uncaughtException', (error) => log(error.stack ?? String(error)))
  process.on('unhandledRejection', (error) => log(String((error as Error)?.stack ?? error)))
  const watch = watchParent(() => void kernel.stop())
  await kernel.stopped
  clearInterval(watch)
  return 0
}

/** The language and the runtime are loaded after the sockets answer. */
async function open(engine: EngineName): Promise<Session> {
  const { startSession } = await import('../start.js')
  return startSession({ cwd: process.cwd(), engine })
}

/** Calls back when the process that Jupyter names as the kernel's parent has ended. */
function watchParent(gone: () => void): NodeJS.Timeout | undefined {
  const parent = Number(process.env.JPY_PARENT_PID)
  if (!Number.isInteger(parent) || parent <= 1 || !lives(parent)) return undefined
  const watch = setInterval(() => {
    if (lives(parent)) return
    clearInterval(watch)
    gone()
  }, 1000)
  return watch
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
