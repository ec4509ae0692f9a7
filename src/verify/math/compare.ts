// Two read answers: types first (brackets, strictness, order), then values.

import { anyOrder, asTuple, bare, collection, collections, inOrder } from './collections.js'
import { expandEither } from './either.js'
import { withoutMatrixArithmetic } from './matrices.js'
import { congruent, degrees, numerals, percents, quantities, ratios, texts } from './measures.js'
import { sameName, unnamed } from './names.js'
import { type Again, relations, sameRegions } from './relations.js'
import { scalars } from './scalars.js'
import type { Tree } from './tree.js'
import { DIFFERENT, equal, type Outcome, UNDECIDED } from './values.js'

/** Answers in answers deeper than this are left undecided. */
const MAX_DEPTH = 8
/** Comparisons of parts before the whole is left undecided: sets of sets of sets grow fast. */
const MAX_COMPARISONS = 5000

/** Whether a prediction is the gold answer, the rule that made it so, or why not. */
export function compare(gold: Tree, pred: Tree): Outcome {
  return top(withoutMatrixArithmetic(gold), withoutMatrixArithmetic(pred), 0, { left: MAX_COMPARISONS })
}

function top(gold: Tree, pred: Tree, depth: number, budget: { left: number }): Outcome {
  if (depth > MAX_DEPTH || budget.left-- <= 0) return UNDECIDED
  const again: Again = (one, other) => top(one, other, depth + 1, budget)
  const g = expandEither(gold)
  const p = expandEither(pred)
  // Relations that are neither names nor regions are equations and chains of inequalities.
  const regions = sameRegions(g, p)
  if (regions) return regions
  const left = unnamed(g)
  const right = unnamed(p)
  if (left.value.t === 'relation' || right.value.t === 'relation') return relations(g, p, left, right, again)
  if (left.name !== undefined && right.name !== undefined) {
    if (!sameName(left.name, right.name)) return DIFFERENT
  }
  return values(left.value, right.value, again)
}

/** Two answers without names. */
function values(g: Tree, p: Tree, again: Again): Outcome {
  if (g.t === 'percent' || p.t === 'percent') return percents(g, p)
  if (g.t === 'quantity' || p.t === 'quantity') return quantities(g, p, again)
  if (g.t === 'residue' || p.t === 'residue') return congruent(g, p, again)
  if (g.t === 'numeral' || p.t === 'numeral') return numerals(g, p)
  if (g.t === 'text' || p.t === 'text' || (g.t === 'word' && p.t === 'word')) return texts(g, p)
  if (g.t === 'degrees' || p.t === 'degrees') return degrees(g, p, again)
  const regions = sameRegions(g, p)
  if (regions) return regions
  if (g.t === 'relation' || p.t === 'relation') return again(g, p)
  const rowG = asTuple(g)
  const rowP = asTuple(p)
  if (g.t === 'matrix' && p.t === 'matrix') {
    if (g.rows.length === p.rows.length && g.rows[0]!.length === p.rows[0]!.length)
      return inOrder(g.rows.flat(), p.rows.flat(), again)
    return rowG && rowP ? inOrder(rowG, rowP, again) : DIFFERENT
  }
  if (g.t === 'matrix' || p.t === 'matrix') {
    if (rowG && rowP) return inOrder(rowG, rowP, again)
    return DIFFERENT
  }
  if (g.t === 'tuple' && p.t === 'tuple')
    return g.open === p.open && g.close === p.close ? inOrder(g.of, p.of, again) : DIFFERENT
  if (
    g.t === 'union' ||
    p.t === 'union' ||
    g.t === 'intersection' ||
    p.t === 'intersection' ||
    g.t === 'without' ||
    p.t === 'without'
  ) {
    if (g.t !== p.t) return DIFFERENT
    const [x, y] = [(g as { of: Tree[] }).of, (p as { of: Tree[] }).of]
    return g.t === 'without' ? inOrder(x, y, again) : anyOrder(x, y, again)
  }
  if (g.t === 'reals' || p.t === 'reals')
    return g.t === 'reals' && p.t === 'reals' && g.name === p.name ? equal('exact') : DIFFERENT
  if (g.t === 'tuple' || p.t === 'tuple') {
    const [tuple, other] = g.t === 'tuple' ? [g, p] : [p as Tree & { t: 'tuple' }, g]
    if (other.t !== 'list' || tuple.open !== '(' || tuple.close !== ')') return DIFFERENT
    return g.t === 'tuple' ? inOrder(tuple.of, bare(other.of), again) : inOrder(bare(other.of), tuple.of, again)
  }
  if (collection(g) || collection(p)) return collections(g, p, again)
  if (g.t === 'ratio' || p.t === 'ratio') return ratios(g, p, again)
  return scalars(g, p)
}
