// The thread that converts cells: it does nothing slow, so that a cell never waits for the types.
import { parentPort, workerData } from 'node:worker_threads'
import { completeness, convert } from './convert.js'
import { GLOBAL_NAMES } from './globals.js'
import { compileLocalModule } from './local-module.js'
import { missingImports } from './missing-imports.js'
import { Names } from './names.js'
import { answerRequests } from './requests.js'
import { keepCompiled } from './typescript.js'

const { cwd } = workerData as { cwd: string }
let names = new Names()

// The parser and the emitter run once before the first cell needs them.
convert('const warm: number[] = [1]; warm.map((each) => each + 1)', new Names(), GLOBAL_NAMES)
keepCompiled()

answerRequests(parentPort!, {
  convert: (code: string) => {
    const conversion = convert(code, names, GLOBAL_NAMES)
    if (!conversion.ok) return conversion
    const { cell } = conversion
    const missing = cell.mentions.filter((name) => names.kind(name) === undefined)
    return {
      ...conversion,
      places: cell.declares.map((name) => names.place(name)),
      ...(missing.length > 0 ? { imports: missingImports(missing, cwd) } : {}),
    }
  },
  compile: (file: string, text: string) => compileLocalModule(file, text),
  isComplete: (code: string) => completeness(code),
  /** The cell that was converted last does not run. */
  undo: () => names.undo(),
  /** A fresh runtime knows no names. */
  reset: () => {
    names = new Names()
  },
})
