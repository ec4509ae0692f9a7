// A name that nobody has declared and that `skylab` or Node has: the error says what to type.
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lateTypes } from '../../kernel/late-types.js'
import { Cells, until } from './cells.js'

/** The lines of a text that say what to type. */
const fixes = (text: string) => stripVTControlCharacters(text).match(/(?<=^ {2}→ ).+$/gm) ?? []

describe('a name that is not defined', () => {
  let cells: Cells

  beforeAll(async () => {
    cells = await Cells.start()
  })
  afterAll(() => cells.close())

  it('is told with the import that has it, before the place', async () => {
    const { error, trace } = await cells.run("problems('practice')")
    expect(error).toMatchObject({ name: 'ReferenceError', message: 'problems is not defined' })
    expect(trace.split('\n').slice(0, 3)).toEqual([
      'ReferenceError: problems is not defined',
      "  → import { problems } from 'skylab'",
      '    at cell [1] 1:1',
    ])
  })

  it.each([
    [
      'the whole cell is mended by one line',
      'sample(verify(problems()))',
      ["import { problems, sample, verify } from 'skylab'"],
    ],
    ['a function of an earlier cell', 'later()', ["import { table } from 'skylab'"]],
    ['a module of Node', "fs.readFileSync('x')", ["import fs from 'node:fs'"]],
    [
      'a cause',
      "try { label } catch (cause) { throw new Error('outer', { cause }) }",
      ["import { label } from 'skylab'"],
    ],
    ['what nobody has', 'zork()', []],
    ['a word that Node has a module for', 'events.length', []],
    ['an error that only says the same', "throw new ReferenceError('problems is not defined')", []],
  ])('%s', async (_, code, expected) => {
    await cells.run('function later() { return table([]) }')
    expect(fixes((await cells.run(code)).trace)).toEqual(expected)
  })

  it('is there after what was told has been typed', async () => {
    const [fix] = fixes((await cells.run('wilson.name')).trace)
    expect(await cells.value(`${fix}\nwilson.name`)).toBe("'wilson'")
  })

  it('is that of the package in the folder of the notebook', async () => {
    const own = await Cells.start()
    await own.run(`const { mkdirSync, writeFileSync } = await import('node:fs')
mkdirSync('node_modules/skylab', { recursive: true })
writeFileSync('node_modules/skylab/package.json', '{"type":"module","main":"index.js"}')
writeFileSync('node_modules/skylab/index.js', 'export const onlyHere = 1')`)
    expect(fixes((await own.run('onlyHere')).trace)).toEqual(["import { onlyHere } from 'skylab'"])
    expect(fixes((await own.run('problems')).trace)).toEqual([])
    await own.close()
  })
})

describe('a type error of such a name', () => {
  it('carries the import where it keeps the cell from running', async () => {
    const cells = await Cells.start({ SKYLAB_TYPES: 'block' })
    const { error, trace } = await cells.run('const rows: Problem[] = problems()')
    expect(error?.name).toBe('TS2304')
    expect(fixes(trace)).toEqual(["import { Problem, problems } from 'skylab'"])
    await cells.close()
  })

  it('tells each import once in a cell, and none that its error has told', async () => {
    const cells = await Cells.start({ SKYLAB_TYPES: 'warn' })
    const quiet = await cells.run('const make = () => [sample(), sample(), verify(), fs.constants]')
    await lateTypes(cells.session)
    await until(() => quiet.stderr.includes("'fs'"), 'the type errors are told')
    expect(fixes(quiet.stderr)).toEqual(["import { sample, verify } from 'skylab'", "import fs from 'node:fs'"])
    const loud = await cells.run('problems(); sample()')
    await until(() => loud.stderr.includes("'sample'"), 'the type errors are told')
    expect(fixes(loud.trace)).toEqual(["import { problems, sample } from 'skylab'"])
    expect(fixes(loud.stderr)).toEqual([])
    await cells.close()
  })
})
