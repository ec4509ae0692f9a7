// Rows, looked at closely: one, two side by side, many in a list.
import { diffView } from './diff.js'
import { rowsView } from './list.js'
import { overlapsView } from './overlaps.js'
import { pairView } from './pair.js'
import { repeatsView } from './repeats.js'
import { traceView } from './trace.js'
import { verdictView } from './verdict.js'

export const view = {
  trace: traceView,
  diff: diffView,
  compare: pairView,
  rows: rowsView,
  overlaps: overlapsView,
  repeats: repeatsView,
  verdict: verdictView,
}
