// a ± b and a ∓ b: one expression, two values.

import { mapChildren, negated, some, type Tree } from './tree.js'

/** a ± b → the list of both values; several ± in one expression take their signs together. */
export function expandEither(tree: Tree): Tree {
  if (!some(tree, ({ t }) => t === 'either')) return tree
  if (tree.t === 'list' || tree.t === 'set')
    return { ...tree, of: tree.of.flatMap((part) => listed(expandEither(part))) }
  const last = tree.t === 'relation' ? tree.of.length - 1 : 0
  const named = (relation: Tree & { t: 'relation' }) =>
    relation.operators.every((operator) => operator === '=' || operator === 'in') &&
    !relation.of.slice(0, last).some((part) => some(part, ({ t }) => t === 'either'))
  if (tree.t === 'relation' && named(tree)) {
    const expanded = listed(expandEither(tree.of[last]!))
    return { t: 'list', of: expanded.map((value) => ({ ...tree, of: [...tree.of.slice(0, last), value] })) }
  }
  return { t: 'list', of: [sign(tree, 1), sign(tree, -1)] }
}

const listed = (tree: Tree): Tree[] => (tree.t === 'list' ? tree.of : [tree])

function sign(tree: Tree, which: 1 | -1): Tree {
  if (tree.t !== 'either') return mapChildren(tree, (child) => sign(child, which))
  const right = sign(tree.right, which)
  const signed = tree.sign === which ? right : negated(right)
  return tree.left ? { t: 'sum', of: [sign(tree.left, which), signed] } : signed
}

/** All values where several ± do not take their signs together; undefined where there are not several. */
export function independently(tree: Tree): Tree | undefined {
  if (tree.t === 'relation' && tree.operators.every((operator) => operator === '=')) {
    const last = independently(tree.of[tree.of.length - 1]!)
    return last
  }
  const found = count(tree)
  if (found < 2 || found > 4) return undefined
  const of: Tree[] = []
  for (let signs = 0; signs < 1 << found; signs++) {
    let k = 0
    const walk = (part: Tree): Tree => {
      if (part.t !== 'either') return mapChildren(part, walk)
      const left = part.left && walk(part.left)
      const right = walk(part.right)
      const signed = (signs >> k++) & 1 ? negated(right) : right
      return left ? { t: 'sum', of: [left, signed] } : signed
    }
    of.push(walk(tree))
  }
  return { t: 'list', of }
}

function count(tree: Tree): number {
  let total = 0
  some(tree, ({ t }) => {
    if (t === 'either') total++
    return t === 'list' || t === 'set' || t === 'matrix'
  })
  return some(tree, ({ t }) => t === 'list' || t === 'set' || t === 'matrix' || t === 'tuple') ? 0 : total
}
