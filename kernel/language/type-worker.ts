// The thread that knows the types of all cells.
import { parentPort, workerData } from 'node:worker_threads'
import { answerRequests } from './requests.js'
import { keepCompiled } from './typescript.js'
import { World } from './world.js'

const { cwd } = workerData as { cwd: string }
const world = new World(cwd)

answerRequests(parentPort!, {
  warm: () => {
    world.warm()
    keepCompiled()
  },
  add: (id: number, code: string, check: boolean) => world.add(id, code, check),
  addModule: (name: string, code: string, check: boolean) => world.addModule(name, code, check),
  undo: (id: number) => world.undo(id),
  complete: (code: string, at: number) => world.complete(code, at),
  inspect: (code: string, at: number, detail: 0 | 1) => world.inspect(code, at, detail),
  reset: () => world.reset(),
})
