// Answers with a parameter: kπ with k ∈ ℤ, x²/2 + C. The name of the parameter says nothing, its domain does.

import { exact } from './exact.js'
import { unnamed } from './names.js'
import { add, multiply, negate, type Rational, rational } from './rational.js'
import type { Again } from './relations.js'
import { domainIn, number, type Parameter, some, substituted, symbols, type Tree } from './tree.js'
import { DIFFERENT, equal, isExpression, type Outcome, UNDECIDED } from './values.js'

/** Takes "k ∈ ℤ", beside the answer or in words behind it, as the domain of a parameter. */
export function family(tree: Tree, conditions: readonly string[]): Tree {
  const parameters: Parameter[] = []
  for (const said of conditions) {
    const named =
      /([a-zA-Z]|\\[a-z]+)\s+(?:is|are|be|为|是)\s+(?:an?\s+|any\s+|some\s+)*(non-?negative |positive |natural )?(integer|whole number|整数|natural number|number)s?\b/.exec(
        said,
      )
    const set = /([a-zA-Z]|\\[a-z]+)\s+in\s+set([ZNRQ])/.exec(said)
    if (set) parameters.push({ name: set[1]!, domain: set[2]! })
    else if (named && (named[2] || named[3] !== 'number'))
      parameters.push({ name: named[1]!, domain: named[2] || named[3]!.startsWith('natural') ? 'N' : 'Z' })
  }
  const inner = withDomains(tree, parameters)
  const used = parameters.filter(({ name }) => symbols(inner).has(name))
  return used.length ? { t: 'family', of: inner, parameters: used } : inner
}

/** The tree without the relations that only name a domain. */
function withDomains(tree: Tree, into: Parameter[]): Tree {
  if (tree.t === 'list') {
    const rest: Tree[] = []
    const found: Parameter[] = []
    for (const part of tree.of) {
      const one = domainIn(part)
      if (one) found.push(one)
      else rest.push(withDomains(part, into))
    }
    const names = new Set(rest.flatMap((part) => [...symbols(part)]))
    if (found.length === 0 || rest.length === 0 || !found.every(({ name }) => names.has(name)))
      return found.length ? tree : { ...tree, of: rest }
    // x ∈ ℝ, x ≠ 3: a relation among real numbers says no more with ℝ beside it.
    into.push(...found.filter((one) => one.domain !== 'R' || !rest.every((part) => part.t === 'relation')))
    return rest.length === 1 ? rest[0]! : { ...tree, of: rest }
  }
  if (tree.t === 'relation' || tree.t === 'sum') {
    const last = tree.of[tree.of.length - 1]!
    const inner = withDomains(last, into)
    return inner === last ? tree : { ...tree, of: [...tree.of.slice(0, -1), inner] }
  }
  if (tree.t === 'product') {
    const last = domainIn(tree.of[tree.of.length - 1]!)
    if (!last) return tree
    into.push(last)
    return tree.of.length === 2 ? tree.of[0]! : { t: 'product', of: tree.of.slice(0, -1) }
  }
  return tree
}

/** Two families, or a family and an answer whose domain was left unsaid. */
export function families(g: Tree, p: Tree, again: Again): Outcome {
  const one = g.t === 'family' ? g.parameters : []
  const two = p.t === 'family' ? p.parameters : []
  const a = g.t === 'family' ? g.of : g
  const b = p.t === 'family' ? p.of : p
  if (one.length && two.length) {
    const domains = (list: readonly Parameter[]) =>
      list
        .map(({ domain }) => domain)
        .sort()
        .join()
    if (domains(one) !== domains(two)) return DIFFERENT
  }
  const known = one.length ? one : two
  const otherNames = freeNames(one.length ? a : b, known)
  // The parameters of the other side: as said, or the letters that the first does not have.
  const others = one.length && two.length ? two.map(({ name }) => name) : unknownNames(one.length ? b : a, otherNames)
  if (others.length !== known.length) return DIFFERENT
  const [left, right] = one.length ? [known.map(({ name }) => name), others] : [others, known.map(({ name }) => name)]
  if (known.length === 1 && known[0]!.domain === 'Z') {
    const cosets = sameCosets(a, left[0]!, b, right[0]!)
    if (cosets) return cosets
  }
  let undecided = false
  for (const order of permutations(right)) {
    let renamed = b
    order.forEach((name, k) => {
      renamed = substituted(renamed, name, { t: 'symbol', name: `parameter ${k}` })
    })
    let own = a
    left.forEach((name, k) => {
      own = substituted(own, name, { t: 'symbol', name: `parameter ${k}` })
    })
    for (const shift of known.length === 1 && known[0]!.domain === 'Z' ? SHIFTS : [undefined]) {
      const outcome = again(own, shift ? substituted(renamed, 'parameter 0', shift) : renamed)
      if (outcome.equal) return outcome
      if (outcome.why === 'undecided') undecided = true
    }
  }
  return undecided ? UNDECIDED : DIFFERENT
}

/** The letters that stand for any whole number where nothing is said about them: x = π/4 + kπ. */
const COUNTERS = /^[klmn]$/

/** An answer in π with one such letter, as the family that it means. */
export function unsaidFamily(tree: Tree): (Tree & { t: 'family' }) | undefined {
  const { value } = unnamed(tree)
  const [name, ...others] = symbols(value)
  if (name === undefined || others.length > 0 || !COUNTERS.test(name)) return undefined
  if (!some(value, (part) => part.t === 'constant' && part.name === 'pi')) return undefined
  return { t: 'family', of: tree, parameters: [{ name, domain: 'Z' }] }
}

const freeNames = (tree: Tree, parameters: readonly Parameter[]): Set<string> => {
  const names = symbols(unnamed(tree).value)
  for (const { name } of parameters) names.delete(name)
  return names
}

const unknownNames = (tree: Tree, known: Set<string>): string[] =>
  [...symbols(unnamed(tree).value)].filter((name) => !known.has(name))

/** k, -k, k ± 1, -k ± 1, k ± 2: other counts of the same whole numbers. */
const K: Tree = { t: 'symbol', name: 'parameter 0' }
const shifted = (sign: 1 | -1, by: bigint): Tree => ({
  t: 'sum',
  of: [sign === 1 ? K : { t: 'negative', of: K }, number({ n: by, d: 1n })],
})
const SHIFTS: Tree[] = [0n, 1n, -1n, 2n, -2n].flatMap((by) => [shifted(1, by), shifted(-1, by)])

function permutations(names: readonly string[]): string[][] {
  if (names.length <= 1) return [[...names]]
  if (names.length > 3) return [[...names]]
  return names.flatMap((name, k) =>
    permutations([...names.slice(0, k), ...names.slice(k + 1)]).map((rest) => [name, ...rest]),
  )
}

/** a + b·k for each whole k, with a and b in turns of one length. */
interface Coset {
  start: Rational
  step: Rational
}

/**
 * Sets like {π/4 + kπ/2} ∪ {kπ}, compared as sets: each is linear in k with rational multiples of one number, so all
 * of them repeat after a common period, and within it they are finite.
 */
function sameCosets(g: Tree, k: string, p: Tree, m: string): Outcome | undefined {
  const one = cosets(g, k)
  const two = one && cosets(p, m)
  if (!two) return undefined
  const all = [...one.of, ...two.of]
  if (one.unit !== two.unit) return undefined
  const common = all.reduce((least, { start, step }) => lcm(lcm(least, start.d), step.d), 1n)
  const whole = (value: Rational) => (value.n * common) / value.d
  const period = all.reduce((total, { step }) => lcm(total, abs(whole(step))), 1n)
  if (period > 4000n) return undefined
  const residues = (list: readonly Coset[]) => {
    const found = new Set<bigint>()
    for (const { start, step } of list) {
      const size = abs(whole(step))
      for (let at = ((whole(start) % size) + size) % size; at < period; at += size) found.add(at)
    }
    return found
  }
  const left = residues(one.of)
  const right = residues(two.of)
  return left.size === right.size && [...left].every((value) => right.has(value)) ? equal('set') : DIFFERENT
}

function cosets(tree: Tree, name: string): { unit: 'pi' | 'one'; of: Coset[] } | undefined {
  const of: Coset[] = []
  let unit: 'pi' | 'one' | undefined
  const { value } = unnamed(tree)
  const items = value.t === 'list' || value.t === 'set' ? value.of : [value]
  for (const item of items) {
    const inner = unnamed(item).value
    if (!isExpression(inner) || some(inner, (part) => part.t === 'word' || part.t === 'call')) return undefined
    const names = symbols(inner)
    names.delete(name)
    if (names.size) return undefined
    for (const [sign, part] of signs(inner)) {
      const found = linear(part, name, sign)
      if (!found || found.step.n === 0n) return undefined
      const own = found.start.n === 0n ? found.unit : found.unit
      if (unit !== undefined && unit !== own) return undefined
      unit = own
      of.push(found)
    }
  }
  return unit && { unit, of }
}

/** ± gives two families. */
function signs(tree: Tree): [1 | -1, Tree][] {
  return some(tree, ({ t }) => t === 'either')
    ? [
        [1, tree],
        [-1, tree],
      ]
    : [[1, tree]]
}

function linear(tree: Tree, name: string, sign: 1 | -1): (Coset & { unit: 'pi' | 'one' }) | undefined {
  const value = (k: bigint, pi: bigint) => exact(settled(tree, name, k, pi, sign))
  const pis = some(tree, (part) => part.t === 'constant' && part.name === 'pi') ? [1n, 2n] : [1n]
  const [at0, at1, at3] = [0n, 1n, 3n].map((k) => value(k, 1n))
  if (!at0 || !at1 || !at3) return undefined
  const step = add(at1, negate(at0))
  const third = add(at0, multiply(step, { n: 3n, d: 1n }))
  if (third.n !== at3.n || third.d !== at3.d) return undefined
  if (pis.length === 1) return { unit: 'one', start: at0, step }
  // With π doubled, all of it must double.
  const [two0, two1] = [value(0n, 2n), value(1n, 2n)]
  if (!two0 || !two1) return undefined
  const doubled = (x: Rational, y: Rational) => y.n * x.d === 2n * x.n * y.d
  return doubled(at0, two0) && doubled(at1, two1) ? { unit: 'pi', start: at0, step } : undefined
}

function settled(tree: Tree, name: string, k: bigint, pi: bigint, sign: 1 | -1): Tree {
  const walk = (part: Tree): Tree => {
    switch (part.t) {
      case 'symbol':
        return part.name === name ? number({ n: k, d: 1n }) : part
      case 'constant':
        return part.name === 'pi' ? number({ n: pi, d: 1n }) : part
      case 'degrees':
        return { t: 'product', of: [walk(part.of), number(rational(pi, 180n)!)] }
      case 'sum':
      case 'product':
        return { ...part, of: part.of.map(walk) }
      case 'negative':
        return { ...part, of: walk(part.of) }
      case 'quotient':
        return { ...part, over: walk(part.over), under: walk(part.under) }
      case 'power':
        return { ...part, base: walk(part.base), exponent: walk(part.exponent) }
      case 'either': {
        const right = walk(part.right)
        const signed: Tree = part.sign === sign ? right : { t: 'negative', of: right }
        return part.left ? { t: 'sum', of: [walk(part.left), signed] } : signed
      }
      default:
        return part
    }
  }
  return walk(tree)
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value)
function lcm(a: bigint, b: bigint): bigint {
  let [x, y] = [abs(a), abs(b)]
  while (y) [x, y] = [y, x % y]
  return x === 0n ? 0n : abs(a * b) / x
}

const CONSTANT = /^[ABCKck](?:_\{?\d\}?)?$/

/** Whether two sums differ by no more than the name of a constant that stands alone: C and K, c_1 and C_1. */
export function sameUpToConstants(g: Tree, p: Tree, again: (g: Tree, p: Tree) => Outcome): Outcome | undefined {
  const constants = (tree: Tree) => [...symbols(tree)].filter((name) => CONSTANT.test(name)).sort()
  const one = constants(g)
  const two = constants(p)
  if (one.length === 0 || one.length !== two.length || one.join() === two.join() || one.length > 3) return undefined
  // A and B are constants where they stand before solutions of a differential equation.
  if ([...one, ...two].some((name) => /^[AB]$/.test(name)) && !(oscillates(g) && oscillates(p))) return undefined
  if (one.length === 1 && !(alone(g, one[0]!) && alone(p, two[0]!))) return undefined
  for (const order of permutations(two)) {
    let renamed = p
    order.forEach((name, k) => {
      renamed = substituted(renamed, name, { t: 'symbol', name: `constant ${k}` })
    })
    let own = g
    one.forEach((name, k) => {
      own = substituted(own, name, { t: 'symbol', name: `constant ${k}` })
    })
    const outcome = again(own, renamed)
    if (outcome.equal) return equal('symbolic')
  }
  return undefined
}

/** One letter is a constant of integration where it stands by itself in the sum, or before an exponential. */
const alone = (tree: Tree, name: string): boolean =>
  (tree.t === 'sum' && tree.of.some((part) => isNamed(part, name) || beforeExponential(part, name))) ||
  beforeExponential(tree, name)

const isNamed = (tree: Tree, name: string): boolean => tree.t === 'symbol' && tree.name === name

const beforeExponential = (tree: Tree, name: string): boolean =>
  tree.t === 'product' && tree.of.some((part) => isNamed(part, name)) && tree.of.some(isExponential)

const isExponential = (tree: Tree): boolean =>
  tree.t === 'power' && tree.base.t === 'constant' && tree.base.name === 'e'

const oscillates = (tree: Tree): boolean =>
  some(tree, (part) => isExponential(part) || (part.t === 'call' && /^(?:sin|cos|exp)$/.test(part.name)))
