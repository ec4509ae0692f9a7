// Tokens → tree. Precedence from loose to tight: separators, relations, sets, ratio, sum, product, sign, power.

import { atom } from './atoms.js'
import { add, rational } from './rational.js'
import { type LexNotes, type LexOptions, type Token, tokens } from './tokens.js'
import { negated, type Relation, times, type Tree, Unreadable } from './tree.js'
import { readUnit } from './words.js'

const MAX_DEPTH = 150
const RELATIONS: Record<string, Relation> = { '=': '=', '<': '<', '<=': '<=', '>': '>', '>=': '>=', '!=': '!=', '~': '~' }
const STARTS = /^(?:[({|[⟨]|set\{)$/

/** Reads one answer. Throws Unreadable, and nothing else. */
export function parse(source: string, options: LexOptions, notes: LexNotes): Tree {
  const parser = new Parser(tokens(source, options, notes))
  const tree = parser.separated(true)
  if (parser.peek()) throw new Unreadable(`${parser.peek()!.text} where an end was expected`)
  return tree
}

export class Parser {
  private at = 0
  private depth = 0
  /** How many | are open: a | then closes and does not multiply. */
  bars = 0

  constructor(private readonly list: Token[]) {}

  peek(ahead = 0): Token | undefined {
    return this.list[this.at + ahead]
  }

  next(): Token {
    const token = this.list[this.at++]
    if (!token) throw new Unreadable('an end in the middle')
    return token
  }

  /** Puts what is left of a token back: \frac12 takes one digit at a time. */
  putBack(token: Token): void {
    this.list[--this.at] = token
  }

  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token?.k === 'op' && token.text === text
  }

  command(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token?.k === 'command' && token.text === text
  }

  take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }

  expect(text: string): void {
    if (!this.take(text)) throw new Unreadable(`${text} expected`)
  }

  deeper<T>(work: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new Unreadable('nested too deep')
    const result = work()
    this.depth--
    return result
  }

  /** Items between , and ; up to a closing bracket or the end. `a,b;c,d` is a list of tuples. */
  separated(top = false): Tree {
    const groups: Tree[][] = [[]]
    let semicolons = 0
    let commas = 0
    for (;;) {
      while (this.is(',') || this.is(';')) {
        if (this.next().text === ';') {
          semicolons++
          if (groups[groups.length - 1]!.length) groups.push([])
        } else commas++
      }
      const token = this.peek()
      if (!token || this.closes(token)) break
      groups[groups.length - 1]!.push(this.deeper(() => this.relation()))
      if (!this.is(',') && !this.is(';')) break
    }
    const filled = groups.filter((group) => group.length)
    if (filled.length === 0) throw new Unreadable('nothing')
    if (top && semicolons && commas && filled.length > 1 && filled.every((group) => group.length > 1)) {
      return { t: 'list', of: filled.map((of) => ({ t: 'tuple', open: '(', close: ')', of })) }
    }
    const items = filled.flat()
    if (items.length === 1) return items[0]!
    // A named list, n = 1, 2, 3: the name belongs to all of it.
    return { t: 'list', of: items }
  }

  private closes(token: Token): boolean {
    return token.k === 'end' || (token.k === 'op' && /^(?:[)\]}&⟩]|\}set|\\\\)$/.test(token.text)) || (token.k === 'op' && token.text === '|' && this.bars > 0)
  }

  relation(): Tree {
    const of = [this.sets()]
    const operators: Relation[] = []
    for (;;) {
      const token = this.peek()
      if (token?.k === 'op' && RELATIONS[token.text]) operators.push(RELATIONS[token.text]!)
      else if (token?.k === 'command' && token.text === 'in') operators.push('in')
      else if (token?.k === 'command' && token.text === 'equiv') operators.push('=')
      else break
      this.at++
      of.push(this.sets())
    }
    let tree: Tree = operators.length ? { t: 'relation', operators, of } : of[0]!
    if (this.command('pmod') || this.command('bmod') || this.command('mod') || this.command('pod')) {
      this.at++
      const modulus = this.sets()
      if (tree.t === 'relation') tree = { ...tree, of: [...tree.of.slice(0, -1), { t: 'residue', of: tree.of[tree.of.length - 1]!, modulus }] }
      else tree = { t: 'residue', of: tree, modulus }
    }
    return tree
  }

  private sets(): Tree {
    let left = this.ratio()
    for (;;) {
      const token = this.peek()
      const kind = token?.k === 'command' ? ({ cup: 'union', cap: 'intersection', setminus: 'without', backslash: 'without' } as const)[token.text] : undefined
      if (!kind) return left
      this.at++
      const right = this.ratio()
      left = left.t === kind && kind !== 'without' ? { t: kind, of: [...left.of, right] } : { t: kind, of: [left, right] }
    }
  }

  private ratio(): Tree {
    const first = this.sum()
    if (!this.is(':')) return first
    const of = [first]
    while (this.take(':')) of.push(this.sum())
    return { t: 'ratio', of }
  }

  sum(): Tree {
    let terms: Tree[] = []
    let sign = ''
    const token = this.peek()
    if (token?.k === 'op' && /^[-+±∓]$/.test(token.text)) {
      this.at++
      sign = token.text
    }
    const first = this.product()
    if (sign === '±' || sign === '∓') terms.push({ t: 'either', left: undefined, right: first, sign: sign === '±' ? 1 : -1 })
    else terms.push(sign === '-' ? negated(first) : first)
    for (;;) {
      const operator = this.peek()
      if (operator?.k !== 'op' || !/^[-+±∓]$/.test(operator.text)) break
      this.at++
      const right = this.product()
      if (operator.text === '+') terms.push(right)
      else if (operator.text === '-') terms.push(negated(right))
      else {
        const left: Tree = terms.length === 1 ? terms[0]! : { t: 'sum', of: terms }
        terms = [{ t: 'either', left, right, sign: operator.text === '±' ? 1 : -1 }]
      }
    }
    return this.unit(terms.length === 1 ? terms[0]! : { t: 'sum', of: terms })
  }

  /** A sum with the words after it: 12 cm, 5 square metres, 3 hours. */
  private unit(tree: Tree): Tree {
    const token = this.peek()
    if (!token || (token.k !== 'text' && token.k !== 'word')) return tree
    let text = ''
    for (;;) {
      const part = this.peek()
      if (!part) break
      if (part.k === 'text' || part.k === 'word' || part.k === 'letter' || part.k === 'number') text += (part.spaced || part.k === 'text' ? ' ' : '') + part.text
      else if (part.k === 'op' && /^[/^{}\-().'*%!]$/.test(part.text) && !(part.text === '}' && !/\{[^}]*$/.test(text)) && !(part.text === ')' && !/\([^)]*$/.test(text))) text += part.text
      else break
      this.at++
    }
    text = text.trim()
    if (/^(?:degrees?|deg)\.?$/i.test(text)) return { t: 'degrees', of: tree }
    return { t: 'quantity', of: tree, unit: text }
  }

  product(): Tree {
    return this.deeper(() => {
      let left = this.signed()
      for (;;) {
        const token = this.peek()
        if (!token) return left
        if (token.k === 'op') {
          if (token.text === '*') {
            this.at++
            left = times(left, this.signed())
            continue
          }
          if (token.text === '/') {
            this.at++
            left = { t: 'quotient', over: left, under: this.signed() }
            continue
          }
          if (!STARTS.test(token.text) || (token.text === '|' && this.bars > 0) || token.text === 'set{') return left
          if ((token.text === '[' || token.text === '(') && left.t === 'either') return left
        } else if (token.k === 'number') {
          const mixed = this.mixed(left)
          if (!mixed) throw new Unreadable('two numbers side by side')
          left = mixed
          continue
        } else if (token.k === 'text' || token.k === 'end' || this.isUnit(token, left)) return left
        else if (token.k === 'command' && !this.multiplies(token.text)) return left
        const before = left
        const mixed = this.mixedFraction(before)
        if (mixed) {
          left = mixed
          continue
        }
        left = times(left, this.powered())
      }
    })
  }

  private multiplies(command: string): boolean {
    return !/^(?:in|cup|cap|setminus|backslash|pmod|bmod|mod|pod|equiv|rfloor|rceil|dots|ldots|cdots|to|rightarrow|Rightarrow|implies|iff|mapsto|forall|exists|subset|subseteq|therefore|because|par|parallel|perp|sim|cong)$/.test(command)
  }

  /** A word after a number that names a unit or counts things is no factor. */
  private isUnit(token: Token, left: Tree): boolean {
    if (token.k !== 'word') return false
    if (left.t === 'symbol' || left.t === 'word') return token.spaced && token.text.length > 3
    return readUnit(token.text) !== undefined || (token.spaced && token.text.length > 2 && /^[A-Za-z][a-z]+$/.test(token.text))
  }

  /** 2 3/4 */
  private mixed(left: Tree): Tree | undefined {
    const over = this.peek()
    const under = this.peek(2)
    if (left.t !== 'number' || left.value.d !== 1n || over?.k !== 'number' || !over.spaced || !this.is('/', 1) || under?.k !== 'number') return undefined
    if (/\D/.test(over.text + under.text)) return undefined
    const part = rational(BigInt(over.text), BigInt(under.text))
    if (!part || part.n >= part.d) return undefined
    this.at += 3
    return { t: 'number', value: add(left.value, part) }
  }

  /** 2\frac34: a whole number right before a proper fraction of whole numbers. */
  private mixedFraction(left: Tree): Tree | undefined {
    const token = this.peek()
    if (left.t !== 'number' || left.value.d !== 1n || left.places !== undefined || token?.k !== 'command' || !/^[dtc]?frac$/.test(token.text)) return undefined
    const before = this.peek(-1)
    if (before?.k !== 'number' && !(before?.k === 'op' && before.text === '}')) return undefined
    const fraction = this.powered()
    if (fraction.t === 'quotient' && fraction.over.t === 'number' && fraction.under.t === 'number') {
      const part = rational(fraction.over.value.n * fraction.under.value.d, fraction.over.value.d * fraction.under.value.n)
      if (part && part.n > 0n && part.n < part.d && left.value.n > 0n) return { t: 'number', value: add(left.value, part) }
    }
    return times(left, fraction)
  }

  private signed(): Tree {
    if (this.take('-')) return this.deeper(() => negated(this.signed()))
    if (this.take('+')) return this.deeper(() => this.signed())
    return this.powered()
  }

  /** An atom with what is written behind it: power, factorial, percent, degrees. */
  powered(): Tree {
    return this.deeper(() => {
      let tree = atom(this)
      for (;;) {
        if (this.take('^')) {
          if (this.degreeSign()) {
            tree = { t: 'degrees', of: tree }
            continue
          }
          tree = { t: 'power', base: tree, exponent: this.exponent() }
        } else if (this.take('∘') || this.take('°')) tree = { t: 'degrees', of: tree }
        else if (this.take('%')) tree = { t: 'percent', of: tree }
        else if (this.is('!')) {
          this.at++
          tree = { t: 'call', name: this.take('!') ? 'double-factorial' : 'factorial', of: [tree] }
        } else return tree
      }
    })
  }

  private degreeSign(): boolean {
    if (this.is('∘') || this.is('°')) {
      this.at++
      return true
    }
    if (this.is('{') && (this.is('∘', 1) || this.is('°', 1)) && this.is('}', 2)) {
      this.at += 3
      return true
    }
    return false
  }

  /** After ^: a group, a sign with a number, or one atom. */
  exponent(): Tree {
    if (this.take('-')) return negated(this.exponent())
    if (this.take('+')) return this.exponent()
    return this.argument()
  }

  /** A group in braces, or the one digit or letter that LaTeX takes without them. */
  argument(): Tree {
    return this.deeper(() => {
      const token = this.peek()
      if (token?.k === 'number' && !token.repeating && token.exponent === undefined && token.text.length > 1 && !token.spaced && /^\d+$/.test(token.text) && this.peek(-1)?.k === 'command') {
        this.at++
        this.putBack({ ...token, text: token.text.slice(1), spaced: false })
        return { t: 'number', value: { n: BigInt(token.text[0]!), d: 1n } }
      }
      if (token?.k === 'op' && token.text === '-') return this.signed()
      return atom(this)
    })
  }
}
