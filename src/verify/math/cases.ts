// Functions defined piece by piece: the same pieces under the same conditions, in any order.

import type { Again } from './relations.js'
import type { Tree } from './tree.js'
import { DIFFERENT, equal, type Outcome, UNDECIDED } from './values.js'

export function piecewise(g: Tree, p: Tree, again: Again): Outcome {
  // One formula can be the same function (|x|): that is not decided here.
  if (g.t !== 'cases' || p.t !== 'cases') return UNDECIDED
  if (g.rows.length !== p.rows.length) return UNDECIDED
  const free = new Set(p.rows.keys())
  let undecided = false
  for (const row of g.rows) {
    let found = false
    for (const k of free) {
      const other = p.rows[k]!
      const value = again(row.value, other.value)
      if (!value.equal) {
        if (value.why === 'undecided') undecided = true
        continue
      }
      const where = row.where && other.where ? again(row.where, other.where) : undefined
      if (where && !where.equal) {
        if (where.why === 'undecided') undecided = true
        continue
      }
      // "Otherwise" is whatever the other conditions leave.
      free.delete(k)
      found = true
      break
    }
    if (!found) return undecided ? UNDECIDED : DIFFERENT
  }
  return equal('symbolic')
}
