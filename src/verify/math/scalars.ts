// One value against one value, and the two cases in which other values are accepted: rounding and a constant's name.

import { exact } from './exact.js'
import { sameUpToConstants } from './families.js'
import { at } from './points.js'
import { multiply, negate, order, toNumber } from './rational.js'
import { DEFAULT_RULES, type Settled } from './rules.js'
import { symbols, type Tree } from './tree.js'
import { DIFFERENT, equal, isExpression, type Outcome, realValue, sameValue, UNDECIDED } from './values.js'

export function scalars(g: Tree, p: Tree, rules: Settled = DEFAULT_RULES): Outcome {
  if (!isExpression(g) || !isExpression(p)) return g.t === p.t ? UNDECIDED : DIFFERENT
  const outcome = sameValue(g, p)
  if (outcome.equal) return outcome
  if (rules.precision !== undefined) {
    const near = withinPrecision(g, p, rules.precision)
    if (near) return near
  }
  if (g.t === 'number' || g.t === 'negative') return rounded(g, p) ?? outcome
  return sameUpToConstants(g, p, sameValue) ?? outcome
}

/** A decimal that is the value to so many significant digits. */
function withinPrecision(g: Tree, p: Tree, digits: number): Outcome | undefined {
  const decimal = (tree: Tree): boolean =>
    tree.t === 'number' ? tree.places !== undefined : tree.t === 'negative' && decimal(tree.of)
  if (!decimal(g) && !decimal(p)) return undefined
  const one = realValue(g)?.near
  const two = realValue(p)?.near
  if (one === undefined || two === undefined || !Number.isFinite(one) || !Number.isFinite(two)) return undefined
  if (one === 0 || two === 0) return undefined
  const place = 10 ** (Math.floor(Math.log10(Math.abs(one))) + 1 - digits)
  return Math.abs(one - two) <= 0.5 * place * (1 + 1e-9) ? equal('rounded') : undefined
}

/**
 * A decimal gold is matched by a value that rounds to it at its own number of digits; 2.5 and other short ones are
 * taken as exact. An exact gold is never matched by a rounded decimal.
 */
function rounded(g: Tree, p: Tree): Outcome | undefined {
  if (g.t !== 'number' || g.places === undefined || !g.places) return undefined
  if (p.t === 'number' && p.places !== undefined && p.places <= g.places) return undefined
  if (symbols(p).size) return undefined
  const exactly = exact(p)
  const near = exactly ? toNumber(exactly) : at(p, 0, 'positive', false)?.re
  if (near === undefined) return undefined
  const target = toNumber(g.value)
  // 0.30000000000000004 is 0.3 out of a program.
  if (p.t === 'number' && (p.digits ?? 0) >= 15 && Math.abs(near - target) <= 1e-13 * Math.abs(target))
    return equal('rounded')
  // 3.1415…: the digits are cut and not rounded.
  if (g.cut) return Math.abs(near - target) <= 10 ** -g.places * (1 + 1e-9) ? equal('rounded') : undefined
  const digits = g.digits ?? 0
  if (digits < 2 || (digits < 3 && g.places < 2)) return undefined
  if (exactly) {
    const difference = multiply(
      { n: (exactly.n * g.value.d - g.value.n * exactly.d) * 2n, d: exactly.d * g.value.d },
      { n: 10n ** BigInt(g.places), d: 1n },
    )
    const size = difference.n < 0n ? negate(difference) : difference
    return order(size, { n: 1n, d: 1n }) <= 0 ? equal('rounded') : undefined
  }
  return Math.abs(near - target) <= 0.5 * 10 ** -g.places * (1 + 1e-9) ? equal('rounded') : undefined
}
