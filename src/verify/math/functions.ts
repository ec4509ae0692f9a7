// Functions with the arguments they take, ranges (sums, integrals), and matrices.

import { FUNCTIONS } from './latex.js'
import type { Parser } from './parse.js'
import { elements, negated, type Tree, times, Unreadable } from './tree.js'

/** sin x, sin^2(x), log_2 8, max(a, b): the argument ends at an operator, a bracket or another function. */
export function call(parser: Parser, name: string): Tree {
  let index: Tree | undefined
  let exponent: Tree | undefined
  for (;;) {
    if (!index && parser.is('_')) {
      parser.next()
      index = parser.argument()
    } else if (!exponent && parser.is('^')) {
      parser.next()
      exponent = parser.exponent()
    } else break
  }
  // log2(8), as programs write it.
  const digits = parser.peek()
  if (!index && name === 'log' && digits?.k === 'number' && !digits.spaced && parser.is('(', 1)) index = parser.atom()
  let of: Tree[]
  if (parser.is('(') || parser.is('[') || (parser.is('{') && !parser.is('}', 1))) {
    // The arguments of gcd, max and the like are written like a tuple.
    of = elements(parser.atom())
  } else {
    let argument: Tree | undefined
    const negative = parser.take('-')
    for (;;) {
      const token = parser.peek()
      if (!token) break
      if (
        token.k === 'number' ||
        token.k === 'letter' ||
        (token.k === 'op' && ((token.text === '|' && parser.bars === 0) || token.text === '{')) ||
        (token.k === 'command' && argumentCommand(token.text, argument === undefined))
      ) {
        const part = parser.powered()
        argument = argument ? times(argument, part) : part
        // sin x(x+1) multiplies; 2π/3 does not end at the slash where a number follows.
        if (parser.is('/') && parser.peek(1)?.k === 'number') {
          parser.next()
          argument = { t: 'quotient', over: argument, under: parser.powered() }
        }
      } else break
    }
    if (!argument) throw new Unreadable(`${name} of nothing`)
    of = [negative ? negated(argument) : argument]
  }
  if (
    exponent?.t === 'number' &&
    exponent.value.n === -1n &&
    exponent.value.d === 1n &&
    /^(?:sin|cos|tan|cot|sec|csc|sinh|cosh|tanh)$/.test(name)
  ) {
    return { t: 'call', name: `arc${name}`, of }
  }
  const value: Tree = { t: 'call', name, of, ...(index && { index }) }
  return exponent ? { t: 'power', base: value, exponent } : value
}

const argumentCommand = (name: string, first: boolean): boolean =>
  /^(?:[dtc]?frac|pi|sqrt|binom)$/.test(name) || (first && FUNCTIONS.has(name))

export function range(parser: Parser, operator: string): Tree {
  let below: Tree | undefined
  let above: Tree | undefined
  for (;;) {
    if (parser.take('_')) below = limits(parser)
    else if (parser.take('^')) above = limits(parser)
    else break
  }
  const of = parser.product()
  return { t: 'range', operator, of, ...(below && { below }), ...(above && { above }) }
}

/** What stands below or above: a value, or its text where it is none (k \to 0). */
function limits(parser: Parser): Tree {
  if (!parser.take('{')) return parser.argument()
  let text = ''
  let depth = 1
  for (;;) {
    const token = parser.next()
    if (token.k === 'op' && token.text === '{') depth++
    if (token.k === 'op' && token.text === '}' && --depth === 0) break
    text += token.text
  }
  return { t: 'text', text }
}

export function matrix(parser: Parser, kind: string): Tree {
  if (!/^(?:[pbvBV]?matrix|smallmatrix|array|psmallmatrix|bsmallmatrix)$/.test(kind))
    throw new Unreadable(`the environment ${kind}`)
  const rows: Tree[][] = [[]]
  for (;;) {
    const token = parser.peek()
    if (!token) throw new Unreadable('a matrix that does not end')
    if (token.k === 'end') {
      parser.next()
      break
    }
    if (parser.take('\\\\')) {
      rows.push([])
      continue
    }
    if (parser.take('&')) continue
    rows[rows.length - 1]!.push(parser.deeper(() => parser.relation()))
  }
  const filled = rows.filter((row) => row.length)
  if (filled.length === 0) throw new Unreadable('an empty matrix')
  if (filled.some((row) => row.length !== filled[0]!.length))
    throw new Unreadable('a matrix with rows of different length')
  const tree: Tree = { t: 'matrix', rows: filled }
  return kind === 'vmatrix' ? { t: 'call', name: 'det', of: [tree] } : tree
}
