// The notebook's names at run time: properties of plain objects, and what a converted cell calls.
import { notDefined } from './not-defined.js'

/** Holds the names; a class of its own so that an engine message names it well. */
export class Cells {
  [name: string]: unknown
}

/** The state of one cell that the helpers need. */
export interface ScopeCell {
  /** Names that may not be read yet, with what stood there before. */
  dead: Map<string, { scope: Cells; before: PropertyDescriptor | undefined }>
}

type Place = [scope: Cells, name: string]

/** The scope objects of a runtime. */
export class NotebookScope {
  readonly objects: Cells[] = []

  /** The first `count` scope objects, made as needed. */
  take(count: number): Cells[] {
    while (this.objects.length < count) this.objects.push(new Cells())
    return this.objects.slice(0, count)
  }

  holder(name: string): Cells | undefined {
    return this.objects.find((object) => Object.hasOwn(object, name))
  }

  /** The names that have a value. */
  names(): string[] {
    return this.objects.flatMap((object) => Object.keys(object).filter((name) => !name.startsWith('$sky')))
  }

  /** After a cell: what was declared and never reached is not defined, or is what it was before. */
  settle(cell: ScopeCell, declared: readonly Place[]): void {
    for (const [name, { scope, before }] of cell.dead) {
      if (before) Object.defineProperty(scope, name, before)
      else defineLate(scope, name)
      fast(scope)
    }
    cell.dead.clear()
    for (const [scope, name] of declared) if (!Object.hasOwn(scope, name)) defineLate(scope, name)
  }
}

/** What converted code calls as `$sky`, for one cell. */
export function scopeHelpers(notebook: NotebookScope, cell: ScopeCell) {
  return {
    /** Declares a name with its value. */
    let(scope: Cells, name: string, value: unknown): unknown {
      cell.dead.delete(name)
      define(scope, name, value)
      return value
    },
    /** Makes names assignable and gives back the value that a pattern takes apart. */
    open(places: Place[], value: unknown): unknown {
      for (const [scope, name] of places) {
        cell.dead.delete(name)
        define(scope, name, undefined)
      }
      return value
    },
    /** `var`: undefined from the start of the cell, unless it has a value already. */
    vars(places: Place[]): void {
      for (const [scope, name] of places) if (!isData(scope, name)) define(scope, name, undefined)
    },
    /** Enums and namespaces: each run makes its own. */
    fresh(places: Place[]): void {
      for (const [scope, name] of places) define(scope, name, undefined)
    },
    /** From here to its declaration a name throws. */
    dead(places: Place[]): void {
      for (const [scope, name] of places) {
        cell.dead.set(name, { scope, before: Object.getOwnPropertyDescriptor(scope, name) })
        const refuse = (): never => {
          throw new ReferenceError(`Cannot access '${name}' before initialization`)
        }
        Object.defineProperty(scope, name, { get: refuse, set: refuse, configurable: true, enumerable: true })
      }
    },
    /** Names that no cell has declared yet: a later cell may, and a function then sees it. */
    late(places: Place[]): void {
      for (const [scope, name] of places) if (!Object.hasOwn(scope, name)) defineLate(scope, name)
    },
    has(scope: Cells, name: string): boolean {
      return isData(scope, name) || cell.dead.has(name) || name in globalThis
    },
    /** Stands for every constant where something is written to it. */
    readonly: new Proxy(Object.create(null) as Cells, {
      get: (_target, name) => notebook.holder(String(name))?.[String(name)],
      set: () => {
        throw new TypeError('Assignment to constant variable.')
      },
    }),
  }
}

/** Gives a name a value on its scope object, whatever stood there. */
export function define(scope: Cells, name: string, value: unknown): void {
  if (isData(scope, name)) {
    scope[name] = value
    return
  }
  Object.defineProperty(scope, name, { value, writable: true, configurable: true, enumerable: true })
  fast(scope)
}

function isData(scope: Cells, name: string): boolean {
  return Object.getOwnPropertyDescriptor(scope, name)?.writable === true
}

function defineLate(scope: Cells, name: string): void {
  const globals = globalThis as unknown as Record<string, unknown>
  Object.defineProperty(scope, name, {
    configurable: true,
    enumerable: false,
    get: () => {
      if (name in globals) return globals[name]
      throw notDefined(name)
    },
    set: (value) => {
      if (!(name in globals)) throw notDefined(name)
      globals[name] = value
    },
  })
  fast(scope)
}

// V8 gives a prototype fast properties again when something is looked up through it; a scope in dictionary
// mode makes a loop over its names up to four times slower.
function fast(scope: Cells): void {
  const through: Cells = Object.create(scope)
  lookUp(through)
  lookUp(through)
}

function lookUp(through: Cells): boolean {
  return through.$nowhere === undefined
}

// It only works from the moment on where the engine collects feedback for it: after some calls.
for (let calls = 0; calls < 50; calls++) fast(new Cells())
