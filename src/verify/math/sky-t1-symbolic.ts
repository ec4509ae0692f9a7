// In place of the symbolic step of the report's rules (sympy's parse_expr, then latex2sympy2): what that step can
// read, by our reader, and its tolerance. How often it agrees with the real one is measured: npm run bench -- grade.

import { read } from './read.js'
import { near } from './sky-t1.js'
import { python } from './sky-t1-python.js'
import { mapChildren, negated, some, type Tree } from './tree.js'
import { isExpression, realValue, sameValue } from './values.js'

/** Whether their symbolic step takes two texts for equal. */
export function symbolicallyEqual(pred: string, gold: string): boolean {
  const p = expression(pred)
  const g = expression(gold)
  if (!p || !g) return false
  if (p.t === 'relation' || g.t === 'relation') return p.t === 'relation' && g.t === 'relation' && relations(p, g)
  if (!isExpression(p) || !isExpression(g)) return false
  if (sameValue(p, g).equal) return true
  const a = realValue(p)
  const b = realValue(g)
  // Both beyond a double are both infinite there, and equal.
  return a !== undefined && b !== undefined && near(a.near, b.near)
}

/** What latex2sympy2 refuses: anything but ASCII, spacing, roman type, Markdown. */
const REFUSED =
  /[^\0-\x7f]|\\[,;:!~[\]]|~|\*\*|\{,\}|\\(?:math(?:rm|bf|it)|operatorname|text|underline|cfrac|nicefrac|sfrac|surd|l?dots|overline|mapsto|begin)|(?<![\\a-z])(?:frac|sqrt)\{/

function expression(text: string): Tree | undefined {
  const plain = python(text)
  if (plain) return plain
  if (REFUSED.test(text)) return undefined
  // A whole number before a fraction multiplies it there: 2\frac{3}{4} is 3/2.
  const [tree] = read(text.replace(/(\d)\s*\\frac/g, '$1\\cdot\\frac')).trees
  if (!tree || some(tree, ({ t }) => t === 'list' || t === 'tuple' || t === 'text' || t === 'infinity'))
    return undefined
  return withoutImaginary(tree)
}

/** i is a letter like others there. */
function withoutImaginary(tree: Tree): Tree {
  if (tree.t === 'constant' && tree.name === 'i') return { t: 'symbol', name: 'i' }
  return mapChildren(tree, withoutImaginary)
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
