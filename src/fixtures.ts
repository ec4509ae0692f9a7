// Files that come with the package: problems, recordings, a recorded log, published numbers.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Stopped } from './stopped.js'

/**
 * Full path of a file in the package's fixtures/ folder, from the sources as from the build.
 *
 * @param name 'bench.jsonl', 'recordings/teacher.jsonl'.
 * @throws Stopped('no-file') where the package was installed without it.
 */
export function fixture(name: string): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const found = path.join(folder, 'fixtures', name)
    if (existsSync(found)) return found
    const above = path.dirname(folder)
    if (above === folder)
      throw new Stopped('no-file', `fixtures/${name} of the package is missing.`, 'npm install skylab')
    folder = above
  }
}
