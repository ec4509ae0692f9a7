// Numbers with something about them: percent, units, degrees, a modulus, a base, a ratio; and words.

import { inOrder } from './collections.js'
import { exact } from './exact.js'
import type { Again } from './relations.js'
import { scalars } from './scalars.js'
import { sameText } from './text.js'
import { number, some, type Tree } from './tree.js'
import { DIFFERENT, equal, isExpression, type Outcome, sameValue } from './values.js'
import { numberWord, readUnit } from './words.js'

/** 25% is 25, written with its sign, and it is 0.25. */
export function percents(g: Tree, p: Tree): Outcome {
  const bareOf = (tree: Tree): Tree => (tree.t === 'percent' ? tree.of : tree.t === 'quantity' ? tree.of : tree)
  const plain = scalars(bareOf(g), bareOf(p))
  if (plain.equal) return g.t === p.t ? plain : equal('percent')
  if (g.t === p.t) return plain
  if (!isExpression(g) || !isExpression(p)) return plain
  const value = sameValue(g, p)
  return value.equal ? equal('percent') : plain
}

export function quantities(g: Tree, p: Tree, again: Again): Outcome {
  const a = g.t === 'quantity' ? g : undefined
  const b = p.t === 'quantity' ? p : undefined
  const x = a ? a.of : g
  const y = b ? b.of : p
  if (a && b) {
    const one = readUnit(a.unit)
    const two = readUnit(b.unit)
    if (one && two) {
      if (one.dimension !== two.dimension) return DIFFERENT
      if (one.n * two.d !== two.n * one.d) {
        const scaled = (tree: Tree, { n, d }: { n: bigint; d: bigint }): Tree => ({
          t: 'product',
          of: [tree, number({ n, d })],
        })
        return isExpression(x) && isExpression(y) ? sameValue(scaled(x, one), scaled(y, two)) : DIFFERENT
      }
    } else if (one || two) return DIFFERENT
    else if (sameText(a.unit, b.unit) === false && bothNumbers(x, y) === false) return DIFFERENT
  }
  return again(x, y)
}

const bothNumbers = (x: Tree, y: Tree): boolean => exact(x) !== undefined && exact(y) !== undefined

export function congruent(g: Tree, p: Tree, again: Again): Outcome {
  if (g.t === 'residue' && p.t === 'residue') {
    const modulus = again(g.modulus, p.modulus)
    if (!modulus.equal) return modulus
    const m = exact(g.modulus)
    const a = exact(g.of)
    const b = exact(p.of)
    if (m && a && b && m.d === 1n && a.d === 1n && b.d === 1n && m.n !== 0n)
      return (a.n - b.n) % m.n === 0n ? equal('rational') : DIFFERENT
    return again(g.of, p.of)
  }
  return again(g.t === 'residue' ? g.of : g, p.t === 'residue' ? p.of : p)
}

/** Digits in a written base are only those digits in that base, or the same number in another written base. */
export function numerals(g: Tree, p: Tree): Outcome {
  const value = (tree: Tree & { t: 'numeral' }): bigint | undefined => {
    let total = 0n
    for (const digit of tree.digits) {
      const d = BigInt(Number.parseInt(digit, 36))
      if (d >= BigInt(tree.base)) return undefined
      total = total * BigInt(tree.base) + d
    }
    return total
  }
  if (g.t === 'numeral' && p.t === 'numeral') {
    if (g.base === p.base) return g.digits === p.digits ? equal('exact') : DIFFERENT
    const a = value(g)
    return a !== undefined && a === value(p) ? equal('rational') : DIFFERENT
  }
  const [numeral, other] = g.t === 'numeral' ? [g, p] : [p as Tree & { t: 'numeral' }, g]
  const decimal = exact(other)
  return numeral.base === 10 && decimal && decimal.d === 1n && decimal.n === value(numeral)
    ? equal('rational')
    : DIFFERENT
}

export function texts(g: Tree, p: Tree): Outcome {
  const written = (tree: Tree): string | undefined => {
    if (tree.t === 'text') return tree.text
    if (tree.t === 'word' || tree.t === 'symbol') return tree.name
    if (tree.t === 'constant') return tree.name
    if (tree.t === 'product') {
      const parts = tree.of.map(written)
      return parts.every((part) => part !== undefined) ? parts.join(' ') : undefined
    }
    return undefined
  }
  const a = written(g)
  const b = written(p)
  if (a !== undefined && b !== undefined) return sameText(a, b) ? equal(a === b ? 'exact' : 'text') : DIFFERENT
  // A number in words.
  const [words, other] = a !== undefined ? [a, p] : [b, g]
  const value = words === undefined ? undefined : numberWord(words)
  const number = value === undefined ? undefined : exact(other)
  return number && number.d === 1n && number.n === value ? equal('text') : DIFFERENT
}

/** 60° is 60 where nothing says otherwise, and π/3 where the other side is in radians. */
export function degrees(g: Tree, p: Tree, again: Again): Outcome {
  const plain = again(g.t === 'degrees' ? g.of : g, p.t === 'degrees' ? p.of : p)
  if (plain.equal || g.t === p.t) return plain
  const other = g.t === 'degrees' ? p : g
  return isExpression(g) && isExpression(p) && some(other, (part) => part.t === 'constant' && part.name === 'pi')
    ? sameValue(g, p)
    : plain
}

/** a : b is the same as any multiple; two terms are also their quotient. A clock's 12:05 is compared as written. */
export function ratios(g: Tree, p: Tree, again: Again): Outcome {
  if (g.t === 'ratio' && p.t === 'ratio') {
    if (g.of.length !== p.of.length) return DIFFERENT
    const straight = inOrder(g.of, p.of, again)
    if (straight.equal || ![...g.of, ...p.of].every(isExpression) || isClock(g) || isClock(p)) return straight
    for (let k = 1; k < g.of.length; k++) {
      const cross = sameValue({ t: 'product', of: [g.of[0]!, p.of[k]!] }, { t: 'product', of: [p.of[0]!, g.of[k]!] })
      if (!cross.equal) return cross
    }
    return equal('rational')
  }
  const [ratio, other] = g.t === 'ratio' ? [g, p] : [p as Tree & { t: 'ratio' }, g]
  if (ratio.of.length !== 2 || !isExpression(other) || !ratio.of.every(isExpression) || isClock(ratio)) return DIFFERENT
  return sameValue({ t: 'quotient', over: ratio.of[0]!, under: ratio.of[1]! }, other)
}

const isClock = (tree: Tree & { t: 'ratio' }): boolean => {
  const last = tree.of[1]!
  return tree.of.length === 2 && last.t === 'number' && last.value.n === 0n
}
