// TypeScript's compiler, loaded the quick way: as CommonJS (its names need not be searched for) and
// with its compiled code kept on disk.
import { enableCompileCache } from 'node:module'

enableCompileCache()
import ts = require('typescript')

export { ts }
