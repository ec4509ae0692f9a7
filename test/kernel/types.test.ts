// Types over all cells: errors, completion, inspection, and what a redefinition leaves stale.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cells, until } from './cells.js'

describe('types', () => {
  let typed: Cells
  beforeAll(async () => {
    typed = await Cells.start({ SKYLAB_TYPES: 'block' })
  })
  afterAll(() => typed.close())

  it.each<[string, string[], string | null]>([
    ['an assignment of the wrong type', ['let ta: number = 1', '\n\nta = "x"'], 'not assignable'],
    ['a right assignment', ['let tb = 1', 'tb = 2'], null],
    ['a redeclaration of another type', ['const tc = 1', "const tc = 'two'", 'tc.length'], null],
    [
      'an old member of a redeclared class',
      ['class TD { a = 1 }', 'class TD { b = 1 }', 'new TD().a'],
      "'a' does not exist on type 'TD'",
    ],
    [
      'an interface of a second run is not merged',
      ['interface TE { a: number }', 'interface TE { b: number }', 'const te: TE = { b: 1 }'],
      null,
    ],
    ['a name of the browser library', ["const name = 5; const status = 'x'", 'name.toFixed() + status.length'], null],
    ['a class named as one of the library', ['class Request { mine = 1 }', 'new Request().mine'], null],
    [
      'generics and overloads',
      ['function ov(a: string): string; function ov(a: number): number; function ov(a: any) { return a }', 'ov(true)'],
      'No overload matches',
    ],
    [
      'a type from an import of an earlier cell',
      ["import { readFileSync, type Stats } from 'node:fs'", 'const tf: Stats = readFileSync("x").length'],
      'not assignable',
    ],
    ['top-level await', ['const tg = await (Promise.resolve(3)); tg.foo'], "'foo' does not exist on type 'number'"],
    ['a module that is not there', ["import tz from './not-there'"], 'Cannot find module'],
    [
      'a property that is shorthand for a redeclared name',
      ['const th = 1', "const th = 'x'; ({ th }).th.length"],
      null,
    ],
    ['display and prompt', ['display(3); const asked: Promise<string> = (async () => "x")()'], null],
    ["tslab's types", ["import * as tslab from 'tslab'; tslab.display.html(3)"], 'not assignable'],
  ])('%s', async (_, codes, told) => {
    let last = await typed.run('0')
    for (const code of codes) last = await typed.run(code)
    if (told === null) expect(last.trace).toBe('')
    else expect(last.trace).toContain(told)
    if (told !== null) expect(last.error?.name).toMatch(/^TS\d+$/)
  })

  it('block does not run the cell and names the line', async () => {
    await typed.run('let ran = 0')
    const shown = await typed.run("ran = 1\n\nconst bad: number = 'str'")
    expect(shown.trace).toContain('3:7')
    expect((await typed.run('ran')).value).toBe('0')
    expect((await typed.run('%types off\nbad')).error?.message).toBe('bad is not defined')
    expect((await typed.run('%types block\nbad')).trace).toContain('Cannot find name')
  })

  it('warn runs it and says so on stderr, off says nothing', async () => {
    await typed.run('%types warn')
    const warned = await typed.run("ran = 2\nconst bad2: number = 'str'")
    expect(warned.status).toBe('ok')
    await until(() => warned.stderr.includes('not assignable'), 'the type error on stderr')
    expect(warned.stderr).toContain('2:7')
    expect((await typed.run('%types off\nran')).value).toBe('2')
    expect((await typed.run("const bad3: number = 'str'; bad3")).stderr).toBe('')
  })

  it('says once that a value was made from a name that a later cell has redefined', async () => {
    await typed.run('%types warn\nlet rate = 0.1')
    const made = await typed.run('const plan = [1, 2].map((n) => n * rate)')
    const current = () => typed.run('const readRate = () => rate')
    await current()
    const again = await typed.run('let rate = 0.5')
    expect(again.stderr + (await typed.run('readRate()')).stderr).toBe('')
    const used = await typed.run('plan[0]')
    expect(made.stderr).toBe('')
    expect(used.stderr).toMatch(
      /^note: `plan` is from cell \[\d+\], which used `rate`, redefined since by cell \[\d+\]\n$/,
    )
    expect((await typed.run('plan[1]')).stderr).toBe('')
    await typed.run('const plan = [1, 2].map((n) => n * rate)')
    expect((await typed.run('plan[0]')).stderr).toBe('')
  })

  it('completes members, names of earlier cells and imports', async () => {
    await typed.run("%types off\nconst completable = { firstField: 1, secondField: 'x' }")
    const items = async (code: string) =>
      (await typed.session.complete(code, code.length)).items.map(({ text }) => text)
    expect(await items('[1,2].ma')).toContain('map')
    expect(await items('completable.')).toEqual(expect.arrayContaining(['firstField', 'secondField']))
    expect(await items('comple')).toContain('completable')
    expect(await items('new TD().')).toEqual(['b'])
    expect(await typed.session.complete('completable.fir', 15)).toMatchObject({ from: 12, to: 15 })
    const imported = await typed.session.complete("import { readFileS } from 'node:fs'", 18)
    expect(imported.items.map(({ text }) => text)).toContain('readFileSync')
  })

  it('inspects a name of the library and of a cell', async () => {
    const library = await typed.session.inspect('parseInt', 8, 0)
    expect(library?.data['text/plain']).toContain('function parseInt(string: string, radix?: number): number')
    const own = await typed.session.inspect('completable', 3, 1)
    expect(own?.data['text/plain']).toContain("secondField: 'x'")
    expect(await typed.session.inspect('   ', 1, 0)).toBeUndefined()
    const asked = await typed.run('completable?')
    expect(asked.outputs[0]).toMatchObject({ kind: 'display' })
  })
})
