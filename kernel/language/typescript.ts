// TypeScript's compiler, loaded the quick way: as CommonJS (its names need not be searched for) and
// with its compiled code kept on disk.
import { enableCompileCache, flushCompileCache } from 'node:module'

enableCompileCache()
import ts = require('typescript')

export { ts }

/** Writes what was compiled to disk: a kernel that is killed, as Jupyter does, would never come to it. */
export function keepCompiled(): void {
  setTimeout(() => flushCompileCache?.(), 500).unref()
}
