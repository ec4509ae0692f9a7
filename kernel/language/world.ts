// All live cells as one program: type errors, completion, inspection.
import path from 'node:path'
import type { Bundle } from '../session.js'
import { withoutAliases } from './aliases.js'
import { type CellFiles, cellFiles, fromScript, type NameSource, toScript, withPrefix } from './cell-files.js'
import { CellHost } from './compiler-host.js'
import { completions } from './completions.js'
import { inspection } from './inspection.js'
import { type LiveCell, LiveCells } from './live-cells.js'
import type { TypedCompletion } from './live-query.js'
import { missingImports, withImports, withOwnModule } from './missing-imports.js'
import { endOf, Narrowings } from './narrowing.js'
import { Owners } from './owners.js'
import type { LanguageProblem } from './problems.js'
import { Slots } from './slots.js'
import { ts } from './typescript.js'

interface Pending {
  cell: LiveCell
  check: boolean
  resolve(problems: LanguageProblem[]): void
}

// How many files are made at once for the scripts and for the modules of cells: few cells import.
const SCRIPTS = 64
const MODULES = 16
const PROBE = 'probe'
// Before a name that is to be read as a type's.
const AS_TYPE = 'type $asked = '

// A cell is a script, and scripts do not await, export or augment the global scope: cells do. And
// `import x = require('y')` is as good as any other import.
const ALLOWED = new Set([1202, 1203, 1375, 1378, 1431, 1432, 2669, 2670, 2852, 2853, 2854])

export class World {
  private host: CellHost
  private service: ts.LanguageService
  private readonly registry = ts.createDocumentRegistry()
  private cells = new LiveCells()
  private known: Owners | undefined
  private narrowings = new Narrowings()
  private pending: Pending[] = []
  private scripts!: Slots
  private modules!: Slots
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
    void this.add(0, '[1].map((each) => each + 1)', true)
    this.drain()
    this.complete('[1].ma', 6)
  }

  /** Forgets all cells. */
  reset(): void {
    this.drain()
    const old = this.service
    this.host = new CellHost(this.folder)
    this.service = ts.createLanguageService(this.host, this.registry)
    this.cells = new LiveCells()
    this.known = undefined
    this.narrowings = new Narrowings()
    this.makeSlots()
    // Only when the new program holds the libraries: they are not parsed again.
    this.service.getProgram()
    old.dispose()
  }

  /** Adds a cell after the ones before; gives its type errors where `check` is set. */
  add(id: number, code: string, check: boolean): Promise<LanguageProblem[]> {
    this.host.refresh()
    const cell = this.again(id, code) ?? this.fresh(id, code)
    cell.before = this.owners.declare(cell.files.names, cell.written)
    this.cells.changed(cell)
    return new Promise((resolve) => {
      // Cells that come quickly one after the other are checked together: one program for all.
      if (this.pending.length === 0) setImmediate(() => this.drain())
      this.pending.push({ cell, check, resolve })
    })
  }

  /** Takes back what a cell declared, which was added last: it does not run. */
  undo(id: number): void {
    this.drain()
    const cell = this.cells.ofId(id)
    if (cell) {
      this.owners.undo(cell.before)
      this.cells.changed(cell)
    }
    this.drop()
  }

  /** A cell that is a module of the folder; gives its errors where `check` is set. */
  addModule(name: string, code: string, check: boolean): LanguageProblem[] {
    this.drain()
    this.host.refresh(true)
    const file = path.posix.join(this.folder.split(path.sep).join('/'), `${name}.ts`)
    this.host.setFile(file, `${code}\n${EMPTY_MODULE}`)
    if (!check) return []
    const found = [...this.service.getSyntacticDiagnostics(file), ...this.service.getSemanticDiagnostics(file)]
    return found
      .filter(({ category, code: number }) => category === ts.DiagnosticCategory.Error && !isAllowed(number))
      .map((each) => problem(code, each, each.start ?? 0, (each.start ?? 0) + (each.length ?? 1)))
  }

  complete(typed: string, at: number): TypedCompletion {
    const code = withOwnModule(typed, at) ?? typed
    return this.probe(code, at, (file, offset, files) =>
      completions(this.service, file, offset, code, at, [...files.names.keys()], this.isHidden),
    )
  }

  /** A name alone may also be a type's, or one that is still to be imported. */
  inspect(code: string, at: number, detail: 0 | 1): Bundle | undefined {
    const ask = (before: string, fix?: string) =>
      this.probe(before + code, before.length + at, (file, offset) =>
        inspection(this.service, file, offset, detail, fix),
      )
    const found = ask('')
    const [name] = found ? [] : (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.exec(code) ?? [])
    if (name === undefined) return found
    const fix = missingImports([name], this.folder)[name]
    return ask(AS_TYPE) ?? (fix === undefined ? undefined : (ask(`${fix}\n`, fix) ?? ask(`${fix}\n${AS_TYPE}`, fix)))
  }

  /** A cell that was run before and means the same is the same cell: its types stay what they were. */
  private again(id: number, code: string): LiveCell | undefined {
    const cell = this.cells.ofCode(code)
    if (!cell) return undefined
    const files = this.split(cell.moduleSlot, code, {
      ...this.current,
      declare: (name) => cell.written.get(name) ?? name,
    })
    if (files.script !== cell.files.script || files.module !== cell.files.module) return undefined
    cell.id = id
    this.setFiles(cell, cell.files)
    return cell
  }

  private fresh(id: number, code: string): LiveCell {
    const { owners } = this
    const files = this.split(this.modules.next, code, {
      ...this.current,
      declare: (name) => owners.writtenIn(name, id),
    })
    const slot = this.scripts.take()
    const moduleSlot = files.module === undefined ? '' : this.modules.take()
    const written = new Map([...files.names.keys()].map((name) => [name, owners.writtenIn(name, id)]))
    const cell: LiveCell = { id, slot, moduleSlot, code, files, written, before: new Map() }
    this.cells.add(cell)
    this.setFiles(cell, files)
    return cell
  }

  /** Answers a question about a cell that has not run, at an offset of its text. */
  private probe<T>(code: string, at: number, ask: (file: string, offset: number, files: CellFiles) => T): T {
    this.drain()
    this.host.refresh()
    const id = 1_000_000 + ++this.probes
    const plain = this.split(PROBE, code, {
      ...this.current,
      declare: (name) => this.owners.writtenIn(name, id),
    })
    const files = withPrefix(plain, this.narrowings.prefix(plain.paths))
    this.setFiles({ slot: PROBE, moduleSlot: PROBE }, files)
    if (files.module === undefined) this.clearModule(PROBE)
    const offset = at + files.lead
    const inModule = files.moduleRanges.some(([start, end]) => offset >= start && offset <= end)
    const name = inModule ? moduleName(PROBE) : scriptName(PROBE)
    return ask(this.host.pathOf(name), inModule ? offset : toScript(files, offset), files)
  }

  private readonly current: Omit<NameSource, 'declare'> = {
    value: (name) => this.owners.value(name),
    type: (name) => this.owners.type(name),
  }

  /** An older cell's name that was declared again since is still in its file, and not to be seen. */
  private readonly isHidden = (written: string): boolean => {
    const name = withoutAliases(written)
    const value = this.owners.value(name)
    const type = this.owners.type(name)
    return value || type ? value !== written && type !== written : name !== written
  }

  private split(moduleSlot: string, code: string, names: NameSource): CellFiles {
    return cellFiles(code, path.posix.basename(this.host.pathOf(moduleName(moduleSlot)), '.ts'), names)
  }

  private setFiles({ slot, moduleSlot }: Pick<LiveCell, 'slot' | 'moduleSlot'>, files: CellFiles): void {
    this.host.set(scriptName(slot), files.script + endOf(files.paths))
    if (files.module === undefined) return
    this.host.refresh(true)
    this.host.set(moduleName(moduleSlot), files.module)
  }

  private clearModule(slot: string): void {
    this.host.set(moduleName(slot), EMPTY_MODULE)
  }

  private makeSlots(): void {
    this.host.set(scriptName(PROBE), '')
    this.clearModule(PROBE)
    this.scripts = new Slots(SCRIPTS, (slot) => this.host.set(scriptName(slot), ''))
    this.modules = new Slots(MODULES, (slot) => this.clearModule(slot))
  }

  private get owners(): Owners {
    if (this.known) return this.known
    const program = this.service.getProgram()!
    const meaning = ts.SymbolFlags.Value | ts.SymbolFlags.Type | ts.SymbolFlags.Namespace | ts.SymbolFlags.Alias
    const scope = program.getTypeChecker().getSymbolsInScope(program.getSourceFile(this.host.prelude)!, meaning)
    this.known = new Owners(scope.map((symbol) => symbol.name))
    return this.known
  }

  private drain(): void {
    const pending = this.pending
    this.pending = []
    for (const { cell, check, resolve } of pending)
      resolve(check ? withImports(this.problems(cell), cell.code, this.folder) : [])
    if (pending.length > 0) this.drop()
  }

  /**
   * The type errors of a cell. A session is not one text from top to bottom, so an error counts only
   * where no reading of the session takes the cell as right: with what the cells before it found out
   * about a variable or without it, with older cells as they ran or with what their names mean now.
   */
  private problems(cell: LiveCell): LanguageProblem[] {
    const { files } = cell
    const prefix = this.narrowings.prefix(files.paths)
    const narrowed = withPrefix(files, prefix)
    if (prefix !== '') this.setFiles(cell, narrowed)
    let found = this.check(cell, narrowed)
    if (found.length === 0 || prefix === '') this.readNarrowings(cell, files)
    if (found.length > 0 && prefix !== '') {
      this.setFiles(cell, files)
      found = both(found, this.check(cell, files))
      this.readNarrowings(cell, files)
    }
    if (found.length > 0) found = this.withLatest(cell, found)
    return found
  }

  private readNarrowings({ slot }: LiveCell, files: CellFiles): void {
    if (files.paths.size === 0) return
    const program = this.service.getProgram()!
    const file = program.getSourceFile(this.host.pathOf(scriptName(slot)))!
    this.narrowings.read(program.getTypeChecker(), file, files.paths)
  }

  /** The errors that stay when older cells are read with the names as they are now. */
  private withLatest(cell: LiveCell, found: LanguageProblem[]): LanguageProblem[] {
    const changed: LiveCell[] = []
    for (const older of this.cells.all()) {
      if (older === cell || !this.mentionsOld(older)) continue
      const own = (name: string) => older.written.get(name) ?? name
      const files = this.split(older.moduleSlot, older.code, {
        declare: (name, kind, later) => (later && this.current[kind](name, later)) || own(name),
        value: (name, deferred) => (deferred ? this.current.value(name, deferred) : older.files.reads.get(name)?.value),
        type: (name) => this.current.type(name),
      })
      this.setFiles(older, files)
      changed.push(older)
    }
    if (changed.length === 0) return found
    try {
      return both(found, this.check(cell, cell.files))
    } finally {
      for (const older of changed) this.setFiles(older, older.files)
    }
  }

  private mentionsOld({ files, written }: LiveCell): boolean {
    for (const [name, read] of files.reads) {
      if (read.value !== undefined && read.value !== this.owners.value(name)) return true
      if (read.type !== undefined && read.type !== this.owners.type(name)) return true
    }
    for (const [name, meaning] of files.names) {
      if (meaning.value && this.owners.value(name) !== written.get(name)) return true
      if (meaning.type && this.owners.type(name) !== written.get(name)) return true
    }
    return false
  }

  private check({ slot, moduleSlot }: LiveCell, files: CellFiles): LanguageProblem[] {
    const found: LanguageProblem[] = []
    for (const module of [true, false]) {
      const name = module ? moduleName(moduleSlot) : scriptName(slot)
      if (module && files.module === undefined) continue
      for (const each of this.service.getSemanticDiagnostics(this.host.pathOf(name))) {
        if (each.category !== ts.DiagnosticCategory.Error || isAllowed(each.code)) continue
        const start = each.start ?? 0
        const inText = module ? start < files.code.length : start < files.script.length && !inPrefix(files, start)
        if (!inText) continue
        const from = module ? start : fromScript(files, start)
        const to = module ? start + (each.length ?? 1) : fromScript(files, start + (each.length ?? 1))
        found.push(problem(files.code.slice(files.lead), each, Math.max(0, from - files.lead), to - files.lead))
      }
    }
    return found
  }

  /** Lets go of cells that declare nothing, or nothing that is still seen or used. */
  private drop(): void {
    for (const { slot, moduleSlot, files } of this.cells.takeDead(this.owners)) {
      this.scripts.release(slot)
      if (files.module !== undefined) this.modules.release(moduleSlot)
    }
  }
}

const EMPTY_MODULE = 'export {}\n'

function scriptName(cell: string): string {
  return `cell_${cell}.ts`
}

function moduleName(cell: string): string {
  return `imports_${cell}.ts`
}

/** 7xxx: something has no type yet, which is as it should be in a notebook. */
function isAllowed(code: number): boolean {
  return ALLOWED.has(code) || (code >= 7000 && code < 8000)
}

function inPrefix(files: CellFiles, offset: number): boolean {
  const first = files.changes[0]
  return first !== undefined && first.end === 0 && offset < first.text.length
}

/** The errors of the first list that the second has at the same place. */
function both(first: LanguageProblem[], second: LanguageProblem[]): LanguageProblem[] {
  return first.filter((each) => second.some((other) => other.line === each.line && other.column === each.column))
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
