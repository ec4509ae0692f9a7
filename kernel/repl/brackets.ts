// Which bracket belongs to the one at the cursor.
import { pieces } from '../notebook/highlight.js'

const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' }

/** Offsets of the bracket at the cursor, or just before it, and of its partner; undefined where there is none. */
export function matchingBrackets(source: string, at: number): [number, number] | undefined {
  const open: { offset: number; bracket: string }[] = []
  const pairs = new Map<number, number>()
  let offset = 0
  for (const { text, kind } of pieces(source)) {
    if (!kind && /^[([{]$/.test(text)) open.push({ offset, bracket: text })
    else if (!kind && /^[)\]}]$/.test(text)) {
      const last = open.pop()
      if (!last || closing[last.bracket] !== text) return undefined
      pairs.set(last.offset, offset)
      pairs.set(offset, last.offset)
    }
    offset += text.length
  }
  for (const place of [at - 1, at]) {
    const partner = pairs.get(place)
    if (partner !== undefined) return [Math.min(place, partner), Math.max(place, partner)]
  }
  return undefined
}
