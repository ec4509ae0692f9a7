// A name that no cell has declared: its error, and what to type so that the name is there.

const imports = new Map<string, string>()
const fixes = new WeakMap<Error, string>()

/** Keeps what a cell's converter knows: name → the import that has it. */
export function keepImports(found: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(found)) imports.set(name, text)
}

/** The error of reading or writing the name. */
export function notDefined(name: string): ReferenceError {
  const error = new ReferenceError(`${name} is not defined`)
  const fix = imports.get(name)
  if (fix !== undefined) fixes.set(error, fix)
  return error
}

/** What mends such an error, where that is known. */
export function fixOf(error: Error): string | undefined {
  return fixes.get(error)
}
