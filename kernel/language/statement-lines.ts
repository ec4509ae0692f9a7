// The lines of a cell at which a statement may begin, found without a parser.

const KEYWORD = /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|instanceof|await|yield)$/

/**
 * Indexes of the lines that begin outside of brackets, texts, templates and comments. The text of a
 * line that begins with % is not looked into: it may be anything.
 */
export function statementLines(code: string): number[] {
  const lines: number[] = [0]
  // What is open: brackets, and `${` inside a template.
  const open: string[] = []
  let line = 0
  let at = 0
  /** The last character of code before this place that is no space. */
  let before = ''
  const startsMagic = () => open.length === 0 && /[ \t]*%[A-Za-z%]/y.test(code.slice(at, at + 60))
  const toLineEnd = () => {
    const end = code.indexOf('\n', at)
    at = end === -1 ? code.length : end
  }
  const template = () => {
    for (; at < code.length; at++) {
      if (code[at] === '\\') at += code[at + 1] === '\n' ? 0 : 1
      else if (code[at] === '\n') line += 1
      else if (code[at] === '`') {
        at += 1
        before = '`'
        return
      } else if (code.startsWith('${', at)) {
        open.push('${')
        at += 2
        before = '('
        return
      }
    }
  }
  if (startsMagic()) toLineEnd()
  while (at < code.length) {
    const character = code[at]!
    if (character === '\n') {
      line += 1
      at += 1
      if (open.length === 0) {
        lines.push(line)
        if (startsMagic()) toLineEnd()
      }
    } else if (code.startsWith('//', at)) toLineEnd()
    else if (code.startsWith('/*', at)) {
      const end = code.indexOf('*/', at + 2)
      const stop = end === -1 ? code.length : end + 2
      line += code.slice(at, stop).split('\n').length - 1
      at = stop
    } else if (character === '"' || character === "'") {
      at = skipText(code, at, character)
      before = character
    } else if (character === '`') {
      at += 1
      template()
    } else if (character === '/' && beginsPattern(code, at, before)) {
      at = skipPattern(code, at)
      before = '/'
    } else if (character === '}' && open.at(-1) === '${') {
      open.pop()
      at += 1
      template()
    } else {
      if ('([{'.includes(character)) open.push(character)
      else if (')]}'.includes(character)) open.pop()
      if (character.trim() !== '') before = character
      at += 1
    }
  }
  return lines
}

function skipText(code: string, start: number, quote: string): number {
  let at = start + 1
  while (at < code.length && code[at] !== quote && code[at] !== '\n') at += code[at] === '\\' ? 2 : 1
  return code[at] === quote ? at + 1 : at
}

function skipPattern(code: string, start: number): number {
  let inClass = false
  let at = start + 1
  for (; at < code.length && code[at] !== '\n'; at++) {
    if (code[at] === '\\') at += 1
    else if (code[at] === '[') inClass = true
    else if (code[at] === ']') inClass = false
    else if (code[at] === '/' && !inClass) return at + 1
  }
  return at
}

/** A slash divides behind a value, and begins a pattern behind all else. */
function beginsPattern(code: string, at: number, before: string): boolean {
  if (before === '') return true
  if (/[\w$]/.test(before)) return KEYWORD.test(code.slice(Math.max(0, at - 20), at).trimEnd())
  return !/[)\]}"'`/]/.test(before)
}
