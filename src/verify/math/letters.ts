// What a letter is: a variable with its subscript, a constant, a function before its bracket, a combination.

import { bracket } from './brackets.js'
import type { Parser } from './parse.js'
import { elements, type Tree, times } from './tree.js'

/** Letters that a bracket right behind them makes a function: f(x). Others multiply, unless a relation follows. */
const FUNCTION_LETTERS = /^[fgFGW]$/

export function letterAtom(parser: Parser, letter: string): Tree {
  if (FUNCTION_LETTERS.test(letter) && inverseFollows(parser)) {
    while (!parser.is('(')) parser.skip(1)
    return { t: 'call', name: `${letter}^-1`, of: elements(bracket(parser)) }
  }
  const name = letter + subscript(parser)
  const chosen = name.length > 1 && parser.is('^') ? combination(parser, name) : undefined
  if (chosen) return chosen
  if (name === 'e') return { t: 'constant', name: 'e' }
  if (name === 'i') return { t: 'constant', name: 'i' }
  if (
    parser.is('(') &&
    !parser.peek()!.spaced &&
    (FUNCTION_LETTERS.test(letter) ||
      (relationAfterBracket(parser) && /^[A-Za-z]/.test(letter) && simpleArguments(parser)))
  ) {
    return { t: 'call', name, of: elements(bracket(parser)) }
  }
  return { t: 'symbol', name }
}

/** f^{-1}( */
function inverseFollows(parser: Parser): boolean {
  const texts = [0, 1, 2, 3, 4, 5].map((ahead) => parser.peek(ahead)?.text).join('')
  return texts.startsWith('^{-1}(') || texts.startsWith('^-1(')
}

/** C_5^2 and A_5^2, as combinations and permutations are written in China: 5 over 2, and 5 · 4. */
function combination(parser: Parser, name: string): Tree | undefined {
  const under = /^[AC]_(\d{1,4})$/.exec(name)
  const braced = parser.is('{', 1)
  const over = parser.peek(braced ? 2 : 1)
  if (!under || over?.k !== 'number' || !/^\d{1,4}$/.test(over.text) || (braced && !parser.is('}', 3))) return undefined
  if (Number(over.text) > Number(under[1])) return undefined
  parser.skip(braced ? 4 : 2)
  const whole = (text: string): Tree => ({ t: 'number', value: { n: BigInt(text), d: 1n } })
  const chosen: Tree = { t: 'call', name: 'binomial', of: [whole(under[1]!), whole(over.text)] }
  return name.startsWith('C') ? chosen : times(chosen, { t: 'call', name: 'factorial', of: [whole(over.text)] })
}

/** Subscript and primes as part of a name: x_{12}, a_n, f'. */
export function subscript(parser: Parser): string {
  let name = ''
  for (;;) {
    if (parser.take("'")) {
      name += "'"
      continue
    }
    if (!parser.is('_')) return name
    parser.next()
    name += '_'
    if (parser.take('{')) {
      let depth = 1
      while (depth > 0) {
        const token = parser.next()
        if (token.k === 'op' && token.text === '{') depth++
        else if (token.k === 'op' && token.text === '}') {
          if (--depth === 0) break
        }
        name += token.text
      }
    } else name += parser.next().text
  }
}

/** Whether a relation stands right after the bracket that opens here: S(n) = … names a function. */
export function relationAfterBracket(parser: Parser): boolean {
  let depth = 0
  for (let k = 0; k < 40; k++) {
    const token = parser.peek(k)
    if (!token) return false
    if (token.k !== 'op') continue
    if (token.text === '(') depth++
    else if (token.text === ')' && --depth === 0) {
      const after = parser.peek(k + 1)
      return after?.k === 'op' && /^(?:[=<>~]|<=|>=|!=)$/.test(after.text)
    }
  }
  return false
}

function simpleArguments(parser: Parser): boolean {
  for (let k = 1; k < 12; k++) {
    const token = parser.peek(k)
    if (!token) return false
    if (token.k === 'op' && token.text === ')') return true
    if (token.k !== 'letter' && token.k !== 'number' && !(token.k === 'op' && token.text === ',')) return false
  }
  return false
}
