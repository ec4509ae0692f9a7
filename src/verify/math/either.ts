// a ± b and a ∓ b: one expression, two values.

import { negated, some, type Tree } from './tree.js'

/** a ± b → the list of both values; several ± in one expression take their signs together. */
export function expandEither(tree: Tree): Tree {
  if (!some(tree, ({ t }) => t === 'either')) return tree
  if (tree.t === 'list' || tree.t === 'set')
    return { ...tree, of: tree.of.flatMap((part) => listed(expandEither(part))) }
  if (tree.t === 'relation' && tree.operators.every((operator) => operator === '=' || operator === 'in')) {
    const last = tree.of.length - 1
    const expanded = listed(expandEither(tree.of[last]!))
    return { t: 'list', of: expanded.map((value) => ({ ...tree, of: [...tree.of.slice(0, last), value] })) }
  }
  return { t: 'list', of: [sign(tree, 1), sign(tree, -1)] }
}

const listed = (tree: Tree): Tree[] => (tree.t === 'list' ? tree.of : [tree])

function sign(tree: Tree, which: 1 | -1): Tree {
  switch (tree.t) {
    case 'either': {
      const right = sign(tree.right, which)
      const signed = tree.sign === which ? right : negated(right)
      return tree.left ? { t: 'sum', of: [sign(tree.left, which), signed] } : signed
    }
    case 'sum':
    case 'product':
    case 'tuple':
    case 'call':
      return { ...tree, of: tree.of.map((part) => sign(part, which)) } as Tree
    case 'negative':
    case 'degrees':
    case 'percent':
    case 'quantity':
      return { ...tree, of: sign(tree.of, which) }
    case 'quotient':
      return { ...tree, over: sign(tree.over, which), under: sign(tree.under, which) }
    case 'power':
      return { ...tree, base: sign(tree.base, which), exponent: sign(tree.exponent, which) }
    default:
      return tree
  }
}
