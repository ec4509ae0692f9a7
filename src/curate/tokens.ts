// A question as a list of comparable tokens: layout, case and LaTeX's several spellings of one thing do not count.

export interface Tokens {
  /** Words, numbers, LaTeX commands and operators, in order. */
  all: string[]
  /** Where in the text each of them starts and ends. */
  starts: number[]
  ends: number[]
  /** Places in `all` of those that are not operators. */
  words: number[]
}

/** Commands that only lay out; `\left( x \right)` is `(x)`. */
const LAYOUT = new Set(
  'left right big bigg displaystyle textstyle quad qquad text textbf textit texttt mathrm mathbf mathit operatorname limits nonumber'.split(
    ' ',
  ),
)

const SAME: Record<string, string> = {
  dfrac: 'frac',
  tfrac: 'frac',
  cfrac: 'frac',
  le: 'leq',
  ge: 'geq',
  ne: 'neq',
  times: '*',
  cdot: '*',
  div: '/',
  '×': '*',
  '·': '*',
  '⋅': '*',
  '÷': '/',
  '−': '-',
  '–': '-',
  '≤': 'leq',
  '≥': 'geq',
  '≠': 'neq',
  π: 'pi',
}

const TOKEN = /\\[a-zA-Z]+|\p{L}[\p{L}\p{M}]*|\p{N}+(?:[.,]\p{N}+)*|[-+*/=<>^!%×·⋅÷−–≤≥≠]/gu

/** Asymptote drawings are programs of coordinates: their overlap says nothing about the question. */
const DRAWING = /\[asy\][\s\S]*?\[\/asy\]/g

/** Reads a text as tokens (NFKC, lower case). Time and memory are linear in its length. */
export function tokenise(text: string): Tokens {
  const tokens: Tokens = { all: [], starts: [], ends: [], words: [] }
  const drawn = text.includes('[asy]') ? text.replace(DRAWING, (drawing) => ' '.repeat(drawing.length)) : text
  for (const found of drawn.matchAll(TOKEN)) {
    const raw = found[0]
    const command = raw.startsWith('\\')
    const bare = (command ? raw.slice(1) : raw.normalize('NFKC')).toLowerCase()
    if (command && LAYOUT.has(bare)) continue
    const token = SAME[bare] ?? (/^\p{N}/u.test(bare) ? bare.replaceAll(',', '') : bare)
    if (/[\p{L}\p{N}]/u.test(token)) tokens.words.push(tokens.all.length)
    tokens.all.push(token)
    tokens.starts.push(found.index)
    tokens.ends.push(found.index + raw.length)
  }
  return tokens
}

/** Letters and digits only, lower case: the comparison in which the released data's duplicates were counted. */
export function lettersAndDigits(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}
