// Lists, sets, tuples and columns: which order counts, and which does not.

import { exact } from './exact.js'
import { type Named, sameName, unnamed } from './names.js'
import { order, same } from './rational.js'
import type { Again } from './relations.js'
import type { Settled } from './rules.js'
import type { Tree } from './tree.js'
import { DIFFERENT, equal, type Outcome, UNDECIDED } from './values.js'

/** How many pairs of elements are compared before a list counts as undecided. */
const MAX_PAIRS = 400

export const collection = (tree: Tree): tree is Tree & { t: 'list' | 'set' } => tree.t === 'list' || tree.t === 'set'
export const bare = (of: readonly Tree[]): Tree[] => of.map((part) => unnamed(part).value)

export function asTuple(tree: Tree): Tree[] | undefined {
  if (tree.t === 'tuple') return tree.open === '(' && tree.close === ')' ? tree.of : undefined
  if (tree.t === 'list') return tree.of
  if (tree.t !== 'matrix') return undefined
  if (tree.rows.length === 1) return tree.rows[0]
  return tree.rows[0]!.length === 1 ? tree.rows.map((row) => row[0]!) : undefined
}

export function inOrder(g: readonly Tree[], p: readonly Tree[], again: Again): Outcome {
  if (g.length !== p.length) return DIFFERENT
  let how: Outcome = equal('exact')
  let undecided = false
  for (let k = 0; k < g.length; k++) {
    const outcome = again(g[k]!, p[k]!)
    if (!outcome.equal) {
      if (outcome.why === 'different') return outcome
      undecided = true
    } else if (outcome.how !== 'exact') how = outcome
  }
  return undecided ? UNDECIDED : how
}

export function collections(g: Tree, p: Tree, again: Again, rules: Settled): Outcome {
  if (!collection(g) || !collection(p)) {
    // One element against a set of one, or a list of one value said twice.
    const [many, one] = collection(g) ? [g, p] : [p as Tree & { t: 'list' | 'set' }, g]
    // AC for A, C: letters of several choices.
    if (one.t === 'word' && /^[A-J]{2,}$/.test(one.name)) {
      const letters = many.of.map((part) => (part.t === 'symbol' ? part.name : '?'))
      return letters.sort().join('') === [...one.name].sort().join('') ? equal('set') : DIFFERENT
    }
    const [only, ...more] = unique(many.of, again)
    if (only && more.length === 0 && !(one.t === 'tuple')) return collection(g) ? again(only, one) : again(one, only)
    return DIFFERENT
  }
  const a = named(g.of)
  const b = named(p.of)
  // "x > 2 and y < 3" is not "x > 2 or y < 3", p ∧ q is not p ∨ q; a list of values is the same list with either word.
  const bounds = (list: Named[]) => list.some((item) => item.value.t === 'relation')
  if (
    g.t === 'list' &&
    p.t === 'list' &&
    g.joined &&
    p.joined &&
    (g.joined === 'or') !== (p.joined === 'or') &&
    ((bounds(a) && bounds(b)) || g.joined === 'both' || p.joined === 'both')
  )
    return DIFFERENT
  // Different names on one side and none on the other: the order is that of the names.
  const distinct = (list: Named[]) =>
    list.every((item) => item.name !== undefined) && new Set(list.map((item) => stem(item.name!))).size === list.length
  if (distinct(a) && distinct(b)) {
    if (a.length !== b.length) return DIFFERENT
    const byName = new Map(b.map((item) => [item.name!, item.value]))
    if (a.every((item) => byName.has(item.name!)))
      return inOrder(
        a.map((item) => item.value),
        a.map((item) => byName.get(item.name!)!),
        again,
      )
    if (a.every((item) => item.value.t !== 'relation')) return DIFFERENT
  } else if (
    (distinct(a) && a.length > 1 && b.every((item) => item.name === undefined)) ||
    (distinct(b) && b.length > 1 && a.every((item) => item.name === undefined))
  ) {
    return inOrder(
      a.map((item) => item.value),
      b.map((item) => item.value),
      again,
    )
  }
  const nameA = a[0]?.name
  const nameB = b[0]?.name
  if (
    nameA !== undefined &&
    nameB !== undefined &&
    a.slice(1).every((item) => item.name === undefined || item.name === nameA) &&
    b.slice(1).every((item) => item.name === undefined || item.name === nameB) &&
    !sameName(nameA, nameB)
  )
    return DIFFERENT
  const ordered = rules.order === 'kept' && g.t === 'list' && p.t === 'list'
  return (ordered ? inOrder : anyOrder)(
    a.map((item) => item.value),
    b.map((item) => item.value),
    again,
  )
}

const named = (of: readonly Tree[]): Named[] => of.map(unnamed)
/** x_1 and x_2 are two values of one unknown; x and y are two unknowns. */
const stem = (name: string): string => name.replace(/_\w+$/, '')

export function anyOrder(g: readonly Tree[], p: readonly Tree[], again: Again): Outcome {
  const a = unique(g, again)
  const b = unique(p, again)
  if (a.length !== b.length) return DIFFERENT
  if (a.length * b.length > MAX_PAIRS) {
    // Too many for all pairs: sorted by value where they are plain numbers.
    const sorted = (list: readonly Tree[]) => list.map((item) => exact(item))
    const x = sorted(a)
    const y = sorted(b)
    if (x.every((item) => item) && y.every((item) => item)) {
      x.sort((m, n) => order(m!, n!))
      y.sort((m, n) => order(m!, n!))
      return x.every((item, k) => same(item!, y[k]!)) ? equal('set') : DIFFERENT
    }
    return UNDECIDED
  }
  const free = new Set(b.keys())
  let undecided = false
  let moved = false
  for (const [k, item] of a.entries()) {
    let found: number | undefined
    for (const candidate of free.has(k) ? [k, ...free] : free) {
      const outcome = again(item, b[candidate]!)
      if (outcome.equal) {
        found = candidate
        break
      }
      if (outcome.why === 'undecided') undecided = true
    }
    if (found === undefined) return undecided ? UNDECIDED : DIFFERENT
    if (found !== k) moved = true
    free.delete(found)
  }
  return equal(moved ? 'set' : 'exact')
}

/** A value that is listed twice is one value. */
function unique(of: readonly Tree[], again: Again): Tree[] {
  if (of.length > 30) return [...of]
  const out: Tree[] = []
  for (const item of of) if (!out.some((other) => again(item, other).equal)) out.push(item)
  return out
}
