// The stock tslab kernel, started as its own kernel.json starts it, driven by a real client.
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../tools.js'
import { cells, type Message, printed, project, runCells } from './hosts.js'

const user = project()
afterAll(() => user.remove())

describe('in the stock tslab kernel', () => {
  let messages: Message[]
  beforeAll(async () => {
    const tslab = path.join(root, 'node_modules/tslab/bin/tslab')
    const argv = [process.execPath, tslab, 'kernel', '--config-path={connection_file}']
    messages = await runCells(argv, [cells.figure, cells.table, cells.progress], user.folder)
  })
  const shown = (cell: number, type: string) => messages.filter((one) => one.cell === cell && one.type === type)

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
