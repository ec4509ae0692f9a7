// What a notebook that was written for tslab does in our own engine.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cells } from './cells.js'

describe('a tslab notebook in our engine', () => {
  let cells: Cells
  beforeAll(async () => {
    cells = await Cells.start({ SKYLAB_TYPES: 'block' })
  })
  afterAll(() => cells.close())

  const bundles = async (code: string) =>
    (await cells.run(code)).outputs.flatMap((each) =>
      each.kind === 'display' || each.kind === 'update' ? [[each.kind, each.bundle.data]] : [],
    )

  it('displays with every method of tslab', async () => {
    await cells.run("import * as tslab from 'tslab'")
    expect(await bundles("tslab.display.html('<b>x</b>')")).toEqual([['display', { 'text/html': '<b>x</b>' }]])
    expect(await bundles("tslab.display.markdown('# x')")).toEqual([['display', { 'text/markdown': '# x' }]])
    expect(await bundles("tslab.display.latex('x')")).toEqual([['display', { 'text/latex': 'x' }]])
    expect(await bundles("tslab.display.svg('<svg/>')")).toEqual([['display', { 'image/svg+xml': '<svg/>' }]])
    expect(await bundles("tslab.display.javascript('1')")).toEqual([['display', { 'text/javascript': '1' }]])
    expect(await bundles("tslab.display.text('x')")).toEqual([['display', { 'text/plain': 'x' }]])
    for (const [method, type] of Object.entries({
      png: 'image/png',
      jpeg: 'image/jpeg',
      gif: 'image/gif',
      pdf: 'application/pdf',
    }))
      expect(await bundles(`tslab.display.${method}(new Uint8Array([1, 2]))`)).toEqual([
        ['display', { [type]: 'AQI=' }],
      ])
    expect(await bundles("tslab.display.raw('application/json', '{}')")).toEqual([
      ['display', { 'application/json': '{}' }],
    ])
  })

  it('updates a display in place, also from a later cell', async () => {
    const first = await cells.run(
      "import { newDisplay } from 'tslab'\nconst slot = newDisplay()\nslot.html('1'); slot.html('2')",
    )
    const later = await cells.run("slot.html('3')")
    const ids = [...first.outputs, ...later.outputs].map((each) =>
      each.kind === 'display' || each.kind === 'update' ? [each.kind, each.id] : [],
    )
    expect(ids.map(([kind]) => kind)).toEqual(['display', 'update', 'update'])
    expect(new Set(ids.map(([, id]) => id)).size).toBe(1)
  })

  it('requires tslab and skylab from anywhere', async () => {
    expect(await cells.value("const { display } = require('tslab'); typeof display.html")).toBe("'function'")
    expect(await cells.value("require('tslab').versions.tslab")).toBe("'1.0.22'")
    expect(await cells.value("typeof require('skylab').passAtK")).toBe("'function'")
    expect(await cells.value("import { passAtK } from 'skylab/tslab'; passAtK(2, 1, 1)")).toBe('0.5')
  })

  it('has cells that are modules, anew each time they are run', async () => {
    expect(
      (await cells.run('/** @module helpers */\nexport const seven: number = 7\nexport enum Kind { A = 1 }')).outputs,
    ).toEqual([])
    expect(await cells.value("import { Kind, seven } from './helpers'\nseven + Kind.A")).toBe('8')
    expect(
      await cells.value(
        "/**\n * Text of ours.\n * @module uses\n */\nimport { seven } from './helpers'\nexport const fourteen = seven * 2",
      ),
    ).toBe('')
    expect(await cells.value("import { fourteen } from './uses'; fourteen")).toBe('14')
    await cells.run('/** @module helpers */\nexport const seven: number = 70\nexport enum Kind { A = 1 }')
    expect(await cells.value("import { fourteen as anew } from './uses'; anew")).toBe('140')
    const wrong = await cells.run('/** @module helpers */\nexport const seven: number = "seven"')
    expect(wrong.trace).toMatch(/^TS2322: .*\n {4}at cell \[\d+\] 2:14/)
    expect((await cells.run("import { eight } from './helpers'")).trace).toContain('TS2305')
    // A name in the middle of a cell is a comment like any other.
    expect(await cells.value('const before = 1\n/** @module late */\nbefore + 1')).toBe('2')
  })

  it('imports packages and files in all the ways that tslab knows', async () => {
    writeFileSync(path.join(cells.folder, 'old.js'), "exports['made' + 'late'] = () => 5\nexports.plain = 1\n")
    writeFileSync(
      path.join(cells.folder, 'old.d.ts'),
      'export declare function madelate(): number\nexport declare const plain: number\n',
    )
    expect(await cells.value("import * as old from './old.js'\nold.madelate() + old.plain")).toBe('6')
    expect(await cells.value("const again = await import('./old.js'); again.madelate()")).toBe('5')
    expect(await cells.value("import fs from 'fs'; typeof fs.readFileSync")).toBe("'function'")
    expect(await cells.value("import { readFileSync } from 'node:fs'; typeof readFileSync")).toBe("'function'")
    expect(await cells.value("import os = require('os'); typeof os.cpus")).toBe("'function'")
  })

  it('prints as tslab prints', async () => {
    expect((await cells.run('console.table([{ a: 1 }])')).stdout).toContain('│ 0       │ 1 │')
    expect((await cells.run("console.error('x')")).stderr).toBe('x\n')
    expect((await cells.run("process.stdout.write('no end')")).stdout).toBe('no end')
  })

  it('corrects what is wrong in tslab: closures, for await, names after an error', async () => {
    expect(await cells.value('let n = 1; const read = () => n', 'n = 5', 'read()')).toBe('5')
    expect(await cells.value('let sum = 0\nfor await (const each of [1, Promise.resolve(2)]) sum += each\nsum')).toBe(
      '3',
    )
    expect((await cells.run('const kept = 1; throw new Error("after")')).status).toBe('error')
    expect(await cells.value('kept')).toBe('1')
  })

  it('says of a call what was typed', async () => {
    const shown = await cells.run('const five: any = 5\nfive()')
    expect(shown.error?.message).toBe('five is not a function')
    expect((await cells.run('const twice = 1; const twice = 2')).trace).toContain('1:18')
  })
})
