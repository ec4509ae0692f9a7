// Names that need no declaration in a cell.

/** What every runtime has: the engine's and Node's globals, and what a cell is given. */
export const GLOBAL_NAMES: ReadonlySet<string> = new Set([
  ...allNames(globalThis),
  'require',
  'display',
  'prompt',
  'clearOutput',
  'comms',
  'arguments',
])

function allNames(object: object): string[] {
  const names: string[] = []
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at)) names.push(...Object.getOwnPropertyNames(at))
  return names
}
