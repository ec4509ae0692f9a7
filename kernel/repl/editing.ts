// Editing without a screen: text, a cursor, and what each key does to them.
import type { Key } from './keys.js'

export interface Edit {
  text: string
  /** UTF-16 offset in the text. */
  at: number
}

const clusters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** A key as one word: `ctrl-left`, `meta-b`, `tab`. */
export function keyName(key: Key): string {
  const held = `${key.ctrl ? 'ctrl-' : ''}${key.meta ? 'meta-' : ''}${key.shift ? 'shift-' : ''}`
  return `${held}${key.name}`
}

/** What a key does to the text, or undefined where the key is none of editing. */
export function edited(edit: Edit, key: Key): Edit | undefined {
  const { text, at } = edit
  const lineStart = text.lastIndexOf('\n', at - 1) + 1
  const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at)
  const cut = (from: number, to: number): Edit => ({ text: text.slice(0, from) + text.slice(to), at: from })
  const go = (to: number): Edit => ({ text, at: to })
  switch (keyName(key)) {
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
    case 'meta-<':
    case 'ctrl-home':
      return go(0)
    case 'meta->':
    case 'ctrl-end':
      return go(text.length)
    case 'meta-b':
    case 'ctrl-left':
    case 'meta-left':
      return go(wordStart(text, at))
    case 'meta-f':
    case 'ctrl-right':
    case 'meta-right':
      return go(wordEnd(text, at))
    case 'backspace':
    case 'shift-backspace': {
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
    case 'ctrl-backspace':
    case 'meta-backspace':
      return cut(wordStart(text, at), at)
    case 'meta-d':
    case 'ctrl-delete':
    case 'meta-delete':
      return cut(at, wordEnd(text, at))
    case 'ctrl-t':
      return swapped(edit, lineStart, lineEnd)
    case 'meta-u':
      return recased(edit, (word) => word.toUpperCase())
    case 'meta-l':
      return recased(edit, (word) => word.toLowerCase())
    case 'meta-c':
      return recased(edit, (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    default:
      return undefined
  }
}

/** Whether a key takes text away that Ctrl-Y brings back. */
export function isCut(key: Key): boolean {
  return /^(?:ctrl-[kuw]|ctrl-backspace|ctrl-delete|meta-(?:backspace|d|delete))$/.test(keyName(key))
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

/** The blanks that the line at the offset begins with. */
export function indentation(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))![0]
}

/** One character back: an emoji of several code points is one. */
function before(text: string, at: number): number {
  const line = text.lastIndexOf('\n', at - 2) + 1
  let start = Math.max(0, at - 1)
  for (const { index } of clusters.segment(text.slice(line, at))) start = line + index
  return start
}

function after(text: string, at: number): number {
  const [next] = clusters.segment(text.slice(at, at + 64))
  return at + (next?.segment.length ?? 0)
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

/** The two characters around the cursor, changed about; at the end of a line the two before it. */
function swapped({ text, at }: Edit, lineStart: number, lineEnd: number): Edit {
  const middle = at === lineEnd ? before(text, at) : at
  if (middle <= lineStart || lineEnd - lineStart < 2) return { text, at }
  const [from, to] = [before(text, middle), after(text, middle)]
  return { text: text.slice(0, from) + text.slice(middle, to) + text.slice(from, middle) + text.slice(to), at: to }
}

function recased({ text, at }: Edit, change: (word: string) => string): Edit {
  const end = wordEnd(text, at)
  const gap = /^[^\p{L}\p{N}_$]*/u.exec(text.slice(at, end))![0]
  return { text: text.slice(0, at) + gap + change(text.slice(at + gap.length, end)) + text.slice(end), at: end }
}

/** What a cut took away. */
export function removed(before: Edit, after: Edit): string {
  return before.text.slice(after.at, after.at + before.text.length - after.text.length)
}
