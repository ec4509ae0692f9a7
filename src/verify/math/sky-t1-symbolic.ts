// In place of the symbolic step of the report's rules (sympy's parse_expr, then latex2sympy2): what that step can
// read, by our reader, and its tolerance. How often it agrees with the real one is measured: npm run bench -- grade.

import { exact } from './exact.js'
import { same } from './rational.js'
import { read } from './read.js'
import { python } from './sky-t1-python.js'
import { mapChildren, negated, some, symbols, type Tree } from './tree.js'
import { constantFactor, isExpression, realValue, sameValue } from './values.js'

const RELATIVE = 1e-4

/** Whether their symbolic step takes two texts for equal. */
export function symbolicallyEqual(pred: string, gold: string): boolean {
  if (sets(pred, gold)) return true
  const [ps, gs] = [parts(pred), parts(gold)]
  if (ps.length !== gs.length) return false
  if (ps.length === 1) return oneIsEqual(ps[0]!, gs[0]!)
  // Two lists are equal where their parts are, one by one and as they stand; Python's tuple is no list.
  const tuple = (text: string) => !/[\\{}=]/.test(text)
  return (
    tuple(pred) === tuple(gold) &&
    ps.every((part, k) => {
      const [p, g] = [expression(part), expression(gs[k]!)]
      return p !== undefined && g !== undefined && alike(assigned(p), assigned(g))
    })
  )
}

/** In a list they ask for the same form: the same tree, or one whole number or fraction. */
function alike(p: Tree, g: Tree): boolean {
  if (JSON.stringify(p, plainly) === JSON.stringify(g, plainly)) return true
  const [a, b] = [exact(p), exact(g)]
  const decimal = (tree: Tree) => some(tree, (part) => part.t === 'number' && part.places !== undefined)
  return a !== undefined && b !== undefined && same(a, b) && decimal(p) === decimal(g)
}
const plainly = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

function oneIsEqual(pred: string, gold: string): boolean {
  // Both beyond a double are both infinite there, and equal.
  if (overflows(pred) && overflows(gold)) return true
  let p = expression(pred)
  let g = expression(gold)
  if (!p || !g) return false
  // a_{10} = 5 against 5: a name is a variable that is set.
  p = assigned(p)
  g = assigned(g)
  if (p.t === 'relation' || g.t === 'relation') return p.t === 'relation' && g.t === 'relation' && relations(p, g)
  if (!isExpression(p) || !isExpression(g)) return false
  if (sameValue(p, g).equal) return true
  const a = realValue(p)
  const b = realValue(g)
  return a !== undefined && b !== undefined && near(a.near, b.near)
}

const assigned = (tree: Tree): Tree =>
  tree.t === 'relation' && tree.of.length === 2 && tree.operators[0] === '=' && tree.of[0]!.t === 'symbol'
    ? tree.of[1]!
    : tree
const overflows = (text: string): boolean => /^\d{3,6}!$/.test(text) && Number.parseInt(text, 10) > 170

/** What stands between commas outside of brackets; latex2sympy2 stops at a bracket that nothing opened. */
function parts(text: string): string[] {
  const out: string[] = []
  let from = 0
  let depth = 0
  for (let k = 0; k < text.length; k++) {
    const c = text[k]!
    if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c) && --depth < 0) return [...out, text.slice(from, k)]
    else if (c === ',' && depth === 0 && text[k - 1] !== '\\') {
      out.push(text.slice(from, k))
      from = k + 1
    }
  }
  return [...out, text.slice(from)]
}

/** {1,2,3} is a set of Python's. */
function sets(pred: string, gold: string): boolean {
  if (!/^\{[\w,.+*-]+\}$/.test(pred) || !/^\{[\w,.+*-]+\}$/.test(gold)) return false
  const items = (text: string) => [...new Set(text.slice(1, -1).split(','))].sort().join()
  return items(pred) === items(gold)
}

/** What neither of its parsers reads: anything but ASCII, roman type, Markdown, functions without their backslash. */
const REFUSED =
  /[^\0-\x7f]|\\[,;:!~[\]]|\\$|~|^\*\*|\*\*$|\{,\}|\\(?:math(?:rm|bf|it)|operatorname|text|underline|cfrac|nicefrac|sfrac|surd|lg|l?dots|overline|mapsto|begin(?!\{vmatrix\}))|\\sqrt\[\d+\]\{[^}]*-|(?<!\\)(?<![a-z])(?:frac|sqrt|log|ln|pi|sin|cos|tan)(?![a-z])|\\colon|\\frac\{d[a-zA-Z]?\}\{d[a-zA-Z]\}|\\binom\d|C_\d/

function expression(text: string): Tree | undefined {
  const plain = python(text)
  if (plain) return plain
  // One name is one symbol in Python: AB is not BA. So is a word for a number, or 3rd.
  if (/^[a-zA-Z_][a-zA-Z_0-9]+$/.test(text)) return { t: 'symbol', name: text }
  const written = /^\\overline\{\w+\}=(.+)$/.exec(text)
  if (written) return expression(written[1]!)
  text = text.replace(/^(?:\\[,;])+|(?:\\[,;])+$/g, '').replace(GLUED, '\\$1 ')
  if (callsALetter(text)) return undefined
  const spoken = asPython(text)
  if (spoken !== undefined) {
    const [tree] = read(spoken).trees
    return tree && asThere(tree)
  }
  if (REFUSED.test(text) || /\d(?:st|nd|rd|th)$/.test(text)) return undefined
  // A whole number before a fraction multiplies it there: 2\frac{3}{4} is 3/2.
  const [tree] = read(text.replace(/(?<![_\d.])(\d[\d.]*)\s*(?=\\frac|\()/g, '$1\\cdot ')).trees
  if (!tree || some(tree, ({ t }) => t === 'list' || t === 'tuple' || t === 'text')) return undefined
  return asThere(tree)
}

/** Commands with a letter after them, once their space was deleted. */
const GLUED = /\\(lceil|rceil|lfloor|rfloor|le|ge|ln|cdot|times|pi|infty|quad)(?=[a-zA-Z])/g
const KNOWN = new Set(['sqrt', 'exp', 'sin', 'cos', 'tan', 'ln', 'log'])

/** n(n+1)/2 is a function n of n + 1 there. */
const callsALetter = (text: string): boolean =>
  /^[\w+\-*/(). ]+$/.test(text) && /(?<![\w.])[A-Za-z]\(/.test(text) && !/\d[A-Za-z(]|\)[\w(]/.test(text)

/** sqrt(2), 4*pi: what sympy reads by itself, for our reader; undefined for what it does not read. */
function asPython(text: string): string | undefined {
  if (!/[a-z]{2}/.test(text) || /[^\w+\-*/(). ]/.test(text)) return undefined
  const found = text.match(/\d+(?:\.\d+)?|[A-Za-z_]\w*|\*\*|[-+*/()]/g) ?? []
  if (found.join('') !== text) return undefined
  for (const [k, token] of found.entries()) {
    const operand = /^[\w(]/.test(token)
    const before = found[k - 1]
    if (operand && before !== undefined && /^(?:\w|\))/.test(before) && !(token === '(' && KNOWN.has(before)))
      return undefined
    if (
      /^[A-Za-z_]/.test(token) &&
      !(KNOWN.has(token) ? found[k + 1] === '(' : /^(?:pi|[a-zA-DF-HJ-MPRT-Z])$/.test(token))
    )
      return undefined
  }
  // Its log is the natural one.
  return found.map((token) => (token === 'log' ? 'ln' : token)).join('')
}

/** i is a letter like others there, and a : b : c is a divided by b and by c. */
function asThere(tree: Tree): Tree {
  if (tree.t === 'constant' && tree.name === 'i') return { t: 'symbol', name: 'i' }
  const inner = mapChildren(tree, asThere)
  return inner.t === 'ratio' ? inner.of.reduce((over, under) => ({ t: 'quotient', over, under })) : inner
}

/** Their rule compares |left - right| of two relations, whatever stands between. */
function relations(p: Tree & { t: 'relation' }, g: Tree & { t: 'relation' }): boolean {
  if (p.of.length !== 2 || g.of.length !== 2) return false
  const difference = ({ of }: Tree & { t: 'relation' }): Tree => ({ t: 'sum', of: [of[0]!, negated(of[1]!)] })
  const one = difference(p)
  const two = difference(g)
  if (!isExpression(one) || !isExpression(two)) return false
  if (sameValue(one, two).equal || sameValue(one, negated(two)).equal) return true
  // An equation is solved for each of its letters, and what it is multiplied by is gone.
  if (p.operators[0] !== '=' || g.operators[0] !== '=' || symbols(one).size === 0) return false
  return typeof constantFactor(one, two) === 'object'
}

/** Two numbers within one part in ten thousand, as Python's math.isclose takes it. */
export const near = (a: number, b: number): boolean =>
  a === b ||
  (Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= RELATIVE * Math.max(Math.abs(a), Math.abs(b)))
