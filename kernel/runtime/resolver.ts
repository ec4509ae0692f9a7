// `import.meta.resolve` for a folder. Only a module has it: one that is on no disk is made there.
import { createRequire, registerHooks } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

export type Resolver = (specifier: string) => string

/** Where an import in the folder would load a specifier from, as a URL. Throws where there is no such package. */
export function resolverAt(folder: string): Resolver {
  // Node keeps what it loads by file, whatever the query: a name that no file of a person has.
  const { href: url } = pathToFileURL(path.join(folder, '.skylab-notebook.mjs'))
  const source = 'export default (specifier) => import.meta.resolve(specifier)'
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === url ? { url, format: 'module', shortCircuit: true } : next(specifier, context),
    load: (asked, context, next) =>
      asked === url ? { format: 'module', source, shortCircuit: true } : next(asked, context),
  })
  try {
    return (createRequire(import.meta.url)(url) as { default: Resolver }).default
  } finally {
    hooks.deregister()
  }
}
