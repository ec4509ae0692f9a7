// Where the package and its compiled files are, from the sources and from dist/ alike.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The folder that holds the kernel's package.json. */
export const PACKAGE_ROOT = findRoot()

function findRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder)
  return folder
}

/**
 * The compiled file to start as a process or a worker. A test runs the sources, and a process
 * cannot: it is started from dist/.
 *
 * @param name path below kernel/, without its ending: 'runtime/main'
 */
export function compiled(name: string): URL {
  return pathToFileURL(path.join(PACKAGE_ROOT, 'dist', 'kernel', `${name}.js`))
}
