// What the lexer knows of LaTeX: which commands are values, operators, decoration or wrapping.

import { table } from './table.js'

export const FUNCTIONS = new Set(
  'sin cos tan cot sec csc sinh cosh tanh coth sech csch arcsin arccos arctan arccot arcsec arccsc asin acos atan arcsinh arccosh arctanh asinh acosh atanh ln log lg exp sqrt cbrt abs floor ceil cis gcd lcm max min Re Im sgn det arg deg tg ctg arctg'.split(
    ' ',
  ),
)
export const GREEK = new Set(
  'alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho varrho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega ell hbar aleph'.split(
    ' ',
  ),
)
export const DECORATION = new Set(
  'left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr displaystyle textstyle scriptstyle limits nolimits quad qquad hspace noindent nonumber rm bf it mathstrut strut phantom color hfill label tag newline hline'.split(
    ' ',
  ),
)
export const SPLICED = new Set(
  'boxed fbox mathit mathcal mathfrak mathbf boldsymbol bm bold underline overrightarrow vec overleftrightarrow ensuremath displaylines'.split(
    ' ',
  ),
)
export const TEXTUAL = new Set(
  'text mbox hbox textnormal textrm textit textbf textsf texttt mathrm mathsf mathtt operatorname emph'.split(' '),
)
export const COMMANDS = table<string>({
  cdot: '*',
  times: '*',
  ast: '*',
  bullet: '*',
  div: '/',
  pm: '±',
  mp: '∓',
  le: '<=',
  leq: '<=',
  leqslant: '<=',
  ge: '>=',
  geq: '>=',
  geqslant: '>=',
  lt: '<',
  gt: '>',
  ne: '!=',
  neq: '!=',
  approx: '~',
  simeq: '~',
  thickapprox: '~',
  langle: '⟨',
  rangle: '⟩',
  lbrace: 'set{',
  rbrace: '}set',
  lvert: '|',
  rvert: '|',
  vert: '|',
  mid: '|',
  lVert: '|',
  rVert: '|',
  colon: ':',
  lbrack: '[',
  rbrack: ']',
  prime: "'",
  degree: '°',
  circ: '∘',
})
/** What may stand glued to the letters after it: `\quadx`, `\cdotx`, `\pir`. */
const GLUED = ['qquad', 'quad', 'cdot', 'times', 'dfrac', 'tfrac', 'frac', 'sqrt', 'pi', 'pm', 'infty']

const known = (name: string): boolean =>
  DECORATION.has(name) ||
  SPLICED.has(name) ||
  TEXTUAL.has(name) ||
  GREEK.has(name) ||
  FUNCTIONS.has(name) ||
  name in COMMANDS ||
  /^(?:begin|end|mathbb|[dtc]?frac|sqrt|pi|infty|binom|in|cup|cap|pmod|pod)$/.test(name)

/** The command that a run of letters begins with, where the whole run is none: \\quadx, \\cdotx, \\lambdaT. */
export function commandIn(run: string): string {
  if (known(run)) return run
  const glued = GLUED.find((head) => run.startsWith(head))
  if (glued) return glued
  // \cotx
  const one = run.slice(0, -1)
  if (FUNCTIONS.has(one) && one.length > 1) return one
  let longest = run
  let length = 0
  for (const head of GREEK) {
    if (head.length > length && run.startsWith(head)) {
      longest = head
      length = head.length
    }
  }
  return longest
}

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
