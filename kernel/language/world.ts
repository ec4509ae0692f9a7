// All live cells as one program: type errors, completion, inspection.
import path from 'node:path'
import type { Bundle, Completion } from '../session.js'
import { aliasOf, withoutAliases } from './aliases.js'
import { type CellFiles, cellFiles, fromScript, type NameSource, toScript } from './cell-files.js'
import { CellHost } from './compiler-host.js'
import { completions } from './completions.js'
import { inspection } from './inspection.js'
import type { LanguageProblem } from './problems.js'
import { ts } from './typescript.js'

interface LiveCell extends CellFiles {
  id: number
  /** The name of its files. */
  slot: string
  /** How its names are written in the files. */
  written: string[]
  /** Who owned its names before it. */
  before: Map<string, NameOwner | undefined>
}

interface NameOwner {
  cell: number
  written: string
}

interface Pending {
  cell: LiveCell
  check: boolean
  resolve(problems: LanguageProblem[]): void
}

// TypeScript keeps most of a program when the list of its files stays: so files are made in advance,
// empty, and taken by cells one after the other (5 ms instead of 50 for a small cell).
const SLOTS = 64

// A cell is a script, and scripts do not await or augment the global scope: cells do.
const ALLOWED = new Set([1375, 1378, 1431, 1432, 2669, 2670, 2852, 2853, 2854])

export class World {
  private host: CellHost
  private service: ts.LanguageService
  private readonly registry = ts.createDocumentRegistry()
  private cells: LiveCell[] = []
  private taken: Set<string> | undefined
  private owners = new Map<string, NameOwner>()
  private pending: Pending[] = []
  private free: string[] = []
  private slots = 0
  private probes = 0
  private readonly folder: string

  constructor(folder: string) {
    this.folder = folder
    this.host = new CellHost(folder)
    this.service = ts.createLanguageService(this.host, this.registry)
    this.makeSlots()
  }

  /** Loads and binds the libraries, so that the first question is answered soon. */
  warm(): void {
    this.takenNames()
    void this.add(0, '[1].map((each) => each + 1)', true)
    this.drain()
  }

  /** Forgets all cells. */
  reset(): void {
    this.drain()
    this.host = new CellHost(this.folder)
    this.service = ts.createLanguageService(this.host, this.registry)
    this.cells = []
    this.taken = undefined
    this.owners = new Map()
    this.slots = 0
    this.makeSlots()
  }

  /** Adds a cell after the ones before; gives its type errors where `check` is set. */
  add(id: number, code: string, check: boolean): Promise<LanguageProblem[]> {
    if (this.free.length === 0) this.makeSlots()
    const slot = this.free.shift()!
    const cell: LiveCell = { ...this.split(slot, code, id), id, slot, written: [], before: new Map() }
    cell.written = cell.names.map((name) => this.writtenIn(name, id))
    for (const [at, name] of cell.names.entries()) {
      cell.before.set(name, this.owners.get(name))
      this.owners.set(name, { cell: id, written: cell.written[at]! })
    }
    for (const name of cell.written) this.takenNames().add(name)
    this.cells.push(cell)
    this.setFiles(slot, cell)
    return new Promise((resolve) => {
      // Cells that come quickly one after the other are checked together: one program for all.
      if (this.pending.length === 0) setImmediate(() => this.drain())
      this.pending.push({ cell, check, resolve })
    })
  }

  /** Takes back what a cell declared, which was added last: it does not run. */
  undo(id: number): void {
    this.drain()
    const cell = this.cells.find((each) => each.id === id)
    for (const [name, owner] of cell?.before ?? []) {
      if (owner) this.owners.set(name, owner)
      else this.owners.delete(name)
    }
    this.drop()
  }

  complete(code: string, at: number): Completion {
    return this.probe(code, at, (file, offset, files) =>
      completions(this.service, file, offset, code, at, files, this.current),
    )
  }

  inspect(code: string, at: number, detail: 0 | 1): Bundle | undefined {
    return this.probe(code, at, (file, offset) => inspection(this.service, file, offset, detail))
  }

  /** Answers a question about a cell that has not run, at an offset of its text. */
  private probe<T>(code: string, at: number, ask: (file: string, offset: number, files: CellFiles) => T): T {
    this.drain()
    const files = this.split('probe', code, 1_000_000 + ++this.probes)
    this.setFiles('probe', files)
    try {
      const inModule = files.moduleRanges.some(([start, end]) => at >= start && at <= end)
      const name = inModule ? moduleName('probe') : scriptName('probe')
      return ask(this.host.pathOf(name), inModule ? at : toScript(files, at), files)
    } finally {
      this.clearFiles('probe')
    }
  }

  private readonly current = (name: string): string | undefined => this.owners.get(name)?.written

  private split(name: string, code: string, id: number): CellFiles {
    const names: NameSource = { declare: (each) => this.writtenIn(each, id), current: this.current }
    return cellFiles(code, path.posix.basename(this.host.pathOf(moduleName(name)), '.ts'), names)
  }

  private writtenIn(name: string, id: number): string {
    return this.takenNames().has(name) ? aliasOf(name, id) : name
  }

  private setFiles(name: string, files: CellFiles): void {
    this.host.set(scriptName(name), files.script)
    this.host.set(moduleName(name), files.module ?? EMPTY_MODULE)
  }

  private clearFiles(name: string): void {
    this.host.set(scriptName(name), '')
    this.host.set(moduleName(name), EMPTY_MODULE)
  }

  private makeSlots(): void {
    this.free = Array.from({ length: SLOTS }, (_, at) => String(this.slots + at + 1))
    this.slots += SLOTS
    for (const name of [...this.free, 'probe']) this.clearFiles(name)
  }

  /** The global names of the libraries, and every name that a cell has been given. */
  private takenNames(): Set<string> {
    if (this.taken) return this.taken
    const program = this.service.getProgram()!
    const meaning = ts.SymbolFlags.Value | ts.SymbolFlags.Type | ts.SymbolFlags.Namespace | ts.SymbolFlags.Alias
    const scope = program.getTypeChecker().getSymbolsInScope(program.getSourceFile(this.host.prelude)!, meaning)
    this.taken = new Set(scope.map((symbol) => symbol.name))
    return this.taken
  }

  private drain(): void {
    const pending = this.pending
    this.pending = []
    for (const { cell, check, resolve } of pending) resolve(check ? this.problems(cell) : [])
    if (pending.length > 0) this.drop()
  }

  private problems(cell: LiveCell): LanguageProblem[] {
    const found: LanguageProblem[] = []
    for (const module of [true, false]) {
      const name = module ? moduleName(cell.slot) : scriptName(cell.slot)
      if (module && cell.module === undefined) continue
      for (const each of this.service.getSemanticDiagnostics(this.host.pathOf(name))) {
        if (each.category !== ts.DiagnosticCategory.Error || ALLOWED.has(each.code)) continue
        const start = each.start ?? 0
        if (module && start >= cell.code.length) continue
        const from = module ? start : fromScript(cell, start)
        const to = module ? start + (each.length ?? 1) : fromScript(cell, start + (each.length ?? 1))
        found.push(problem(cell.code, each, from, to))
      }
    }
    return found
  }

  /** Lets go of cells that declare nothing, or nothing that is still seen or used. */
  private drop(): void {
    for (let dropped = true; dropped; ) {
      dropped = false
      for (const cell of this.cells) {
        if (!this.isDead(cell)) continue
        this.cells = this.cells.filter((each) => each !== cell)
        this.clearFiles(cell.slot)
        this.free.push(cell.slot)
        dropped = true
      }
    }
  }

  private isDead(cell: LiveCell): boolean {
    // `declare global` and side-effect imports reach every cell.
    if (cell.module !== undefined && cell.names.length === 0) return false
    return cell.names.every((name, at) => {
      if (this.owners.get(name)?.cell === cell.id) return false
      const written = cell.written[at]!
      return !this.cells.some((other) => other !== cell && other.uses.has(written))
    })
  }
}

const EMPTY_MODULE = 'export {}\n'

function scriptName(cell: string): string {
  return `cell_${cell}.ts`
}

function moduleName(cell: string): string {
  return `imports_${cell}.ts`
}

function problem(code: string, diagnostic: ts.Diagnostic, from: number, to: number): LanguageProblem {
  const before = code.slice(0, from)
  const line = before.split('\n').length
  return {
    message: withoutAliases(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')),
    code: diagnostic.code,
    line,
    column: from - (before.lastIndexOf('\n') + 1) + 1,
    length: Math.max(1, to - from),
  }
}
