// The kernel's side of the thread in which tslab's converter lives.
import type { CellConverter, CellTypes } from '../engine.js'
import { RequestWorker } from '../language/requests.js'
import { compiled } from '../runtime/locate.js'

/** tslab's converter as an engine: its thread loads tslab and its TypeScript, nothing else does. */
export function tslabLanguage(cwd: string): { converter: CellConverter; types: CellTypes } {
  const worker = new RequestWorker(compiled('tslab/worker'), { cwd })
  const reset = () => worker.ask<void>('reset')
  const close = () => worker.close()
  return {
    converter: {
      convert: (code) => worker.ask('convert', code),
      undo: () => worker.ask('undo'),
      ended: (well) => worker.ask('ended', well),
      isComplete: (code) => worker.ask('isComplete', code),
      reset,
      close,
    },
    types: {
      ready: true,
      // A type error is a reason not to convert: there is none left to report.
      add: async () => [],
      undo: async () => {},
      complete: (code, at) => worker.ask('complete', code, at),
      inspect: (code, at) => worker.ask('inspect', code, at),
      // One thread serves both: it is reset and closed by the converter.
      reset: async () => {},
      close: async () => {},
    },
  }
}
