// Equations, inequalities and chains of them; sets of numbers however they are written.

import { type Named, unnamed } from './names.js'
import { region, sameRegion } from './regions.js'
import { negated, symbols, type Tree } from './tree.js'
import { constantFactor, DIFFERENT, equal, isExpression, type Outcome, UNDECIDED } from './values.js'

/** Compares parts of an answer: the whole comparison, one level deeper. */
export type Again = (gold: Tree, pred: Tree) => Outcome

export function sameRegions(g: Tree, p: Tree): Outcome | undefined {
  const candidate = (tree: Tree) =>
    tree.t === 'relation' ||
    tree.t === 'tuple' ||
    tree.t === 'union' ||
    tree.t === 'without' ||
    tree.t === 'intersection' ||
    tree.t === 'reals' ||
    tree.t === 'list' ||
    tree.t === 'set'
  if (!candidate(g) || !candidate(p)) return undefined
  const one = region(g, false) && g.t !== 'set'
  const two = region(p, false) && p.t !== 'set'
  if (!one && !two) {
    // D = (0, 1) against (0, 1): the name is taken off first, a pair stays a pair.
    return undefined
  }
  const a = region(g, true)
  const b = region(p, true) ?? region(unnamed(p).value, true)
  const left = a ?? region(unnamed(g).value, true)
  if (!left || !b) return undefined
  if (left.name !== undefined && b.name !== undefined && left.name !== b.name) return DIFFERENT
  const outcome = sameRegion(left, b)
  return outcome === undefined ? UNDECIDED : outcome ? equal(g.t === p.t ? 'symbolic' : 'set') : DIFFERENT
}

export function relations(g: Tree, p: Tree, left: Named, right: Named, again: Again): Outcome {
  if (g.t !== 'relation' || p.t !== 'relation') {
    const [relation, other] = g.t === 'relation' ? [g, p] : [p, g]
    // x ∈ {1, 2} against the bare set.
    if (
      relation.t === 'relation' &&
      relation.operators.length === 1 &&
      relation.operators[0] === 'in' &&
      other.t !== 'relation'
    ) {
      return g.t === 'relation' ? again(relation.of[1]!, other) : again(other, relation.of[1]!)
    }
    return DIFFERENT
  }
  const forward = chain(g, p, again)
  if (forward.equal) return forward
  const backward = chain(g, reversed(p), again)
  if (backward.equal) return backward
  if (g.of.length === 2 && p.of.length === 2) {
    const two = equation(g, p)
    if (two) return two
  }
  if (left.value.t !== 'relation' && right.value.t !== 'relation') return again(left.value, right.value)
  return forward.why === 'undecided' || backward.why === 'undecided' ? UNDECIDED : DIFFERENT
}

const REVERSED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=', '!=': '!=', in: 'in', '~': '~' } as const

const reversed = (tree: Tree & { t: 'relation' }): Tree & { t: 'relation' } => ({
  t: 'relation',
  of: [...tree.of].reverse(),
  operators: [...tree.operators].reverse().map((operator) => REVERSED[operator]),
})

/** Side by side: f(2) < f(1) < f(4). */
function chain(g: Tree & { t: 'relation' }, p: Tree & { t: 'relation' }, again: Again): Outcome {
  if (g.of.length !== p.of.length || g.operators.some((operator, k) => operator !== p.operators[k])) return DIFFERENT
  let how: Outcome = equal('exact')
  for (let k = 0; k < g.of.length; k++) {
    const outcome = again(g.of[k]!, p.of[k]!)
    if (!outcome.equal) return outcome
    if (outcome.how !== 'exact') how = outcome
  }
  return how
}

/** Two equations are one where left - right differs by a constant factor; an inequality by a positive one. */
function equation(g: Tree & { t: 'relation' }, p: Tree & { t: 'relation' }): Outcome | undefined {
  const kind = (operator: string) =>
    operator === '='
      ? '='
      : operator === '!='
        ? '!='
        : operator === '<' || operator === '>'
          ? '<'
          : operator === '<=' || operator === '>='
            ? '<='
            : ''
  const one = g.operators[0]!
  const two = p.operators[0]!
  if (!kind(one) || kind(one) !== kind(two)) return DIFFERENT
  if (![...g.of, ...p.of].every(isExpression)) return undefined
  const difference = (tree: Tree & { t: 'relation' }): Tree => ({ t: 'sum', of: [tree.of[0]!, negated(tree.of[1]!)] })
  const names = symbols(g)
  if (names.size === 0 || [...symbols(p)].some((name) => !names.has(name))) return DIFFERENT
  const found = constantFactor(difference(g), difference(p))
  if (found === undefined) return DIFFERENT
  if (found === 'undecided') return UNDECIDED
  if (kind(one) === '=' || kind(one) === '!=') return equal('symbolic')
  const turned = (operator: string) => operator.startsWith('<')
  return found.factor > 0 === (turned(one) === turned(two)) ? equal('symbolic') : DIFFERENT
}
