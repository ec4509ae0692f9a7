// i, j and k in bold or under a hat: the vector with its components.

import { number, some, substituted, symbols, type Tree } from './tree.js'

const NAMES = ['\\unit-i', '\\unit-j', '\\unit-k']

/** 2i - 3j + k as (2, -3, 1); i alone, however it is set, is the imaginary unit. */
export function withoutUnitVectors(tree: Tree): Tree {
  if (!some(tree, (part) => part.t === 'symbol' && part.name.startsWith('\\unit-'))) return tree
  if (tree.t === 'relation' || tree.t === 'list' || tree.t === 'set')
    return { ...tree, of: tree.of.map(withoutUnitVectors) }
  const names = symbols(tree)
  if (!names.has(NAMES[1]!) && !names.has(NAMES[2]!)) {
    return substituted(tree, NAMES[0]!, { t: 'constant', name: 'i' })
  }
  const linear = (part: Tree): boolean => {
    const inside = (one: Tree) => NAMES.some((name) => symbols(one).has(name))
    if (part.t === 'symbol') return true
    if (part.t === 'sum') return part.of.every((one) => inside(one) && linear(one))
    if (part.t === 'negative') return linear(part.of)
    if (part.t === 'quotient') return linear(part.over) && !inside(part.under)
    if (part.t === 'product') return part.of.filter(inside).length === 1 && part.of.filter(inside).every(linear)
    return false
  }
  if (!linear(tree)) return tree
  const component = (which: string): Tree =>
    NAMES.reduce<Tree>((part, name) => substituted(part, name, number({ n: name === which ? 1n : 0n, d: 1n })), tree)
  const used = names.has(NAMES[2]!) ? NAMES : NAMES.slice(0, 2)
  return { t: 'tuple', open: '(', close: ')', of: used.map(component) }
}
