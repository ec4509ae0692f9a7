// One value against one value, and the two cases in which other values are accepted: rounding and a constant's name.

import { exact } from './exact.js'
import { at } from './points.js'
import { multiply, negate, order, toNumber } from './rational.js'
import { symbols, type Tree } from './tree.js'
import { DIFFERENT, equal, isExpression, type Outcome, sameValue, UNDECIDED } from './values.js'

export function scalars(g: Tree, p: Tree): Outcome {
  if (!isExpression(g) || !isExpression(p)) return g.t === p.t ? UNDECIDED : DIFFERENT
  const outcome = sameValue(g, p)
  if (outcome.equal) return outcome
  if (g.t === 'number' || g.t === 'negative') return rounded(g, p) ?? outcome
  return constantOfIntegration(g, p) ?? outcome
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

/** x²/2 + C and x²/2 + K: one letter that stands alone in a sum may have another name. */
function constantOfIntegration(g: Tree, p: Tree): Outcome | undefined {
  if (g.t !== 'sum' || p.t !== 'sum') return undefined
  const alone = (tree: Tree & { t: 'sum' }) =>
    tree.of.filter(
      (part): part is Tree & { t: 'symbol' } => part.t === 'symbol' && /^(?:[CKck]|[CcK]_[01])$/.test(part.name),
    )
  const one = alone(g)
  const two = alone(p)
  if (one.length !== 1 || two.length !== 1 || one[0]!.name === two[0]!.name) return undefined
  const without = (tree: Tree & { t: 'sum' }, name: Tree): Tree => ({
    t: 'sum',
    of: tree.of.filter((part) => part !== name),
  })
  const left = without(g, one[0]!)
  const right = without(p, two[0]!)
  if (symbols(left).has(one[0]!.name) || symbols(right).has(two[0]!.name)) return undefined
  const outcome = sameValue(left, right)
  return outcome.equal ? equal('symbolic') : undefined
}
