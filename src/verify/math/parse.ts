// Tokens → tree. Precedence from loose to tight: separators, relations, sets, ratio, sum, product, sign, power.

import { amount, sumOfQuantities } from './amounts.js'
import { atom } from './atoms.js'
import { Cursor } from './cursor.js'
import { family } from './families.js'
import { CONDITION, isUnit, skipCondition, unit } from './said.js'
import { table } from './table.js'
import type { Token } from './token.js'
import { type LexNotes, type LexOptions, tokens } from './tokens.js'
import { type Join, negated, type Relation, type Tree, times, Unreadable } from './tree.js'
import { degreeSign, minutes, mixedFraction, mixedNumber, ordinalSign, temperature } from './written.js'

const RELATIONS = table<Relation>({
  '=': '=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '!=': '!=',
  '~': '~',
})
const STARTS = /^(?:[({|[⟨]|set\{)$/

/** Reads one answer. Throws Unreadable, and nothing else. */
export function parse(source: string, options: LexOptions, notes: LexNotes): Tree {
  const parser = new Parser(tokens(source, options, notes))
  const tree = parser.infix(parser.separated(true))
  if (parser.peek()) throw new Unreadable(`${parser.peek()!.text} where an end was expected`)
  return family(tree, parser.conditions)
}

export class Parser extends Cursor {
  /** What was said about when an answer holds: "k is an integer". */
  readonly conditions: string[] = []
  /** The currency sign met in the sum that is being read. */
  money: string | undefined
  /** Inside \\begin{cases} a condition is part of the answer. */
  keepConditions = false

  /** Items between , and ; up to a closing bracket or the end. `a,b;c,d` is a list of tuples. */
  separated(top = false): Tree {
    const groups: Tree[][] = [[]]
    let semicolons = 0
    let commas = 0
    let joined: Join | undefined
    for (;;) {
      while (this.is(',') || this.is(';')) {
        const separator = this.next()
        if (separator.k === 'op' && separator.join && joined !== 'or') joined = separator.join
        if (separator.text === ';') {
          semicolons++
          if (groups[groups.length - 1]!.length) groups.push([])
        } else commas++
      }
      const token = this.peek()
      if (!token || this.closes(token)) break
      if (
        (token.k === 'text' || token.k === 'word') &&
        CONDITION.test(token.text) &&
        groups.some((group) => group.length)
      ) {
        if (this.keepConditions) break
        skipCondition(this)
        continue
      }
      const group = groups[groups.length - 1]!
      const item = this.deeper(() => this.relation())
      const together = group.length && sumOfQuantities(group[group.length - 1]!, item)
      if (together) group[group.length - 1] = together
      else group.push(item)
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
    return { t: 'list', of: items, ...(joined && { joined }) }
  }

  private closes(token: Token): boolean {
    return (
      token.k === 'end' ||
      (token.k === 'op' && /^(?:[)\]}&⟩]|\}set|\\\\|such)$/.test(token.text)) ||
      (token.k === 'command' && (token.text === 'over' || token.text === 'choose')) ||
      (token.k === 'op' && token.text === '|' && this.bars > 0)
    )
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
      if (tree.t === 'relation')
        tree = { ...tree, of: [...tree.of.slice(0, -1), { t: 'residue', of: tree.of[tree.of.length - 1]!, modulus }] }
      else tree = { t: 'residue', of: tree, modulus }
    }
    return tree
  }

  private sets(): Tree {
    let left = this.ratio()
    for (;;) {
      const token = this.peek()
      const kind =
        token?.k === 'command'
          ? ({ cup: 'union', cap: 'intersection', setminus: 'without', backslash: 'without' } as const)[token.text]
          : undefined
      if (!kind) return left
      this.at++
      if (kind === 'without' || left.t !== kind) this.link()
      const right = this.ratio()
      left =
        left.t === kind && kind !== 'without' ? { t: kind, of: [...left.of, right] } : { t: kind, of: [left, right] }
    }
  }

  private ratio(): Tree {
    const first = this.sum()
    if (this.is('to')) {
      this.at++
      return { t: 'ratio', of: [first, this.sum()], words: true }
    }
    if (!this.is(':')) return first
    const of = [first]
    while (this.take(':')) of.push(this.sum())
    return { t: 'ratio', of }
  }

  /** a \over b and n \choose k, whose first part stands before them. */
  infix(left: Tree): Tree {
    const token = this.peek()
    if (token?.k !== 'command' || (token.text !== 'over' && token.text !== 'choose')) return left
    this.at++
    const right = this.separated()
    return token.text === 'over'
      ? { t: 'quotient', over: left, under: right }
      : { t: 'call', name: 'binomial', of: [left, right] }
  }

  sum(): Tree {
    const outer = this.money
    this.money = undefined
    const tree = this.terms()
    const paid = this.money === undefined ? tree : amount(tree, this.money)
    this.money = outer
    return paid
  }

  terms(): Tree {
    let terms: Tree[] = []
    let sign = ''
    const token = this.peek()
    if (token?.k === 'op' && /^[-+±∓]$/.test(token.text)) {
      this.at++
      sign = token.text
    }
    const first = this.product()
    if (sign === '±' || sign === '∓')
      terms.push({ t: 'either', left: undefined, right: first, sign: sign === '±' ? 1 : -1 })
    else terms.push(sign === '-' ? negated(first) : first)
    for (;;) {
      const operator = this.peek()
      if (operator?.k !== 'op' || !/^[-+±∓]$/.test(operator.text)) break
      this.at++
      const right = this.product()
      if (operator.text === '+') terms.push(right)
      else if (operator.text === '-') terms.push(negated(right))
      else {
        this.link()
        const left: Tree = terms.length === 1 ? terms[0]! : { t: 'sum', of: terms }
        terms = [{ t: 'either', left, right, sign: operator.text === '±' ? 1 : -1 }]
      }
    }
    return unit(this, terms.length === 1 ? terms[0]! : { t: 'sum', of: terms })
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
            this.link()
            left = { t: 'quotient', over: left, under: this.signed() }
            continue
          }
          if (!STARTS.test(token.text) || (token.text === '|' && this.bars > 0) || token.text === 'set{') return left
          if ((token.text === '[' || token.text === '(') && left.t === 'either') return left
        } else if (token.k === 'number') {
          const mixed = mixedNumber(this, left) ?? minutes(this, left)
          if (mixed) {
            left = mixed
            continue
          }
          if (!this.followable()) throw new Unreadable('two numbers side by side')
        } else if (token.k === 'text' || token.k === 'end' || token.k === 'currency' || isUnit(token, left)) return left
        else if (token.k === 'command' && !this.multiplies(token.text)) return left
        const before = left
        const mixed = mixedFraction(this, before)
        if (mixed) {
          left = mixed
          continue
        }
        left = times(left, this.powered())
      }
    })
  }

  /** Whether a number may be a factor here: behind }, ), !, π and i, and never behind another number. */
  private followable(): boolean {
    const before = this.peek(-1)
    if (before?.k === 'op') return /^[})!]$/.test(before.text)
    return (before?.k === 'command' && before.text === 'pi') || (before?.k === 'letter' && before.text === 'i')
  }

  private multiplies(command: string): boolean {
    return !/^(?:in|cup|cap|setminus|backslash|pmod|bmod|mod|pod|equiv|rfloor|rceil|dots|ldots|cdots|to|rightarrow|Rightarrow|implies|iff|mapsto|forall|exists|subset|subseteq|therefore|because|par|parallel|perp|sim|cong|over|choose|mapsto)$/.test(
      command,
    )
  }

  private signed(): Tree {
    const token = this.peek()
    if (token?.k === 'currency') {
      this.at++
      this.money = token.text
      return this.signed()
    }
    if (this.take('-')) return this.deeper(() => negated(this.signed()))
    if (this.take('+')) return this.deeper(() => this.signed())
    return this.powered()
  }

  atom(): Tree {
    return atom(this)
  }

  /** An atom with what is written behind it: power, factorial, percent, degrees. */
  powered(): Tree {
    return this.deeper(() => this.postfix(atom(this)))
  }

  /** What is written behind an atom. */
  postfix(tree: Tree): Tree {
    for (;;) {
      if (/^[\^∘°%!]$/.test(this.peek()?.text ?? '')) this.link()
      if (this.take('^')) {
        if (ordinalSign(this)) continue
        if (degreeSign(this)) {
          tree = temperature(this, tree) ?? { t: 'degrees', of: tree }
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
  }

  /** After ^: a group, a sign with a number, or one atom. */
  exponent(): Tree {
    if (this.take('-')) return negated(this.exponent())
    if (this.take('+')) return this.exponent()
    return this.argument()
  }

  /** A group in braces, or the one digit or letter that LaTeX takes without them. */
  argument(spaced = false): Tree {
    return this.deeper(() => {
      const token = this.peek()
      if (
        token?.k === 'number' &&
        !token.repeating &&
        token.exponent === undefined &&
        token.text.length > 1 &&
        (!token.spaced || spaced) &&
        /^\d+$/.test(token.text) &&
        this.peek(-1)?.k === 'command'
      ) {
        this.at++
        this.putBack({ ...token, text: token.text.slice(1), spaced: false })
        return { t: 'number', value: { n: BigInt(token.text[0]!), d: 1n } }
      }
      if (token?.k === 'op' && token.text === '-') return this.signed()
      return atom(this)
    })
  }
}
