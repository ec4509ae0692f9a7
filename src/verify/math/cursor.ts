// A place in a list of tokens, with bounds on how deep and how long what is read may become.

import type { Token } from './token.js'
import { Unreadable } from './tree.js'

const MAX_DEPTH = 150
/** Left-to-right operators that each wrap what stands before them: a/b/c/d. */
const MAX_LINKS = 400

export class Cursor {
  protected at = 0
  private depth = 0
  private links = 0
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

  skip(count: number): void {
    this.at += count
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

  /** Changes the tokens from here to a place before the end, for a notation that the parser reads more simply. */
  rewrite(count: number, change: (tokens: Token[]) => Token[]): void {
    this.list.splice(this.at, count, ...change(this.list.slice(this.at, this.at + count)))
  }

  /** Counts what makes a tree higher without nesting in the text. */
  protected link(): void {
    if (++this.links > MAX_LINKS) throw new Unreadable('too many operators in a row')
  }

  deeper<T>(work: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new Unreadable('nested too deep')
    const result = work()
    this.depth--
    return result
  }
}
