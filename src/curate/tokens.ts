// A question as a list of comparable tokens: layout, case and the several spellings of one thing do not count.
//
// Tokens are numbers (a 32-bit hash of the canonical spelling), so that seventeen thousand questions are read in a
// second and nothing of them stays in memory. One pass, linear in the text.
import { FNV, hashOf, Kind, mix, PRIME, Scan, tableHash } from './scan.js'
import {
  COMMAND_WORDS,
  ENTITIES,
  FRACTIONS,
  LAYOUT,
  LETTERS,
  OPERATORS,
  SIGN_WORDS,
  SIGNS,
  SUPERSCRIPTS,
  TAG,
  WITH_ARGUMENT,
  WORDS,
} from './spellings.js'

const isDigit = (code: number) => code >= 48 && code <= 57
const isLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
const OPERATOR_CODES = new Set([...'+-*/=<>^%'].map((sign) => sign.charCodeAt(0)))
const LETTER = /\p{L}/u
const LETTER_OR_MARK = /[\p{L}\p{M}]/u
const NUMBER = /\p{N}/u
const DIGIT = /^\p{Nd}$/u
/** Scripts without spaces: each sign is a token. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u
/** Between the digits of one number: 1,000 · 1{,}000 · 1\,000 · 1,\!000 */
const THOUSANDS = /(?:,\\!|\{,\}|\\[,!]|,)(?=\d{3}(?!\d))/y

/** Reads a text into `into`, or into a new one. */
export function scan(text: string, into = new Scan()): Scan {
  into.count = 0
  into.words = 0
  new Reader(text, into).read()
  return into
}

/** The canonical spellings of a text, for tests and for showing. */
export function tokenise(text: string): { all: string[]; words: number[] } {
  const tokens = new Scan()
  tokens.spelled = []
  scan(text, tokens)
  return { all: tokens.spelled, words: [...tokens.word.subarray(0, tokens.words)] }
}

class Reader {
  readonly #text: string
  readonly #into: Scan
  /** Depths at whose closing brace a fraction's numerator ends. */
  readonly #fractions: number[] = []
  /** A drawing may still end: no end is looked for twice. */
  #drawings = true
  #depth = 0
  #at = 0

  constructor(text: string, into: Scan) {
    this.#text = text
    this.#into = into
  }

  read(): void {
    const text = this.#text
    const { length } = text
    while (this.#at < length) {
      const code = text.charCodeAt(this.#at)
      if (isLetter(code)) this.#word()
      else if (isDigit(code)) this.#number()
      else if (code === 92) this.#command()
      else if (code < 128) this.#ascii(code)
      else this.#beyond()
    }
  }

  #push(spelling: string, kind: number, start: number, end: number): void {
    this.#into.push(tableHash(spelling), kind, start, end)
    this.#into.spelled?.push(spelling)
  }

  #word(): void {
    const text = this.#text
    const start = this.#at
    let hash = FNV
    let i = start
    let code = text.charCodeAt(i)
    for (; isLetter(code); code = text.charCodeAt(++i)) hash = Math.imul(hash ^ (code | 32), PRIME)
    this.#at = i
    if (code >= 128 && LETTER_OR_MARK.test(String.fromCodePoint(text.codePointAt(i)!)) && !unspaced(text, i)) {
      this.#wordBeyond(start)
      return
    }
    const size = i - start
    const kind = size > 2 ? Kind.word : Kind.letter
    const other = size === 7 ? WORDS[text.slice(start, i).toLowerCase()] : undefined
    if (other !== undefined) {
      this.#push(other, kind, start, i)
      return
    }
    this.#into.push(mix(hash), kind, start, i)
    this.#into.spelled?.push(text.slice(start, i).toLowerCase())
  }

  /** A word that has letters beyond ASCII. */
  #wordBeyond(start: number): void {
    const text = this.#text
    let i = start
    while (i < text.length) {
      const sign = String.fromCodePoint(text.codePointAt(i)!)
      if (!LETTER_OR_MARK.test(sign) || (sign.codePointAt(0)! >= 0x0e00 && UNSPACED.test(sign))) break
      i += sign.length
    }
    this.#at = i
    const raw = text.slice(start, i)
    const spelling = LETTERS[raw] ?? raw.normalize('NFKC').toLowerCase()
    this.#into.push(hashOf(spelling), spelling.length > 2 ? Kind.word : Kind.letter, start, i)
    this.#into.spelled?.push(spelling)
  }

  #number(): void {
    const text = this.#text
    const start = this.#at
    let hash = FNV
    let i = start
    let spelling = ''
    const spell = this.#into.spelled !== undefined
    for (;;) {
      let code = text.charCodeAt(i)
      for (; isDigit(code); code = text.charCodeAt(++i)) {
        hash = Math.imul(hash ^ code, PRIME)
        if (spell) spelling += text[i]
      }
      if (code === 46 && isDigit(text.charCodeAt(i + 1))) {
        hash = Math.imul(hash ^ 46, PRIME)
        if (spell) spelling += '.'
        i++
        continue
      }
      if (code === 44 || code === 123 || code === 92) {
        THOUSANDS.lastIndex = i
        if (THOUSANDS.test(text)) {
          i = THOUSANDS.lastIndex
          continue
        }
      }
      break
    }
    this.#at = i
    this.#into.push(mix(hash), Kind.number, start, i)
    if (spell) this.#into.spelled!.push(spelling)
    if (text.charCodeAt(i) === 33 && text.charCodeAt(i + 1) !== 61) this.#push('!', Kind.operator, i, i + 1)
  }

  #command(): void {
    const text = this.#text
    const start = this.#at
    let i = start + 1
    while (isLetter(text.charCodeAt(i))) i++
    if (i === start + 1) {
      // `\,` and `\\` lay out; `\%` is the sign.
      this.#at = text.charCodeAt(i) === 37 ? i : i + 1
      return
    }
    const name = text.slice(start + 1, i)
    this.#at = i
    if (LAYOUT.has(name)) return
    if (WITH_ARGUMENT.has(name)) {
      if (text.charCodeAt(i) === 42) i++
      if (text.charCodeAt(i) === 123) {
        const close = text.slice(i, i + 100).indexOf('}')
        if (close >= 0) this.#at = i + close + 1
      }
      return
    }
    if (FRACTIONS.has(name)) {
      this.#fraction(start)
      return
    }
    const operator = OPERATORS[name]
    if (operator !== undefined) {
      this.#push(operator, Kind.operator, start, i)
      return
    }
    this.#push(COMMAND_WORDS[name] ?? name.toLowerCase(), Kind.command, start, i)
  }

  #fraction(start: number): void {
    const text = this.#text
    let i = this.#at
    while (text.charCodeAt(i) === 32) i++
    const code = text.charCodeAt(i)
    if (code === 123) {
      this.#fractions.push(this.#depth)
      return
    }
    // `\frac12` is one half: each argument is one sign.
    if (!isDigit(code) && !isLetter(code)) return
    this.#push(text[i]!.toLowerCase(), isDigit(code) ? Kind.number : Kind.letter, i, i + 1)
    this.#push('/', Kind.operator, start, i)
    this.#at = i + 1
    while (text.charCodeAt(this.#at) === 32) this.#at++
    const next = text.charCodeAt(this.#at)
    if (!isDigit(next)) return
    this.#push(text[this.#at]!, Kind.number, this.#at, this.#at + 1)
    this.#at++
  }

  #ascii(code: number): void {
    const text = this.#text
    const at = this.#at++
    if (code === 123) this.#depth++
    else if (code === 125) {
      this.#depth--
      if (this.#fractions.length > 0 && this.#fractions.at(-1) === this.#depth) {
        this.#fractions.pop()
        this.#push('/', Kind.operator, at, at + 1)
      }
    } else if (code === 91) {
      // Asymptote drawings are programs of coordinates: their overlap says nothing about the question.
      if (this.#drawings && text.startsWith('[asy]', at)) {
        const close = text.indexOf('[/asy]', at)
        if (close >= 0) this.#at = close + 6
        else this.#drawings = false
      }
    } else if (code === 38) {
      const entity = /^&(\w{2,6});/.exec(text.slice(at, at + 8))
      if (entity) {
        this.#at = at + entity[0].length
        const sign = ENTITIES[entity[1]!]
        if (sign) this.#push(sign, Kind.operator, at, this.#at)
      }
    } else if (OPERATOR_CODES.has(code)) this.#operator(code, at)
    else if (code === 33 && text.charCodeAt(at + 1) === 61) {
      this.#at = at + 2
      this.#push('neq', Kind.operator, at, at + 2)
    } else if (code === 33 && text.charCodeAt(at - 1) === 41) this.#push('!', Kind.operator, at, at + 1)
  }

  #operator(code: number, at: number): void {
    const text = this.#text
    const next = text.charCodeAt(at + 1)
    if (code === 42 && next === 42) {
      // Bold in Markdown.
      while (text.charCodeAt(this.#at) === 42) this.#at++
      return
    }
    if (code === 60) {
      const tag = isLetter(next) || next === 47 ? TAG.exec(text.slice(at, at + 320)) : null
      if (tag) {
        this.#at = at + tag[0].length
        if (/^<sup/i.test(tag[0])) this.#push('^', Kind.operator, at, this.#at)
        return
      }
    }
    // A dash between words, a rule of dashes: spelling and layout.
    if (
      code === 45 &&
      (next === 45 ||
        (isLetter(next) && isLetter(text.charCodeAt(at - 1)) && at > 1 && isLetter(text.charCodeAt(at - 2))))
    ) {
      while (text.charCodeAt(this.#at) === 45) this.#at++
      return
    }
    if ((code === 60 || code === 62) && next === 61) {
      this.#at = at + 2
      this.#push(code === 60 ? 'leq' : 'geq', Kind.operator, at, at + 2)
      return
    }
    if (code === 61 && next === 61) this.#at = at + 2
    this.#push(text[at]!, Kind.operator, at, this.#at)
  }

  #beyond(): void {
    const text = this.#text
    const at = this.#at
    const sign = String.fromCodePoint(text.codePointAt(at)!)
    const end = at + sign.length
    this.#at = end
    const operator = SIGNS[sign]
    if (operator !== undefined) {
      this.#push(operator, Kind.operator, at, end)
      return
    }
    const raised = SUPERSCRIPTS[sign]
    if (raised !== undefined) {
      this.#push('^', Kind.operator, at, end)
      this.#push(raised, isDigit(raised.charCodeAt(0)) ? Kind.number : Kind.letter, at, end)
      return
    }
    const word = SIGN_WORDS[sign]
    if (word !== undefined) {
      if (word === 'degree') this.#push('^', Kind.operator, at, end)
      this.#push(word, Kind.command, at, end)
      return
    }
    if (LETTER.test(sign)) {
      if (!UNSPACED.test(sign)) {
        this.#wordBeyond(at)
        return
      }
      const spelling = sign.normalize('NFKC')
      this.#into.push(hashOf(spelling), Kind.letter, at, end)
      this.#into.spelled?.push(spelling)
    } else if (NUMBER.test(sign)) {
      let to = end
      if (DIGIT.test(sign)) while (DIGIT.test(text[to] ?? '')) to++
      this.#at = to
      const spelling = text.slice(at, to).normalize('NFKC').replace('⁄', '/')
      this.#into.push(hashOf(spelling), Kind.number, at, to)
      this.#into.spelled?.push(spelling)
    }
  }
}

function unspaced(text: string, at: number): boolean {
  return UNSPACED.test(String.fromCodePoint(text.codePointAt(at)!))
}

/** Letters and digits only, lower case: the comparison in which the released data's duplicates were counted. */
export function lettersAndDigits(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}
