// What a LaTeX command begins: fractions, roots, constants, named sets, functions, ranges.

import { call, range } from './functions.js'
import { FUNCTIONS } from './latex.js'
import type { Parser } from './parse.js'
import { table } from './table.js'
import { type Tree, Unreadable } from './tree.js'

const ALIASES = table<string>({
  asin: 'arcsin',
  acos: 'arccos',
  atan: 'arctan',
  asinh: 'arcsinh',
  acosh: 'arccosh',
  atanh: 'arctanh',
  tg: 'tan',
  ctg: 'cot',
  arctg: 'arctan',
  lg: 'log',
})

export function commandAtom(parser: Parser, name: string): Tree {
  switch (name) {
    case 'dots':
    case 'ldots':
    case 'cdots':
      return { t: 'dots' }
    case 'nicefrac':
    case 'sfrac':
    case 'frac':
    case 'dfrac':
    case 'tfrac':
    case 'cfrac': {
      const over = parser.argument(true)
      const under = digitAfterFraction(parser)
      return { t: 'quotient', over, under }
    }
    case 'binom':
    case 'dbinom':
    case 'tbinom':
    case 'choose':
      return { t: 'call', name: 'binomial', of: [parser.argument(), digitAfterFraction(parser)] }
    case 'surd':
    case 'sqrt': {
      let index: Tree | undefined
      if (parser.is('[')) {
        parser.next()
        index = parser.sum()
        parser.expect(']')
      }
      const of = parser.argument()
      return index ? { t: 'call', name: 'root', of: [of], index } : { t: 'call', name: 'sqrt', of: [of] }
    }
    case 'cbrt':
      return { t: 'call', name: 'root', of: [parser.argument()], index: { t: 'number', value: { n: 3n, d: 1n } } }
    case 'pi':
      return { t: 'constant', name: 'pi' }
    case 'infty':
      return { t: 'infinity', sign: 1 }
    case 'emptyset':
    case 'varnothing':
      return { t: 'set', of: [] }
    case 'setR':
    case 'setZ':
    case 'setN':
    case 'setQ':
    case 'setC':
      return { t: 'reals', name: name.slice(3) }
    case 'lfloor':
    case 'lceil': {
      const of = parser.deeper(() => parser.sum())
      const close = parser.next()
      if (close.k !== 'command' || close.text !== (name === 'lfloor' ? 'rfloor' : 'rceil'))
        throw new Unreadable('a floor that does not close')
      return { t: 'call', name: name === 'lfloor' ? 'floor' : 'ceil', of: [of] }
    }
    case 'overline':
    case 'bar':
    case 'widehat':
    case 'hat':
    case 'tilde':
    case 'widetilde':
    case 'dot':
    case 'ddot':
      return { t: 'call', name: `accent-${name}`, of: [parser.argument()] }
    case 'angle':
    case 'triangle':
    case 'measuredangle':
      return parser.powered()
    case 'sum':
    case 'prod':
    case 'int':
    case 'iint':
    case 'oint':
    case 'lim':
    case 'bigcup':
    case 'bigcap':
      return range(parser, name)
  }
  if (FUNCTIONS.has(name)) return call(parser, ALIASES[name] ?? name)
  throw new Unreadable(`\\${name}`)
}

/** The second argument of \frac12: the digits right after the first. */
function digitAfterFraction(parser: Parser): Tree {
  const token = parser.peek()
  if (
    token?.k === 'number' &&
    /^\d+$/.test(token.text) &&
    token.text.length > 1 &&
    !token.repeating &&
    token.exponent === undefined
  ) {
    parser.next()
    parser.putBack({ ...token, text: token.text.slice(1), spaced: false })
    return { t: 'number', value: { n: BigInt(token.text[0]!), d: 1n } }
  }
  return parser.argument()
}
