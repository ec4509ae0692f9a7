// The stock tslab kernel, started as its own kernel.json starts it, driven by a real client.
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../tools.js'
import { cells, type Message, printed, project, runCells } from './hosts.js'

const user = project()
afterAll(() => user.remove())

const tslab = path.join(root, 'node_modules/tslab/bin/tslab')
const argv = [process.execPath, tslab, 'kernel', '--config-path={connection_file}']
const shownBy = (messages: Message[]) => (cell: number, type: string) =>
  messages.filter((one) => one.cell === cell && one.type === type)

describe('in the stock tslab kernel', () => {
  let messages: Message[]
  beforeAll(async () => {
    messages = await runCells(argv, [cells.figure, cells.table, cells.progress], user.folder)
  })
  const shown = (cell: number, type: string) => shownBy(messages)(cell, type)

  it('shows a figure as HTML with the picture in it', () => {
    expect(printed(messages, 0)).toBe('')
    expect(shown(0, 'display_data')).toHaveLength(1)
    expect(shown(0, 'display_data')[0]!.content.data['text/html']).toMatch(
      /<img [^>]*src="data:image\/svg\+xml;base64,/,
    )
  })

  it('gives a danfo frame', () => {
    expect(printed(messages, 1)).toBe('2 by 2\n')
  })

  it('updates one progress bar in place, to the end', () => {
    expect(printed(messages, 2)).toBe('counted 6\n')
    expect(shown(2, 'display_data')).toHaveLength(1)
    const updates = shown(2, 'update_display_data')
    expect(updates.length).toBeGreaterThan(3)
    const ids = [...shown(2, 'display_data'), ...updates].map((one) => one.content.transient.display_id)
    expect(new Set(ids).size).toBe(1)
    expect(updates.at(-1)!.content.data['text/html']).toContain('6 / 6')
  })
})

describe("'skylab/tslab' in the stock tslab kernel", () => {
  let messages: Message[]
  beforeAll(async () => {
    const code = [
      "import { Figure, plot, passAtK, problems, show, Step, Stopped, table } from 'skylab/tslab'",
      "table([{ kind: 'math', n: 2 }, { kind: 'code', n: 3 }])",
      'passAtK(2, 1, 1)',
      'plot.published()',
      'await new Promise((resolve) => setTimeout(resolve, 3000))',
      'await show(plot.published())',
      'const half: string = passAtK(2, 1, 1)',
      "await problems('nosuch')",
      'const seen = { aborted: false }',
      { code: cells.endless, interruptAfter: 2 },
      "console.log('next cell, ' + seen.aborted)",
      "({ plain: 'value' })",
    ]
    messages = await runCells(argv, code, user.folder)
  })
  const shown = (cell: number, type: string) => shownBy(messages)(cell, type)
  const html = (message: Message | undefined): string => message?.content.data['text/html']

  it('shows a table that is the last value of a cell as a table, and prints other values as ever', () => {
    expect(printed(messages, 0)).toBe('')
    expect(printed(messages, 1)).toBe('')
    expect(shown(1, 'display_data').map(html)).toEqual([expect.stringContaining('<table')])
    expect(printed(messages, 2)).toBe('0.5\n')
    expect(printed(messages, 11)).toBe("{ plain: 'value' }\n")
  })

  it('shows a figure that is the last value: its line of text at once, its picture in that place', () => {
    expect(printed(messages, 3)).toBe('')
    const [first, ...others] = shown(3, 'display_data')
    expect(first!.content.data['text/plain']).toMatch(/^bars: MATH-500/)
    expect(others).toEqual([])
    // tslab sends what comes late in the name of the latest cell; the id says where it belongs.
    const updates = messages.filter(
      ({ type, content }) =>
        type === 'update_display_data' && content.transient.display_id === first!.content.transient.display_id,
    )
    expect(updates.map(html)).toEqual([expect.stringContaining('data:image/svg+xml;base64,')])
  })

  it('shows a figure that is awaited as one picture in HTML', () => {
    expect(shown(5, 'display_data').map(html)).toEqual([expect.stringContaining('data:image/svg+xml;base64,')])
  })

  it('has types', () => {
    expect(printed(messages, 6)).toContain("Type 'number' is not assignable to type 'string'")
  })

  it('says what stopped and what to type, without a stack of ours', () => {
    const said = printed(messages, 7)
    expect(said).toMatch(/^Stopped: There is no dataset and no file "nosuch"/)
    expect(said).toContain('\n  → problems(')
    expect(said).not.toContain('dist/src')
  })

  it('stops a step on an interrupt, and goes on with the next cell', () => {
    expect(shown(9, 'reply')[0]!.content.status).toBe('error')
    expect(printed(messages, 10)).toMatch(/^next cell, true/)
  })
})
