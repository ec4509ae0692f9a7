// What `import` and `require` mean in a cell.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cells } from './cells.js'

let cells: Cells

beforeAll(async () => {
  cells = await Cells.start()
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
afterAll(() => cells.close())

describe('imports', () => {
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

describe('where an import would be loaded from', () => {
  it.each<[string, string]>([
    ["import.meta.resolve('own-esm')", 'node_modules/own-esm/i.js'],
    ["import.meta.resolve('./local')", 'local.ts'],
    ["import.meta.resolve('./inner.js')", 'inner.ts'],
    ["import.meta.resolve('./not-there.js')", 'not-there.js'],
  ])('%s', async (code, file) => {
    expect(await cells.value(code)).toBe(`'${pathToFileURL(path.join(cells.folder, file)).href}'`)
  })

  it.each<[string, string]>([
    ["import.meta.resolve('fs')", "'node:fs'"],
    ["import.meta.resolve('skylab').endsWith('/dist/src/index.js')", 'true'],
    ["import.meta.resolve('skylab/tslab').endsWith('/dist/src/tslab.js')", 'true'],
    ["import.meta.resolve('tslab').startsWith('file:///')", 'true'],
    ["require.resolve('own-common').endsWith('own-common/index.js')", 'true'],
    ["require.resolve('skylab').endsWith('/dist/src/index.js')", 'true'],
    ["require.resolve('skylab/package.json').endsWith('/package.json')", 'true'],
    ["require.resolve('fs')", "'fs'"],
    ["require.resolve.paths('x')!.length > 0", 'true'],
  ])('%s is %s', async (code, value) => {
    expect(await cells.value(code)).toBe(value)
  })

  it('is what is loaded, also where the folder has a package of that name', async () => {
    const own = await Cells.start()
    const file = path.join(own.folder, 'node_modules/skylab/mine.mjs')
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(path.join(own.folder, 'node_modules/skylab/package.json'), '{"main":"mine.mjs"}')
    writeFileSync(file, 'export const mine = import.meta.url')
    expect(await own.value("import.meta.resolve('skylab') === (await import('skylab') as any).mine")).toBe('true')
    expect(await own.value("require.resolve('skylab')")).toBe(`'${file}'`)
    await own.close()
  })

  it('leaves alone a notebook.mjs that somebody has', async () => {
    writeFileSync(path.join(cells.folder, 'notebook.mjs'), 'export const theirs = 1')
    expect(await cells.value("import.meta.resolve('fs'); (await import('./notebook.mjs' as string)).theirs")).toBe('1')
  })

  it.each(["import.meta.resolve('no-such')", "import.meta.resolve('skylab/no-such')", "require.resolve('no-such')"])(
    '%s says that there is none, and in which line',
    async (code) => {
      const shown = await cells.run(`\n${code}`)
      expect(shown.error?.message).toMatch(/^Cannot find (?:package|module) 'no-such'|no-such' is not defined/)
      expect(shown.trace).toMatch(/at cell \[\d+\] 2:/)
    },
  )
})
