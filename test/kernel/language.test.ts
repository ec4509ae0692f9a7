import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cells } from './cells.js'

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
