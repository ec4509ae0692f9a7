// Cells that are modules, as tslab has them: other cells import what they export, by a name.

/**
 * The name that a cell gives itself with a `@module` tag in a documentation comment before its first
 * statement: a cell of `@module helpers` is imported from './helpers'. Undefined for every other cell.
 */
export function moduleCellName(code: string): string | undefined {
  if (!code.includes('@module')) return undefined
  for (let rest = code.trimStart(); ; ) {
    const comment = /^(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/)\s*/.exec(rest)?.[0]
    if (comment === undefined) return undefined
    const name = comment.startsWith('/**') ? /@module\s+(\w+)\s/.exec(comment)?.[1] : undefined
    if (name) return name
    rest = rest.slice(comment.length)
  }
}
