// Text → tokens: LaTeX, plain text and Unicode mathematics in one stream.

import { Unreadable } from './tree.js'

export type Token = { spaced: boolean } & (
  | { k: 'number'; text: string; repeating?: string; exponent?: number }
  | { k: 'letter'; text: string }
  | { k: 'word'; text: string }
  | { k: 'text'; text: string }
  | { k: 'command'; text: string }
  | { k: 'begin' | 'end'; text: string }
  /** One of + - * / ^ _ = < > <= >= != ~ ( ) [ ] { } ⟨ ⟩ set{ }set | , ; : ! ' % & \\ ± ∓ ° */
  | { k: 'op'; text: string }
)

const UNICODE: Record<string, string> = {
  '×': '\\times ', '·': '\\cdot ', '⋅': '\\cdot ', '∗': '*', '÷': '\\div ', '−': '-', '–': '-', '—': '-', '‑': '-', '√': '\\sqrt ', '∛': '\\sqrt[3]', 'π': '\\pi ', '∞': '\\infty ',
  '≤': '\\le ', '⩽': '\\le ', '≥': '\\ge ', '⩾': '\\ge ', '≠': '\\ne ', '≈': '\\approx ', '±': '\\pm ', '∓': '\\mp ', '∪': '\\cup ', '∩': '\\cap ', '∈': '\\in ', '∖': '\\setminus ', '∅': '\\emptyset ',
  '°': '^\\circ ', '²': '^2', '³': '^3', '⁴': '^4', '⁵': '^5', '⁶': '^6', '⁷': '^7', '⁸': '^8', '⁹': '^9', '⁰': '^0', '¹': '^1', 'ⁿ': '^n', '⁻': '^-', '₀': '_0', '₁': '_1', '₂': '_2', '₃': '_3', '₄': '_4', '₅': '_5', '₆': '_6', '₇': '_7', '₈': '_8', '₉': '_9',
  '½': '\\frac12 ', '⅓': '\\frac13 ', '⅔': '\\frac23 ', '¼': '\\frac14 ', '¾': '\\frac34 ', '⅕': '\\frac15 ', '⅛': '\\frac18 ', '⁄': '/', '∕': '/', 'θ': '\\theta ', 'α': '\\alpha ', 'β': '\\beta ', 'γ': '\\gamma ', 'δ': '\\delta ', 'λ': '\\lambda ', 'μ': '\\mu ', 'φ': '\\phi ', 'ω': '\\omega ',
  '’': "'", '′': "'", '“': '"', '”': '"', '⟨': '\\langle ', '⟩': '\\rangle ', 'ℝ': '\\mathbb{R}', 'ℤ': '\\mathbb{Z}', 'ℕ': '\\mathbb{N}', 'ℚ': '\\mathbb{Q}', '，': ',', '；': ';', '：': ':', '（': '(', '）': ')', '。': '.', '＝': '=', '％': '%', '\u00a0': ' ', '\u2009': ' ', '\u202f': ' ', '\u3000': ' ', '、': ',', '≡': '\\equiv ', '∑': '\\sum ', '∏': '\\prod ', '∫': '\\int ', '⌊': '\\lfloor ', '⌋': '\\rfloor ', '⌈': '\\lceil ', '⌉': '\\rceil ', '…': '...',
}

/** Unicode mathematics as LaTeX, everything else untouched. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the question is whether all is ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text
  // A run of raised digits is one exponent.
  text = text.replace(/[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{2,}|⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (run) => `^{${[...run].map((c) => UNICODE[c]!.slice(1)).join('')}}`)
  text = text.replace(/[₀₁₂₃₄₅₆₇₈₉]{2,}/g, (run) => `_{${[...run].map((c) => UNICODE[c]!.slice(1)).join('')}}`)
  return text.replace(/[^\0-\x7f]/gu, (c) => UNICODE[c] ?? c)
}

export const FUNCTIONS = new Set(
  'sin cos tan cot sec csc sinh cosh tanh coth sech csch arcsin arccos arctan arccot arcsec arccsc asin acos atan arcsinh arccosh arctanh asinh acosh atanh ln log lg exp sqrt cbrt abs floor ceil cis gcd lcm max min Re Im sgn det arg deg tg ctg arctg'.split(' '),
)
const GREEK = new Set('alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho varrho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega ell hbar aleph'.split(' '))
const DECORATION = new Set('left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr displaystyle textstyle scriptstyle limits nolimits quad qquad hspace noindent nonumber rm bf it mathstrut strut phantom hfill label tag newline hline'.split(' '))
const SPLICED = new Set('boxed fbox mathit mathcal mathfrak mathbf boldsymbol bm bold underline overrightarrow vec overleftrightarrow ensuremath displaylines color'.split(' '))
const TEXTUAL = new Set('text mbox hbox textnormal textrm textit textbf textsf texttt mathrm mathsf mathtt operatorname emph'.split(' '))
const COMMANDS: Record<string, string> = {
  cdot: '*', times: '*', ast: '*', bullet: '*', div: '/', pm: '±', mp: '∓', le: '<=', leq: '<=', leqslant: '<=', ge: '>=', geq: '>=', geqslant: '>=', lt: '<', gt: '>', ne: '!=', neq: '!=', approx: '~', simeq: '~', thickapprox: '~', langle: '⟨', rangle: '⟩', lbrace: 'set{', rbrace: '}set', lvert: '|', rvert: '|', vert: '|', mid: '|', lVert: '|', rVert: '|', colon: ':', lbrack: '[', rbrack: ']', prime: "'", degree: '°', circ: '∘', land: ',', wedge: ',', lor: ',', vee: ',',
}
/** What may stand glued to the letters after it: `\quadx`, `\cdotx`, `\pir`. */
const GLUED = ['qquad', 'quad', 'cdot', 'times', 'dfrac', 'tfrac', 'frac', 'sqrt', 'pi', 'pm', 'infty']

/** One reading of commas: separators everywhere, or "1,234" as one number at the top level. */
export interface LexOptions {
  /** false: "1,234" at the top level is two numbers. */
  thousands: boolean
}

/** Set where the text held a comma that could be either. */
export interface LexNotes {
  ambiguous: boolean
}

const isDigit = (c: number) => c >= 48 && c <= 57
const isLetter = (c: number) => (c >= 65 && c <= 90) || (c >= 97 && c <= 122)
const MAX_TOKENS = 20_000

export function tokens(source: string, options: LexOptions, notes: LexNotes): Token[] {
  const out: Token[] = []
  lex(source, 0, options, notes, out)
  return out
}

function lex(source: string, nesting: number, options: LexOptions, notes: LexNotes, out: Token[]): void {
  if (nesting > 60) throw new Unreadable('nested too deep')
  let at = 0
  let depth = 0
  let spaced = false
  const push = (token: Token) => {
    if (out.length >= MAX_TOKENS) throw new Unreadable('too long')
    out.push(token)
    spaced = false
  }
  const op = (text: string) => push({ k: 'op', text, spaced })
  while (at < source.length) {
    const code = source.charCodeAt(at)
    if (code === 32 || code === 10 || code === 9 || code === 13 || code === 126) {
      spaced = true
      at++
      continue
    }
    if (isDigit(code) || (code === 46 && isDigit(source.charCodeAt(at + 1)))) {
      at = lexNumber(source, at, depth + nesting === 0, options, notes, (token) => push({ ...token, spaced }))
      continue
    }
    if (isLetter(code)) {
      let end = at + 1
      while (end < source.length && isLetter(source.charCodeAt(end))) end++
      lexLetters(source.slice(at, end), push, () => spaced, out)
      at = end
      continue
    }
    if (code === 92) {
      at = lexCommand(source, at, nesting, options, notes, out, push, op, () => {
        spaced = true
      }, () => spaced)
      continue
    }
    const c = source[at]!
    at++
    switch (c) {
      case '$':
      case '"':
      case '`':
      case '€':
      case '£':
      case '¥':
        break
      case '(':
      case '[':
      case '{':
        depth++
        op(c)
        break
      case ')':
      case ']':
      case '}':
        depth--
        op(c)
        break
      case '<':
      case '>':
        if (source[at] === '=') {
          at++
          op(`${c}=`)
        } else op(c)
        break
      case '=':
        if (source[at] === '=') at++
        if (source[at] === '<') {
          at++
          op('<=')
        } else op('=')
        break
      case '!':
        if (source[at] === '=' && source[at + 1] !== '=') {
          at++
          op('!=')
        } else op('!')
        break
      case '*':
        if (source[at] === '*') {
          at++
          op('^')
        } else op('*')
        break
      case '.':
        // A point that belongs to no number ends a sentence; three of them are an ellipsis.
        if (source.startsWith('..', at)) {
          at += 2
          push({ k: 'command', text: 'dots', spaced })
        }
        break
      case '+':
      case '-':
      case '/':
      case '^':
      case '_':
      case '|':
      case ',':
      case ';':
      case ':':
      case "'":
      case '%':
      case '&':
        op(c)
        break
      default:
        if (c.charCodeAt(0) < 128) throw new Unreadable(`the character ${c}`)
        {
          const end = /^[^\0-\x7f]+/.exec(source.slice(at - 1, at + 400))![0]
          at += end.length - 1
          push({ k: 'text', text: end, spaced })
        }
    }
  }
}

type NumberToken = { k: 'number'; text: string; repeating?: string; exponent?: number }

function lexNumber(source: string, at: number, top: boolean, options: LexOptions, notes: LexNotes, push: (token: NumberToken) => void): number {
  let whole = ''
  let end = at
  while (isDigit(source.charCodeAt(end))) end++
  whole = source.slice(at, end)
  // Groups of three: 1,234  1{,}234  1,\!234  1\,234  1 234
  if (whole.length > 0 && whole.length <= 3) {
    for (;;) {
      const found = /^(?:(,)|\{,\}|,\\! ?|\\!,|\{\\,\}|\\,|\\ | )(?:\\!)? ?(\d{3})(?!\d)/.exec(source.slice(end, end + 14))
      if (!found) break
      const gap = found[0].slice(0, -3)
      if (gap === ', ' || (found[1] && gap.trim() === ',' && gap !== ',')) break
      if (found[1] && gap === ',') {
        if (!top || whole === '0') break
        notes.ambiguous = true
        if (!options.thousands) break
      }
      // "2 345/7" would be a mixed number: a space groups only where no fraction follows.
      if (gap === ' ' && /^\s*(?:\/|\\frac)/.test(source.slice(end + found[0].length, end + found[0].length + 8))) break
      whole += found[2]
      end += found[0].length
    }
  }
  let text = whole
  let repeating: string | undefined
  if (source[end] === '.' && isDigit(source.charCodeAt(end + 1))) {
    let stop = end + 1
    while (isDigit(source.charCodeAt(stop))) stop++
    text += source.slice(end, stop)
    end = stop
  }
  if (text.includes('.') || source[end] === '.') {
    const rest = source.slice(text.includes('.') ? end : end + 1, end + 60)
    const found = /^\s*(?:\\overline\s*\{?\s*(\d+)\s*\}?|\\overline\s*\{(\d+)\}|\\bar\s*\{?(\d+)\}?|\\dot\s*\{?(\d)\}?|\((\d+)\))/.exec(rest)
    if (found) {
      repeating = found[1] ?? found[2] ?? found[3] ?? found[4] ?? found[5]
      end += found[0].length + (text.includes('.') ? 0 : 1)
      if (!text.includes('.')) text += '.'
    }
  }
  let exponent: number | undefined
  const scientific = /^[eE]([+-]?\d{1,4})(?![\d.A-Za-z])/.exec(source.slice(end, end + 8))
  if (scientific) {
    exponent = Number(scientific[1])
    end += scientific[0].length
  }
  push({ k: 'number', text, ...(repeating !== undefined && { repeating }), ...(exponent !== undefined && { exponent }) })
  return end
}

function lexLetters(run: string, push: (token: Token) => void, spaced: () => boolean, out: Token[]): void {
  const add = (token: { k: 'letter' | 'word' | 'command' | 'op'; text: string }) => push({ ...token, spaced: spaced() } as Token)
  if (run.length === 1) return add({ k: 'letter', text: run })
  const lower = run.toLowerCase()
  if (lower === 'and' || lower === 'or') return add({ k: 'op', text: ',' })
  const joined = /^(?:or|and)([A-Z])$/.exec(run)
  const before = out[out.length - 1]
  if (joined && before && !before.spaced && (before.k === 'number' || (before.k === 'op' && before.text === ')'))) {
    add({ k: 'op', text: ',' })
    return add({ k: 'letter', text: joined[1]! })
  }
  if (FUNCTIONS.has(run)) return add({ k: 'command', text: run })
  if (lower === 'pi') return add({ k: 'command', text: 'pi' })
  if (lower === 'inf' || lower === 'infinity' || lower === 'infty' || lower === 'oo') return add({ k: 'command', text: 'infty' })
  if (lower === 'percent' || lower === 'pct' || lower === 'percentage') return add({ k: 'op', text: '%' })
  if (GREEK.has(run)) return add({ k: 'letter', text: `\\${run}` })
  const call = /^(sqrt|sin|cos|tan|ln|log|pi)([a-z])$/.exec(run)
  if (call) {
    add({ k: 'command', text: call[1]! })
    return add({ k: 'letter', text: call[2]! })
  }
  add({ k: 'word', text: run })
}

function lexCommand(
  source: string, at: number, nesting: number, options: LexOptions, notes: LexNotes, out: Token[],
  push: (token: Token) => void, op: (text: string) => void, space: () => void, spaced: () => boolean,
): number {
  const next = source[at + 1]
  if (next === undefined) return at + 1
  if (!isLetter(next.charCodeAt(0))) {
    if (next === '\\') op('\\\\')
    else if (next === '{') op('set{')
    else if (next === '}') op('}set')
    else if (next === '%') op('%')
    else if (next === '|') op('|')
    else if (next === '&') op('&')
    else if (next !== '!') space()
    // \\[4pt] is a row's spacing.
    if (next === '\\') {
      const gap = /^\s*\[-?[\d.]+\s*[a-z]{2}\]/.exec(source.slice(at + 2, at + 22))
      if (gap) return at + 2 + gap[0].length
    }
    return at + 2
  }
  let end = at + 2
  while (end < source.length && isLetter(source.charCodeAt(end))) end++
  let name = source.slice(at + 1, end)
  if (!known(name)) {
    const glued = GLUED.find((head) => name.startsWith(head))
    if (glued) {
      end -= name.length - glued.length
      name = glued
    }
  }
  if (DECORATION.has(name)) {
    space()
    // `\left.` and `\right.` are brackets that are not drawn.
    if (name === 'right' || name === 'left') return source[end] === '.' ? end + 1 : end
    if (name === 'hspace' || name === 'tag' || name === 'label' || name === 'phantom') return group(source, end)?.end ?? end
    return end
  }
  if (name === 'begin' || name === 'end') {
    const found = group(source, end)
    if (!found) throw new Unreadable(`\\${name} without a name`)
    push({ k: name, text: found.text.replace('*', '').trim(), spaced: spaced() })
    end = found.end
    if (name === 'begin' && /^(?:array|tabular)/.test(found.text)) end = group(source, end)?.end ?? end
    return end
  }
  if (name === 'mathbb' || name === 'Bbb') {
    const found = group(source, end)
    if (found && /^[RZNQC]$/.test(found.text.trim())) {
      push({ k: 'command', text: `set${found.text.trim()}`, spaced: spaced() })
      return found.end
    }
    return end
  }
  if (SPLICED.has(name)) {
    const found = group(source, end)
    if (!found) return end
    if (name === 'color') return found.end
    op('{')
    lex(found.text, nesting + (name === 'boxed' || name === 'fbox' ? 0 : 1), options, notes, out)
    op('}')
    return found.end
  }
  if (TEXTUAL.has(name)) {
    const found = group(source, end)
    if (!found) return end
    textual(found.text, nesting, options, notes, out, push, op, spaced)
    return found.end
  }
  const mapped = COMMANDS[name]
  if (mapped) op(mapped)
  else if (GREEK.has(name)) push({ k: 'letter', text: `\\${name.replace(/^var/, '')}`, spaced: spaced() })
  else if (name === 'mathrm') space()
  else push({ k: 'command', text: name, spaced: spaced() })
  return end
}

const known = (name: string): boolean =>
  DECORATION.has(name) || SPLICED.has(name) || TEXTUAL.has(name) || GREEK.has(name) || FUNCTIONS.has(name) || name in COMMANDS || /^(?:begin|end|mathbb|[dtc]?frac|sqrt|pi|infty|binom|in|cup|cap|pmod|pod)$/.test(name)

/** The argument at a place: {…} with nested braces, or one character. */
export function group(source: string, at: number): { text: string; end: number } | undefined {
  while (source[at] === ' ' || source[at] === '\n') at++
  if (source[at] !== '{') return source[at] === undefined ? undefined : { text: source[at]!, end: at + 1 }
  let depth = 0
  for (let end = at; end < source.length; end++) {
    const c = source[end]
    if (c === '\\') end++
    else if (c === '{') depth++
    else if (c === '}' && --depth === 0) return { text: source.slice(at + 1, end), end: end + 1 }
  }
  return { text: source.slice(at + 1), end: source.length }
}

/** What \text{…} holds: a separator, a function's name, mathematics in roman type, or words. */
function textual(
  text: string, nesting: number, options: LexOptions, notes: LexNotes, out: Token[],
  push: (token: Token) => void, op: (text: string) => void, spaced: () => boolean,
): void {
  const trimmed = text.replace(/\\[ ,;!]|~/g, ' ').trim()
  if (/^,?\s*(?:and|or|и|或|和|et)\s*,?$/i.test(trimmed) || trimmed === ',' || trimmed === ';') return op(',')
  if (trimmed === '') return
  if (/^(?:%|percent|pct)$/i.test(trimmed)) return op('%')
  if (FUNCTIONS.has(trimmed)) return push({ k: 'command', text: trimmed, spaced: spaced() })
  if (/^[A-Za-z]$/.test(trimmed)) {
    // After a number a single roman letter is a unit: 5\text{ m}, 3\,\mathrm{s}; e and i are constants.
    const before = out[out.length - 1]
    const measured = before && /^[mgshLVJNWAK]$/.test(trimmed) && (before.k === 'number' || (before.k === 'op' && /^[})]$/.test(before.text)))
    return push({ k: measured ? 'text' : 'letter', text: trimmed, spaced: spaced() })
  }
  if (/^[-\d.,\s+*/^_{}()[\]\\]*\d[-\d.,\s+*/^_{}()[\]\\]*$/.test(trimmed) || /\\(?:frac|sqrt|pi|infty)/.test(trimmed)) {
    return lex(trimmed, nesting + 1, options, notes, out)
  }
  push({ k: 'text', text: trimmed, spaced: spaced() })
}
