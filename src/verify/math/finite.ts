// Σ and Π between two whole numbers, written out as the sum or product that they are.

import { children, mapChildren, number, substituted, type Tree } from './tree.js'

const MOST_TERMS = 200
/** Nodes of all terms together: a comparison stays within its time. */
const MOST_NODES = 3000

/** The terms of a sum or product with whole limits; undefined where a limit is a letter, or there are too many. */
export function writtenOut(tree: Tree & { t: 'range' }): Tree | undefined {
  if (tree.operator !== 'sum' && tree.operator !== 'prod') return undefined
  const start = tree.below?.t === 'text' ? /^([a-z])=(-?\d{1,6})$/.exec(tree.below.text) : undefined
  const end = wholeOf(tree.above)
  if (!start || end === undefined) return undefined
  const [name, from] = [start[1]!, Number(start[2])]
  const terms = end - from + 1
  if (terms < 1 || terms > MOST_TERMS || terms * nodes(tree.of) > MOST_NODES) return undefined
  const of = Array.from({ length: terms }, (_, i) => replaced(tree.of, name, number({ n: BigInt(from + i), d: 1n })))
  if (of.length === 1) return of[0]
  return { t: tree.operator === 'sum' ? 'sum' : 'product', of }
}

/** Under a sum sign i is its index, and not the root of -1. */
function replaced(tree: Tree, name: string, by: Tree): Tree {
  if (name !== 'i') return substituted(tree, name, by)
  if (tree.t === 'constant') return tree.name === 'i' ? by : tree
  return mapChildren(tree, (child) => replaced(child, name, by))
}

function wholeOf(limit: Tree | undefined): number | undefined {
  if (limit?.t === 'text') return /^-?\d{1,6}$/.test(limit.text) ? Number(limit.text) : undefined
  return limit?.t === 'number' && limit.value.d === 1n && limit.places === undefined ? Number(limit.value.n) : undefined
}

const nodes = (tree: Tree): number => children(tree).reduce((sum, child) => sum + nodes(child), 1)
