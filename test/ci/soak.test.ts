// The long session of `npm run bench -- soak`, shorter: nothing lost, out of order or left behind.
import path from 'node:path'
import { expect, it } from 'vitest'
import { finish, root } from '../tools.js'

it('runs 600 cells and 30 interrupts, complete and in order, and leaves nothing behind', async () => {
  const script = path.join(root, 'test', 'bench', 'soak.mjs')
  const run = await finish(process.execPath, [script, '--cells', '600', '--interrupts', '30'])
  const { cells, interrupts, wrong, places } = JSON.parse(run.stdout || '{}')
  expect(wrong, run.stderr).toEqual([])
  expect({ cells, interrupts, looks: places.length > 10 }).toEqual({ cells: 600, interrupts: 30, looks: true })
  expect(run.status).toBe(0)
})
