// The tightest things an answer is made of: numbers, names, fractions, roots, functions, brackets, matrices.

import { aligned, cases, isAligned, isCases } from './environments.js'
import { call, matrix, range } from './functions.js'
import { FUNCTIONS } from './latex.js'
import type { Parser } from './parse.js'
import { multiply, ONE, power, rational } from './rational.js'
import { set } from './sets.js'
import { table } from './table.js'
import type { Token } from './tokens.js'
import { elements, type Tree, times, Unreadable } from './tree.js'

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
/** Letters that a bracket right behind them makes a function: f(x). Others multiply, unless a relation follows. */
const FUNCTION_LETTERS = /^[fgFGW]$/

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

function numberAtom(parser: Parser, token: Token & { k: 'number' }): Tree {
  const point = token.text.indexOf('.')
  const digits = token.text.replace('.', '')
  if (digits.length > 5000) throw new Unreadable('a number of more than 5,000 digits')
  const places = point < 0 ? 0 : token.text.length - point - 1
  let value = rational(BigInt(digits || '0'), 10n ** BigInt(places))!
  if (token.repeating) {
    const nines = 10n ** BigInt(token.repeating.length) - 1n
    const part = rational(BigInt(token.repeating), nines * 10n ** BigInt(places))!
    value = rational(value.n * part.d + part.n * value.d, value.d * part.d)!
    return { t: 'number', value }
  }
  if (token.exponent !== undefined) value = multiply(value, power({ n: 10n, d: 1n }, BigInt(token.exponent)) ?? ONE)
  if (point < 0 && token.exponent === undefined && parser.is('_')) {
    const base = baseAfter(parser)
    if (base) return { t: 'numeral', digits: digits.replace(/^0+(?=.)/, ''), base }
  }
  if (point < 0 && token.exponent === undefined) return { t: 'number', value }
  const significant = digits.replace(/^0+/, '').length
  return {
    t: 'number',
    value,
    places: Math.max(0, places - (token.exponent ?? 0)),
    digits: significant,
    ...(token.cut && { cut: true }),
  }
}

const BASES = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')

/** _6, _{6}, _{(6)} and _{\text{six}}: a whole number from 2 to 36. */
function baseAfter(parser: Parser): number | undefined {
  let ahead = 1
  const open: string[] = []
  while (parser.is('{', ahead) || parser.is('(', ahead)) open.push(parser.peek(ahead++)!.text)
  const base = parser.peek(ahead++)
  const value =
    base?.k === 'number' && /^\d{1,2}$/.test(base.text)
      ? Number(base.text)
      : base?.k === 'text' || base?.k === 'word'
        ? BASES.indexOf(base.text.toLowerCase())
        : 0
  if (value < 2 || value > 36) return undefined
  for (const bracket of open.reverse()) if (!parser.is(bracket === '{' ? '}' : ')', ahead++)) return undefined
  parser.skip(ahead)
  return value
}

function letterAtom(parser: Parser, letter: string): Tree {
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
function subscript(parser: Parser): string {
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
function relationAfterBracket(parser: Parser): boolean {
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

function bracket(parser: Parser): Tree {
  return opened(parser, parser.next().text)
}

function opened(parser: Parser, open: string): Tree {
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

function commandAtom(parser: Parser, name: string): Tree {
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
