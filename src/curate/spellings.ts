// The several spellings of one thing in questions: LaTeX commands, Unicode signs, HTML.

/** Commands that only lay out: `\left( x \right)` is `(x)`, `\text{cm}` is `cm`. */
export const LAYOUT = new Set(
  `left right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle scriptstyle quad qquad text textbf textit
  texttt textrm textsf textsc emph mathrm mathbf mathit mathbb mathcal mathsf mathtt mathfrak boldsymbol bm operatorname
  limits nolimits nonumber notag ldots dots cdots vdots dotsc dotsb mbox hbox rm bf it large Large small item hline
  centering underline mid middle noindent par newline`.split(/\s+/),
)

/** Commands whose argument is layout too: the name of an environment, a length. */
export const WITH_ARGUMENT = new Set(
  'begin end hspace vspace phantom hphantom vphantom label color setlength includegraphics'.split(' '),
)

/** `\frac{a}{b}` is read as `a / b`, whatever the command's size. */
export const FRACTIONS = new Set('frac dfrac tfrac cfrac'.split(' '))

/** Operators by their commands. */
export const OPERATORS: Record<string, string> = {
  times: '*',
  cdot: '*',
  ast: '*',
  div: '/',
  over: '/',
  le: 'leq',
  leq: 'leq',
  leqslant: 'leq',
  ge: 'geq',
  geq: 'geq',
  geqslant: 'geq',
  ne: 'neq',
  neq: 'neq',
  lt: '<',
  gt: '>',
  pm: '±',
  approx: '≈',
  equiv: '≡',
}

/** Words by their commands, where they are not the command's own name. */
export const COMMAND_WORDS: Record<string, string> = {
  circ: 'degree',
  varnothing: 'emptyset',
  varphi: 'phi',
  varepsilon: 'epsilon',
  rightarrow: 'to',
  longrightarrow: 'to',
  implies: 'rightarrow',
  binom: 'binom',
  dbinom: 'binom',
  tbinom: 'binom',
}

/** Words that are spelled in two ways. */
export const WORDS: Record<string, string> = { degrees: 'degree' }

/** Signs beyond ASCII: an operator, or a word (marked by its letters). A superscript is `^` and its digit. */
export const SIGNS: Record<string, string> = {
  '×': '*',
  '·': '*',
  '⋅': '*',
  '∙': '*',
  '∗': '*',
  '÷': '/',
  '⁄': '/',
  '∕': '/',
  '−': '-',
  '–': '-',
  '‐': '-',
  '‑': '-',
  '≤': 'leq',
  '⩽': 'leq',
  '≥': 'geq',
  '⩾': 'geq',
  '≠': 'neq',
  '±': '±',
  '≈': '≈',
  '≡': '≡',
}

export const SIGN_WORDS: Record<string, string> = {
  '√': 'sqrt',
  '∠': 'angle',
  '△': 'triangle',
  '∆': 'triangle',
  '∞': 'infty',
  '∈': 'in',
  '∪': 'cup',
  '∩': 'cap',
  '⊂': 'subset',
  '⊆': 'subseteq',
  '∑': 'sum',
  '∏': 'prod',
  '∫': 'int',
  '→': 'to',
  '⇒': 'rightarrow',
  '°': 'degree',
  º: 'degree',
  '∥': 'parallel',
  '⊥': 'perp',
  '∅': 'emptyset',
  '⌊': 'lfloor',
  '⌋': 'rfloor',
  '⌈': 'lceil',
  '⌉': 'rceil',
}

export const SUPERSCRIPTS: Record<string, string> = {
  '⁰': '0',
  '¹': '1',
  '²': '2',
  '³': '3',
  '⁴': '4',
  '⁵': '5',
  '⁶': '6',
  '⁷': '7',
  '⁸': '8',
  '⁹': '9',
  ⁿ: 'n',
}

const GREEK =
  'αalpha βbeta γgamma δdelta εepsilon ζzeta ηeta θtheta ιiota κkappa λlambda μmu νnu ξxi πpi ρrho σsigma ςsigma τtau υupsilon φphi ϕphi χchi ψpsi ωomega'

/** Greek letters that stand alone in a formula. A Greek word stays one. */
export const LETTERS: Record<string, string> = Object.fromEntries(
  GREEK.split(' ').flatMap((one) => [
    [one[0]!, one.slice(1)],
    [one[0]!.toUpperCase(), one.slice(1)],
  ]),
)

/** HTML as code problems carry it. */
export const TAG =
  /^<\/?(?:p|br|b|i|em|strong|code|pre|sub|sup|ul|ol|li|div|span|img|a|h[1-6]|table|tr|td|th|tt|font|center|var)(?:\s[^<>]{0,300})?\s?\/?>/i
export const ENTITIES: Record<string, string> = { lt: '<', gt: '>', le: 'leq', ge: 'geq', ne: 'neq', times: '*' }
