import { describe, it } from 'vitest'
import { problems } from '../../../src/index.js'
import { walk } from './walk.js'

/** The content of the last box, braces counted. */
function boxed(text: string): string | undefined {
  const at = text.lastIndexOf('\\boxed{')
  if (at < 0) return undefined
  let depth = 0
  for (let i = at + 6; i < text.length; i++) {
    if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return text.slice(at + 7, i)
  }
  return undefined
}

describe('lesson 01', () => {
  it('01.1: hard mathematics', async () => {
    const rows = await problems('practice')
    const many = (holds: (row: (typeof rows)[number]) => boolean) => rows.filter(holds).length
    const inside = ({ difficulty }: { difficulty?: number }) => difficulty! >= 5 && difficulty! <= 9
    await walk('01.1', {
      rows,
      right: many((row) => row.domain === 'math' && inside(row)),
      wrong: [
        [many((row) => row.kind === 'math' && inside(row)), /is `domain`/],
        [many(inside), /every domain/],
        [many((row) => row.domain === 'math' && row.difficulty! > 5), /lower bound/],
        [many((row) => row.domain === 'math'), /whatever its difficulty/],
        [0, /Filter by/],
        [2.5, /whole number/],
      ],
    })
  })

  it('01.2: the gold answer of a cell', () =>
    walk('01.2', {
      right: (cell: string) => {
        const text = (boxed(cell) ?? cell).trim().replace(/^(-?\d+)\.0$/, '$1')
        return text === '' ? undefined : text
      },
      wrong: [
        [(cell: string) => String(Number(cell)), /plain answer/],
        [(cell: string) => cell, /Windows line end/],
        [(cell: string) => cell.trim(), /holds no answer/],
        [(cell: string) => cell.trim() || undefined, /is a whole number/],
        [(cell: string) => cell.trim().replace(/\.\d+$/, '') || undefined, /is no whole number/],
        [(cell: string) => cell.trim().replace(/\.0$/, '') || undefined, /corrected in a second one/],
        [
          (cell: string) => (cell.match(/.*\\boxed\{([^}]*)\}/)?.[1] ?? cell).trim().replace(/\.0$/, '') || undefined,
          /Count them/,
        ],
      ],
    }))
})
