// The import that a cell lacks, for names that nobody has declared and that `skylab` or Node has.
import path from 'node:path'
import { PACKAGE_ROOT } from '../runtime/locate.js'
import { exportedNames } from './exported-names.js'
import { type LanguageProblem, UNKNOWN_NAME } from './problems.js'

const OURS = 'skylab'
// Of Node's modules those whose names hardly stand for anything else in a cell.
const OF_NODE = new Set('assert child_process fs http https os path readline util vm worker_threads zlib'.split(' '))

const exportsByFolder = new Map<string, ReadonlySet<string>>()

/** What to type so that a name is there, for each of the names that can be imported. */
export function missingImports(names: readonly string[], folder: string): Record<string, string> {
  const found: Record<string, string> = {}
  const ours = names.filter((name) => ownExports(folder).has(name))
  const all = `import { ${[...new Set(ours)].sort().join(', ')} } from '${OURS}'`
  for (const name of ours) found[name] = all
  for (const name of names) if (OF_NODE.has(name)) found[name] ??= `import ${name} from 'node:${name}'`
  return found
}

/** The problems of a cell, with the import that would mend them; each import is told once. */
export function withImports(problems: LanguageProblem[], code: string, folder: string): LanguageProblem[] {
  const lines = code.split('\n')
  const names = problems.map(({ code: number, line, column, length }) =>
    UNKNOWN_NAME.has(number ?? 0) ? (lines[line - 1] ?? '').slice(column - 1, column - 1 + length) : '',
  )
  if (names.every((name) => name === '')) return problems
  const imports = missingImports(names, folder)
  const told = new Set<string>()
  return problems.map((problem, at) => {
    const fix = imports[names[at]!]
    if (fix === undefined || told.has(fix)) return problem
    told.add(fix)
    return { ...problem, fix }
  })
}

/**
 * `import { pro|`, which names no module yet: the code as if it were `skylab`, for what can stand at the
 * cursor. Undefined where the cursor is elsewhere.
 */
export function withOwnModule(code: string, at: number): string | undefined {
  if (!/(?:^|[\n;])\s*import\s+(?:type\s+)?\{[^{}'"`]*$/.test(code.slice(0, at))) return undefined
  const rest = /^([^{}'"`\n;]*)(?:\}\s*(?:from\s*(?:''|"")?)?)?[ \t]*(?=[\n;]|$)/.exec(code.slice(at))
  if (!rest) return undefined
  return `${code.slice(0, at)}${rest[1]} } from '${OURS}'${code.slice(at + rest[0].length)}`
}

/** What the package exports that a cell of the folder would import: read once, when it is first asked for. */
function ownExports(folder: string): ReadonlySet<string> {
  let known = exportsByFolder.get(folder)
  if (!known) {
    // As imports are looked for: from the folder, else this package itself.
    const seen = [folder, PACKAGE_ROOT].map((each) => exportedNames(OURS, path.join(each, 'notebook.ts')))
    known = new Set(seen.find((names) => names.length > 0))
    exportsByFolder.set(folder, known)
  }
  return known
}
