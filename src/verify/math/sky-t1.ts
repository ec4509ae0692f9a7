// Equality under the rules that filtered the report's data, to count what they let in (SkyThought,
// util/math_parsing_util.py, commit 0d190f1). Their symbolic step runs sympy; here it is our own reading of both sides.

import { near, symbolicallyEqual } from './sky-t1-symbolic.js'

export { skyT1Extract, skyT1Normal } from './sky-t1-normal.js'

/** How two answers were made equal. */
export type SkyT1Rule =
  | 'text'
  | 'choice'
  | 'number'
  | 'without brackets'
  | 'element by element'
  | 'matrix'
  | 'equation'
  | 'assignment'
  | 'symbolic'

/** Elements within elements, and comparisons in all, before the answer is no: the original has 5 seconds. */
const MAX_DEPTH = 20
const MAX_COMPARISONS = 300
const MAX_LENGTH = 4000

/** The rule that makes a prediction equal to a reference, both in normal form; undefined where none does. */
export function skyT1Rule(pred: string, gold: string): SkyT1Rule | undefined {
  return rule(pred, gold, 0, { left: MAX_COMPARISONS })
}

function rule(pred: string, gold: string, depth: number, budget: { left: number }): SkyT1Rule | undefined {
  if (pred.trim().toLowerCase() === gold.trim().toLowerCase()) return 'text'
  if (depth > MAX_DEPTH || budget.left-- <= 0 || pred.length > MAX_LENGTH || gold.length > MAX_LENGTH) return undefined
  const again = (one: string, other: string) => rule(one, other, depth + 1, budget)
  if (/^[A-E]$/.test(gold) && choice(pred) === gold) return 'choice'
  const a = digits(pred)
  const b = digits(gold)
  if (a !== undefined && b !== undefined) {
    return [b / 100, b, b * 100].some((value) => near(a, value)) ? 'number' : undefined
  }
  if (pred === '') return undefined
  pred = pred.trim()
  gold = gold.trim()
  if (pred.includes('pmatrix') && !gold.includes('pmatrix')) gold = asColumns(gold)
  if (bare(...outerStripped(pred, gold))) return 'without brackets'
  const opens = /^[([].+[)\]]/
  if (opens.test(pred) && opens.test(gold)) {
    const left = pred.slice(1, -1).split(',')
    const right = gold.slice(1, -1).split(',')
    if (left.length === right.length && left.every((part, k) => again(part, right[k]!))) return 'element by element'
  }
  if (isMatrix(pred) && isMatrix(gold)) {
    const left = cells(pred)
    const right = cells(gold)
    const same =
      left.length === right.length &&
      left.every((row, i) => row.length === right[i]!.length && row.every((cell, j) => again(cell, right[i]![j]!)))
    if (same) return 'matrix'
  }
  const p = pred.split('=')
  const g = gold.split('=')
  if (p.length === 2 && g.length === 2) {
    const one = `${p[0]!.trim()} - (${p[1]!.trim()})`
    const two = `${g[0]!.trim()} - (${g[1]!.trim()})`
    if (symbolicallyEqual(one, two) || symbolicallyEqual(`-(${one})`, two)) return 'equation'
  } else if (p.length === 2 && p[0]!.trim().length <= 2 && g.length === 1) {
    if (again(p[1]!, gold)) return 'assignment'
  } else if (g.length === 2 && g[0]!.trim().length <= 2 && p.length === 1) {
    if (again(pred, g[1]!)) return 'assignment'
  }
  return symbolicallyEqual(pred, gold) ? 'symbolic' : undefined
}

const FLOAT = /^\s*[+-]?(?:(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?|nan|inf(?:inity)?)\s*$/i

/** What Python's float() makes of a text without its commas. */
function digits(text: string): number | undefined {
  const plain = text.replaceAll(',', '')
  if (FLOAT.test(plain)) {
    const found = plain.trim().replaceAll('_', '')
    return /nan|inf/i.test(found) ? (/inf/i.test(found) ? Number.POSITIVE_INFINITY : Number.NaN) : Number(found)
  }
  const percent = /^(.*?)\\?%$/s.exec(plain)
  return percent && FLOAT.test(percent[1]!) ? Number(percent[1]!.replaceAll('_', '')) / 100 : undefined
}

/** The last A to E of the text in capitals, an article among them. */
function choice(text: string): string {
  const cleaned = text
    .replace(/^\n+|\n+$/g, '')
    .replace(/\.+$/, '')
    .replace(/\/+$/, '')
    .replace(/^ +| +$/g, '')
    .replace(/^:+/, '')
  const found = cleaned.toUpperCase().match(/(?<![\p{L}\p{N}_])[A-E](?![\p{L}\p{N}_])/gu)
  return (found?.pop() ?? cleaned.trim().replace(/^\.+|\.+$/g, '')).replace(/\.+$/, '').replace(/\/+$/, '')
}

const asColumns = (text: string): string =>
  [...text.matchAll(/\{.*,.*\}/g)]
    .map(([part]) => `\\begin{pmatrix}${part.replace(/^[{}]+|[{}]+$/g, '').replaceAll(',', '\\')}\\end{pmatrix}`)
    .join(', ')

function outerStripped(pred: string, gold: string): [string, string] {
  const square = pred.startsWith('[') && pred.endsWith(']') && !gold.startsWith('(')
  const round = pred.startsWith('(') && pred.endsWith(')') && !gold.startsWith('[')
  if (!square && !round) return [pred, gold]
  const stripped = (text: string) => text.replace(/^[[\]()]+/, '').replace(/[[\]()]+$/, '')
  return [stripped(pred), stripped(gold)]
}

const bare = (pred: string, gold: string): boolean => {
  const [one, two] = [pred, gold].map((text) => text.replace(/[{}()]/g, '').toLowerCase())
  return one === two
}

const HEAD = '\\begin{pmatrix}'.length
const TAIL = '\\end{pmatrix}'.length
const isMatrix = (text: string): boolean => /^\\begin\{[pb]matrix\}/.test(text) && /\\end\{[pb]matrix\}$/.test(text)

const cells = (text: string): string[][] =>
  text
    .slice(HEAD, -TAIL)
    .split('\\\\')
    .map((line) => line.trim())
    .filter((line) => line)
    .map((line) => line.split('&'))
