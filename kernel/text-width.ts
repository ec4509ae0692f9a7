// How many columns of a terminal text takes, and text cut to so many.
import { stripVTControlCharacters } from 'node:util'

const clusters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** What a person sees as single characters: letters with their marks, emoji of several code points. */
export function* characters(text: string): Generator<string> {
  // Nothing combines in plain ASCII.
  if (/^[\x20-\x7e\n\t]*$/.test(text)) yield* text
  else for (const { segment } of clusters.segment(text)) yield segment
}

/** Columns of one such character: marks none, East Asian wide characters and emoji two. */
export function characterWidth(character: string): number {
  const code = character.codePointAt(0)!
  if (code < 0x7f) return code < 0x20 ? 0 : 1
  if (/^(?:\p{Mark}|[\u200b-\u200f\x7f-\x9f])/u.test(character)) return 0
  // Two letters of a flag are one picture.
  if (/^\p{Regional_Indicator}{2}/u.test(character)) return 2
  return /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u.test(
    character,
  )
    ? 2
    : 1
}

/** Columns that a line takes; escape sequences take none. */
export function textWidth(text: string): number {
  const bare = stripVTControlCharacters(text)
  if (/^[\x20-\x7e]*$/.test(bare)) return bare.length
  let width = 0
  for (const character of characters(bare)) width += characterWidth(character)
  return width
}

/** A line in at most so many columns: what is too long ends in `…`. Colours are kept, and ended. */
export function cutToWidth(line: string, columns: number): string {
  if (textWidth(line) <= columns) return line
  let left = columns - 1
  let cut = ''
  for (const piece of line.split(/(\x1b\[[\d;]*m|\x1b\]8;[^\x1b\x07]*(?:\x1b\\|\x07))/)) {
    // Escape sequences behind the cut end the colours that are open before it.
    if (piece.startsWith('\x1b')) cut += piece
    else
      for (const character of characters(piece)) {
        const wide = characterWidth(character)
        if (left >= 0 && wide <= left) {
          cut += character
          left -= wide
        } else if (left >= 0) {
          cut += '…'
          left = -1
        }
      }
  }
  return cut
}
