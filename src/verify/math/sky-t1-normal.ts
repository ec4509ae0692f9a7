// The answer and its normal form under the rules that filtered the report's data, step by step in their order
// (SkyThought, util/math_parsing_util.py, commit 0d190f1).

/** An answer that is longer is not taken apart: the original gives up after 5 seconds, and the pair is not equal. */
const MAX_LENGTH = 4000

/** The answer as those rules find it: the last box, else a statement, else the last number of the text. */
export function skyT1Extract(text: string): string {
  text = text.replaceAll('ки', '')
  let answer = located(text)
  if (answer.length > MAX_LENGTH) return answer
  answer = answer.replace(/\n\s*/g, '')
  if (answer.startsWith(':')) answer = answer.slice(1)
  if (answer.endsWith('.')) answer = answer.slice(0, -1)
  if (answer.endsWith('/')) answer = answer.slice(0, -1)
  return skyT1Normal(answer)
}

function located(text: string): string {
  const opening = 'final answer is $'
  const closing = '$. I hope'
  if (text.includes(opening) && text.includes(closing)) {
    const rest = text.slice(text.indexOf(opening) + opening.length)
    const end = rest.indexOf(closing)
    return (end < 0 ? rest : rest.slice(0, end)).trim()
  }
  if (text.includes('boxed')) return inBox(text.slice(text.lastIndexOf('boxed') + 5))
  for (const statement of ['he answer is', 'final answer is'])
    if (text.includes(statement)) return text.slice(text.lastIndexOf(statement) + statement.length).trim()
  if (text.includes('答案是')) return text.split('答案是')[1]!.trim().split('\n\n')[0]!.trim()
  return (
    text
      .replaceAll(',', '')
      .match(/-?\d*\.?\d+/g)
      ?.pop() ?? ''
  )
}

function inBox(rest: string): string {
  if (rest === '') return ''
  if (rest[0] !== '{') return rest.split('$')[0]!.trim()
  let depth = 0
  for (let at = 0; at < rest.length; at++) {
    if (rest[at] === '{') depth++
    else if (rest[at] === '}' && --depth === 0) return rest.slice(1, at)
  }
  return rest.slice(1)
}

type Step = (text: string) => string
const drop =
  (...parts: string[]): Step =>
  (text) =>
    parts.reduce((rest, part) => rest.replaceAll(part, ''), text)
const swap =
  (...pairs: [string, string][]): Step =>
  (text) =>
    pairs.reduce((rest, [old, by]) => rest.replaceAll(old, () => by), text)
const pattern =
  (what: RegExp, by: string): Step =>
  (text) =>
    text.replace(what, by)

const BEFORE: Step[] = [
  (text) => text.trim(),
  drop('\n'),
  pattern(/\.+$/, ''),
  drop('\\!'),
  pattern(/\\begin\{array\}\{.*?\}/g, '\\begin{pmatrix}'),
  pattern(/\\end\{array\}/g, '\\end{pmatrix}'),
  swap(['bmatrix', 'pmatrix'], ['tfrac', 'frac'], ['dfrac', 'frac']),
  swap(['\\neq', '\\ne'], ['\\leq', '\\le'], ['\\geq', '\\ge']),
  drop('\\left', '\\right'),
  swap(['\\{', '{'], ['\\}', '}']),
  (text) =>
    text.replace(/\\text\{([a-zA-Z]+)\}/g, (whole, word: string) => {
      const digits = inDigits(word.toLowerCase())
      return digits === word.toLowerCase() ? whole : digits
    }),
  pattern(/(cm|inches)\}\^2/g, '$1}'),
  (text) => text.replace(/\\text\{.*?\}$/, '').trim() || text,
  drop('^{\\circ}', '^\\circ', '\\$', '$', '\\(', '\\)'),
  inDigits,
  pattern(/\\text\{(.*?)\}/g, '$1'),
  drop('x=', 'y=', 'z=', 'x\\in', 'y\\in', 'z\\in', 'x\\to', 'y\\to', 'z\\to'),
  swap(['\\emptyset', '{}'], ['(-\\infty,\\infty)', '\\mathbb{R}']),
  drop('\\%', '%'),
  swap([' .', ' 0.'], ['{.', '{0.'], ['infinity', '\\infty']),
  (text) => (text.includes('\\infty') ? text : text.replaceAll('inf', '\\infty')),
  drop('and', '\\mathbf'),
  pattern(/\\mbox\{.*?\}/g, ''),
  (text) => (text.includes('j') && !text.includes('i') ? text.replaceAll('j', 'i') : text),
  pattern(/(?<!\d)(\d+)\.0*([^\d])/g, '$1$2'),
  pattern(/(?<!\d)(\d+)\.0*$/, '$1'),
]

const AFTER: Step[] = [
  (text) => (text[0] === '.' ? `0${text}` : text),
  (text) => {
    const sides = text.split('=')
    return sides.length === 2 && sides[0]!.length <= 2 ? sides[1]! : text
  },
  pattern(/\\sqrt([\p{L}\p{N}_]+)/gu, '\\sqrt{$1}'),
  drop(' '),
  bracedFractions,
  slashed,
  pattern(/\\(?=-?\d+(?:\\|\)|,|\]|$))/g, ''),
  pattern(/thgrade$/, ''),
  sortedIntegers,
]

/** The normal form of those rules. */
export function skyT1Normal(text: string): string {
  if (text.length > MAX_LENGTH) return text
  for (const step of BEFORE) text = step(text)
  if (text === '') return text
  for (const step of AFTER) text = step(text)
  return text
}

/** \frac12 → \frac{1}{2}, character by character as those rules do it. */
function bracedFractions(text: string): string {
  const [head, ...rest] = text.split('\\frac')
  let out = head!
  for (const part of rest) {
    if (part[0] === '{') out += `\\frac${part}`
    else if (part.length < 2) return text
    else out += `\\frac{${part[0]}}${part[1] === '{' ? '{' : `{${part[1]}}`}${part.slice(2)}`
  }
  return out
}

const WHOLE = /^(?:0|-?[1-9]\d*)$/

function slashed(text: string): string {
  const sides = text.split('/')
  const usable = (side: string) => side.includes('sqrt') || WHOLE.test(side)
  return sides.length === 2 && sides.every(usable) ? `\\frac{${sides[0]}}{${sides[1]}}` : text
}

/** The rule by which "12,000" becomes "0,12". */
function sortedIntegers(text: string): string {
  if (!/^(?:\s*-?\d+\s*,)*\s*-?\d+\s*$/.test(text)) return text
  return text
    .split(',')
    .map(BigInt)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .join(',')
}

const WORDS = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
    .split(' ')
    .map((word, value) => [word, value]),
)
for (const [k, word] of 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').entries())
  WORDS.set(word, 20 + 10 * k)
WORDS.set('hundred', 100)
const SCALES = ['billion', 'million', 'thousand'] as const
const SIZES = { billion: 1e9, million: 1e6, thousand: 1e3 } as const

/** Number words as the package word2number 1.1 reads them: every other word of the text is passed over. */
function inDigits(text: string): string {
  const spaced = text.replaceAll('-', ' ').toLowerCase()
  if (/^\p{Nd}+$/u.test(spaced)) return spaced.normalize('NFKC').replace(/^0+(?=.)/, '')
  const words = spaced
    .trim()
    .split(/\s+/)
    .filter((word) => WORDS.has(word) || word in SIZES || word === 'point')
  if (words.length === 0) return text
  const once = [...SCALES, 'point'].every((word) => words.indexOf(word) === words.lastIndexOf(word))
  const point = words.indexOf('point')
  const whole = point < 0 ? words : words.slice(0, point)
  const at = SCALES.map((scale) => whole.indexOf(scale)).filter((place) => place >= 0)
  if (!once || at.some((place, k) => k > 0 && place < at[k - 1]!)) return text
  let total = 0
  if (whole.length === 1) total = WORDS.get(whole[0]!) ?? SIZES[whole[0] as 'million']
  else if (whole.length) {
    let from = 0
    for (const scale of SCALES) {
      const place = whole.indexOf(scale)
      if (place < 0) continue
      const many = together(whole.slice(from, place))
      if (many === undefined) return text
      total += many * SIZES[scale]
      from = place + 1
    }
    if (from < whole.length) total += together(whole.slice(from)) ?? Number.NaN
  }
  if (Number.isNaN(total)) return text
  const decimals = point < 0 ? [] : words.slice(point + 1)
  if (decimals.length === 0) return String(total)
  const digits = decimals.map((word) => WORDS.get(word) ?? 10)
  if (digits.some((digit) => digit > 9)) return String(total)
  const sum = total + Number(`0.${digits.join('')}`)
  return Number.isInteger(sum) ? `${sum}.0` : String(sum)
}

/** Up to four words as that package adds them up: "two hundred thirty four". */
function together(words: readonly string[]): number | undefined {
  const values = words.map((word) => WORDS.get(word) ?? SIZES[word as 'million'])
  const [a, b, c, d] = values as [number, number, number, number]
  if (values.length === 0) return undefined
  if (values.length === 4) return a * b + c + d
  if (values.length === 3) return a * b + c
  if (values.length === 2) return values.includes(100) ? a * b : a + b
  return a
}
