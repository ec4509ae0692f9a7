// The cells so far as tslab's converter sees them: declarations that grow with every cell that went well.
import { createRequire } from 'node:module'
import type { Converted } from '../language/converter.js'
import type { Bundle, Completion, Session } from '../session.js'
import { alignedMap } from './align.js'
import { executorPrefix, type TslabCell } from './cell.js'
import { tslabProblems } from './problems.js'
import { resolveFrom } from './resolve-types.js'
import { loadTypeScript } from './typescript.js'

type ConverterModule = typeof import('tslab/dist/converter.js')
type Converter = ReturnType<ConverterModule['createConverter']>

const require = createRequire(import.meta.url)

/** What the runtime gives every cell, for a converter that knows of nothing but declarations. */
const PROVIDED = `
/** Shows a value in the cell's output; with an id it can be replaced: display(v, { id, update: true }). */
declare let display: (value: unknown, options?: { id?: string; update?: boolean }) => void | Promise<void>;
/** Asks the person at the keyboard and waits for the answer. */
declare let prompt: (text?: string, options?: { password?: boolean }) => string;
/** Empties the cell's output; with wait only when the next output comes. */
declare let clearOutput: (options?: { wait?: boolean }) => void;
/** Lines between cells and the front end (Jupyter comms), and widgets on top of them. */
declare let comms: any;
`

export class TslabWorld {
  private readonly tslab: ConverterModule
  private converter: Converter
  /** Declarations of the cells that ended well. */
  private declared = PROVIDED
  /** The same with those of the cell that runs now. */
  private next: string | undefined
  /** Compiled local modules that no cell has carried to the runtime yet. */
  private readonly owed = new Map<string, string>()
  /** It has compiled local or in-memory modules, which it does only once. */
  private holdsModules = false
  private readonly modules = new Map<string, { code: string; meta: object }>()
  private doubtful = false

  constructor(cwd: string) {
    // tslab asks the process for its folder; in a worker that answer can be the session's.
    process.cwd = () => cwd
    this.tslab = require('tslab/dist/converter.js')
    resolveFrom(cwd)
    this.converter = this.tslab.createConverter({ isJS: false, isBrowser: false })
  }

  /** A cell as the executor takes it; a type error is a reason not to run it. */
  convert(code: string): Converted {
    this.next = undefined
    const { getCodeMetadata } = require('tslab/dist/metadata.js') as typeof import('tslab/dist/metadata.js')
    const { module, mode, ...rest } = getCodeMetadata(code)
    if (module) return this.addModule(module, code, { ...rest, ...(mode ? { mode } : {}) })
    // Code for a browser runs nowhere here, as in tslab.
    if (mode === 'browser') return this.runnable(code, '', false)
    const made = this.ask((converter) => converter.convert(this.declared, code))
    if (made.diagnostics.length > 0) return refused(code, made.diagnostics)
    this.next = made.declOutput ?? ''
    for (const { path, data } of made.sideOutputs ?? []) this.owed.set(path, data)
    this.holdsModules ||= this.owed.size > 0
    return this.runnable(code, made.output ?? '', made.hasToplevelAwait === true, made.lastExpressionVar)
  }

  /** The cell that was converted last has run: what it carried is in the runtime; what it declares stays where it went well. */
  ended(well: boolean): void {
    this.owed.clear()
    if (well && this.next !== undefined) this.declared = this.next
    this.next = undefined
  }

  /** The cell that was converted last does not run. */
  undo(): void {
    this.next = undefined
  }

  isComplete(code: string): Awaited<ReturnType<Session['isComplete']>> {
    const { completed, indent } = this.tslab.isCompleteCode(code)
    return completed ? { status: 'complete' } : { status: 'incomplete', ...(indent ? { indent } : {}) }
  }

  complete(code: string, at: number): Completion {
    const { start, end, candidates, original } = this.ask((converter) => converter.complete(this.declared, code, at))
    const kinds = new Map(original?.entries.map(({ name, kind }) => [name, String(kind)]))
    return { from: start, to: end, items: candidates.map((text) => ({ text, type: kinds.get(text) ?? '' })) }
  }

  inspect(code: string, at: number): Bundle | undefined {
    const info = this.ask((converter) => converter.inspect(this.declared, code, at))
    if (!info) return undefined
    const { printQuickInfo } = require('tslab/dist/inspect.js') as typeof import('tslab/dist/inspect.js')
    return { data: { 'text/plain': printQuickInfo(info) }, metadata: {} }
  }

  /** Forgets all. A converter takes a second to make, so one that holds no modules of the old runtime is kept. */
  reset(): void {
    this.modules.clear()
    if (this.holdsModules) this.renew()
    this.holdsModules = false
    this.declared = PROVIDED
    this.next = undefined
    this.owed.clear()
  }

  /** Something in the converter has failed: it may be in a state that it never leaves. */
  doubt(): void {
    this.doubtful = true
  }

  /** Asks the converter; one that fails is replaced, and asked once more. */
  private ask<T>(work: (converter: Converter) => T): T {
    if (this.doubtful) this.renew()
    try {
      return work(this.converter)
    } catch {
      this.renew()
      return work(this.converter)
    }
  }

  private renew(): void {
    this.converter.close()
    this.converter = this.tslab.createConverter({ isJS: false, isBrowser: false })
    this.doubtful = false
    for (const [name, { code, meta }] of this.modules) this.converter.addModule(name, code, meta)
  }

  /** A `@module` cell: other cells import it by its name. */
  private addModule(name: string, code: string, meta: object): Converted {
    this.holdsModules = true
    // A bad name is an error of the person, not of the converter.
    if (!/^\w+$/.test(name)) {
      const message = `A module of a cell has a name of letters, digits and _; this is ${JSON.stringify(name)}.`
      return { ok: false, problem: { message, line: 1, column: 1, length: 1 } }
    }
    const diagnostics = this.ask((converter) => converter.addModule(name, code, meta))
    this.modules.set(name, { code, meta })
    return diagnostics.length > 0 ? refused(code, diagnostics) : this.runnable(code, '', false)
  }

  private runnable(code: string, js: string, async: boolean, lastExpressionVar?: string): Converted {
    const tslab: TslabCell = {
      ...(lastExpressionVar === undefined ? {} : { lastExpressionVar }),
      sideOutputs: [...this.owed].map(([path, data]) => ({ path, data })),
    }
    const map = alignedMap(loadTypeScript(), code, js, executorPrefix(async).length)
    return {
      ok: true,
      cell: { js, map, async, declares: [], mentions: [], scopes: 0, look: false, tslab },
      places: [],
    }
  }
}

function refused(code: string, diagnostics: Parameters<typeof tslabProblems>[1]): Converted {
  const [problem, ...more] = tslabProblems(code, diagnostics)
  return { ok: false, problem: problem!, more }
}
