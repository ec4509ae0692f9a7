// Editing without a screen: text, a cursor, and what each key does to them.

export interface Edit {
  text: string
  /** UTF-16 offset in the text. */
  at: number
}

/** A key as `node:readline` names it. */
export interface Key {
  name?: string
  sequence?: string
  ctrl?: boolean
  meta?: boolean
  shift?: boolean
}

/** What a key does to the text, or undefined where the key is none of editing. */
export function edited(edit: Edit, key: Key): Edit | undefined {
  const { text, at } = edit
  const lineStart = text.lastIndexOf('\n', at - 1) + 1
  const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at)
  const cut = (from: number, to: number): Edit => ({ text: text.slice(0, from) + text.slice(to), at: from })
  const go = (to: number): Edit => ({ text, at: to })
  const name = key.ctrl ? `ctrl-${key.name}` : key.meta ? `meta-${key.name}` : key.name
  switch (name) {
    case 'left':
    case 'ctrl-b':
      return go(before(text, at))
    case 'right':
    case 'ctrl-f':
      return go(after(text, at))
    case 'home':
    case 'ctrl-a':
      return go(lineStart)
    case 'end':
    case 'ctrl-e':
      return go(lineEnd)
    case 'meta-b':
    case 'ctrl-left':
    case 'meta-left':
      return go(wordStart(text, at))
    case 'meta-f':
    case 'ctrl-right':
    case 'meta-right':
      return go(wordEnd(text, at))
    case 'backspace':
    case 'ctrl-h': {
      // In front of code, two spaces go at once, as they came.
      const blank = /^ +$/.test(text.slice(lineStart, at)) && (at - lineStart) % 2 === 0
      return at === 0 ? edit : cut(blank ? at - 2 : before(text, at), at)
    }
    case 'delete':
      return cut(at, after(text, at))
    case 'ctrl-d':
      return text === '' ? undefined : cut(at, after(text, at))
    case 'ctrl-k':
      return cut(at, lineEnd === at ? Math.min(at + 1, text.length) : lineEnd)
    case 'ctrl-u':
      return cut(lineStart, at)
    case 'ctrl-w':
    case 'meta-backspace':
      return cut(wordStart(text, at), at)
    case 'meta-d':
      return cut(at, wordEnd(text, at))
    default:
      return undefined
  }
}

/** Text put in at the cursor. */
export function inserted({ text, at }: Edit, more: string): Edit {
  return { text: text.slice(0, at) + more + text.slice(at), at: at + more.length }
}

/** Text typed at the cursor: a bracket that closes a block, first on its line, goes back to where the block began. */
export function typedIn(edit: Edit, more: string): Edit {
  const blank = /(?<=\n) {2,}$/.exec(edit.text.slice(0, edit.at))
  if (!blank || !/^[\])}]$/.test(more)) return inserted(edit, more)
  const before = edit.text.slice(0, edit.at - 2)
  return { text: before + more + edit.text.slice(edit.at), at: before.length + 1 }
}

/** The cursor one line up (-1) or down (1) in the same column, or undefined where there is no such line. */
export function movedLine({ text, at }: Edit, step: -1 | 1): Edit | undefined {
  const lines = text.split('\n')
  const row = text.slice(0, at).split('\n').length - 1
  const column = at - (text.lastIndexOf('\n', at - 1) + 1)
  const target = lines[row + step]
  if (target === undefined) return undefined
  const start = lines.slice(0, row + step).reduce((sum, line) => sum + line.length + 1, 0)
  return { text, at: start + Math.min(column, target.length) }
}

/** The longest beginning that all texts share. */
export function commonStart(texts: string[]): string {
  let start = texts[0] ?? ''
  for (const text of texts) while (!text.startsWith(start)) start = start.slice(0, -1)
  return start
}

function before(text: string, at: number): number {
  return at - (at > 1 && text.codePointAt(at - 2)! > 0xffff ? 2 : at > 0 ? 1 : 0)
}

function after(text: string, at: number): number {
  return at >= text.length ? at : at + (text.codePointAt(at)! > 0xffff ? 2 : 1)
}

function wordStart(text: string, at: number): number {
  return (
    at -
    /(?:[\p{L}\p{N}_$]+|[^\p{L}\p{N}_$]+)?$/u.exec(
      text.slice(0, at).replace(/[^\p{L}\p{N}_$]+$/u, (gap) => 'x'.repeat(gap.length)),
    )![0].length
  )
}

function wordEnd(text: string, at: number): number {
  return at + /^[^\p{L}\p{N}_$]*[\p{L}\p{N}_$]*/u.exec(text.slice(at))![0].length
}
