// Local modules of a notebook: TypeScript without a build, and loaded again when they were edited.
import { readFileSync, statSync } from 'node:fs'
import {
  type LoadHookContext,
  type LoadHookSync,
  type ResolveHookContext,
  registerHooks,
  stripTypeScriptTypes,
} from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compileModule } from './questions.js'
import { keepModuleMap } from './sources.js'

interface LocalModule {
  /** When the file was changed last, as it was when it was loaded. */
  changed: number
  /** Grows with every edit of the file or of what it imports: part of its URL. */
  generation: number
  importers: Set<string>
}

const modules = new Map<string, LocalModule>()
/** Modules that are cells: their text, and how often they were run. */
const inMemory = new Map<string, { text: string; version: number }>()
const TYPESCRIPT = /\.[cm]?tsx?$/
// `import './x.js'` names the file that x.ts would become.
const CANDIDATES = ['', '.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js']

/** Makes this process load local .ts modules. Call once. */
export function hookLocalModules(): void {
  registerHooks({ resolve, load })
}

/** Makes a cell a module: what stands on disk under that path is not seen any more. */
export function defineModule(file: string, text: string): void {
  inMemory.set(file, { text, version: (inMemory.get(file)?.version ?? 0) + 1 })
}

/** Before an import from a cell: what was edited since, and whatever imports it, is loaded anew. */
export function refreshLocalModules(): void {
  for (const [file, module] of modules) {
    const changed = changedAt(file)
    if (changed === undefined || changed === module.changed) continue
    module.changed = changed
    renew(file, new Set())
  }
}

function renew(file: string, seen: Set<string>): void {
  const module = modules.get(file)
  if (!module || seen.has(file)) return
  seen.add(file)
  module.generation += 1
  for (const importer of module.importers) renew(importer, seen)
}

type Resolved = { url: string; format?: string | null; shortCircuit?: boolean }

function resolve(
  specifier: string,
  context: ResolveHookContext,
  next: (specifier: string, context?: Partial<ResolveHookContext>) => Resolved,
): Resolved {
  if (!/^(\.{1,2}(\/|$)|\/|file:)/.test(specifier) || !context.parentURL?.startsWith('file:'))
    return next(specifier, context)
  const parent = fileURLToPath(context.parentURL)
  if (parent.includes(`${path.sep}node_modules${path.sep}`)) return next(specifier, context)
  const file = existing(
    specifier.startsWith('file:') ? fileURLToPath(specifier) : path.resolve(path.dirname(parent), specifier),
  )
  // What Node loads by itself in one way only (a folder's package.json, JSON, an addon) stays with Node.
  if (!file || !/\.([cm]?tsx?|[cm]?js)$/.test(file) || context.conditions?.includes('require'))
    return next(specifier, context)
  let module = modules.get(file)
  if (!module) modules.set(file, (module = { changed: changedAt(file) ?? 0, generation: 0, importers: new Set() }))
  module.importers.add(parent)
  const url = pathToFileURL(file).href + (module.generation > 0 ? `?edit=${module.generation}` : '')
  return {
    url,
    shortCircuit: true,
    ...(TYPESCRIPT.test(file) ? { format: file.endsWith('.cts') ? 'commonjs' : 'module' } : {}),
  }
}

type Loaded = ReturnType<LoadHookSync>

function load(
  url: string,
  context: LoadHookContext,
  next: (url: string, context?: Partial<LoadHookContext>) => Loaded,
): Loaded {
  if (!url.startsWith('file:')) return next(url, context)
  const file = fileURLToPath(url)
  if (!TYPESCRIPT.test(file) || file.includes(`${path.sep}node_modules${path.sep}`)) return next(url, context)
  const text = inMemory.get(file)?.text ?? readFileSync(file, 'utf8')
  return {
    format: file.endsWith('.cts') ? 'commonjs' : 'module',
    source: withoutTypes(text, url, file),
    shortCircuit: true,
  }
}

function withoutTypes(text: string, url: string, file: string): string {
  const { js, mappings, error } = compileModule(file, text)
  if (error !== undefined) throw new SyntaxError(`${file}:${error}`)
  if (js !== undefined) {
    keepModuleMap(url, mappings ?? '')
    return js
  }
  // Nobody compiles: types are blanked, so that places stay; enums and namespaces need a rewrite.
  try {
    return stripTypeScriptTypes(text, { mode: 'strip', sourceUrl: url })
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') throw problem
    return stripTypeScriptTypes(text, { mode: 'transform', sourceUrl: url })
  }
}

function existing(file: string): string | undefined {
  const asTypeScript = /\.[cm]?js$/.test(file) ? [file, file.replace(/js$/, 'ts')] : CANDIDATES.map((end) => file + end)
  return asTypeScript.find((each) => changedAt(each) !== undefined)
}

function changedAt(file: string): number | undefined {
  const cell = inMemory.get(file)
  if (cell) return cell.version
  const found = statSync(file, { throwIfNoEntry: false })
  return found?.isFile() ? found.mtimeMs : undefined
}
