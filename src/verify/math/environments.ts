// Systems and piecewise functions: \begin{cases}, \begin{aligned} and their like.

import type { Parser } from './parse.js'
import { CONDITION } from './said.js'
import type { Token } from './token.js'
import { type Tree, Unreadable } from './tree.js'

export const isAligned = (kind: string): boolean =>
  /^(?:aligned|align|alignat|alignedat|gathered|gather|split|eqnarray|equation|multline)$/.test(kind)
export const isCases = (kind: string): boolean => /^[dr]?cases$/.test(kind)

/** Lines of equations: their marks of alignment say nothing, and a line that begins with = goes on with the last. */
export function aligned(parser: Parser): Tree {
  const length = lengthOf(parser)
  parser.rewrite(length, (tokens) => {
    const kept = tokens.filter((token) => !(token.k === 'op' && token.text === '&'))
    return kept.filter(
      (token, k) =>
        !(token.k === 'op' && token.text === '\\\\' && /^(?:[=<>~]|<=|>=|!=|,)$/.test(kept[k + 1]?.text ?? '')),
    )
  })
  const rows: Tree[] = []
  for (;;) {
    if (parser.take('\\\\')) continue
    const token = parser.peek()
    if (!token) throw new Unreadable('lines that do not end')
    if (token.k === 'end') break
    rows.push(parser.separated())
  }
  parser.skip(1)
  return joined(rows)
}

/** Values with their conditions, or a system of equations. */
export function cases(parser: Parser): Tree {
  const rows: { value: Tree; where?: Tree }[] = []
  const before = parser.keepConditions
  parser.keepConditions = true
  for (;;) {
    if (parser.take('\\\\')) continue
    const token = parser.peek()
    if (!token) throw new Unreadable('cases that do not end')
    if (token.k === 'end') break
    // x &= 1: a mark of alignment inside an equation.
    if (/^(?:[=<>]|<=|>=)$/.test(parser.peek(2)?.text ?? '') && parser.is('&', 1))
      parser.rewrite(2, ([first]) => [first!])
    const value = parser.separated()
    let where: Tree | undefined
    let marked = false
    for (;;) {
      const next = parser.peek()
      if (parser.is('&') || parser.is(',') || parser.is(';')) {
        parser.skip(1)
        marked = true
      } else if ((next?.k === 'text' || next?.k === 'word') && OTHERWISE.test(next.text)) {
        parser.skip(1)
        marked = true
      } else if ((next?.k === 'text' || next?.k === 'word') && CONDITION.test(next.text)) {
        parser.skip(1)
        marked = true
      } else break
    }
    const next = parser.peek()
    if (marked && next && next.k !== 'end' && !parser.is('\\\\')) where = parser.separated()
    rows.push({ value, ...(where && { where }) })
  }
  parser.skip(1)
  parser.keepConditions = before
  if (rows.length === 0) throw new Unreadable('no cases')
  if (rows.every(({ where }) => !where)) return joined(rows.map(({ value }) => value))
  return { t: 'cases', rows }
}

const OTHERWISE = /^(?:otherwise|else|elsewhere|其他|否则)\b/i

function joined(rows: Tree[]): Tree {
  const of = rows.flatMap((row) => (row.t === 'list' ? row.of : [row]))
  if (of.length === 0) throw new Unreadable('nothing')
  return of.length === 1 ? of[0]! : { t: 'list', of }
}

/** Tokens up to the end of the environment that is open. */
function lengthOf(parser: Parser): number {
  let depth = 0
  for (let k = 0; ; k++) {
    const token: Token | undefined = parser.peek(k)
    if (!token) throw new Unreadable('an environment that does not end')
    if (token.k === 'begin') depth++
    if (token.k === 'end' && depth-- === 0) return k
  }
}
