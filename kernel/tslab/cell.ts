// What tslab's converter made of a cell, beside its JavaScript: what its executor needs to run it.

export interface TslabCell {
  /** The name under which the JavaScript leaves the value of the last expression. */
  lastExpressionVar?: string
  /** Local modules that were compiled for this cell, or that an earlier one could not hand over. */
  sideOutputs: { path: string; data: string }[]
}

/** What the executor puts before the JavaScript of a cell, on its first line. */
export function executorPrefix(async: boolean): string {
  return `(${async ? 'async ' : ''}function(exports, require) { `
}
