// The tightest things an answer is made of: numbers, names, fractions, roots, functions, brackets, matrices.

import { bracket, opened } from './brackets.js'
import { commandAtom } from './commands.js'
import { aligned, cases, isAligned, isCases } from './environments.js'
import { matrix } from './functions.js'
import { letterAtom, relationAfterBracket, subscript } from './letters.js'
import { numberAtom } from './numerals.js'
import type { Parser } from './parse.js'
import { elements, type Tree, Unreadable } from './tree.js'

export function atom(parser: Parser): Tree {
  const token = parser.next()
  switch (token.k) {
    case 'number':
      return numberAtom(parser, token)
    case 'letter':
      return letterAtom(parser, token.text)
    case 'word': {
      // ce^{-2x} raises e alone, and ab! is a times b!: only the last letter takes what follows.
      if (parser.is('^') || parser.is('!') || (parser.is('_') && /^[a-z]/.test(token.text))) {
        parser.putBack({ k: 'letter', text: token.text.slice(-1), spaced: false })
        const rest = token.text.slice(0, -1)
        return rest.length === 1
          ? rest === 'e' || rest === 'i'
            ? { t: 'constant', name: rest }
            : { t: 'symbol', name: rest }
          : { t: 'word', name: rest }
      }
      const name = token.text + subscript(parser)
      if (parser.is('(') && !parser.peek()!.spaced && relationAfterBracket(parser))
        return { t: 'call', name, of: elements(bracket(parser)) }
      return name === token.text ? { t: 'word', name } : { t: 'symbol', name }
    }
    case 'text':
      return { t: 'text', text: token.text }
    case 'begin':
      return isCases(token.text) ? cases(parser) : isAligned(token.text) ? aligned(parser) : matrix(parser, token.text)
    case 'op':
      return opened(parser, token.text)
    case 'command':
      return commandAtom(parser, token.text)
    default:
      throw new Unreadable(`${token.text} where a value was expected`)
  }
}
