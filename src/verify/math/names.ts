// Answers that carry a name: x = 5, f(x) = x², (x, y) = (2, 5), AB = 4, x₁ = … and x₂ = ….

import { some, substituted, symbols, type Tree } from './tree.js'
import { isExpression, sameValue } from './values.js'

export interface Named {
  /** undefined where nothing was named. */
  name?: string
  value: Tree
}

/** f, f', f_1 and f^-1. */
export const isFunctionName = (name: string): boolean => /^[a-zA-Z](?:_.*)?(?:'*|\^-1)$/.test(name)

/** The name that a tree is, as it stands left of an equals sign; undefined for anything that is computed. */
export function nameOf(tree: Tree): string | undefined {
  switch (tree.t) {
    case 'symbol':
      return tree.name
    case 'word':
      return tree.name
    case 'constant':
      return undefined
    case 'degrees':
      return nameOf(tree.of)
    case 'text':
      return tree.text
    case 'call': {
      if (tree.name === 'abs') {
        const inner = tree.of[0] && nameOf(tree.of[0])
        return inner && /^[A-Z]{2,}$/.test(inner) ? `|${inner}|` : undefined
      }
      if (tree.name.startsWith('accent-')) return nameOf(tree.of[0]!)
      return isFunctionName(tree.name) || /^[A-Z]{2,}$/.test(tree.name) ? `${tree.name}()` : undefined
    }
    case 'tuple':
    case 'list': {
      const parts = tree.of.map(nameOf)
      return parts.every((part) => part !== undefined) ? `(${parts.join(',')})` : undefined
    }
    case 'ratio': {
      const parts = tree.of.map(nameOf)
      return parts.every((part) => part !== undefined) ? parts.join(':') : undefined
    }
    case 'product': {
      // m∠A is the size of ∠A, P(X > 1) a probability.
      const [head, rest] = tree.of
      if (tree.of.length === 2 && head!.t === 'symbol' && head!.name === 'm') return nameOf(rest!)
      if (tree.of.length === 2 && head!.t === 'symbol' && /^(?:P|E|N|n|Pr)$/.test(head!.name) && rest!.t === 'relation')
        return `${head!.name}()`
      // Letters side by side are a name where all are capitals: A_1B_1.
      const parts = tree.of.map(nameOf)
      return parts.every((part) => part !== undefined && /^[A-Z]/.test(part)) ? parts.join('') : undefined
    }
    case 'quotient': {
      const over = nameOf(tree.over)
      const under = nameOf(tree.under)
      return over && under && /^[A-Z]/.test(over) && /^[A-Z]/.test(under) ? `${over}/${under}` : undefined
    }
    default:
      return undefined
  }
}

/** Whether a tree holds no variable. */
const constant = (tree: Tree): boolean => symbols(tree).size === 0

/**
 * Takes the name off: x = 5 → 5. A chain of equal values gives its last; one that contradicts itself, or says
 * nothing (x = x), stays a relation.
 */
export function unnamed(tree: Tree): Named {
  if (tree.t === 'product' && tree.of.length === 2) {
    // P(1, 2): a point with its name.
    const [head, point] = tree.of
    if (head!.t === 'symbol' && /^[A-Z]'?(?:_.*)?$/.test(head!.name) && point!.t === 'tuple' && point!.of.length > 1)
      return { name: head!.name, value: point! }
  }
  if (tree.t !== 'relation') return { value: tree }
  const { operators, of } = tree
  if (operators.some((operator) => operator !== '=' && operator !== '~' && operator !== 'in')) return { value: tree }
  if (operators[0] === 'in') return { value: tree }
  let parts = of
  let name: string | undefined
  const first = nameOf(of[0]!)
  if (first !== undefined && of.length > 1 && !mentions(of[of.length - 1]!, of[0]!)) {
    name = first
    parts = of.slice(1)
  } else if (of.length === 2) {
    const last = nameOf(of[1]!)
    if (last !== undefined && constant(of[0]!) && of[1]!.t === 'symbol') return { name: last, value: of[0]! }
  }
  if (parts.length === 1) return { ...(name !== undefined && { name }), value: parts[0]! }
  // An approximation after the value adds nothing to it.
  const approximate = operators.indexOf('~') - (of.length - parts.length)
  const exactParts = operators.includes('~') && approximate >= 0 ? parts.slice(0, approximate + 1) : parts
  const last = exactParts[exactParts.length - 1]!
  const values = exactParts.filter((part) => constant(part) && isExpression(part))
  if (!exactParts.every((part) => constant(part)) && (name === undefined || !constant(last))) {
    return name === undefined ? { value: tree } : { name, value: last }
  }
  for (const part of values) {
    if (part !== last && constant(last) && isExpression(last) && !sameValue(part, last).equal) return { value: tree }
  }
  return { ...(name !== undefined && { name }), value: last }
}

function mentions(value: Tree, name: Tree): boolean {
  if (name.t === 'symbol') return symbols(value).has(name.name)
  if (name.t === 'call') return some(value, (part) => part.t === 'call' && part.name === name.name)
  return false
}

/**
 * f(x) = 2x + 1 and f(t) = 2t + 1: the letter of the argument says nothing, and is made the same. y stands for f(x).
 */
export function alignedNames(g: Tree, p: Tree, left: Named, right: Named): [Named, Named] {
  const argument = (tree: Tree): string | undefined => {
    const head = tree.t === 'relation' ? tree.of[0] : undefined
    const only = head?.t === 'call' && head.of.length === 1 ? head.of[0] : undefined
    return only?.t === 'symbol' ? only.name : undefined
  }
  const one = argument(g)
  const two = argument(p)
  if (one === undefined || two === undefined || one === two) return [left, right]
  return [
    { ...left, value: substituted(left.value, one, { t: 'symbol', name: 'argument' }) },
    { ...right, value: substituted(right.value, two, { t: 'symbol', name: 'argument' }) },
  ]
}

/** One name, or one segment named from either end: AB and BA. */
export const sameName = (a: string, b: string): boolean =>
  a === b || sortedName(a) === sortedName(b) || functionOf(a, b) || functionOf(b, a)

/** y = … for f(x) = … */
const functionOf = (a: string, b: string): boolean => a === 'y' && /^[a-zA-Z](?:_.*)?'*\(\)$/.test(b)

const sortedName = (name: string): string => name.replace(/\b[A-Z]{2}\b/g, (pair) => [...pair].sort().join(''))
