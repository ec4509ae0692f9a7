// The thread of tslab's converter.
import { parentPort, workerData } from 'node:worker_threads'
import { answerRequests } from '../language/requests.js'
import { TslabWorld } from './world.js'

const { cwd } = workerData as { cwd: string }
const world = new TslabWorld(cwd)

// tslab's file watchers throw where two events meet ("Unexpected pending rebuildTimer"). Its kernel goes
// on; so does this thread, with a new converter where the old one is spoilt (world.ts).
process.on('uncaughtException', () => world.doubt())

answerRequests(parentPort!, {
  convert: (code: string) => world.convert(code),
  ended: (well: boolean) => world.ended(well),
  undo: () => world.undo(),
  isComplete: (code: string) => world.isComplete(code),
  complete: (code: string, at: number) => world.complete(code, at),
  inspect: (code: string, at: number) => world.inspect(code, at),
  reset: () => world.reset(),
})
