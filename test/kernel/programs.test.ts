// Programs of several cells, as a researcher writes them: every cell is right in its types and gives its
// value, or is refused for the reason named. The texts are in programs/*.txt:
//
//   === name of the program      (a name that starts with "shadow" hides a global: a fresh runtime comes after it)
//   cell
//   => its value   !! its type error   ## its other error   >> what it prints
//   ---            (the next cell)
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cells, type Shown } from './cells.js'

interface Cell {
  code: string
  expected: Map<string, string[]>
}

const folder = new URL('./programs/', import.meta.url)

function programs(file: string): [name: string, cells: Cell[]][] {
  const texts = readFileSync(new URL(file, folder), 'utf8').split(/^=== /m).slice(1)
  return texts.map((text) => {
    const [name = '', ...lines] = text.split('\n')
    return [name, lines.join('\n').trimEnd().split(/^---$/m).map(readCell)]
  })
}

function readCell(text: string): Cell {
  const lines = text.replace(/^\n|\n$/g, '').split('\n')
  const expected = new Map<string, string[]>()
  while (/^(=>|!!|##|>>) /.test(lines.at(-1) ?? '')) {
    const line = lines.pop()!
    expected.set(line.slice(0, 2), [line.slice(3), ...(expected.get(line.slice(0, 2)) ?? [])])
  }
  return { code: lines.join('\n'), expected }
}

function hold({ code, expected }: Cell, shown: Shown): void {
  const text = (mark: string) => expected.get(mark)?.join('\n')
  const error = text('!!') ?? text('##')
  if (error === undefined) expect(shown.trace, code).toBe('')
  else expect(shown.trace, code).toContain(error)
  if (error !== undefined) expect(/^TS\d/.test(shown.error?.name ?? ''), code).toBe(expected.has('!!'))
  if (expected.has('=>')) expect(shown.value, code).toBe(text('=>'))
  if (expected.has('>>')) expect(stripVTControlCharacters(shown.stdout).trimEnd(), code).toBe(text('>>'))
}

describe.each(readdirSync(folder).sort())('%s', (file) => {
  let cells: Cells
  beforeAll(async () => {
    cells = await Cells.start({ SKYLAB_TYPES: 'block' })
    layOut(cells.folder)
  })
  afterAll(() => cells.close())

  it.each(programs(file))('%s', async (name, program) => {
    for (const cell of program) hold(cell, await cells.run(cell.code))
    if (name.startsWith('shadow')) await cells.session.restart()
  })
})

/** The packages, modules and data that the programs import. */
function layOut(root: string): void {
  const files: Record<string, string> = {
    'node_modules/own-esm/package.json':
      '{"name":"own-esm","version":"1.0.0","type":"module","exports":{".":{"types":"./i.d.ts","import":"./i.js"},"./deep":{"types":"./deep.d.ts","import":"./deep.js"}}}',
    'node_modules/own-esm/i.js':
      'await 0; export const esm = (x) => "esm" + x; export default 7; export class Box { constructor(v) { this.v = v } get() { return this.v } }',
    'node_modules/own-esm/i.d.ts':
      'export declare const esm: (x: number) => string; declare const d: number; export default d; export declare class Box<T> { v: T; constructor(v: T); get(): T }\nexport interface Opts { a?: number }',
    'node_modules/own-esm/deep.js': 'export const deep = 5',
    'node_modules/own-esm/deep.d.ts': 'export declare const deep: number',
    'node_modules/own-cjs/package.json': '{"name":"own-cjs","version":"1.0.0","main":"index.js"}',
    'node_modules/own-cjs/index.js':
      'module.exports = function greet(n) { return "hi " + n }; module.exports.version = "1.2"',
    'node_modules/typed-cjs/package.json':
      '{"name":"typed-cjs","version":"1.0.0","main":"index.js","types":"index.d.ts"}',
    'node_modules/typed-cjs/index.js':
      'module.exports = function greet(n) { return "hi " + n }; module.exports.version = "1.2"',
    'node_modules/typed-cjs/index.d.ts':
      'declare function greet(n: string): string; declare namespace greet { const version: string }\nexport = greet',
    'data.json': '{ "rows": [1, 2, 3], "name": "d" }',
    'list.json': '[{"id":1},{"id":2}]',
    'inner.ts': 'export const inner: number = 2',
    'local.ts':
      "import { inner } from './inner.js'\nexport enum Kind { A = 3 }\nexport const answer: number = 40 + inner\nexport interface Row { id: number; text?: string }\nexport default function dflt(): string { return 'd' }\nexport type Id = Row['id']",
    'deco.ts':
      "export function log(_v: any, c: ClassMethodDecoratorContext) { return function (this: any, ...a: any[]) { return 'L' + _v.apply(this, a) } }\nexport class Dec { @log go() { return 'x' } }\n",
    'plain.js': 'export const plain = 9\n/** @param {number} a */\nexport function add(a) { return a + 1 }',
    'common.cjs': 'exports.c = 4',
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    writeFileSync(path.join(root, name), text)
  }
}
