// TypeScript as coloured HTML: one pass over the text, enough for reading.
import { escapeHtml } from './ansi.js'

const keywords =
  'abstract any as asserts async await break case catch class const continue debugger declare default delete do else enum export extends false finally for from function get if implements import in infer instanceof interface is keyof let namespace never new null of override private protected public readonly return satisfies set static string number boolean super switch symbol this throw true try type typeof undefined unknown using var void while with yield'

const isKeyword = new Set(keywords.split(' '))

const token =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:\\[\s\S]|[^'\\\n])*'?|"(?:\\[\s\S]|[^"\\\n])*"?|`(?:\\[\s\S]|[^`\\])*`?)|(?<number>\b(?:0[xob][\da-f_]+|\d[\d_]*(?:\.[\d_]+)?(?:e[+-]?\d+)?)n?\b)|(?<magic>^%[^\n]*)|(?<word>[\p{ID_Start}$_][\p{ID_Continue}$]*)|(?<slash>\/)|(?<other>[\s\S])/giuy

/** TypeScript (or JavaScript) source as HTML with spans of class `t-keyword`, `t-string`, `t-comment`, `t-number`, `t-call`. */
export function highlight(source: string): string {
  let html = ''
  // Whether a slash would divide (after a value) or begin a regular expression.
  let afterValue = false
  token.lastIndex = 0
  while (token.lastIndex < source.length) {
    const at = token.lastIndex
    const found = token.exec(source)?.groups
    if (!found) break
    const { comment, string, number, magic, word, slash, other } = found
    if (comment) html += mark('comment', comment)
    else if (magic && (at === 0 || source[at - 1] === '\n')) html += mark('keyword', magic)
    else if (string || number) {
      html += mark(string ? 'string' : 'number', (string ?? number)!)
      afterValue = true
    } else if (word) {
      const called = /^\s*(?:<[\w\s,.[\]|]*>)?\(/.test(source.slice(token.lastIndex, token.lastIndex + 80))
      const member = source[at - 1] === '.'
      html += isKeyword.has(word) && !member ? mark('keyword', word) : called ? mark('call', word) : escapeHtml(word)
      afterValue = member || !isKeyword.has(word) || /^(this|super|true|false|null|undefined)$/.test(word)
    } else if (slash) {
      const pattern: RegExp | undefined = afterValue
        ? undefined
        : /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y
      if (pattern) pattern.lastIndex = at
      const regular: string | undefined = pattern?.exec(source)?.[0]
      if (regular) token.lastIndex = at + regular.length
      html += regular ? mark('string', regular) : '/'
      afterValue = regular !== undefined
    } else {
      const text = magic ?? other ?? ''
      html += escapeHtml(text)
      if (/\S/.test(text)) afterValue = text === ')' || text === ']' || text === '}'
    }
  }
  return html
}

function mark(kind: string, text: string): string {
  return `<span class="t-${kind}">${escapeHtml(text)}</span>`
}
