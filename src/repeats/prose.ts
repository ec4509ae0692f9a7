// The words of a reasoning text without its formulas, code and numbers: what says whether the same
// thought comes again, where formulas alone would only say that the same symbols do.

/** Words of prose: one number a word, and where each starts in UTF-16 code units (one more entry for the end). */
export interface Prose {
  ids: Int32Array
  starts: Int32Array
}

/** Display and inline formulas, fenced code. Unclosed ones end with their line or the text. */
const FORMULAS =
  /```[\s\S]*?(?:```|$)|\\\[[\s\S]*?(?:\\\]|$)|\\\([^\n]*?(?:\\\)|\n|$)|\$\$[\s\S]*?(?:\$\$|$)|\$[^$\n]{1,400}\$|\\begin\{(\w+\*?)\}[\s\S]*?(?:\\end\{\1\}|$)|\\[a-zA-Z]+/g

/** A word of letters, an apostrophe inside allowed; a Chinese character is a word of its own. */
const WORDS = /[\p{Script=Han}]|\p{L}+(?:['’]\p{L}+)*/gu

/** The prose of a text, case ignored. */
export function prose(text: string): Prose {
  const bare = text.replace(FORMULAS, (formula) => ' '.repeat(formula.length))
  const ids: number[] = []
  const starts: number[] = []
  for (const match of bare.matchAll(WORDS)) {
    ids.push(hashOf(match[0].toLowerCase()))
    starts.push(match.index)
  }
  starts.push(text.length)
  return { ids: Int32Array.from(ids), starts: Int32Array.from(starts) }
}

/** FNV-1a, 31 bits. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  return hash & 0x7fffffff
}
