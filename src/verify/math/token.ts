// What a text is made of, and the list into which a lexer puts it.

import { type Join, Unreadable } from './tree.js'

export type Token = { spaced: boolean } & (
  | { k: 'number'; text: string; repeating?: string; exponent?: number; cut?: boolean }
  /** $, €: a sign beside an amount; \`text\` is the name of its unit. */
  | { k: 'currency'; text: string }
  | { k: 'letter'; text: string }
  | { k: 'word'; text: string }
  | { k: 'text'; text: string }
  | { k: 'command'; text: string }
  | { k: 'begin' | 'end'; text: string }
  /** One of + - * / ^ _ = < > <= >= != ~ ( ) [ ] { } ⟨ ⟩ set{ }set | , ; : ! ' % & \\ ± ∓ ° */
  /** `join`: a comma that was written as a word or as ∧, ∨. */
  | { k: 'op'; text: string; join?: Join }
)

const MAX_TOKENS = 20_000

export class TokenList {
  /** White space stands before the token that comes next. */
  protected spaced = false

  constructor(protected readonly out: Token[]) {}

  protected push(token: {
    k: Token['k']
    text: string
    repeating?: string
    exponent?: number
    cut?: boolean
    join?: Join
  }): undefined {
    if (this.out.length >= MAX_TOKENS) throw new Unreadable('too long')
    this.out.push({ ...token, spaced: this.spaced } as Token)
    this.spaced = false
  }

  protected op(text: string): undefined {
    this.push({ k: 'op', text })
  }

  /** A separator that is a word: or, and, 或, 且. */
  protected joined(word: string): undefined {
    const join = /^,?\s*(?:or|или|或|∨)/i.test(word) ? 'or' : /[且∧]/.test(word) ? 'both' : 'and'
    this.push({ k: 'op', text: ',', join })
  }

  protected letter(text: string): undefined {
    this.push({ k: 'letter', text })
  }

  protected command(text: string): undefined {
    this.push({ k: 'command', text })
  }
}
