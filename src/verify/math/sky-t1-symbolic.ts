// In place of the symbolic step of the report's rules (sympy's parse_expr, then latex2sympy2): what that step can
// read, by our reader, and its tolerance. How often it agrees with the real one is measured: npm run bench -- grade.

import { read } from './read.js'
import { near } from './sky-t1.js'
import { python } from './sky-t1-python.js'
import { mapChildren, negated, some, type Tree } from './tree.js'
import { isExpression, realValue, sameValue } from './values.js'

/** Whether their symbolic step takes two texts for equal. */
export function symbolicallyEqual(pred: string, gold: string): boolean {
  if (sets(pred, gold)) return true
  let p = expression(pred)
  let g = expression(gold)
  if (!p || !g) return false
  // a_{10} = 5 against 5: a name with a subscript is a variable that is set.
  if (g.t !== 'relation') p = assigned(p)
  else if (p.t !== 'relation') g = assigned(g)
  if (p.t === 'relation' || g.t === 'relation') return p.t === 'relation' && g.t === 'relation' && relations(p, g)
  if (!isExpression(p) || !isExpression(g)) return false
  if (sameValue(p, g).equal) return true
  const a = realValue(p)
  const b = realValue(g)
  // Both beyond a double are both infinite there, and equal.
  return a !== undefined && b !== undefined && near(a.near, b.near)
}

const assigned = (tree: Tree): Tree =>
  tree.t === 'relation' && tree.of.length === 2 && tree.operators[0] === '=' && /_/.test(nameOf(tree.of[0]!) ?? '')
    ? tree.of[1]!
    : tree
const nameOf = (tree: Tree): string | undefined => (tree.t === 'symbol' ? tree.name : undefined)

/** {1,2,3} is a set of Python's. */
function sets(pred: string, gold: string): boolean {
  if (!/^\{[\w,.+*-]+\}$/.test(pred) || !/^\{[\w,.+*-]+\}$/.test(gold)) return false
  const items = (text: string) => [...new Set(text.slice(1, -1).split(','))].sort().join()
  return items(pred) === items(gold)
}

/** What neither of its parsers reads: anything but ASCII, roman type, Markdown, functions without their backslash. */
const REFUSED =
  /[^\0-\x7f]|\\[,;:!~[\]]|\\$|~|^\*\*|\*\*$|\{,\}|\\(?:math(?:rm|bf|it)|operatorname|text|underline|cfrac|nicefrac|sfrac|surd|lg|l?dots|overline|mapsto|begin)|\\sqrt\[\d+\]\{[^}]*-|(?<!\\)(?<![a-z])(?:frac|sqrt|log|ln|pi|sin|cos|tan)(?![a-z])|\\binom\d|C_\d/

function expression(text: string): Tree | undefined {
  const plain = python(text)
  if (plain) return plain
  // One name is one symbol in Python: AB is not BA. So is a word for a number, or 3rd.
  if (/^[a-zA-Z_][a-zA-Z_0-9]+$/.test(text)) return { t: 'symbol', name: text }
  text = text.replace(/(?:\\[,;])+$/, '')
  if (REFUSED.test(text) || /\d(?:st|nd|rd|th)$/.test(text)) return undefined
  // A whole number before a fraction multiplies it there: 2\frac{3}{4} is 3/2.
  const [tree] = read(text.replace(/(\d)\s*\\frac/g, '$1\\cdot\\frac')).trees
  if (!tree || some(tree, ({ t }) => t === 'list' || t === 'tuple' || t === 'text')) return undefined
  return asThere(tree)
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
  return sameValue(one, two).equal || sameValue(one, negated(two)).equal
}
