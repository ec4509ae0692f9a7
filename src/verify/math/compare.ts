// Two read answers: types first (brackets, strictness, order), then values.

import { piecewise } from './cases.js'
import { anyOrder, asTuple, bare, collection, collections, inOrder } from './collections.js'
import { expandEither, independently } from './either.js'
import { families, unsaidFamily } from './families.js'
import { withoutMatrixArithmetic } from './matrices.js'
import { clocks, congruent, degrees, numerals, percents, quantities, ratios, texts } from './measures.js'
import { alignedNames, type Named, sameName, unnamed } from './names.js'
import { type Again, relations, sameRegions } from './relations.js'
import { DEFAULT_RULES, type Settled } from './rules.js'
import { scalars } from './scalars.js'
import { some, type Tree } from './tree.js'
import { DIFFERENT, equal, isExpression, type Outcome, UNDECIDED } from './values.js'

/** Answers in answers deeper than this are left undecided. */
const MAX_DEPTH = 8
/** Comparisons of parts before the whole is left undecided: sets of sets of sets grow fast. */
const MAX_COMPARISONS = 5000

/** Whether a prediction is the gold answer, the rule that made it so, or why not. */
export function compare(gold: Tree, pred: Tree, rules: Settled = DEFAULT_RULES): Outcome {
  const g = withoutMatrixArithmetic(gold)
  const p = withoutMatrixArithmetic(pred)
  const budget = { left: MAX_COMPARISONS }
  const outcome = top(g, p, 0, budget, rules)
  if (outcome.equal) return outcome
  const [first, second] = [unsaidFamily(g), unsaidFamily(p)]
  // The same letter may be one that the question gave.
  if (first && second && first.parameters[0]!.name !== second.parameters[0]!.name)
    return top(first, second, 0, budget, rules)
  // ±1 ± √2 may be two values or four.
  const [one, two] = [independently(g), independently(p)]
  return one || two ? either(outcome, top(one ?? g, two ?? p, 0, budget, rules)) : outcome
}

const either = (one: Outcome, two: Outcome): Outcome => (two.equal || one === UNDECIDED ? two : one)

function top(gold: Tree, pred: Tree, depth: number, budget: { left: number }, rules: Settled): Outcome {
  if (depth > MAX_DEPTH || budget.left-- <= 0) return UNDECIDED
  const again: Again = (one, other) => top(one, other, depth + 1, budget, rules)
  if (gold.t === 'family' || pred.t === 'family') return families(gold, pred, again)
  const g = expandEither(gold)
  const p = expandEither(pred)
  // Relations that are neither names nor regions are equations and chains of inequalities.
  const regions = sameRegions(g, p)
  if (regions) return regions
  let left = unnamed(g)
  let right = unnamed(p)
  if (left.value.t === 'relation' || right.value.t === 'relation') return relations(g, p, left, right, again)
  if (left.name !== undefined && right.name !== undefined) {
    if (!sameName(left.name, right.name)) return DIFFERENT
    ;[left, right] = alignedNames(g, p, left, right)
  }
  return values(...combinations(left, right), again, rules)
}

/** C(5, 2) is a point, and where the other side is a number it is 5 over 2. */
function combinations(left: Named, right: Named): [Tree, Tree] {
  const chosen = (one: Named, other: Named): Tree =>
    one.name === 'C' && one.value.t === 'tuple' && one.value.of.length === 2 && isExpression(other.value)
      ? { t: 'call', name: 'binomial', of: one.value.of }
      : one.value
  return [chosen(left, right), chosen(right, left)]
}

/** Two answers without names. */
function values(g: Tree, p: Tree, again: Again, rules: Settled): Outcome {
  if (g.t === 'percent' || p.t === 'percent') return percents(g, p, rules)
  if (g.t === 'quantity' || p.t === 'quantity') return quantities(g, p, again, rules)
  if (g.t === 'residue' || p.t === 'residue') return congruent(g, p, again)
  if (g.t === 'numeral' || p.t === 'numeral') return numerals(g, p)
  if (g.t === 'clock' || p.t === 'clock') return clocks(g, p)
  if (g.t === 'text' || p.t === 'text' || (g.t === 'word' && p.t === 'word')) return texts(g, p)
  if (g.t === 'degrees' || p.t === 'degrees') return degrees(g, p, again)
  if (g.t === 'cases' || p.t === 'cases') return piecewise(g, p, again)
  if (g.t === 'dots' || p.t === 'dots') return g.t === p.t ? equal('exact') : DIFFERENT
  if (g.t === 'builder' || p.t === 'builder') return builders(g, p, again)
  const regions = sameRegions(g, p)
  if (regions) return regions
  if (g.t === 'relation' || p.t === 'relation') return again(g, p)
  const matrices = asMatrices(g, p)
  if (matrices) return values(...matrices, again, rules)
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
  if (setAlgebra(g) || setAlgebra(p)) {
    if (g.t !== p.t) return some(g, infinite) || some(p, infinite) ? DIFFERENT : UNDECIDED
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
  if (collection(g) || collection(p)) return collections(g, p, again, rules)
  if (g.t === 'ratio' || p.t === 'ratio') return ratios(g, p, again)
  return scalars(g, p, rules)
}

const setAlgebra = ({ t }: Tree): boolean => t === 'union' || t === 'intersection' || t === 'without'
const infinite = (tree: Tree): boolean => tree.t === 'reals' || tree.t === 'infinity' || tree.t === 'tuple'

/** {n : n is even}: the same where the condition is, whatever the letter. */
function builders(g: Tree, p: Tree, again: Again): Outcome {
  if (g.t !== 'builder' || p.t !== 'builder') return UNDECIDED
  const element = again(g.of, p.of)
  if (!element.equal) return UNDECIDED
  const conditions = inOrder(g.where, p.where, again)
  return conditions.equal ? conditions : UNDECIDED
}

/** [[1, 2], [3, 4]] and [5] as matrices, where the other side is one. */
function asMatrices(g: Tree, p: Tree): [Tree, Tree] | undefined {
  if (g.t === 'matrix' && p.t !== 'matrix') {
    const matrix = nested(p) ?? single(g, p)
    return matrix && [g, matrix]
  }
  if (p.t === 'matrix' && g.t !== 'matrix') {
    const matrix = nested(g) ?? single(p, g)
    return matrix && [matrix, p]
  }
  return undefined
}

/** A matrix of one element is that element. */
const single = (matrix: Tree & { t: 'matrix' }, other: Tree): Tree | undefined =>
  matrix.rows.length === 1 && matrix.rows[0]!.length === 1 && !asTuple(other) && !collection(other)
    ? { t: 'matrix', rows: [[other]] }
    : undefined

function nested(tree: Tree): Tree | undefined {
  if (tree.t !== 'tuple' && tree.t !== 'list') return undefined
  const rows: Tree[][] = []
  for (const part of tree.of) {
    if (part.t !== 'tuple') return undefined
    rows.push(part.of)
  }
  return rows.length > 0 && rows.every((row) => row.length === rows[0]!.length) ? { t: 'matrix', rows } : undefined
}
