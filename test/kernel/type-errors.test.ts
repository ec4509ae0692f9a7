// When type errors are told: under their own cell, or, where nobody listens after its end, under the next.
import { stripVTControlCharacters } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { lateTypes } from '../../kernel/late-types.js'
import { Cells, pause, until } from './cells.js'
import { RawKernel } from './raw-client.js'

const wrong = (name: string) => `const ${name}: number = 'text'; console.log('${name} ran')`

describe('a front end that hears nothing of a cell after its end', () => {
  let cells: Cells
  afterEach(() => cells.close())
  const told = (text: string) => [...text.matchAll(/TS2322.*\n.*at cell \[(\d+)\]/g)].map(([, count]) => Number(count))

  it('gets every type error before the end of a cell, though the first cell waits for none', async () => {
    cells = await Cells.start({ SKYLAB_TYPES: 'warn' })
    const first = await cells.run(wrong('one'), { waitForTypes: true })
    // The libraries are still being read.
    expect(told(first.stderr)).toEqual([])
    const heard: string[] = []
    for (const code of [wrong('two'), 'nothing.here', wrong('three')]) {
      const shown = await cells.run(code, { waitForTypes: true })
      heard.push(told(shown.stderr).join(' '))
    }
    expect(heard).toEqual(['1 2', '', '4'])
    await pause(400)
    expect(told(first.stderr)).toEqual([])
  })

  it('gets those of a look at a value, and waits for none where nothing can be wrong', async () => {
    cells = await Cells.start({ SKYLAB_TYPES: 'warn' })
    await cells.run('const row = { a: 1 }', { waitForTypes: true })
    await cells.run('row.a', { waitForTypes: true })
    expect((await cells.run('row.b', { waitForTypes: true })).stderr).toContain("Property 'b' does not exist")
    expect((await cells.run('1 + 1', { waitForTypes: true })).stderr).toBe('')
  })

  it('gets them late, under their own cell, where no other cell comes', async () => {
    cells = await Cells.start({ SKYLAB_TYPES: 'warn' })
    const first = await cells.run(wrong('one'), { waitForTypes: true })
    await lateTypes(cells.session)
    await until(() => told(first.stderr).length > 0, 'the type error is told')
    expect(told((await cells.run('2 + 2', { waitForTypes: true })).stderr)).toEqual([])
  })
})

describe('over the protocol', () => {
  let kernel: RawKernel
  afterEach(() => kernel.close())

  it.each([
    [false, [[], [1, 2]]],
    [true, [[1], [2]]],
  ])('with allow_stdin %s', async (allow_stdin, expected) => {
    kernel = await RawKernel.start()
    const client = await kernel.client()
    const ids: string[] = []
    for (const name of ['one', 'two']) ids.push((await client.run(wrong(name), { allow_stdin })).id)
    const texts = (id: string) =>
      client.received
        .filter(({ type, parent, content }) => type === 'stream' && content.name === 'stderr' && parent.msg_id === id)
        .map(({ content }) => stripVTControlCharacters(content.text))
        .join('')
    const counts = (id: string) =>
      [...texts(id).matchAll(/TS2322.*\n.*at cell \[(\d+)\]/g)].map(([, count]) => Number(count))
    if (allow_stdin) for (const id of ids) await client.until(() => counts(id).length > 0, 60)
    expect(ids.map(counts)).toEqual(expected)
  })
})
