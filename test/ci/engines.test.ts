// Every cell of a long list through both engines: tslab is the oracle of ours, and what differs is named.
import { beforeAll, describe, expect, it } from 'vitest'
import { type Compared, compareAll, differences, readNotebooks } from './engines/compare.js'
import { rules } from './engines/rules.js'

const notebooks = readNotebooks()

describe('the two engines', () => {
  let cells: Compared[]
  beforeAll(async () => {
    cells = await compareAll(notebooks)
    // About 80 s on two quiet cores.
  }, 900_000)

  it('have run some hundred cells of many kinds', () => {
    expect(notebooks.length).toBeGreaterThan(45)
    expect(cells.length).toBeGreaterThan(500)
    expect(cells.filter(({ tslab }) => tslab.end === 'ok').length).toBeGreaterThan(350)
  })

  it('use every rule, and no other', () => {
    expect([...new Set(cells.flatMap((cell) => cell.rule ?? []))].sort()).toEqual(Object.keys(rules).sort())
  })

  it.each(notebooks.map(({ title }) => title))('show the same, or differ by a rule: %s', (title) => {
    const mine = cells.filter((cell) => cell.title === title)
    const unexplained = mine.flatMap((cell, at) => {
      const parts = differences(cell)
      const rule = cell.rule === undefined ? undefined : rules[cell.rule]
      if (parts.length === 0) return rule ? [{ ...told(cell), claims: `${cell.rule}, but both show the same` }] : []
      return rule?.holds(cell, mine.slice(0, at)) ? [] : [{ ...told(cell), claims: cell.rule ?? 'nothing' }]
    })
    expect(unexplained).toEqual([])
  })
})

function told(cell: Compared) {
  const shown = Object.fromEntries(differences(cell).map((part) => [part, [cell.skylab[part], cell.tslab[part]]]))
  return { cell: cell.number, code: cell.code, 'skylab, tslab': shown }
}
