// Arithmetic with matrices, so that ½·(2, 4) and (1, 2) are one column.

import { number, some, type Tree } from './tree.js'

const MAX_SIZE = 8

/** Carries out sums, products and determinants of matrices inside a tree; anything else is left as it is. */
export function withoutMatrixArithmetic(tree: Tree): Tree {
  if (!some(tree, ({ t }) => t === 'matrix')) return tree
  return reduce(tree)
}

function reduce(tree: Tree): Tree {
  switch (tree.t) {
    case 'negative': {
      const of = reduce(tree.of)
      return of.t === 'matrix' ? each(of, (cell) => ({ t: 'negative', of: cell })) : { ...tree, of }
    }
    case 'sum': {
      const of = tree.of.map(reduce)
      const first = of[0]!
      if (
        !of.every(
          (part) =>
            part.t === 'matrix' &&
            part.rows.length === (first as typeof part).rows.length &&
            part.rows[0]!.length === (first as typeof part).rows[0]!.length,
        )
      )
        return { ...tree, of }
      const matrices = of as (Tree & { t: 'matrix' })[]
      return {
        t: 'matrix',
        rows: matrices[0]!.rows.map((row, i) =>
          row.map((_, j) => ({ t: 'sum', of: matrices.map((matrix) => matrix.rows[i]![j]!) })),
        ),
      }
    }
    case 'product': {
      let result: Tree | undefined
      for (const part of tree.of.map(reduce)) result = result ? multiply(result, part) : part
      return result!
    }
    case 'quotient': {
      const over = reduce(tree.over)
      return over.t === 'matrix' ? each(over, (cell) => ({ t: 'quotient', over: cell, under: tree.under })) : tree
    }
    case 'power': {
      const base = reduce(tree.base)
      const { exponent } = tree
      if (base.t === 'matrix' && exponent.t === 'symbol' && (exponent.name === 'T' || exponent.name === '\\top')) {
        return { t: 'matrix', rows: base.rows[0]!.map((_, j) => base.rows.map((row) => row[j]!)) }
      }
      if (
        base.t === 'matrix' &&
        exponent.t === 'number' &&
        exponent.value.d === 1n &&
        exponent.value.n >= 1n &&
        exponent.value.n <= 4n
      ) {
        let result: Tree = base
        for (let k = 1n; k < exponent.value.n; k++) result = multiply(result, base)
        return result
      }
      return { ...tree, base }
    }
    case 'call': {
      const of = tree.of.map(reduce)
      const only = of[0]
      if (
        tree.name === 'det' &&
        only?.t === 'matrix' &&
        only.rows.length === only.rows[0]!.length &&
        only.rows.length <= 4
      )
        return determinant(only.rows)
      return { ...tree, of }
    }
    case 'relation':
    case 'list':
    case 'set':
      return { ...tree, of: tree.of.map(reduce) }
    default:
      return tree
  }
}

const each = (matrix: Tree & { t: 'matrix' }, change: (cell: Tree) => Tree): Tree => ({
  t: 'matrix',
  rows: matrix.rows.map((row) => row.map(change)),
})

function multiply(a: Tree, b: Tree): Tree {
  if (a.t === 'matrix' && b.t === 'matrix') {
    const inner = b.rows.length
    if (a.rows[0]!.length !== inner || Math.max(a.rows.length, inner, b.rows[0]!.length) > MAX_SIZE)
      return { t: 'product', of: [a, b] }
    return {
      t: 'matrix',
      rows: a.rows.map((row) =>
        b.rows[0]!.map((_, j) => ({
          t: 'sum',
          of: row.map((cell, k) => ({ t: 'product', of: [cell, b.rows[k]![j]!] })),
        })),
      ),
    }
  }
  if (a.t === 'matrix') return each(a, (cell) => ({ t: 'product', of: [cell, b] }))
  if (b.t === 'matrix') return each(b, (cell) => ({ t: 'product', of: [a, cell] }))
  return { t: 'product', of: [a, b] }
}

function determinant(rows: Tree[][]): Tree {
  if (rows.length === 1) return rows[0]![0]!
  const terms: Tree[] = rows[0]!.map((cell, j) => ({
    t: 'product',
    of: [
      number({ n: j % 2 ? -1n : 1n, d: 1n }),
      cell,
      determinant(rows.slice(1).map((row) => row.filter((_, k) => k !== j))),
    ],
  }))
  return { t: 'sum', of: terms }
}
