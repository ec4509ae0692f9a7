// Numbers with something about them: percent, units, degrees, a modulus, a base, a ratio; and words.

import { inOrder } from './collections.js'
import { exact } from './exact.js'
import type { Again } from './relations.js'
import type { Settled } from './rules.js'
import { scalars } from './scalars.js'
import { sameText } from './text.js'
import { number, some, type Tree } from './tree.js'
import { readUnit } from './units.js'
import { DIFFERENT, equal, isExpression, type Outcome, sameValue } from './values.js'
import { directions, withoutDirection, wordValue } from './words.js'

/** 25% is 25, written with its sign, and it is 0.25. */
export function percents(g: Tree, p: Tree, rules: Settled): Outcome {
  // 12% is no length; "12% of them" is a percentage.
  for (const side of [g, p])
    if (side.t === 'quantity' && (readUnit(side.unit) || OTHER_NUMBER.test(side.unit))) return DIFFERENT
  const bareOf = (tree: Tree): Tree => (tree.t === 'percent' ? tree.of : tree.t === 'quantity' ? tree.of : tree)
  const plain = scalars(bareOf(g), bareOf(p), rules)
  if (g.t === p.t) return plain
  if (plain.equal && rules.percent !== 'fraction') return equal('percent')
  if (rules.percent === 'number') return plain
  if (!isExpression(g) || !isExpression(p)) return plain.equal ? DIFFERENT : plain
  const value = sameValue(g, p)
  return value.equal ? equal('percent') : plain.equal ? DIFFERENT : plain
}

export function quantities(g: Tree, p: Tree, again: Again, rules: Settled): Outcome {
  const a = g.t === 'quantity' ? g : asQuantity(g)
  const b = p.t === 'quantity' ? p : asQuantity(p)
  const x = a ? a.of : g
  const y = b ? b.of : p
  if (rules.units === 'ignored') return again(x, y)
  for (const side of [a, b])
    if (side && OTHER_NUMBER.test(side.unit)) return sameText(a?.unit ?? '', b?.unit ?? '') ? again(x, y) : DIFFERENT
  if (rules.units === 'required' && (!a || !b) && readUnit((a ?? b)!.unit)) return DIFFERENT
  // An angle is no length.
  if ((g.t === 'degrees' && readUnit(b!.unit)) || (p.t === 'degrees' && readUnit(a!.unit))) {
    const { dimension } = readUnit((g.t === 'degrees' ? b! : a!).unit)!
    if (!/^(?:angle|radian|celsius|fahrenheit)/.test(dimension)) return DIFFERENT
    // 45° is π/4 radians, and not 45 of them.
    if (dimension === 'radian^1') return isExpression(x) && isExpression(y) ? sameValue(x, y) : DIFFERENT
  }
  if (a && b) {
    if (opposed(a.unit, b.unit)) return DIFFERENT
    const one = readUnit(withoutDirection(a.unit))
    const two = readUnit(withoutDirection(b.unit))
    if (one && two) {
      if (isPounds(one, b.unit) || isPounds(two, a.unit)) return again(x, y)
      if (!sameDimension(one.dimension, two.dimension)) return DIFFERENT
      if (one.n * two.d !== two.n * one.d) {
        const scaled = (tree: Tree, { n, d }: { n: bigint; d: bigint }): Tree => ({
          t: 'product',
          of: [tree, number({ n, d })],
        })
        return isExpression(x) && isExpression(y) ? sameValue(scaled(x, one), scaled(y, two)) : DIFFERENT
      }
    } else if (one || two) return DIFFERENT
    else if (/\d/.test(a.unit + b.unit) && !sameText(a.unit, b.unit)) return DIFFERENT
    else if (sameText(a.unit, b.unit) === false && bothNumbers(x, y) === false) return DIFFERENT
  }
  return again(x, y)
}

/** "10th power of 2", "5 out of 6", "50 percent increase to 60": words that make another number of the one before them. */
const OTHER_NUMBER = /\b(?:power of|out of|times|increase to|decrease to|to the)\s*\d/

/** The sign ¥ is that of the yen and of the yuan. */
const sameDimension = (one: string, two: string): boolean =>
  one === two || (one === '¥^1' && /^yuan|^yen/.test(two)) || (two === '¥^1' && /^yuan|^yen/.test(one))

/** £20 and 20 pounds: in words the money is called as the weight. */
const isPounds = ({ dimension }: { dimension: string }, unit: string): boolean =>
  dimension === 'pound sterling^1' && /^pounds?$/.test(unit.trim())

/** 3 units left and 3 units right: each says which way, and not the same. */
function opposed(one: string, two: string): boolean {
  const [a, b] = [directions(one), directions(two)]
  return a.length > 0 && b.length > 0 && a.join() !== b.join()
}

/** 9.8 m/s² in letters, as an amount: a number times letters that are units. */
function asQuantity(tree: Tree): (Tree & { t: 'quantity' }) | undefined {
  const unit = (part: Tree): string | undefined => {
    if (part.t === 'symbol' || part.t === 'word') return part.name
    if (part.t === 'power') {
      const base = unit(part.base)
      return base && part.exponent.t === 'number' ? `${base}^${part.exponent.value.n}` : undefined
    }
    if (part.t === 'quotient') {
      const [over, under] = [unit(part.over), unit(part.under)]
      return over && under ? `${over}/${under}` : undefined
    }
    if (part.t === 'product') {
      const parts = part.of.map(unit)
      return parts.every((one) => one) ? parts.join(' ') : undefined
    }
    return undefined
  }
  if (tree.t === 'quotient') {
    const over = asQuantity(tree.over)
    const under = unit(tree.under)
    const text = over && under && `${over.unit}/${under}`
    return text && readUnit(text) ? { t: 'quantity', of: over!.of, unit: text } : undefined
  }
  if (tree.t !== 'product') return undefined
  const [head, ...rest] = tree.of
  const parts = rest.map(unit)
  if (!exact(head!) || !parts.every((one) => one)) return undefined
  const text = parts.join(' ')
  return readUnit(text) ? { t: 'quantity', of: head!, unit: text } : undefined
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

/** Times of day; one without a.m. or p.m. may be either, and 15:30 is 3:30 p.m. */
export function clocks(g: Tree, p: Tree): Outcome {
  const clock = (tree: Tree): (Tree & { t: 'clock' }) | undefined => {
    if (tree.t === 'clock') return tree
    const whole = (part: Tree) => {
      const value = exact(part)
      return value?.d === 1n && value.n >= 0n && value.n < 60n ? Number(value.n) : undefined
    }
    if (tree.t !== 'ratio' || tree.of.length < 2) return undefined
    const [hours, minutes] = tree.of.map(whole)
    if (hours === undefined || minutes === undefined || hours > 24) return undefined
    // 14:30 and 0:15 say which half of the day they are in.
    const half = hours > 12 ? 'pm' : hours === 0 ? 'am' : undefined
    return { t: 'clock', minutes: hours * 60 + minutes, ...(half && { half }) }
  }
  const a = clock(g)
  const b = clock(p)
  if (!a || !b) return DIFFERENT
  if (a.half && b.half) return a.minutes === b.minutes ? equal('exact') : DIFFERENT
  return a.minutes === b.minutes || (a.minutes - b.minutes) % 720 === 0 ? equal('text') : DIFFERENT
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
  if (a !== undefined && b !== undefined) {
    if (sameText(a, b)) return equal(a === b ? 'exact' : 'text')
    // xy and yx: letters side by side are a product too.
    return isProduct(a) && isProduct(b) && [...a].sort().join('') === [...b].sort().join('')
      ? equal('symbolic')
      : DIFFERENT
  }
  // A number in words.
  const [words, other] = a !== undefined ? [a, p] : [b, g]
  const value = words === undefined ? undefined : wordValue(words)
  const number = value === undefined ? undefined : exact(other)
  return number && number.d === value!.d && number.n === value!.n ? equal('text') : DIFFERENT
}

/** Letters that stand for numbers and not for a word: ab, xyz. */
const isProduct = (word: string): boolean => /^(?:[abcd]{2,3}|[hk-np-tv-z]{2,3})$/.test(word)

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
    if (straight.equal || (g.words && p.words) || ![...g.of, ...p.of].every(isExpression) || isClock(g) || isClock(p))
      return straight
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
