// Amounts: a number with its unit or currency, two of them put together, and a unit written as a fraction.

import type { Parser } from './parse.js'
import { number, type Tree } from './tree.js'
import { readUnit } from './units.js'
import { directions } from './words.js'

/** An amount of money. What is said behind it ("per day", "dollars") does not make it another amount; "loss" does. */
export function amount(tree: Tree, currency: string): Tree {
  if (tree.t !== 'quantity') return { t: 'quantity', of: tree, unit: currency }
  return { ...tree, unit: [currency, ...directions(tree.unit)].join(' ') }
}

/** 2 hours and 30 minutes, 5 feet 3 inches: one amount in the unit of the first. */
export function sumOfQuantities(first: Tree, second: Tree): Tree | undefined {
  if (first.t !== 'quantity' || second.t !== 'quantity') return undefined
  const one = readUnit(first.unit)
  const two = readUnit(second.unit)
  if (!one || !two || one.dimension !== two.dimension) return undefined
  // The second is the smaller unit: "3 cm and 5 cm" are two lengths.
  if (one.n * two.d <= two.n * one.d) return undefined
  const scale = number({ n: two.n * one.d, d: two.d * one.n })
  return {
    t: 'quantity',
    unit: first.unit,
    of: { t: 'sum', of: [first.of, { t: 'product', of: [second.of, scale] }] },
  }
}

/** \frac{\text{m}}{\text{s}} → m/s */
export function unitFraction(parser: Parser): string | undefined {
  if (parser.peek()?.k !== 'command' || !/^[dtc]?frac$/.test(parser.peek()!.text)) return undefined
  const [open, over, close, open2, under, close2] = [1, 2, 3, 4, 5, 6].map((ahead) => parser.peek(ahead))
  if (open?.text !== '{' || close?.text !== '}' || open2?.text !== '{' || close2?.text !== '}') return undefined
  const worded = (token: typeof over) => token?.k === 'text' || token?.k === 'word'
  if (!worded(over) || !worded(under) || !readUnit(`${over!.text}/${under!.text}`)) return undefined
  parser.skip(7)
  return `${over!.text}/${under!.text}`
}
