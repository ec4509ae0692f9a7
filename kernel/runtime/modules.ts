// Imports of cells: from the notebook's folder first; `skylab` and `tslab` else from this package.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import vm from 'node:vm'
import { refreshLocalModules } from './local-modules.js'
import { PACKAGE_ROOT } from './locate.js'
import { type Resolver, resolverAt } from './resolver.js'
import { type Cells, define } from './scope.js'
import { bridgeTslab } from './tslab.js'

type Importer = (specifier: string, options?: ImportCallOptions) => Promise<Record<string, unknown>>

/** What `import` in a cell means, for a notebook folder. */
export class CellModules {
  private readonly folder: string
  private readonly require: NodeJS.Require
  private readonly fromFolder: Importer
  private readonly fromPackage: Importer
  private resolveInFolder: Resolver | undefined

  constructor(folder: string) {
    this.folder = folder
    this.require = createRequire(path.join(folder, 'notebook.cjs'))
    this.fromFolder = importerAt(path.join(folder, 'notebook.mjs'))
    this.fromPackage = importerAt(path.join(PACKAGE_ROOT, 'notebook.mjs'))
  }

  /** A module's namespace, as `import()` gives it. */
  load = async (specifier: unknown, options?: ImportCallOptions): Promise<Record<string, unknown>> => {
    const name = String(specifier)
    if (isPath(name)) refreshLocalModules()
    try {
      return await this.from(this.folder, name, options)
    } catch (error) {
      if (!isOurs(name, error)) throw error
      return this.from(PACKAGE_ROOT, name, options)
    }
  }

  private async from(folder: string, name: string, options?: ImportCallOptions): Promise<Record<string, unknown>> {
    if (name.endsWith('.json')) return readJson(folder, name)
    const module = await (folder === this.folder ? this.fromFolder : this.fromPackage)(name, options)
    if (name === 'tslab') bridgeTslab()
    return this.whole(module)
  }

  /**
   * Node reads the names of a CommonJS module from its text and misses those that it makes while it runs.
   * Then the module stands for itself, with all of its names, as its types say.
   */
  private whole(module: Record<string, unknown>): Record<string, unknown> {
    const inner = module.default
    if (inner === null || (typeof inner !== 'object' && typeof inner !== 'function')) return module
    const missed = Object.keys(inner).filter((name) => !(name in module))
    if (missed.length === 0 || !this.isCommonJs(inner)) return module
    const names = Object.fromEntries(missed.map((name) => [name, (inner as Record<string, unknown>)[name]]))
    return { ...module, ...names }
  }

  private isCommonJs(exported: unknown): boolean {
    return Object.values(this.require.cache).some((each) => each?.exports === exported)
  }

  /** `require` of a cell: from the notebook's folder, and `skylab` and `tslab` else from this package. */
  get requireInCells(): NodeJS.Require {
    const { require } = this
    const own = createRequire(path.join(PACKAGE_ROOT, 'notebook.cjs'))
    const load = (name: string): unknown => {
      try {
        return require(name)
      } catch (error) {
        if (!isOurs(name, error)) throw error
        return own(name)
      } finally {
        if (name === 'tslab') bridgeTslab()
      }
    }
    const resolve = (name: string, options?: { paths?: string[] }): string => {
      try {
        return require.resolve(name, options)
      } catch (error) {
        if (options?.paths || !isOurs(name, error)) throw error
        return own.resolve(name)
      }
    }
    return Object.assign(load, require, { resolve: Object.assign(resolve, require.resolve) })
  }

  /** `import.meta.resolve` of a cell: the URL of what `import` would load. */
  resolve = (specifier: unknown): string => {
    const name = String(specifier)
    try {
      // Which edit of a local module it is belongs to loading only.
      return this.resolveAnywhere(name).replace(/\?edit=\d+$/, '')
    } catch (error) {
      // Node's own frames would leave no room for that of the cell.
      if (error instanceof Error) Error.captureStackTrace(error, this.resolve)
      throw error
    }
  }

  private resolveAnywhere(name: string): string {
    this.resolveInFolder ??= resolverAt(this.folder)
    try {
      return this.resolveInFolder(name)
    } catch (error) {
      if (!isOurs(name, error)) throw error
      return resolverAt(PACKAGE_ROOT)(name)
    }
  }

  /** `import a, { b } from 'x'` of a cell: gives the names their values. */
  import = async (specifier: string, wanted: [scope: Cells, local: string, imported: string][]): Promise<void> => {
    const module = await this.load(specifier)
    for (const [scope, local, imported] of wanted) {
      const holder = imported === '*' ? undefined : holderOf(module, imported)
      if (imported === '*') define(scope, local, module)
      else if (holder) define(scope, local, holder[imported])
      else defineAbsent(scope, local, imported, specifier)
    }
  }
}

/** The file as it is now: data may have changed since the last import. */
function readJson(folder: string, name: string): Record<string, unknown> {
  const file = name.startsWith('file:')
    ? fileURLToPath(name)
    : createRequire(path.join(folder, 'notebook.cjs')).resolve(name)
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return { ...(typeof value === 'object' && !Array.isArray(value) ? value : {}), default: value }
}

function importerAt(file: string): Importer {
  const script = new vm.Script('(specifier, options) => import(specifier, options)', {
    filename: pathToFileURL(file).href,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  return script.runInThisContext() as Importer
}

function isPath(name: string): boolean {
  return /^(\.{1,2}(\/|$)|\/|file:)/.test(name)
}

/** Whether it is one of the packages that come with the kernel, and the notebook's folder has none of its own. */
function isOurs(name: string, error: unknown): boolean {
  return /^(skylab|tslab)(\/|$)/.test(name) && isMissing(error, name)
}

function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && message.includes(`'${name.split('/')[0]}`)
}

/** CommonJS modules whose names Node does not see hold them on their default. */
function holderOf(module: Record<string, unknown>, name: string): Record<string, unknown> | undefined {
  if (name in module) return module
  const inner = module.default as Record<string, unknown> | undefined
  return inner !== null && (typeof inner === 'object' || typeof inner === 'function') && name in inner
    ? inner
    : undefined
}

/** A type has no value at run time; a misspelt name has none either. Both only matter when used. */
function defineAbsent(scope: Cells, local: string, imported: string, specifier: string): void {
  Object.defineProperty(scope, local, {
    configurable: true,
    enumerable: false,
    get: () => {
      throw new ReferenceError(`'${specifier}' has no export named '${imported}' (a type has no value at run time)`)
    },
    set: () => {
      throw new TypeError('Assignment to constant variable.')
    },
  })
}
