// What `name?` and `name??` say, and a front end's tooltip.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../../kernel/repl/commands.js'
import { Cells } from './cells.js'

let cells: Cells

function write(file: string, text: string): void {
  const place = path.join(cells.folder, file)
  mkdirSync(path.dirname(place), { recursive: true })
  writeFileSync(place, text)
}

/** What is known of a name, as text. */
async function known(name: string, detail: 0 | 1 = 0): Promise<string> {
  return String((await cells.session.inspect(name, name.length, detail))?.data['text/plain'])
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

beforeAll(async () => {
  cells = await Cells.start({ SKYLAB_TYPES: 'warn' })
})
afterAll(() => cells.close())

describe('inspection', () => {
  it('gives the type and the summary, and with detail 1 the tags and the source', async () => {
    await cells.run(`/**
 * Adds one.
 * @param a A number.
 */
function plusOne(a: number): number { return a + 1 }`)
    expect(await known('plusOne')).toBe('function plusOne(a: number): number\n\nAdds one.')
    const full = await known('plusOne', 1)
    expect(full).toContain('@param a A number.')
    expect(full).toContain('return a + 1')
  })

  it('gives the source of a module of the folder', async () => {
    write('util.ts', 'export function other(a: string) { return a }')
    await cells.run("import { other } from './util'")
    expect(await known('other', 1)).toContain('function other(a: string) { return a }')
  })

  it('does not say by which way a name was imported', async () => {
    await cells.run("import { cpus } from 'node:os'")
    expect((await known('cpus')).split('\n').slice(0, 2)).toEqual(['function cpus(): CpuInfo[]', ''])
  })
})

describe('options of a function', () => {
  beforeAll(async () => {
    await cells.run(`interface Options<T> {
      /** How many. @default 3, as in the report */
      n?: number
      /**
       * Where it is kept, in a sentence that is so long that it takes more than one line of the text beside the
       * name of the field.
       *
       * Of this only the first paragraph is told.
       */
      in: string
      of?: T[]
      choice?: 'first' | 'second' | { from: number; to: number; step: number }
      /** What it calls. */
      told?(text: string): void
    }
    function draw(rows: number[], options?: Options<number>) { return [rows, options] }
    const arrow = ({ n = 1 }: { n?: number } = {}) => n
    class Box { constructor(options: { size?: number } = {}) {} put(what: string, options: { fast?: boolean }) {} }
    function plain(point: { x: number; y: number }) { return point }
    function listed(...names: string[]) { return names }
    const box = new Box()`)
  })

  it('stand below its documentation: type, default and what is said of each', async () => {
    expect(
      await known('draw'),
    ).toBe(`function draw(rows: number[], options?: Options<number>): (number[] | Options<number> | undefined)[]

options: {
  n?: number                     // How many. Default: 3, as in the report
  in: string                     // Where it is kept, in a sentence that is so long that it takes
                                 // more than one line of the text beside the name of the field.
  of?: number[]
  choice?: 'first' | 'second' | { from: number; to: number; step: number }
  told?: (text: string) => void  // What it calls.
}`)
  })

  it.each<[string, string[]]>([
    ['arrow', ['n?: number']],
    ['Box', ['size?: number']],
    ['box.put', ['fast?: boolean']],
    ['Options', ['n?: number', 'in: string']],
    ['plain', []],
    ['listed', []],
    ['parseInt', []],
  ])('of %s', async (name, fields) => {
    const text = await known(name)
    expect(text.includes('\n{') || text.includes('options: {')).toBe(fields.length > 0)
    for (const field of fields) expect(text).toContain(`\n  ${field}`)
  })

  it('does not get into the type of an expression', async () => {
    expect(await command('.type draw', cells.session, [])).toEqual({
      kind: 'print',
      text: '(rows: number[], options?: Options<number>) => (number[] | Options<number> | undefined)[]',
    })
  })
})

describe('the source of what a package exports', () => {
  beforeAll(async () => {
    write('node_modules/made/package.json', '{ "name": "made", "types": "dist/index.d.ts", "main": "dist/index.js" }')
    write(
      'node_modules/made/dist/index.d.ts',
      `export interface Row { id: string }
/** Twice. */
export declare function twice(a: number): number
export declare const half: (a: number) => number
export declare class Heap { static of(): Heap; push(row: Row): void }
export declare const tools: { deep: { cut(a: string): string } }`,
    )
    const script = `export function twice(a) { return helper(a) * 2 }
const helper = (a) => { function twice() {} return a }
export const half = (a) => a / 2
export class Heap { static of() { return new Heap() } push(row) { this.row = row } }
export const tools = { deep: { cut(a) { return a.slice(1) } } }
`
    write('node_modules/made/dist/index.js', script)
    await cells.run("import { twice, half, Heap, tools, type Row } from 'made'; const heap = Heap.of()")
  })

  it.each([
    ['twice', 1, 'export function twice(a) { return helper(a) * 2 }'],
    ['half', 3, 'export const half = (a) => a / 2'],
    ['Heap', 4, 'export class Heap { static of() { return new Heap() } push(row) { this.row = row } }'],
    ['Heap.of', 4, 'static of() { return new Heap() }'],
    ['heap.push', 4, 'push(row) { this.row = row }'],
    ['tools.deep.cut', 5, 'cut(a) { return a.slice(1) }'],
  ])('%s: its JavaScript', async (name, line, source) => {
    expect(await known(name, 1)).toMatch(new RegExp(`\\n// made/dist/index\\.js:${line}\\n${escaped(source)}$`))
    expect(await known(name, 0)).not.toContain('// made/')
  })

  it('a type: its declaration', async () => {
    expect(await known('Row', 1)).toMatch(/\n\/\/ made\/dist\/index\.d\.ts:1\nexport interface Row \{ id: string \}$/)
  })

  it('of one whose sources are there, its TypeScript', async () => {
    await cells.run("import { wilson, type Spread } from 'skylab'")
    expect(await known('wilson', 1)).toMatch(
      /\n\/\/ skylab\/src\/stats\/\S+\.ts:\d+\nexport function wilson\([^)]*: number/,
    )
    expect(await known('Spread', 1)).toMatch(/\n\/\/ skylab\/src\/stats\/\S+\.ts:\d+\nexport (?:interface|type) Spread/)
  })
})

describe('a name that is not there yet', () => {
  it('is told with the import that has it', async () => {
    const [head, fix] = (await known('fisherExact')).split('\n\n')
    expect(head).toMatch(/^function fisherExact\(/)
    expect(fix).toBe("  → import { fisherExact } from 'skylab'")
    expect((await known('SampleOptions')).split('\n\n')[1]).toBe("  → import { SampleOptions } from 'skylab'")
    expect((await known('os')).split('\n\n')[1]).toBe("  → import os from 'node:os'")
  })

  it('is unknown where nobody has it', async () => {
    expect(await cells.session.inspect('zork', 4, 0)).toBeUndefined()
    expect((await cells.run('zork?')).trace).toBe('NameError: Nothing is known of zork.')
  })
})
