// TypeScript as pieces to colour: one pass over the text, enough for reading.
import { escapeHtml } from './ansi.js'

const keywords =
  'abstract any as asserts async await break case catch class const continue debugger declare default delete do else enum export extends false finally for from function get if implements import in infer instanceof interface is keyof let namespace never new null of override private protected public readonly return satisfies set static string number boolean super switch symbol this throw true try type typeof undefined unknown using var void while with yield'

const isKeyword = new Set(keywords.split(' '))

const token =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:\\[\s\S]|[^'\\\n])*'?|"(?:\\[\s\S]|[^"\\\n])*"?|`(?:\\[\s\S]|[^`\\])*`?)|(?<number>\b(?:0[xob][\da-f_]+|\d[\d_]*(?:\.[\d_]+)?(?:e[+-]?\d+)?)n?\b)|(?<magic>^%[^\n]*)|(?<word>[\p{ID_Start}$_][\p{ID_Continue}$]*)|(?<slash>\/)|(?<other>[\s\S])/giuy

export type Kind = 'keyword' | 'string' | 'comment' | 'number' | 'call'

/** A piece of source; without a kind it has the colour of plain text. */
export interface Piece {
  text: string
  kind?: Kind
}

/** TypeScript (or JavaScript) source in pieces; together they are the source. */
export function* pieces(source: string): Generator<Piece> {
  // Whether a slash would divide (after a value) or begin a regular expression.
  let afterValue = false
  token.lastIndex = 0
  for (let next = 0; next < source.length; ) {
    const at = next
    token.lastIndex = at
    const found = token.exec(source)?.groups
    if (!found) break
    next = token.lastIndex
    const { comment, string, number, magic, word, slash, other } = found
    if (comment) yield { kind: 'comment', text: comment }
    else if (magic && (at === 0 || source[at - 1] === '\n')) yield { kind: 'keyword', text: magic }
    else if (string || number) {
      yield { kind: string ? 'string' : 'number', text: (string ?? number)! }
      afterValue = true
    } else if (word) {
      const called = /^\s*(?:<[\w\s,.[\]|]*>)?\(/.test(source.slice(next, next + 80))
      const member = source[at - 1] === '.'
      if (isKeyword.has(word) && !member) yield { kind: 'keyword', text: word }
      else yield called ? { kind: 'call', text: word } : { text: word }
      afterValue = member || !isKeyword.has(word) || /^(this|super|true|false|null|undefined)$/.test(word)
    } else if (slash) {
      const pattern: RegExp | undefined = afterValue
        ? undefined
        : /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y
      if (pattern) pattern.lastIndex = at
      const regular: string | undefined = pattern?.exec(source)?.[0]
      if (regular) next = at + regular.length
      yield regular ? { kind: 'string', text: regular } : { text: '/' }
      afterValue = regular !== undefined
    } else {
      const text = magic ?? other ?? ''
      yield { text }
      if (/\S/.test(text)) afterValue = text === ')' || text === ']' || text === '}'
    }
  }
}

/** TypeScript (or JavaScript) source as HTML with spans of class `t-keyword`, `t-string`, `t-comment`, `t-number`, `t-call`. */
export function highlight(source: string): string {
  let html = ''
  for (const { kind, text } of pieces(source))
    html += kind ? `<span class="t-${kind}">${escapeHtml(text)}</span>` : escapeHtml(text)
  return html
}
