import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cells, until } from './cells.js'

let cells: Cells

beforeAll(async () => {
  cells = await Cells.start()
})
afterAll(() => cells.close())

describe('names across cells', () => {
  it.each<[string, string[], string]>([
    [
      'a closure sees the value that a later cell gave',
      ['let a1 = 1; function fa() { return a1 }', 'a1 = 5', 'fa()'],
      '5',
    ],
    ['a closure changes what later cells see', ['let n1 = 0; const inc = () => { n1++ }', 'inc(); inc(); n1'], '2'],
    ['a const may be declared again', ['const r1 = 1', "const r1 = 'two'", 'r1.length'], '3'],
    [
      'a function may become a class, a class a let',
      ['function k1() {}', 'class k1 { a = 2 }', 'let k1 = 7', 'k1'],
      '7',
    ],
    ['a const may become a let, which is then written', ['const w1 = 1', 'let w1 = 2', 'w1 = 3', 'w1'], '3'],
    [
      'an earlier function sees a redeclared name',
      ['let s1 = 1; const gs = () => s1', "let s1 = 'new'", 'gs()'],
      "'new'",
    ],
    [
      'a function sees what a later cell declares',
      ['function later() { return helper() }', "function helper() { return 'h' }", 'later()'],
      "'h'",
    ],
    ['functions are hoisted', ['hoisted(); function hoisted() { return 4 }', 'hoisted()'], '4'],
    ['a local name hides the notebook’s', ['let q1 = 1', '((q1) => { { let q1 = 3; q1 } return q1 })(2) + q1'], '3'],
    ['var in a block is the notebook’s', ['if (true) { var v1 = 3 }', 'v1'], '3'],
    ['var in a loop head', ['for (var i1 = 0; i1 < 3; i1++) {}', 'i1'], '3'],
    ['var over a list', ['for (var o1 of [1, 2]) {}', 'for (var { p1 } of [{ p1: 8 }]) {}', 'o1 + p1'], '10'],
    [
      'destructuring',
      ['const { da, db: [dc = 9], ...drest } = { da: 1, db: [] as number[], dd: 4 }', '[da, dc, drest.dd]'],
      '[ 1, 9, 4 ]',
    ],
    [
      'destructuring with defaults of each other',
      ['let { x2, y2 = x2 + 1 }: any = { x2: 1 }', '[y2, x2] = [x2, y2]; [x2, y2]'],
      '[ 2, 1 ]',
    ],
    ['shorthand properties', ['const sh = 3', '({ sh })'], '{ sh: 3 }'],
    ['enum and namespace', ['enum E1 { A, B }; namespace N1 { export const q = E1.B + 4 }', 'E1.B + N1.q'], '6'],
    ['an enum of a second run has no old members', ['enum E2 { Old }', 'enum E2 { New }', "'Old' in E2"], 'false'],
    [
      'a namespace adds to a function of its cell',
      ['function fn() { return 1 }; namespace fn { export const two = 2 }', 'fn() + fn.two'],
      '3',
    ],
    [
      'private members and static ones',
      ['class C1 { #p = 4; static s = 2; get p() { return this.#p * C1.s } }', 'new C1().p'],
      '8',
    ],
    [
      'functions keep their names',
      ['const named = () => 1, klass = class {}', 'named.name + klass.name'],
      "'namedklass'",
    ],
    [
      'methods keep their this, functions have none',
      [
        'const o2 = { m() { return this === o2 } }; function t2(this: any) { return this }',
        'o2.m() && t2() === undefined',
      ],
      'true',
    ],
    ['export in a cell', ['export const ex1 = 3; export default ex1', 'ex1'], '3'],
    ['typeof of what nobody declared', ['typeof nobodyDeclaredThis'], "'undefined'"],
    ['globals set at run time', ['declare global { var gg1: number }; globalThis.gg1 = 4', 'gg1 + 1'], '5'],
    ['an object literal alone is an object', ['{ a: 1, b: [2] }'], '{ a: 1, b: [ 2 ] }'],
    [
      'a decorator',
      [
        'const twice = (f: any, _: any) => function (this: any) { return f.call(this) * 2 }',
        'class D1 { @twice m() { return 21 } }',
        'new D1().m()',
      ],
      '42',
    ],
  ])('%s', async (_, codes, value) => {
    expect(await cells.value(...codes)).toBe(value)
  })

  it('keeps more names than one object can hold fast', async () => {
    const many = Array.from({ length: 1200 }, (_, at) => `let many${at} = ${at}`).join('\n')
    expect(await cells.value(many, 'many0 + many700 + many1199')).toBe('1899')
  })
})

describe('names that may not be used', () => {
  it('throws before the declaration has run', async () => {
    const shown = await cells.run('early; let early = 1')
    expect(shown.error).toMatchObject({
      name: 'ReferenceError',
      message: "Cannot access 'early' before initialization",
    })
    expect((await cells.run('early')).error?.message).toBe('early is not defined')
  })

  it('throws through a hoisted function too, and leaves the earlier value', async () => {
    await cells.run('let tdz = 1')
    const shown = await cells.run('reads(); let tdz = 2; function reads() { return tdz }')
    expect(shown.error?.message).toBe("Cannot access 'tdz' before initialization")
    expect(await cells.value('tdz')).toBe('1')
  })

  it('keeps a name undefined when its initialiser throws', async () => {
    await cells.run("let broken: number = (() => { throw new Error('no') })()")
    expect((await cells.run('broken')).error?.message).toBe('broken is not defined')
    expect(await cells.value('let broken = 2', 'broken')).toBe('2')
  })

  it.each([
    'fixed = 2',
    'fixed++',
    'fixed += 1',
    '({ fixed } = { fixed: 2 })',
    '[fixed] = [2]',
    'for (fixed of [2]) {}',
  ])('refuses to write a const: %s', async (code) => {
    await cells.run('const fixed = 1')
    expect((await cells.run(code)).error).toMatchObject({
      name: 'TypeError',
      message: 'Assignment to constant variable.',
    })
    expect(await cells.value('fixed')).toBe('1')
  })

  it('refuses an undeclared name, read and written', async () => {
    expect((await cells.run('neverDeclared')).error).toMatchObject({
      name: 'ReferenceError',
      message: 'neverDeclared is not defined',
    })
    expect((await cells.run('neverDeclared = 1')).error).toMatchObject({ name: 'ReferenceError' })
  })

  it.each([
    ['const = 5', 'SyntaxError', '1:7'],
    ['let twice1 = 1\nlet twice1 = 2', 'SyntaxError', 'twice1'],
    ['return 5', 'SyntaxError', 'Illegal return'],
  ])('says where a cell is no TypeScript: %s', async (code, name, told) => {
    const shown = await cells.run(code)
    expect(shown.error?.name).toBe(name)
    expect(shown.trace).toContain(told)
  })
})

describe('await and friends', () => {
  it.each<[string, string, string]>([
    ['await in an expression', 'const aw = await Promise.resolve(3); aw * 2', '6'],
    ['await of parentheses', 'await (async () => 5)()', '5'],
    [
      'for await',
      'let sum1 = 0; for await (const x of (async function* () { yield 1; yield 2 })()) sum1 += x; sum1',
      '3',
    ],
    ['a promise that nobody awaits is shown as one', 'await 0; Promise.resolve(3)', 'Promise { 3 }'],
    [
      'using at the top level',
      'const log1: string[] = []; { using r = { [Symbol.dispose]() { log1.push("gone") } }; log1.push("here") }; log1',
      "[ 'here', 'gone' ]",
    ],
    ['the value of a cell with using', 'using r3 = { [Symbol.dispose]() {} }; 40 + 2', '42'],
    ['import.meta', 'typeof import.meta.url + import.meta.dirname.length', ''],
  ])('%s', async (_, code, value) => {
    const shown = await cells.value(code)
    expect(shown).toBe(value || `'string${cells.folder.length}'`)
  })
})

describe('imports', () => {
  beforeAll(() => {
    const own = path.join(cells.folder, 'node_modules/own-esm')
    mkdirSync(own, { recursive: true })
    writeFileSync(
      path.join(own, 'package.json'),
      JSON.stringify({ name: 'own-esm', version: '1.0.0', type: 'module', exports: { '.': { import: './i.js' } } }),
    )
    writeFileSync(path.join(own, 'i.js'), 'await 0; export const esm = (x) => "esm" + x; export default 7')
    const common = path.join(cells.folder, 'node_modules/own-common')
    mkdirSync(common, { recursive: true })
    writeFileSync(path.join(common, 'package.json'), '{ "name": "own-common", "version": "1.0.0" }')
    writeFileSync(path.join(common, 'index.js'), 'const made = {}; made["hid" + "den"] = 8; module.exports = made')
    writeFileSync(path.join(cells.folder, 'data.json'), '{ "rows": [1, 2, 3] }')
    writeFileSync(
      path.join(cells.folder, 'local.ts'),
      "import { inner } from './inner.js'\nexport enum Kind { A = 3 }\nexport const answer: number = 40 + inner",
    )
    writeFileSync(path.join(cells.folder, 'inner.ts'), 'export const inner: number = 2')
  })

  it.each<[string, string[], string]>([
    [
      'node: with names, default and all',
      [
        "import { readFileSync } from 'node:fs'; import path from 'node:path'; import * as os from 'node:os'",
        'typeof readFileSync + path.sep + typeof os.cpus',
      ],
      "'function/function'",
    ],
    ['an ES module with top-level await', ["import seven, { esm } from 'own-esm'", 'esm(seven)'], "'esm7'"],
    ['names of a CommonJS module that Node does not see', ["import { hidden } from 'own-common'", 'hidden'], '8'],
    ['JSON', ["import data from './data.json'", 'data.rows.length'], '3'],
    ['a dynamic import', ["(await import('own-esm')).default"], '7'],
    ['require', ["typeof require('node:fs').existsSync"], "'function'"],
    ['import = require', ["import common = require('own-common')", 'common.hidden'], '8'],
    [
      'a local TypeScript module with an enum and an import of its own',
      ["import { answer, Kind } from './local.ts'", 'answer + Kind.A'],
      '45',
    ],
    [
      'types only',
      [
        "import { type Stats } from 'node:fs'; import type { Dirent } from 'node:fs'",
        'const stats: Stats | Dirent | null = null; stats',
      ],
      'null',
    ],
  ])('%s', async (_, codes, value) => {
    expect(await cells.value(...codes)).toBe(value)
  })

  it('loads a local module again when it, or what it imports, was edited', async () => {
    writeFileSync(path.join(cells.folder, 'inner.ts'), 'export const inner: number = 10 // edited')
    expect(await cells.value("import { answer } from './local'", 'answer')).toBe('50')
  })

  it('says which module is missing', async () => {
    const shown = await cells.run("import x from 'no-such-package-here'")
    expect(shown.error?.message).toContain('no-such-package-here')
  })

  it('an export that is not there throws when it is used', async () => {
    await cells.run("import { nothingLikeIt } from 'node:fs'")
    expect((await cells.run('nothingLikeIt()')).error?.message).toContain("no export named 'nothingLikeIt'")
  })

  it("finds skylab's own package from anywhere", async () => {
    const found = await cells.value("const own = await import('skylab/package.json'); own.default.name")
    expect(found).toBe("'skylab'")
  })
})

describe('whether a cell is complete', () => {
  it.each([
    ['1', 'complete'],
    ['function f() { return 1 }', 'complete'],
    ['await (x)', 'complete'],
    ['// only a comment', 'complete'],
    ['function f() {', 'incomplete'],
    ['const a = [', 'incomplete'],
    ['`abc', 'incomplete'],
    ['foo(', 'incomplete'],
    ['/* open', 'incomplete'],
    ['const = 5', 'invalid'],
    ['function ( { ]', 'invalid'],
    ['}', 'invalid'],
  ])('%s', async (code, status) => {
    expect((await cells.session.isComplete(code)).status).toBe(status)
  })

  it.each([
    ['if (x) {\n  y(', '    '],
    ['function f() {', '  '],
    ['{\n    if (x) {', '      '],
    ['if (x) {\n  y()', '  '],
    ['const a = [1,', '  '],
    ['class A {\n\tb() {', '\t\t'],
  ])('indents like the last line, one step more after a bracket: %j', async (code, indent) => {
    expect(await cells.session.isComplete(code)).toEqual({ status: 'incomplete', indent })
  })
})

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
