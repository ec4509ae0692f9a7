// The rules that filtered the report's data, to count what they let in (SkyThought, util/math_parsing_util.py,
// as read at commit 0d190f1). The symbolic step is approximated by our own reading of both answers.

import { compare } from './compare.js'
import { read } from './read.js'
import { isExpression, realValue, sameValue } from './values.js'
import { numberWord } from './words.js'

/** The answer as those rules find it: the last box, else a statement, else the last number of the text. */
export function skyT1Extract(text: string): string {
  text = text.replaceAll('ки', '')
  let answer: string
  const sentence = /final answer is \$([\s\S]*?)\$\. I hope/.exec(text)
  if (sentence) answer = sentence[1]!
  else if (text.includes('boxed')) {
    const rest = text.slice(text.lastIndexOf('boxed') + 5)
    if (rest === '') return ''
    if (rest[0] === '{') {
      let depth = 1
      let end = 1
      while (end < rest.length && depth > 0) {
        if (rest[end] === '{') depth++
        else if (rest[end] === '}') depth--
        end++
      }
      answer = rest.slice(1, depth === 0 ? end - 1 : end)
    } else answer = rest.split('$')[0]!.trim()
  } else if (text.includes('he answer is')) answer = text.slice(text.lastIndexOf('he answer is') + 12).trim()
  else if (text.includes('final answer is')) answer = text.slice(text.lastIndexOf('final answer is') + 15).trim()
  else if (text.includes('答案是'))
    answer = text
      .slice(text.lastIndexOf('答案是') + 3)
      .trim()
      .split('\n\n')[0]!
      .trim()
  else
    answer =
      text
        .replaceAll(',', '')
        .match(/-?\d*\.?\d+/g)
        ?.pop() ?? ''
  answer = answer.replace(/\n\s*/g, '')
  if (answer.startsWith(':')) answer = answer.slice(1)
  if (answer.endsWith('.')) answer = answer.slice(0, -1)
  if (answer.endsWith('/')) answer = answer.slice(0, -1)
  return skyT1Normal(answer)
}

/** The normal form of those rules, in their order. */
export function skyT1Normal(text: string): string {
  let t = text.trim().replaceAll('\n', '').replace(/\.+$/, '').replaceAll('\\!', '')
  t = t
    .replace(/\\begin\{array\}\{.*?\}/g, '\\begin{pmatrix}')
    .replaceAll('\\end{array}', '\\end{pmatrix}')
    .replaceAll('bmatrix', 'pmatrix')
  t = t.replaceAll('tfrac', 'frac').replaceAll('dfrac', 'frac')
  t = t.replaceAll('\\neq', '\\ne').replaceAll('\\leq', '\\le').replaceAll('\\geq', '\\ge')
  t = t.replaceAll('\\left', '').replaceAll('\\right', '').replaceAll('\\{', '{').replaceAll('\\}', '}')
  t = t.replace(/\\text\{([a-zA-Z-]+)\}/g, (whole, word: string) => {
    const value = numberWord(word)
    return value === undefined ? whole : String(value)
  })
  t = t.replaceAll('cm}^2', 'cm}').replaceAll('inches}^2', 'inches}')
  const withoutUnit = t.replace(/\\text\{.*?\}$/, '').trim()
  if (withoutUnit !== '') t = withoutUnit
  t = t
    .replaceAll('^{\\circ}', '')
    .replaceAll('^\\circ', '')
    .replaceAll('\\$', '')
    .replaceAll('$', '')
    .replaceAll('\\(', '')
    .replaceAll('\\)', '')
  const word = numberWord(t)
  if (word !== undefined) t = String(word)
  t = t.replace(/\\text\{(.*?)\}/g, '$1')
  for (const key of ['x=', 'y=', 'z=', 'x\\in', 'y\\in', 'z\\in', 'x\\to', 'y\\to', 'z\\to']) t = t.replaceAll(key, '')
  t = t
    .replaceAll('\\emptyset', '{}')
    .replaceAll('(-\\infty,\\infty)', '\\mathbb{R}')
    .replaceAll('\\%', '')
    .replaceAll('%', '')
  t = t.replaceAll(' .', ' 0.').replaceAll('{.', '{0.')
  t = t.replaceAll('infinity', '\\infty')
  if (!t.includes('\\infty')) t = t.replaceAll('inf', '\\infty')
  t = t
    .replaceAll('and', '')
    .replaceAll('\\mathbf', '')
    .replace(/\\mbox\{.*?\}/g, '')
  if (t.includes('j') && !t.includes('i')) t = t.replaceAll('j', 'i')
  t = t.replace(/(\d+)\.0*([^\d])/g, '$1$2').replace(/(\d+)\.0*$/g, '$1')
  if (t === '') return t
  if (t[0] === '.') t = `0${t}`
  const sides = t.split('=')
  if (sides.length === 2 && sides[0]!.length <= 2) t = sides[1]!
  t = t.replace(/\\sqrt(\w+)/g, '\\sqrt{$1}').replaceAll(' ', '')
  t = t.replace(/\\frac(\d)(\d)/g, '\\frac{$1}{$2}').replace(/\\frac(\d)\{/g, '\\frac{$1}{')
  t = t
    .replace(/^(-?\d+)\/(-?\d+)$/, '\\frac{$1}{$2}')
    .replace(/\\(?=-?\d+(\\|\)|,|\]|$))/g, '')
    .replace(/thgrade$/, '')
  if (/^\s*-?\d+(?:\s*,\s*-?\d+)*\s*$/.test(t)) {
    t = t
      .split(',')
      .map(BigInt)
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      .join(',')
  }
  return t
}

const RELATIVE = 1e-4
const close = (a: number, b: number): boolean => Math.abs(a - b) <= RELATIVE * Math.max(Math.abs(a), Math.abs(b))

function digits(text: string): number | undefined {
  const plain = text.replaceAll(',', '')
  const percent = /^(.*?)\\?%$/.exec(plain)
  const number = (value: string) =>
    /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : undefined
  if (percent) {
    const value = number(percent[1]!)
    return value === undefined ? undefined : value / 100
  }
  return number(plain)
}

/** The letter as those rules clean it: the last A to E of the text, upper case. */
function choice(text: string): string {
  const cleaned = text.trim().replace(/^[:./]+|[:./]+$/g, '')
  return (
    cleaned
      .toUpperCase()
      .match(/\b[A-E]\b/g)
      ?.pop() ?? cleaned
  ).replace(/[./]+$/, '')
}

/** Equality under those rules, of a prediction and a reference in their normal form. */
export function skyT1Equal(pred: string, gold: string): boolean {
  if (pred.trim().toLowerCase() === gold.trim().toLowerCase()) return true
  if (/^[A-E]$/.test(gold) && choice(pred) === gold) return true
  const a = digits(pred)
  const b = digits(gold)
  if (a !== undefined && b !== undefined) return [b / 100, b, b * 100].some((value) => close(a, value))
  if (!pred) return false
  const braceless = (text: string) => text.replace(/[{}()]/g, '').toLowerCase()
  const outer = (text: string) => /^\[.*\]$|^\(.*\)$/.test(text)
  const stripped = (p: string, g: string) => {
    const half = (text: string) => text.replace(/^[[\]()]+|[[\]()]+$/g, '')
    return (outer(p) && !outer(g)) || (outer(g) && !outer(p)) ? [half(p), half(g)] : [p, g]
  }
  const [p, g] = stripped(pred, gold) as [string, string]
  if (braceless(p) === braceless(g)) return true
  if (/^[([].+[)\]]$/.test(pred) && /^[([].+[)\]]$/.test(gold)) {
    const left = pred.slice(1, -1).split(',')
    const right = gold.slice(1, -1).split(',')
    if (left.length === right.length && left.every((part, k) => skyT1Equal(part.trim(), right[k]!.trim()))) return true
  }
  const matrix = /^\\begin\{pmatrix\}(.*)\\end\{pmatrix\}$/
  const m = matrix.exec(pred)
  const n = matrix.exec(gold)
  if (m && n) {
    const cells = (text: string) =>
      text
        .split('\\\\')
        .filter((row) => row.trim())
        .map((row) => row.split('&').map((cell) => cell.trim()))
    const left = cells(m[1]!)
    const right = cells(n[1]!)
    return (
      left.length === right.length &&
      left.every((row, i) => row.length === right[i]!.length && row.every((cell, j) => skyT1Equal(cell, right[i]![j]!)))
    )
  }
  return symbolic(pred, gold)
}

/** In place of sympy: our reading of both, with their tolerance. */
function symbolic(pred: string, gold: string): boolean {
  const value = (text: string) =>
    text.split('=').length === 2 && text.split('=')[0]!.trim().length <= 2 ? text.split('=')[1]! : text
  const p = read(value(pred)).trees[0]
  const g = read(value(gold)).trees[0]
  if (!p || !g) return false
  if (isExpression(p) && isExpression(g)) {
    if (sameValue(p, g).equal) return true
    const a = realValue(p)
    const b = realValue(g)
    return a !== undefined && b !== undefined && Number.isFinite(a.near) && close(a.near, b.near)
  }
  return compare(g, p).equal
}
