// Text → tokens: LaTeX, plain text and mathematics in one stream.

import { numberAt } from './digits.js'
import { COMMANDS, commandIn, DECORATION, FUNCTIONS, GREEK, group, SPLICED, TEXTUAL } from './latex.js'
import { table } from './table.js'
import { type Token, TokenList } from './token.js'
import { Unreadable } from './tree.js'

/** One reading of commas: separators everywhere, or "1,234" as one number at the top level. */
export interface LexOptions {
  /** false: "1,234" at the top level is two numbers. */
  thousands: boolean
}

/** Set where the text held a comma that could be either. */
export interface LexNotes {
  ambiguous: boolean
}

const isDigit = (c: number) => c >= 48 && c <= 57
const isLetter = (c: number) => (c >= 65 && c <= 90) || (c >= 97 && c <= 122)
/** 1,234} */
const ALONE = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?\}/
/** {i}, {\imath}, {\mathbf{i}} */
const UNIT_VECTOR =
  /^\s*\{?\s*(?:\\(?:mathbf|boldsymbol|vec|hat|bm|mathit)\s*\{?)?\s*\\?([ijk])(?:math)?\s*\}{0,2}(?![a-zA-Z])/
const MAX_NESTING = 60

const CURRENCIES = table<string>({
  '€': 'euro',
  '£': 'pound sterling',
  '¥': '¥',
  '₹': 'rupee',
  '₩': 'won',
  '¢': 'cent',
})
const CURRENCY_WORD = /^(?:USD|EUR|GBP|JPY|INR|CNY|RMB|Rs|INR)$/

export function tokens(source: string, options: LexOptions, notes: LexNotes): Token[] {
  const out: Token[] = []
  new Lexer(source, 0, options, notes, out).run()
  return out
}

class Lexer extends TokenList {
  private at = 0
  private depth = 0

  constructor(
    private readonly source: string,
    private readonly nesting: number,
    private readonly options: LexOptions,
    private readonly notes: LexNotes,
    out: Token[],
  ) {
    super(out)
    if (nesting > MAX_NESTING) throw new Unreadable('nested too deep')
  }

  run(): void {
    const { source } = this
    while (this.at < source.length) {
      const code = source.charCodeAt(this.at)
      if (code === 32 || code === 10 || code === 9 || code === 13 || code === 126) {
        this.spaced = true
        this.at++
      } else if (isDigit(code) || (code === 46 && isDigit(source.charCodeAt(this.at + 1)))) this.number()
      else if (isLetter(code)) {
        const start = this.at
        while (this.at < source.length && isLetter(source.charCodeAt(this.at))) this.at++
        this.letters(source.slice(start, this.at))
      } else if (code === 92) this.backslash()
      else this.character(source[this.at++]!)
    }
  }

  /** The same stream, from inside a group. */
  private inner(text: string, deeper = 1): undefined {
    new Lexer(text, this.nesting + deeper, this.options, this.notes, this.out).run()
  }

  private character(c: string): undefined {
    const follows = this.source[this.at]
    switch (c) {
      case '$':
      case '"':
      case '`':
        return
      case '€':
      case '£':
      case '¥':
      case '₹':
      case '₩':
      case '¢':
        return this.push({ k: 'currency', text: CURRENCIES[c]! })
      case '(':
      case '[':
      case '{':
        this.depth++
        return this.op(c)
      case ')':
      case ']':
      case '}':
        this.depth--
        return this.op(c)
      case '<':
      case '>':
        if (follows === '=') this.at++
        return this.op(follows === '=' ? `${c}=` : c)
      case '=':
        if (follows === '=' || follows === '<') this.at++
        return this.op(follows === '<' ? '<=' : '=')
      case '!':
        if (follows !== '=' || this.source[this.at + 1] === '=') return this.op('!')
        this.at++
        return this.op('!=')
      case '*':
        if (follows !== '*') return this.op('*')
        this.at++
        return this.op('^')
      case '.':
        // A point that belongs to no number ends a sentence; three of them are an ellipsis.
        if (!this.source.startsWith('..', this.at)) return
        this.at += 2
        return this.command('dots')
    }
    if ("+-/^_|,;:'%&".includes(c)) return this.op(c)
    if (c.charCodeAt(0) < 128) throw new Unreadable(`the character ${c}`)
    const text = /^[^\0-\x7f]+/.exec(this.source.slice(this.at - 1, this.at + 400))![0]
    this.at += text.length - 1
    if (/^(?:和|或|或者|与|及|以及|且|并且)$/.test(text)) return this.joined(text)
    this.push({ k: 'text', text })
  }

  private number(): void {
    const { source, at, out } = this
    const before = out[out.length - 1]
    const top = this.depth + this.nesting === 0 || this.alone()
    const found = numberAt(source, at, {
      top,
      thousands: this.options.thousands,
      ambiguous: () => {
        this.notes.ambiguous = true
      },
    })
    this.at = found.end
    // 3 x 10^8
    if (before?.k === 'letter' && before.text === 'x' && this.spaced && before.spaced && found.text === '10') {
      if (out[out.length - 2]?.k === 'number' && source[found.end] === '^') {
        out.pop()
        this.op('*')
      }
    }
    const { end: _, ...written } = found
    this.push({ k: 'number', ...written })
  }

  /** Whether the number here fills a pair of braces, as in \\frac{1,234}{5}. */
  private alone(): boolean {
    const { source, at } = this
    return source[at - 1] === '{' && source[at - 2] !== '\\' && ALONE.test(source.slice(at, at + 40))
  }

  private letters(run: string): undefined {
    if (run.length === 1) return run === 'U' && this.unites() ? this.command('cup') : this.letter(run)
    const lower = run.toLowerCase()
    if (lower === 'and' || lower === 'or') return this.joined(lower)
    if (run === 'to' && this.spaced) return this.op('to')
    if (/^[dtc]?frac$/.test(run) && this.source[this.at] === '{') return this.command('frac')
    const joined = /^(?:or|and)([A-Z])$/.exec(run)
    const before = this.out[this.out.length - 1]
    if (joined && !this.spaced && (before?.k === 'number' || (before?.k === 'op' && before.text === ')'))) {
      this.joined(run)
      return this.letter(joined[1]!)
    }
    if (run === 'deg' && before?.k === 'number') return this.op('°')
    // 30 min is half an hour; min(2, 3) is 2.
    if (run === 'min' && before?.k === 'number' && !/^\s*[({_\\]/.test(this.source.slice(this.at, this.at + 4)))
      return this.push({ k: 'word', text: run })
    if (FUNCTIONS.has(run)) return this.command(run)
    if (lower === 'pi') return this.command('pi')
    if (/^(?:inf|infinity|infty|oo)$/.test(lower)) return this.command('infty')
    if (/^(?:percent|pct|percentage)$/.test(lower)) return this.op('%')
    if (GREEK.has(run)) return this.letter(`\\${run}`)
    if (CURRENCY_WORD.test(run) && /^\.?\s*\d/.test(this.source.slice(this.at, this.at + 4)))
      return this.push({ k: 'currency', text: run === 'Rs' ? 'rupee' : run })
    const call = /^(sqrt|sin|cos|tan|ln|log|pi)([a-z])$/.exec(run)
    if (!call) return this.push({ k: 'word', text: run })
    this.command(call[1]!)
    this.letter(call[2]!)
  }

  /** Whether a capital U stands between two sets. */
  private unites(): boolean {
    const before = this.out[this.out.length - 1]
    return (
      before?.k === 'op' &&
      /^(?:[)\]]|\}set)$/.test(before.text) &&
      /^\s*(?:\\left\s*)?(?:[([]|\\\{)/.test(this.source.slice(this.at, this.at + 10))
    )
  }

  private backslash(): void {
    const next = this.source[this.at + 1]
    if (next === undefined) this.at++
    else if (!isLetter(next.charCodeAt(0))) this.symbol(next)
    else {
      let end = this.at + 2
      while (end < this.source.length && isLetter(this.source.charCodeAt(end))) end++
      const name = commandIn(this.source.slice(this.at + 1, end))
      this.at += 1 + name.length
      this.named(name)
    }
  }

  /** A backslash and one sign. */
  private symbol(sign: string): void {
    this.at += 2
    if (sign === '\\') {
      this.op('\\\\')
      // \\[4pt] is a row's spacing.
      const gap = /^\s*\[-?[\d.]+\s*[a-z]{2}\]/.exec(this.source.slice(this.at, this.at + 20))
      if (gap) this.at += gap[0].length
    } else if (sign === '{' || sign === '}') this.op(sign === '{' ? 'set{' : '}set')
    else if (sign === '%' || sign === '|' || sign === '&') this.op(sign)
    else if (sign === '$') this.push({ k: 'currency', text: 'dollar' })
    else if (sign !== '!') this.spaced = true
  }

  private named(name: string): undefined {
    if (DECORATION.has(name)) {
      this.spaced = true
      // `\left.` and `\right.` are brackets that are not drawn.
      if ((name === 'right' || name === 'left') && this.source[this.at] === '.') this.at++
      if (/^(?:hspace|tag|label|phantom|color)$/.test(name)) this.argument()
      return
    }
    if (name === 'begin' || name === 'end') {
      const environment = this.argument()
      if (environment === undefined) throw new Unreadable(`\\${name} without a name`)
      this.push({ k: name, text: environment.replace('*', '').trim() })
      if (name === 'begin' && /^(?:array|tabular)/.test(environment)) this.argument()
      return
    }
    if (name === 'mathbb' || name === 'Bbb') {
      const letter = this.argument()?.trim()
      if (letter && /^[RZNQC]$/.test(letter)) this.command(`set${letter}`)
      return
    }
    if (/^(?:mathbf|boldsymbol|bm|bold|vec|hat|widehat|overrightarrow)$/.test(name)) {
      const unit = UNIT_VECTOR.exec(this.source.slice(this.at, this.at + 40))
      if (unit) {
        this.at += unit[0].length
        return this.letter(`\\unit-${unit[1]}`)
      }
    }
    if (name === 'imath' || name === 'jmath') return this.letter(name[0]!)
    if (SPLICED.has(name)) {
      const text = this.argument()
      if (text === undefined) return
      this.op('{')
      this.inner(text, name === 'boxed' || name === 'fbox' ? 0 : 1)
      return this.op('}')
    }
    if (TEXTUAL.has(name)) {
      const text = this.argument()
      return text === undefined ? undefined : this.textual(text)
    }
    if (name === 'land' || name === 'wedge') return this.joined('∧')
    if (name === 'lor' || name === 'vee') return this.joined('∨')
    const operator = COMMANDS[name]
    if (operator) this.op(operator)
    else if (GREEK.has(name)) this.letter(`\\${name.replace(/^var/, '')}`)
    else this.command(name)
  }

  private argument(): string | undefined {
    const found = group(this.source, this.at)
    if (!found) return undefined
    this.at = found.end
    return found.text
  }

  /** What \text{…} holds: a separator, a function's name, mathematics in roman type, or words. */
  private textual(text: string): undefined {
    const trimmed = text.replace(/\\[ ,;!]|~/g, ' ').trim()
    if (trimmed === '') return
    if (/^,?\s*(?:and|or|и|или|或|或者|和|且|并且|et)\s*,?$/i.test(trimmed)) return this.joined(trimmed)
    if (trimmed === ',' || trimmed === ';') return this.op(',')
    if (/^(?:%|percent|pct)$/i.test(trimmed)) return this.op('%')
    if (trimmed === 'to') return this.op('to')
    if (trimmed === '\\$') return this.push({ k: 'currency', text: 'dollar' })
    const amount = this.out[this.out.length - 1]?.k === 'number' && trimmed === 'min'
    if (FUNCTIONS.has(trimmed) && !amount) return this.command(trimmed)
    if (/^[A-Za-z]$/.test(trimmed)) {
      // After a number a single roman letter is a unit: 5\text{ m}, 3\,\mathrm{s}; e and i are constants.
      const before = this.out[this.out.length - 1]
      const after = before?.k === 'number' || (before?.k === 'op' && /^[})]$/.test(before.text))
      return this.push({ k: after && /^[mgshLVJNWAK]$/.test(trimmed) ? 'text' : 'letter', text: trimmed })
    }
    const letters = trimmed.replace(/^both\s+/, '').replace(/\(([A-J])\)/g, '$1')
    if (/^[A-Z](?:\s*(?:,|and|or|&)\s*[A-Z])+$/.test(letters)) return this.inner(letters.replace('&', ','))
    const digits = /^[-\d.,\s+*/^_{}()[\]\\]*\d[-\d.,\s+*/^_{}()[\]\\]*$/.test(trimmed)
    if (digits || /\\(?:frac|sqrt|pi|infty)/.test(trimmed)) return this.inner(trimmed)
    // \text{hour and } 15\text{ minutes}
    const joined = /^(.*\S)\s+(and|or)$/i.exec(trimmed)
    this.push({ k: 'text', text: joined ? joined[1]! : trimmed })
    if (joined) this.joined(joined[2]!)
  }
}
