// What an opening bracket begins: a group, a set, a tuple or an interval, an absolute value.

import { baseAfter } from './numerals.js'
import type { Parser } from './parse.js'
import { set } from './sets.js'
import { type Tree, Unreadable } from './tree.js'

export function bracket(parser: Parser): Tree {
  return opened(parser, parser.next().text)
}

export function opened(parser: Parser, open: string): Tree {
  switch (open) {
    case '{': {
      if (parser.take('}')) return { t: 'set', of: [] }
      const inner = parser.infix(parser.deeper(() => parser.separated()))
      parser.expect('}')
      return inner.t === 'list' ? { t: 'set', of: inner.of } : inner
    }
    case 'set{':
      return set(parser)
    case '(':
    case '[':
    case '⟨': {
      const bars = parser.bars
      parser.bars = 0
      const inner = parser.deeper(() => parser.separated())
      parser.bars = bars
      const close = parser.next()
      if (close.k !== 'op' || (open === '⟨' ? close.text !== '⟩' : close.text !== ')' && close.text !== ']'))
        throw new Unreadable('a bracket that does not close')
      if (inner.t !== 'list') {
        if ((open === '(') !== (close.text === ')')) throw new Unreadable('brackets that do not match')
        // (2112)_6
        if (
          open === '(' &&
          inner.t === 'number' &&
          inner.value.d === 1n &&
          inner.places === undefined &&
          parser.is('_')
        ) {
          const base = baseAfter(parser)
          if (base) return { t: 'numeral', digits: String(inner.value.n), base }
        }
        return inner.t === 'text' && open === '(' ? { t: 'text', text: `(${inner.text})` } : inner
      }
      return open === '⟨'
        ? { t: 'tuple', open: '(', close: ')', of: inner.of }
        : { t: 'tuple', open, close: close.text as ')' | ']', of: inner.of }
    }
    case ']': {
      // ]0,1[ is the French open interval.
      const inner = parser.deeper(() => parser.separated())
      const close = parser.next()
      if (inner.t !== 'list' || close.k !== 'op' || !/^[[\]]$/.test(close.text))
        throw new Unreadable('brackets that do not match')
      return { t: 'tuple', open: '(', close: close.text === '[' ? ')' : ']', of: inner.of }
    }
    case '|': {
      const doubled = parser.take('|')
      parser.bars++
      const inner = parser.deeper(() => parser.sum())
      parser.bars--
      parser.expect('|')
      if (doubled) parser.expect('|')
      return { t: 'call', name: 'abs', of: [inner] }
    }
    default:
      throw new Unreadable(`${open} where a value was expected`)
  }
}
