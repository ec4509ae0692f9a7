// In the runtime: tslab's executor evaluates a cell that its converter has made ready in the kernel.
//
// The executor converts and runs in one step, so the converter that it is given only hands over what
// was converted already. What it prints as the value or the error of a cell is taken from the console
// that it is given, so both come back as our evaluator's do.
import { createRequire, registerHooks } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { currentCell, type RunningCell } from '../runtime/cell.js'
import { PACKAGE_ROOT } from '../runtime/locate.js'
import type { RunCell } from '../runtime/protocol.js'
import { cellFile } from '../runtime/sources.js'
import { bridgeTslab } from '../runtime/tslab.js'

type ExecutorModule = typeof import('tslab/dist/executor.js')
type ConverterSet = Parameters<ExecutorModule['createExecutor']>[1]
type Converter = ConverterSet['node']

/** The value or the error that the executor told of a cell. */
interface Told {
  value?: [unknown]
  thrown?: [unknown]
}

/** Starts tslab's executor; gives what runs a cell: its boxed value, or a promise of it where the cell awaits. */
export function tslabEvaluator(folder: string): (cell: RunningCell, message: RunCell) => unknown {
  const { createExecutor } = createRequire(import.meta.url)('tslab/dist/executor.js') as ExecutorModule
  const told = new WeakMap<RunningCell, Told>()
  let running: RunCell | undefined
  const converter = {
    convert: () => converted(running!),
    addModule: () => [],
  } as unknown as Converter
  const converters: ConverterSet = { node: converter, browser: converter, close: () => {} }
  const executor = createExecutor(folder, converters, {
    log: (value: unknown) => Object.assign(told.get(currentCell()) ?? {}, { value: [value] }),
    error: (thrown: unknown) => Object.assign(told.get(currentCell()) ?? {}, { thrown: [thrown] }),
  })
  // The converter knows these as declarations, so the cells look for them where declarations live.
  const { display, prompt, clearOutput, comms } = globalThis as unknown as Record<string, unknown>
  Object.assign(executor.locals, { display, prompt, clearOutput, comms })
  bridgeTslab()
  findOwnPackage(folder)
  return (cell, message) => {
    const mine: Told = {}
    told.set(cell, mine)
    running = message
    const outcome = (): [unknown] | undefined => {
      if (mine.thrown) throw mine.thrown[0]
      return mine.value
    }
    const ended = executor.execute(message.code)
    // Without an await at its top level the executor has run the cell to its end by now.
    return message.async ? ended.then(outcome) : outcome()
  }
}

function converted({ cell, js, async, tslab }: RunCell): ReturnType<Converter['convert']> {
  return {
    // The name that our stacks know the cell by.
    ...(js === '' ? {} : { output: `${js}\n//# sourceURL=${cellFile(cell)}` }),
    declOutput: '',
    diagnostics: [],
    hasToplevelAwait: async,
    sideOutputs: tslab?.sideOutputs ?? [],
    ...(tslab?.lastExpressionVar === undefined ? {} : { lastExpressionVar: tslab.lastExpressionVar }),
  }
}

/** `skylab` comes from the notebook's folder where it is installed there, else from this package. */
function findOwnPackage(folder: string): void {
  const inside = pathToFileURL(path.join(folder, path.sep)).href
  const own = createRequire(path.join(PACKAGE_ROOT, 'notebook.cjs'))
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context)
      } catch (error) {
        const fromHere = context.parentURL?.startsWith(inside) && !context.parentURL.includes('/node_modules/')
        if (!/^skylab(\/|$)/.test(specifier) || !fromHere) throw error
        return { url: pathToFileURL(own.resolve(specifier)).href, shortCircuit: true }
      }
    },
  })
}
