// `_` in cells, and what is said once of a name that is not there.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Cells, until } from './cells.js'

let cells: Cells

beforeAll(async () => {
  cells = await Cells.start({ SKYLAB_TYPES: 'warn' })
  const lodash = path.join(cells.folder, 'node_modules/lodash')
  mkdirSync(lodash, { recursive: true })
  writeFileSync(path.join(lodash, 'package.json'), '{ "name": "lodash", "version": "0.0.0", "main": "index.js" }')
  writeFileSync(path.join(lodash, 'index.js'), 'module.exports = { chunk: (list, size) => [size, list] }\n')
  writeFileSync(
    path.join(lodash, 'index.d.ts'),
    'declare const _: { chunk(list: number[], size: number): unknown[] }\nexport = _\nexport as namespace _\n',
  )
})
beforeEach(() => cells.session.restart())
afterAll(() => cells.close())

describe('_', () => {
  it('is the value of the last cell that had one, of any type', async () => {
    expect(await cells.value('typeof _')).toBe("'undefined'")
    await cells.run('[3, 4]')
    await cells.run('const rows = _')
    const used = await cells.run('_.map((each: number) => each * rows.length)')
    expect(used).toMatchObject({ value: '[ 6, 8 ]', stderr: '', trace: '' })
    await cells.run('undefined')
    await cells.run('throw new Error("no")')
    expect(await cells.value('_[1]')).toBe('8')
    expect(await cells.value('_ + 1')).toBe('9')
  })

  it('is the value that an awaiting cell ended with, and is seen by a function as it is then', async () => {
    await cells.run('const last = () => _')
    await cells.run('await Promise.resolve("first")')
    expect(await cells.value('last()')).toBe("'first'")
    await cells.run('2')
    expect(await cells.value('last()')).toBe('2')
  })

  it('is not what a front end asks for on the side, and no name of %who', async () => {
    await cells.run('5')
    await cells.session.evaluate('6')
    expect(await cells.value('_')).toBe('5')
    expect((await cells.run('%who')).outputs).toMatchObject([{ kind: 'stream', text: 'No names are declared yet.\n' }])
  })

  it('carries no type from one cell to the next', async () => {
    await cells.run('"text"')
    expect((await cells.run("if (typeof _ !== 'string') throw new Error('no text')")).trace).toBe('')
    await cells.run('[1]')
    expect(await cells.run('_.map((each: number) => each + 1)')).toMatchObject({ value: '[ 2 ]', stderr: '' })
  })

  it('is the declared one where there is one', async () => {
    await cells.run('1')
    const imported = await cells.run("import _ from 'lodash'\n_.chunk([1, 2], 2)")
    expect(imported).toMatchObject({ trace: '', stderr: '', value: '[ 2, [ 1, 2 ] ]' })
    await cells.run('7')
    expect(await cells.run('_.chunk([3], 1)')).toMatchObject({ value: '[ 1, [ 3 ] ]', stderr: '', trace: '' })
    expect((await cells.run("_.chunk('x', 1)")).stderr).toContain('TS2345')
    await cells.run('let _ = 2')
    await cells.run('8')
    expect(await cells.value('_')).toBe('2')
  })

  it('is free for whoever gives the global one a value', async () => {
    await cells.run('1')
    await cells.run('_ = "mine"')
    await cells.run('2')
    expect(await cells.value('_')).toBe("'mine'")
  })
})

describe('a name that is not there', () => {
  it('is told once, with what it may have been', async () => {
    await cells.run('const accuracy = 1')
    const unlike = await cells.run('zzzTop + 1')
    expect(unlike.trace).toContain('ReferenceError: zzzTop is not defined')
    const near = await cells.run('accuracyy + 1')
    await until(() => near.stderr !== '', 'the type error')
    expect(near.stderr).toBe("Did you mean 'accuracy'?\n")
    expect(unlike.stderr).toBe('')
  })

  it('does not hide other errors of the cell', async () => {
    const shown = await cells.run('const text: string = 5\nzzzTop + zzzBottom')
    await until(() => shown.stderr.includes('zzzBottom'), 'the type error')
    expect(shown.stderr).toContain('TS2322')
    expect(shown.stderr).not.toContain("name 'zzzTop'")
  })
})
