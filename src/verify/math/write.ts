// A tree as one line of text: what a verdict says it compared.

import { exact } from './exact.js'
import type { Rational } from './rational.js'
import type { Tree } from './tree.js'

const MAX = 300

/** The normal form of an answer, readable: exact where it is a number, else structure by structure. */
export function written(tree: Tree): string {
  const text = write(tree, 0)
  return text.length > MAX ? `${text.slice(0, MAX - 1)}…` : text
}

const fraction = ({ n, d }: Rational): string => {
  const text = d === 1n ? String(n) : `${n}/${d}`
  return text.length > 60 ? `${text.slice(0, 28)}…${text.slice(-28)}` : text
}

const RELATIONS = { '=': '=', '<': '<', '<=': '≤', '>': '>', '>=': '≥', '!=': '≠', in: '∈', '~': '≈' } as const
const SETS: Record<string, string> = { R: 'ℝ', Z: 'ℤ', N: 'ℕ', Q: 'ℚ', C: 'ℂ' }

function write(tree: Tree, depth: number): string {
  if (depth > 12) return '…'
  const inner = (part: Tree) => write(part, depth + 1)
  const all = (of: readonly Tree[], by: string) => of.slice(0, 60).map(inner).join(by)
  /** In brackets where it holds a sum or a sign. */
  const tight = (part: Tree) =>
    /^(?:sum|negative|quotient|product|either|relation)$/.test(part.t) ||
    (part.t === 'number' && (part.value.d !== 1n || part.value.n < 0n))
      ? `(${inner(part)})`
      : inner(part)
  if (tree.t === 'sum' || tree.t === 'product' || tree.t === 'quotient' || tree.t === 'power') {
    const value = exact(tree)
    if (value) return fraction(value)
  }
  switch (tree.t) {
    case 'number':
      return fraction(tree.value)
    case 'constant':
      return tree.name === 'pi' ? 'π' : tree.name
    case 'infinity':
      return tree.sign === 1 ? '∞' : '-∞'
    case 'symbol':
    case 'word':
      return tree.name.replace(/^\\/, '')
    case 'sum':
      return tree.of
        .map((part, k) => {
          const text = inner(part)
          return k === 0 ? text : text.startsWith('-') ? ` - ${text.slice(1)}` : ` + ${text}`
        })
        .join('')
    case 'product':
      return tree.of.map(tight).join('·')
    case 'quotient':
      return `${tight(tree.over)}/${tight(tree.under)}`
    case 'power':
      return `${tight(tree.base)}^${tight(tree.exponent)}`
    case 'negative':
      return `-${tight(tree.of)}`
    case 'either':
      return `${tree.left ? `${inner(tree.left)} ` : ''}${tree.sign === 1 ? '±' : '∓'} ${tight(tree.right)}`
    case 'call':
      return `${tree.name === 'sqrt' ? '√' : tree.name}${tree.index ? `[${inner(tree.index)}]` : ''}(${all(tree.of, ', ')})`
    case 'range':
      return `${tree.operator}(${inner(tree.of)})`
    case 'relation':
      return tree.of
        .map((part, k) => (k === 0 ? inner(part) : ` ${RELATIONS[tree.operators[k - 1]!]} ${inner(part)}`))
        .join('')
    case 'list':
      return all(tree.of, ', ')
    case 'tuple':
      return `${tree.open}${all(tree.of, ', ')}${tree.close}`
    case 'set':
      return tree.of.length ? `{${all(tree.of, ', ')}}` : '∅'
    case 'reals':
      return SETS[tree.name] ?? tree.name
    case 'union':
      return all(tree.of, ' ∪ ')
    case 'intersection':
      return all(tree.of, ' ∩ ')
    case 'without':
      return all(tree.of, ' ∖ ')
    case 'matrix':
      return `[${tree.rows
        .slice(0, 12)
        .map((row) => all(row, ' '))
        .join('; ')}]`
    case 'ratio':
      return all(tree.of, tree.words ? ' to ' : ' : ')
    case 'percent':
      return `${inner(tree.of)}%`
    case 'degrees':
      return `${inner(tree.of)}°`
    case 'quantity':
      return `${inner(tree.of)} ${tree.unit}`
    case 'numeral':
      return `${tree.digits} in base ${tree.base}`
    case 'residue':
      return `${inner(tree.of)} mod ${inner(tree.modulus)}`
    case 'text':
      return `“${tree.text}”`
    case 'clock': {
      const minutes = String(tree.minutes % 60).padStart(2, '0')
      return `${Math.floor(tree.minutes / 60)}:${minutes}${tree.half ? '' : ' or 12 hours later'}`
    }
    case 'family':
      return `${inner(tree.of)}, ${tree.parameters.map(({ name, domain }) => `${name} ∈ ${SETS[domain] ?? domain}`).join(', ')}`
    case 'cases':
      return tree.rows
        .map(({ value, where }) => `${inner(value)} ${where ? `if ${inner(where)}` : 'otherwise'}`)
        .join('; ')
    case 'builder':
      return `{${inner(tree.of)} : ${all(tree.where, ', ')}}`
    case 'dots':
      return '…'
  }
}
