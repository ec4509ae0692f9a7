// Whole numbers as Python reads them, which the report's rules try first: there ^ is the exclusive or, so that 2^8 is 10.

import { number, type Tree } from './tree.js'

const MAX = 1n << 4000n

class NotPython extends Error {}

/** The value of an expression of whole numbers with ^ in it, by Python's precedence; undefined for anything else. */
export function python(text: string): Tree | undefined {
  if (!text.includes('^') || text.length > 200 || !/^[\d+\-*^() ]+$/.test(text)) return undefined
  const tokens = text.match(/\d+|\*\*|[-+*^()]/g) ?? []
  let at = 0
  const bounded = (value: bigint): bigint => {
    if (value > MAX || value < -MAX) throw new NotPython()
    return value
  }
  const either = (): bigint => {
    let left = sum()
    while (tokens[at] === '^') {
      at++
      left ^= sum()
    }
    return left
  }
  const sum = (): bigint => {
    let left = product()
    while (tokens[at] === '+' || tokens[at] === '-') left = tokens[at++] === '+' ? left + product() : left - product()
    return bounded(left)
  }
  const product = (): bigint => {
    let left = unary()
    while (tokens[at] === '*') {
      at++
      left = bounded(left * unary())
    }
    return left
  }
  const unary = (): bigint => {
    if (tokens[at] === '-' || tokens[at] === '+') return tokens[at++] === '-' ? -unary() : unary()
    const base = atom()
    if (tokens[at] !== '**') return base
    at++
    const exponent = unary()
    if (exponent < 0n || exponent > 4000n) throw new NotPython()
    return bounded(base ** exponent)
  }
  const atom = (): bigint => {
    const token = tokens[at++]
    if (token === '(') {
      const inner = either()
      if (tokens[at++] !== ')') throw new NotPython()
      return inner
    }
    // 007 is no number in Python.
    if (token === undefined || !/^(?:0+|[1-9]\d*)$/.test(token)) throw new NotPython()
    return BigInt(token)
  }
  try {
    const value = either()
    return at === tokens.length ? number({ n: value, d: 1n }) : undefined
  } catch (error) {
    if (error instanceof NotPython) return undefined
    throw error
  }
}
