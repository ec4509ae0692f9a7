// A tree as read → in the terms that are compared: sets by a condition, lists with dots, vectors in letters.

import { built, withoutDots } from './builders.js'
import { writtenOut } from './finite.js'
import { mapChildren, some, type Tree } from './tree.js'
import { withoutUnitVectors } from './vectors.js'

export function settled(tree: Tree): Tree {
  let dots = false
  let others = false
  some(tree, (part) => {
    if (part.t === 'dots') dots = true
    else if (
      part.t === 'builder' ||
      part.t === 'range' ||
      part.t === 'reals' ||
      (part.t === 'symbol' && part.name.startsWith('\\unit-'))
    )
      others = true
    return false
  })
  const plain = others ? withoutUnitVectors(simpler(tree)) : tree
  return dots ? withoutDots(plain) : plain
}

function simpler(tree: Tree): Tree {
  const inner = mapChildren(tree, simpler)
  if (inner.t === 'builder') return built(inner)
  if (inner.t === 'range') return writtenOut(inner) ?? inner
  // ℝ - {0}
  if (inner.t === 'sum') {
    const [first, ...rest] = inner.of
    if (isSet(first!) && rest.every((part) => part.t === 'negative' && part.of.t === 'set'))
      return rest.reduce((left: Tree, part) => ({ t: 'without', of: [left, (part as { of: Tree }).of] }), first!)
  }
  return inner
}

const isSet = ({ t }: Tree): boolean => t === 'reals' || t === 'union' || t === 'tuple'
