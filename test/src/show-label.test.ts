import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { label } from '../../src/show/index.js'
import { workspace } from '../../src/workspace/index.js'
import { testHost } from './sample-server.js'
import { stoppedBy } from './stopped-by.js'

const HOST = Symbol.for('skylab.host')
const AS = ['loop', 'near-loop', 'circling', 'clean']

let folder: string
let host: ReturnType<typeof testHost>

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  host = testHost()
})
afterEach(async () => {
  await here().close()
  host.remove()
  rmSync(folder, { recursive: true, force: true })
})

const here = () => workspace(path.join(folder, 'w'))

/** A reader who gives these answers, one after the other, and notes what was asked. */
function reader(...answers: string[]) {
  const asked: string[] = []
  const own = (globalThis as Record<symbol, unknown>)[HOST] as object
  Object.assign(own, {
    prompt: async (text: string) => {
      asked.push(text)
      const answer = answers.shift()
      if (answer === undefined) throw new Error('asked once too often')
      return answer
    },
  })
  return asked
}

const rows = [
  { id: 'a', text: 'So x = 2 and that is it. '.repeat(40) },
  { id: 'b', text: 'The answer is 4.' },
  { id: 'c', text: 'The answer is 5.' },
]

describe('label', () => {
  it('asks row by row, keeps every verdict, and compares with the detector', async () => {
    const asked = reader('1', 'cl', 'loop')
    const read = await label(rows, { as: AS, in: here() })
    expect(asked).toHaveLength(3)
    expect(asked[0]).toContain('1 of 3')
    expect(read.rows.map((row) => [row.id, row.label, row.detected])).toEqual([
      ['a', 'loop', 'loop'],
      // 'cl' is the beginning of 'clean' alone.
      ['b', 'clean', 'clean'],
      ['c', 'loop', 'clean'],
    ])
    const loop = read.agreement.find((one) => one.label === 'loop')!
    expect(loop).toMatchObject({ read: 2, detected: 1, both: 1 })
    expect(loop.precision.value).toBe(1)
    expect(loop.recall.value).toBe(0.5)
    expect(read.toString()).toContain('3 of 3 rows read')
    // Blind: no verdict of the detector on the screen.
    expect(JSON.stringify(host.shown)).not.toContain('near-loop')
  })

  it('goes on where the reader stopped, and asks nothing twice', async () => {
    reader('1', 'q')
    expect((await label(rows, { as: AS, in: here() })).rows.map((row) => row.id)).toEqual(['a'])
    await here().close()
    const asked = reader('clean', 'clean')
    expect((await label(rows, { as: AS, in: here() })).rows.map((row) => row.label)).toEqual(['loop', 'clean', 'clean'])
    expect(asked[0]).toContain('2 of 3')
    reader()
    expect((await label(rows, { as: AS, in: here() })).rows).toHaveLength(3)
  })

  it('leaves a row for later, takes one back, and asks again after a slip', async () => {
    const asked = reader('s', '2', 'b', 'what', '4', 'q')
    const read = await label(rows, { as: AS, in: here() })
    expect(read.rows.map((row) => [row.id, row.label])).toEqual([['b', 'clean']])
    expect(asked[4]).toContain('"what" is no label')
    await here().close()
    reader('1', 'clean')
    expect((await label(rows, { as: AS, in: here() })).rows.map((row) => row.label)).toEqual(['loop', 'clean', 'clean'])
  })

  it('takes any labels and any detector', async () => {
    reader('2', '1', '1')
    const read = await label(rows, {
      as: ['no', 'yes'],
      in: here(),
      detector: (row) => (row.id === 'a' ? 'yes' : 'no'),
    })
    expect(read.agreement.map(({ label: name, both }) => [name, both])).toEqual([
      ['no', 2],
      ['yes', 1],
    ])
    reader('1', '1', '1')
    expect((await label(rows, { as: ['good', 'bad'], in: here(), stage: 'other' })).agreement).toEqual([])
  })

  it('says what is wrong with a call', async () => {
    expect(await stoppedBy(label(rows, { as: ['one'], in: here() }))).toMatchObject({ code: 'bad-call' })
    expect(await stoppedBy(label([{ id: 'x' } as never], { as: AS, in: here() }))).toMatchObject({ code: 'bad-call' })
    expect((await stoppedBy(label(rows, { as: AS } as never))).fix).toContain('workspace')
  })
})
