// Completions as in an editor: live keys, paths of imports, exported names, types beside the names.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CompletionItem } from '../../kernel/session.js'
import { Cells, until } from './cells.js'

let cells: Cells

function write(file: string, text: string): void {
  const place = path.join(cells.folder, file)
  mkdirSync(path.dirname(place), { recursive: true })
  writeFileSync(place, text)
}

/** The completions at the `|` of a cell, which stands at its end where there is none. */
async function completed(marked: string) {
  const mark = marked.indexOf('|')
  const at = mark < 0 ? marked.length : mark
  const code = marked.slice(0, at) + marked.slice(at + 1)
  const found = await cells.session.complete(code, at)
  const texts = found.items.map(({ text }) => text)
  const item = (text: string): CompletionItem | undefined => found.items.find((each) => each.text === text)
  /** The cell with an item chosen. */
  const chosen = (text: string) => code.slice(0, item(text)?.from ?? found.from) + text + code.slice(found.to)
  return { ...found, texts, item, chosen }
}

beforeAll(async () => {
  cells = await Cells.start({ SKYLAB_TYPES: 'warn' })
  write('util.ts', '/** Helps. */\nexport const helper = 1\nexport function other(a: string) { return a }')
  write('plain.js', 'export const plain = 1')
  write('conf.json', '{"a":1}')
  write('lib/deep.ts', 'export const deep = 1')
  write('node_modules/left/package.json', '{"name":"left","main":"index.js"}')
  write('node_modules/left/index.js', 'exports.one = 1\nmodule.exports.two = function () {}')
  write('node_modules/left/sub/more.js', '')
  write(
    'node_modules/@scope/parts/package.json',
    '{"exports":{".":"./index.js","./tools":"./tools.js","./piece/*":{"import":"./src/*.js"},"./hidden":null}}',
  )
  write('node_modules/@scope/parts/index.js', 'export const alpha = 1\nexport * from "./tools.js"\nexport default 1')
  write('node_modules/@scope/parts/tools.js', 'export { x as gamma }\nconst x = 1')
  write('node_modules/@scope/parts/src/first.js', '')
  write('node_modules/@scope/parts/src/second.js', '')
  const value = '{"model":{"name":"x","a b":1,"list":[{"id":1,"tag":"t"}]},"rows":[{"q":1}]}'
  await cells.run(`const data = JSON.parse('${value}')`)
  await cells.run("const counts: Record<string, number> = { alpha: 1, beta: 2 }; const hidden: unknown = { inner: '' }")
  await cells.run("const odd: any = { 'a b': 1, 'c-d': 2 }; const typed = { first: 1, run(a: number) { return a } }")
  await cells.run(`let ran = 0
    const tricky: any = { get getter() { ran++; return { inner: 1 } }, plain: { fine: 1 } }
    const mirror: any = new Proxy({}, { get: () => ran++, ownKeys: () => (ran++, []), getPrototypeOf: () => (ran++, null) })
    const under: any = Object.create(mirror)
    const map: any = new Map([['k', { inMap: 1 }]])
    class Point { x = 1; area() { return 1 } }
    const point: any = new Point()`)
  await cells.run('const big: any = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => ["key" + i, i]))')
})
afterAll(() => cells.close())

describe('live keys', () => {
  it.each([
    ['data.', ['model', 'rows']],
    ['data.mo', ['model']],
    ['data.MO', ['model']],
    ['data.model.', ['name', '["a b"]', 'list']],
    ['data?.model?.', ['name', '["a b"]', 'list']],
    ["data['model'].", ['name', '["a b"]', 'list']],
    ['data!.rows[0].', ['q']],
    ['(data as any).rows[0].', ['q']],
    ['data.rows.at(-1).', ['q']],
    ['const i: number = 0; data.rows[i].', ['q']],
    ["data['", ['model', 'rows']],
    ["data['m|']", ['model']],
    ["data.model['a", ['a b']],
    ['data.model.list.map((it) => it.|)', ['id', 'tag']],
    ['data.model.list.filter((it: any) => it.id)[0].', ['id', 'tag']],
    ['for (const row of data.rows) { row.| }', ['q']],
    ['const { model } = data\nmodel.', ['name', '["a b"]', 'list']],
    ['const [row] = data.rows; row.', ['q']],
    ['const first = data.rows[0]; first.', ['q']],
    ['Object.entries(data)[0][1].', ['name', '["a b"]', 'list']],
    ['Object.values(data.rows)[0].', ['q']],
    ['counts.', ['alpha', 'beta']],
    ['hidden.', ['inner']],
    ['tricky.plain.', ['fine']],
    ["map.get('k').", ['inMap']],
    ['point.', ['x', 'area']],
    ['if (data) {\n  data.|\n}', ['model', 'rows']],
    ['data.|\nconst y = 1', ['model', 'rows']],
  ])('%s', async (code, keys) => {
    expect((await completed(code)).texts).toEqual(keys)
  })

  it.each([
    ['data.model.', '["a b"]', 'data.model["a b"]'],
    ['data.model?.', '["a b"]', 'data.model?.["a b"]'],
    ['data.model.a', '["a b"]', 'data.model["a b"]'],
    ['odd.', '["c-d"]', 'odd["c-d"]'],
    ["data.model['a |']", 'a b', "data.model['a b']"],
    ['const { model } = data\nmodel.', '["a b"]', 'const { model } = data\nmodel["a b"]'],
  ])('%s with %s is TypeScript again', async (code, key, whole) => {
    expect((await completed(code)).chosen(key)).toBe(whole)
  })

  it('says the types of what is there', async () => {
    const { item } = await completed('data.')
    expect(item('rows')).toMatchObject({ type: 'property', signature: '{ q: number }[]' })
    expect((await completed('data.model.')).item('name')).toMatchObject({ signature: 'string' })
  })

  it('runs no getter and no trap of a Proxy', async () => {
    expect((await completed('tricky.')).item('getter')).toMatchObject({ signature: 'accessor' })
    for (const code of ['tricky.getter.', 'mirror.', 'mirror.x.', 'under.', 'Object.values(mirror)[0].'])
      expect((await completed(code)).texts.filter((text) => /inner|ran/.test(text))).toEqual([])
    expect(await cells.value('ran')).toBe('0')
  })

  it('gives so many keys at most', async () => {
    expect((await completed('big.')).texts.length).toBe(500)
  })

  it('does not wait for a busy runtime', async () => {
    let began = false
    const busy = cells.run("console.log('begun'); for (const end = Date.now() + 1500; Date.now() < end; );", {
      onOutput: () => {
        began = true
      },
    })
    await until(() => began, 'the cell computes')
    expect((await completed('data.')).texts).toEqual([])
    expect((await completed('typed.')).texts).toContain('first')
    await busy
    expect((await completed('data.')).texts).toEqual(['model', 'rows'])
  })

  it('knows the names of the environment', async () => {
    await cells.run("process.env.SKYLAB_MADE_UP = 'yes'")
    expect((await completed('process.env.SKYLAB_MADE')).texts).toContain('SKYLAB_MADE_UP')
  })
})

describe('typed members', () => {
  it.each([
    ['typed.', 'first', 'number'],
    ['typed.', 'run', '(a: number) => number'],
    ['[1].ma', 'map', '<U>(callbackfn: (value: number, index: number, array: number[]) => U, thisArg?: any) => U[]'],
    ['type', 'typed', '{ first: number; run(a: number): number; }'],
  ])('%s: %s is %s', async (code, name, type) => {
    expect((await completed(code)).item(name)?.signature).toBe(type)
  })
})

describe('imports', () => {
  it.each([
    ["import x from 'le|'", 'left', "import x from 'left'"],
    ["import x from '@sc|'", '@scope/parts', "import x from '@scope/parts'"],
    ["import x from '@scope/|'", '@scope/parts', "import x from '@scope/parts'"],
    ["import x from '", 'node:fs', "import x from 'node:fs"],
    ["import x from 'f|'", 'node:fs', undefined],
    ["import x from 'node:f|'", 'node:fs/promises', "import x from 'node:fs/promises'"],
    ["import x from 'node:fs/|'", 'promises', "import x from 'node:fs/promises'"],
    ["import x from 'sky|'", 'skylab', "import x from 'skylab'"],
    ["import x from '@scope/parts/|'", 'tools', "import x from '@scope/parts/tools'"],
    ["import x from '@scope/parts/|'", 'piece/first', "import x from '@scope/parts/piece/first'"],
    ["import x from '@scope/parts/piece/s|'", 'second', "import x from '@scope/parts/piece/second'"],
    ["import x from '@scope/parts/|'", 'hidden', undefined],
    ["import x from 'left/|'", 'sub', "import x from 'left/sub'"],
    ["import x from './|'", 'util', "import x from './util'"],
    ["import x from './|'", 'util.ts', "import x from './util.ts'"],
    ["import x from './pl|'", 'plain.js', "import x from './plain.js'"],
    ["import x from './|'", 'conf.json', "import x from './conf.json'"],
    ["import x from './|'", 'conf', undefined],
    ["import x from './|'", 'lib', "import x from './lib'"],
    ["import x from './lib/|'", 'deep', "import x from './lib/deep'"],
    ["import x from './lib/../u|'", 'util.ts', "import x from './lib/../util.ts'"],
    ["export * from './|'", 'util', "export * from './util'"],
    ["const x = await import('./l|')", 'lib', "const x = await import('./lib')"],
    ["const x = require('le|')", 'left', "const x = require('left')"],
    ['import "./u|"', 'util', 'import "./util"'],
  ])('%s: %s', async (code, name, whole) => {
    const { texts, chosen } = await completed(code)
    if (whole === undefined) expect(texts).not.toContain(name)
    else {
      expect(texts).toContain(name)
      expect(chosen(name)).toBe(whole)
    }
  })

  it.each([
    ["import { | } from './util'", ['helper', 'other']],
    ["import { | } from './util.ts'", ['helper', 'other']],
    ["import { helper, | } from './util'", ['other']],
    ["import { ot| } from './util'", ['other']],
    ["export { | } from './util'", ['helper', 'other']],
    ["import * as util from './util'\nutil.", ['helper', 'other']],
    ["import { readFileS| } from 'node:fs'", ['readFileSync']],
    ["import { | } from 'left'", ['one', 'two']],
    ["import { | } from '@scope/parts'", ['alpha', 'default', 'gamma']],
    ["import { al| } from '@scope/parts'", ['alpha']],
  ])('%s', async (code, names) => {
    expect((await completed(code)).texts.filter((text) => text !== 'type').sort()).toEqual(names)
  })

  it.each([
    ['import { pro|', 'problems', 'import { problems'],
    ['import { | }', 'sample', 'import { sample }'],
    ["import { problems, sam| } from ''", 'sample', "import { problems, sample } from ''"],
    ['import {\n  problems,\n  sam|', 'sample', 'import {\n  problems,\n  sample'],
    ['import type { Prob|\nconst x = 1', 'Problem', 'import type { Problem\nconst x = 1'],
    ["import { samp| } from 'skylab'", 'sample', "import { sample } from 'skylab'"],
    ["import { problems, problemsN| } from 'skylab'", 'problems', undefined],
    ["import { sam| } from './util'", 'sample', undefined],
    ['const { sam| } = data', 'sample', undefined],
  ])('%s: %s of the package that comes with the kernel', async (code, name, whole) => {
    const { texts, chosen } = await completed(code)
    if (whole === undefined) expect(texts).not.toContain(name)
    else {
      expect(texts).toContain(name)
      expect(chosen(name)).toBe(whole)
    }
  })

  it('gives first what begins as it was typed', async () => {
    expect((await completed("import { pro| } from 'skylab'")).texts[0]).toBe('problems')
    expect((await completed("import { Pro| } from 'skylab'")).texts[0]).toBe('Problem')
  })

  it('gives no paths in a text that is none of an import', async () => {
    expect((await completed("const text = './")).texts).not.toContain('util.ts')
    expect((await completed("// import x from './")).texts).not.toContain('util.ts')
  })
})
