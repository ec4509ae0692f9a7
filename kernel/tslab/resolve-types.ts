// Where tslab's TypeScript finds the types of `skylab`: in the notebook's folder first, else in this package.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { PACKAGE_ROOT } from '../runtime/locate.js'
import { loadTypeScript } from './typescript.js'

/**
 * Makes the folder look as if the package were installed in it, where it is not. tslab does the same
 * for its own types, one layer above.
 */
export function resolveFrom(cwd: string): void {
  if (isInstalled(cwd)) return
  const { sys } = loadTypeScript()
  const seen = path.join(cwd, 'node_modules', 'skylab')
  const forward = (file: string) =>
    file === seen || file.startsWith(`${seen}/`) ? PACKAGE_ROOT + file.slice(seen.length) : file
  const { fileExists, directoryExists, readFile, realpath } = sys
  sys.fileExists = (file) => fileExists(forward(file))
  sys.directoryExists = (folder) => folder === path.join(cwd, 'node_modules') || directoryExists(forward(folder))
  sys.readFile = (file, encoding) => readFile(forward(file), encoding)
  // The package's own imports are looked for from where it really lies.
  sys.realpath = (file) => realpath?.(forward(file)) ?? forward(file)
}

function isInstalled(cwd: string): boolean {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'node_modules', 'skylab', 'package.json'))) return true
    if (path.dirname(folder) === folder) return false
  }
}
