// TypeScript's view of the disk and of the cells.
import { createRequire } from 'node:module'
import path from 'node:path'
import { PACKAGE_ROOT } from '../runtime/locate.js'
import { COMM_TYPES } from './comm-types.js'
import { ts } from './typescript.js'

/** What every cell has beside the libraries. */
const PRELUDE = `
/** Shows a value in the cell's output. With an id it can be replaced later with { id, update: true }. */
declare function display(value: unknown, options?: { id?: string; update?: boolean }): void | Promise<void>
/** Asks the person at the keyboard. */
declare function prompt(text?: string, options?: { password?: boolean }): string
/** Empties the cell's output; with wait, when the next output comes. */
declare function clearOutput(options?: { wait?: boolean }): void
/** The value of the last cell that had one. */
declare var _: any
${COMM_TYPES}
declare function await<T>(value: T): Awaited<T>
declare const $meta: ImportMeta
declare function $is<T>(value: unknown): asserts value is T
interface ImportMeta { readonly url: string; readonly dirname: string; readonly filename: string; resolve(specifier: string): string }
`

const CHECK_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
  // A notebook explores: what may be null is checked, what has no type yet is not.
  // (noImplicitAny lets `const rows = []` grow to what is pushed; its own errors are left out, in world.ts)
  strict: true,
  noImplicitThis: false,
  useUnknownInCatchVariables: false,
  skipLibCheck: true,
  esModuleInterop: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  allowJs: true,
  noEmit: true,
}

// One count for all hosts: the registry of parsed files outlives a host, and must not mix up two texts.
let versions = 0

/** The files of cells, by path, each with a version that changes with its text. */
export class CellHost implements ts.LanguageServiceHost {
  readonly folder: string
  readonly prelude: string
  private readonly files = new Map<string, { text: string; version: string; snapshot: ts.IScriptSnapshot }>()
  private readonly disk = new Map<string, { version: string; snapshot: ts.IScriptSnapshot }>()
  private readonly typeRoots: string[]
  private readonly resolutions: ts.ModuleResolutionCache
  private version = 0

  constructor(folder: string) {
    this.folder = folder
    this.prelude = this.pathOf('prelude.d.ts')
    this.set('prelude.d.ts', PRELUDE)
    this.resolutions = ts.createModuleResolutionCache(folder, (file) => file)
    this.typeRoots = [path.join(folder, 'node_modules/@types'), nodeTypes()]
  }

  pathOf(name: string): string {
    return path.posix.join(this.folder.split(path.sep).join('/'), `__skylab_${name}`)
  }

  set(name: string, text: string): void {
    this.setFile(this.pathOf(name), text)
  }

  /** A file that is not on disk, by its path. */
  setFile(file: string, text: string): void {
    const known = this.files.get(file)
    if (known?.text === text) return
    this.version += 1
    this.files.set(file, { text, version: String(++versions), snapshot: ts.ScriptSnapshot.fromString(text) })
  }

  /** From here on the files on disk are looked at again; with `packages` also which packages there are. */
  refresh(packages = false): void {
    this.version += 1
    if (packages) this.resolutions.clear()
  }

  /** While it stays, TypeScript looks at no file again. */
  getProjectVersion = (): string => String(this.version)
  /** Without it, the manifests of the libraries are parsed again for each program. */
  getModuleResolutionCache = (): ts.ModuleResolutionCache => this.resolutions

  getScriptFileNames = (): string[] => [...this.files.keys()]
  getCurrentDirectory = (): string => this.folder
  getCompilationSettings = (): ts.CompilerOptions => ({ ...CHECK_OPTIONS, typeRoots: this.typeRoots })
  getDefaultLibFileName = (options: ts.CompilerOptions): string => ts.getDefaultLibFilePath(options)
  fileExists = (file: string): boolean => this.files.has(file) || ts.sys.fileExists(file)
  readFile = (file: string): string | undefined => this.files.get(file)?.text ?? ts.sys.readFile(file)
  readDirectory = ts.sys.readDirectory
  directoryExists = ts.sys.directoryExists
  getDirectories = ts.sys.getDirectories
  realpath = (file: string): string => ts.sys.realpath?.(file) ?? file

  getScriptVersion = (file: string): string => {
    const own = this.files.get(file)
    if (own) return own.version
    // Packages do not change under a session; the notebook's own modules do.
    if (file.includes('/node_modules/')) return '1'
    return String(ts.sys.getModifiedTime?.(file)?.getTime() ?? 0)
  }

  getScriptSnapshot = (file: string): ts.IScriptSnapshot | undefined => {
    const own = this.files.get(file)
    if (own) return own.snapshot
    const version = this.getScriptVersion(file)
    const known = this.disk.get(file)
    if (known?.version === version) return known.snapshot
    const text = ts.sys.readFile(file)
    if (text === undefined) return undefined
    const snapshot = ts.ScriptSnapshot.fromString(text)
    this.disk.set(file, { version, snapshot })
    return snapshot
  }

  /** From the notebook's folder; `skylab` and `tslab` else from this package. */
  resolveModuleNameLiterals = (
    literals: readonly ts.StringLiteralLike[],
    containingFile: string,
    _redirected: ts.ResolvedProjectReference | undefined,
    options: ts.CompilerOptions,
  ): readonly ts.ResolvedModuleWithFailedLookupLocations[] =>
    literals.map(({ text }) => {
      const found = ts.resolveModuleName(text, containingFile, options, this)
      if (found.resolvedModule || !/^(skylab|tslab)(\/|$)/.test(text)) return found
      return ts.resolveModuleName(text, path.join(PACKAGE_ROOT, 'notebook.ts'), options, this)
    })
}

function nodeTypes(): string {
  const manifest = createRequire(path.join(PACKAGE_ROOT, 'package.json')).resolve('@types/node/package.json')
  return path.dirname(path.dirname(manifest))
}
