// An answer's text → what it may mean: one tree, or two where a comma can be read in two ways.

import { dateOrTime } from './dates.js'
import { parse } from './parse.js'
import { fromDecimal, type Rational } from './rational.js'
import { settled } from './settle.js'
import { normalText } from './text.js'
import { type Tree, Unreadable } from './tree.js'
import { plain } from './unicode.js'
import { setInWords, wordValue } from './words.js'

export interface Reading {
  /** The text that was read, trimmed of what only wraps it. */
  source: string
  /** For comparing as strings. */
  normal: string
  /** Set at once where the text is a plain whole number, decimal or simple fraction: most answers are. */
  value?: Rational
  /** The preferred reading first; empty where the text is no mathematics and no phrase. */
  trees: Tree[]
  /** 2,74 as 2.74: only against a number that is written with a point. */
  decimalComma?: Tree
  /** The preferred reading in words, once it was asked for. */
  form?: string
  /** Why there is no tree. */
  fault?: string
}

/** A longer answer is compared as text only. */
const MAX_LENGTH = 8000
const CACHE = 4096
let cache = new Map<string, Reading>()
let older = new Map<string, Reading>()

/** Reads one answer. Never throws; the same text gives the same reading. */
export function read(text: string): Reading {
  const known = cache.get(text) ?? older.get(text)
  if (known) return known
  const reading = readAfresh(text)
  if (text.length <= 2000) {
    if (cache.size >= CACHE) {
      older = cache
      cache = new Map()
    }
    cache.set(text, reading)
  }
  return reading
}

const SIMPLE = /^[+-]?(?:\d{1,17}(?:\.\d{1,17})?|\.\d{1,17})$/

function readAfresh(text: string): Reading {
  const trimmed = text.trim()
  if (trimmed.length > MAX_LENGTH) return { source: trimmed, normal: trimmed, trees: [], fault: 'too long' }
  let source = unwrapped(trimmed)
  // Escaped twice on its way through a file: \\\\frac.
  if (source.includes('\\\\') && !source.includes('begin{') && /\\\\(?:[a-zA-Z]{2}|[{}()[\]])/.test(source))
    source = unwrapped(source.replaceAll('\\\\', '\\'))
  if (SIMPLE.test(source)) {
    const value = fromDecimal(source)!
    const point = source.indexOf('.')
    const tree: Tree =
      point < 0
        ? { t: 'number', value }
        : {
            t: 'number',
            value,
            places: source.length - point - 1,
            digits: source.replace(/[-+.]/g, '').replace(/^0+/, '').length,
          }
    return { source, normal: source, trees: [tree], ...(point < 0 && { value }) }
  }
  const normal = normalText(source)
  if (source === '') return { source, normal, trees: [], fault: 'empty' }
  const trees: Tree[] = []
  let fault: string | undefined
  const clean = tidied(plain(source))
  const phrase = phraseOf(clean)
  if (phrase) trees.push(phrase)
  else {
    const notes = { ambiguous: false }
    for (const thousands of [true, false]) {
      if (!thousands && !notes.ambiguous) break
      try {
        trees.push(settled(parse(clean, { thousands }, notes)))
      } catch (error) {
        if (!(error instanceof Unreadable || error instanceof RangeError)) throw error
        fault ??= error.message
      }
    }
  }
  const comma = /^\s*(-?)(\d+)(?:,|\{,\})(\d+)\s*$/.exec(clean.replace(/[$\\]|(?:€|£)/g, ''))
  const decimalComma =
    comma && (comma[3]!.length > 1 || comma[2] === '0') && !/^[1-9]\d{0,2},\d{3}$/.test(`${comma[2]},${comma[3]}`)
      ? read(`${comma[1]}${comma[2]}.${comma[3]}`).trees[0]
      : undefined
  return {
    source,
    normal,
    trees,
    ...(decimalComma && { decimalComma }),
    ...(trees.length === 0 && fault !== undefined && { fault }),
  }
}

/** _5P_2, {}^5C_2: the upper number stands before the letter. */
const BEFORE_LETTER = /(?<![\w})\]])(?:\{\})?[_^](?:\{(\w{1,4})\}|(\w))\s*([CP])_(?:\{(\w{1,4})\}|(\w))/g

/** Notations that are easier turned as text: French intervals, f: x ↦ …, a dollar without a partner, a sign in words. */
function tidied(text: string): string {
  if (text.includes('mapsto')) text = text.replace(/^(?:[a-zA-Z]\s*:\s*)?[a-zA-Z]\s*\\mapsto\s*/, '')
  if (text.includes('\\text')) text = text.replace(/^\\text\{[^{}]*(?:\bis|\bare|[:=])\s*\}\s*:?(?=\s*\S)/, '')
  // With the number in words too, "minus three", it is wordValue's.
  if (/^(?:minus|negative)\s/i.test(text)) text = text.replace(/^[a-z]+\s+(?=\.?\d(?!\d*-[a-z])|\\[dt]?frac)/i, '-')
  if (text.includes('per cent')) text = text.replace(/per cent\b/g, '\\%')
  if (text.includes('_'))
    text = text.replace(BEFORE_LETTER, (...[, braced, n, letter, under, k]: string[]) => {
      const chosen = `\\binom{${braced ?? n}}{${under ?? k}}`
      return letter === 'C' ? chosen : `(${chosen}\\cdot(${under ?? k})!)`
    })
  if (text.includes('\\pounds')) text = text.replace(/\\pounds(?![a-z])/g, '£')
  if (text.startsWith('\\left') && text.includes('\\begin{'))
    text = text.replace(
      /^\\left\s*\\\{\s*\\begin\{(array|aligned|matrix)\}(?:\{[^{}]*\})?([\s\S]*)\\end\{\1\}\s*\\right\.?$/,
      '\\begin{cases}$2\\end{cases}',
    )
  const dollar = text.indexOf('$')
  if (
    dollar >= 0 &&
    text[dollar - 1] !== '\\' &&
    text.indexOf('$', dollar + 1) < 0 &&
    /^\$\s*-?[\d.]/.test(text.slice(dollar))
  )
    text = `${text.slice(0, dollar)}\\$${text.slice(dollar + 1)}`
  if (/[\][]/.test(text) && /\][^[\]]*[,;]|[,;][^[\]]*\[/.test(text)) {
    // ]0, 1], [0, ∞[
    text = text.replace(
      /(^|[\s=∪]|\\(?:cup|in|left)\s*)([[\]])([^[\](){}]*[,;][^[\](){}]*)([[\]])/g,
      (whole, before: string, open: string, inner: string, close: string) =>
        open === ']' || close === '['
          ? `${before}${open === ']' ? '(' : '['}${inner.replace(/\\(?:left|right)\s*$/, '')}${close === '[' ? ')' : ']'}`
          : whole,
    )
  }
  return text
}

const WRAPPERS: [string, string][] = [
  ['\\[', '\\]'],
  ['\\(', '\\)'],
  ['$$', '$$'],
  ['$', '$'],
  ['**', '**'],
  ['__', '__'],
  ['`', '`'],
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
]

/** Without the dollars, \( \), bold marks, quotes and the full stop around it. */
export function unwrapped(text: string): string {
  for (let round = 0; round < 8; round++) {
    const before = text
    text = withoutEnd(text.trim())
    for (const [open, close] of WRAPPERS) {
      if (
        text.length < open.length + close.length ||
        !text.startsWith(open) ||
        !text.endsWith(close) ||
        (close === '$' && text.endsWith('\\$'))
      )
        continue
      const inner = text.slice(open.length, text.length - close.length)
      // $1$ and $2$ are two formulas, not one with dollars in it.
      if (inner.includes(open) || inner.includes(close)) continue
      text = inner
      break
    }
    if (text === before) break
  }
  return text
}

/** Spaces, line breaks and a full stop at the end, and spacing commands at the start, say nothing. */
function withoutEnd(text: string): string {
  let end = text.length
  for (;;) {
    const c = text[end - 1]
    if (c === ' ' || c === '\n' || c === '\t' || c === '~') end--
    else if (c === '\\') end--
    else if ((c === '.' || c === ',' || c === ';') && text[end - 2] !== c && text[end - 2] !== '\\' && end > 1) end--
    else break
  }
  // A bracket command keeps its backslash: "\)" ends with a bracket and not with a space.
  let start = 0
  for (;;) {
    if (text[start] === '~' || text[start] === ' ') start++
    else if (text[start] === '\\' && /[,;:! ]/.test(text[start + 1] ?? '')) start += 2
    else if ((text[start] === ':' && text[start + 1] === ' ') || text[start] === '≈') start++
    else if (text[start] === '\\') {
      const word = /^\\(?:therefore|Rightarrow|implies|displaystyle|qquad|quad|approx|simeq)(?![a-zA-Z])/.exec(
        text.slice(start, start + 14),
      )
      if (!word) break
      start += word[0].length
    } else break
  }
  return start >= end ? '' : text.slice(start, end)
}

/** 1A3_{16}, (FF)_{16}: digits of a base above ten; a letter alone with a subscript is a variable. */
function numeralWithLetters(text: string): Tree | undefined {
  const found = /^\(?([0-9A-Za-z]{2,40})\)?\s*_\s*\(?(\d\d)\)?$/.exec(text)
  const base = Number(found?.[2])
  if (!found || base < 11 || base > 36 || !/[A-Za-z]/.test(found[1]!)) return undefined
  if (base !== 16 && !/\d/.test(found[1]!)) return undefined
  const digits = found[1]!.toUpperCase().replace(/^0+(?=.)/, '')
  return [...digits].every((digit) => Number.parseInt(digit, 36) < base) ? { t: 'numeral', digits, base } : undefined
}

/** "all real numbers except 2 and 3" */
function realsExcept(text: string): Tree | undefined {
  const found =
    /^(?:x\s+(?:is|can be)\s+)?(?:all|any|every)\s+reals?(?:\s+numbers?)?(?:\s+x)?,?\s+(?:except|other than|but)(?:\s+for)?\s+(.{1,40})$/i.exec(
      text,
    )
  if (!found) return undefined
  const [tree] = read(found[1]!.replace(/\b[a-z]\s*=/gi, '')).trees
  if (!tree || (tree.t !== 'number' && tree.t !== 'negative' && tree.t !== 'quotient' && tree.t !== 'list'))
    return undefined
  return {
    t: 'without',
    of: [
      { t: 'reals', name: 'R' },
      { t: 'set', of: tree.t === 'list' ? tree.of : [tree] },
    ],
  }
}

/** Words without any mathematics: a name, a day, yes, odd. */
function phraseOf(text: string): Tree | undefined {
  const inner = text
    .replace(/\\(?:text|mathrm|mbox|textbf|mathbf|textit|textnormal|bf|rm)\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\[ ,;!]|~/g, ' ')
    .replace(/[{}$]/g, '')
    .trim()
  const when = dateOrTime(inner) ?? numeralWithLetters(inner) ?? realsExcept(inner)
  if (when) return when
  const value = wordValue(inner)
  if (value !== undefined && /[a-z]/i.test(inner)) return { t: 'number', value }
  const named = setInWords(inner)
  if (named) return named
  const words = inner.match(/[\p{L}]{2,}/gu)
  if (!words || /[\\^_=<>+*/|[\]0-9]/.test(inner)) return undefined
  if (
    /^\(?[\p{L}][\p{L}'’.-]*(?:[\s,]+[\p{L}(][\p{L}'’.)-]*)+\)?[.!]?$/u.test(inner) &&
    words.some(
      (word) =>
        word.length >= 3 && !/^(?:sin|cos|tan|log|exp|sqrt|and|inf|infinity|infty|percent|pct|ln|pi)$/i.test(word),
    )
  ) {
    // Several words; "a and b" alone is a list of letters.
    return { t: 'text', text: inner }
  }
  if (
    /^[\p{L}]{3,}[.!]?$/u.test(inner) &&
    !/^(?:sin|cos|tan|inf|infinity|infty|alpha|beta|gamma|theta|delta|phi|psi|omega|lambda|sigma)$/i.test(inner) &&
    (/\p{Ll}/u.test(inner) || /[^\0-\x7f]/.test(inner))
  )
    return { t: 'text', text: inner }
  return undefined
}
