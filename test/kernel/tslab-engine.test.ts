// Cells that tslab's converter and executor run, behind our protocol and runtime.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cells, pause, until } from './cells.js'

describe('the tslab engine', () => {
  let cells: Cells
  beforeAll(async () => {
    cells = await Cells.start({}, 'tslab')
  })
  afterAll(() => cells.close())

  it('is tslab: its TypeScript, its converter, its closures', async () => {
    expect(await cells.value("import * as tslab from 'tslab'; tslab.versions.typescript")).toBe("'5.0.4'")
    // tslab's own fault, which tells that it was tslab that converted the cell.
    expect(await cells.value('let x = 1; const read = () => x', 'x = 5', 'read()')).toBe('1')
    expect(await cells.value('/** @module five */\nexport const five: number = 5')).toBe('')
    expect(await cells.value("import { five } from './five'; five + 1")).toBe('6')
  })

  it('gives the value of a cell as a result with all its forms', async () => {
    const shown = await cells.run('const rows = [{ a: 1 }, { a: 2 }]\nrows')
    const result = shown.outputs.find((each) => each.kind === 'result')!
    expect(Object.keys(result.bundle.data)).toEqual(expect.arrayContaining(['text/html', 'text/plain']))
    expect((await cells.run('await Promise.resolve(7)')).value).toBe('7')
    expect((await cells.run('undefined')).outputs).toEqual([])
  })

  it('reports type errors as the error of the cell, each at its place', async () => {
    const shown = await cells.run("const a: number = 'one'\nlet b: { c: string } = { c: 1 }")
    expect(shown).toMatchObject({ status: 'error', error: { name: 'TS2322' } })
    expect(shown.trace).toContain("> 1 | const a: number = 'one'\n      |       ^")
    expect(shown.trace).toContain('cell [')
    expect(shown.trace).toMatch(/TS2322: Type 'number' is not assignable to type 'string'\.\n {4}at cell \[\d+\] 2:26/)
    // What it would have declared is not there.
    expect((await cells.run('a')).trace).toContain("Cannot find name 'a'")
  })

  it('places what a cell throws where it was typed, and hides the executor', async () => {
    await cells.run(
      'interface Shape { sides: number }\n\nfunction fail(shape: Shape): never {\n  throw new TypeError("no " + shape.sides)\n}',
    )
    const shown = await cells.run('const first: number = 1\nfail({ sides: 3 })')
    expect(shown.trace).toMatch(/^TypeError: no 3\n.*fail \(cell \[\d+\] 4:9\)/)
    expect(shown.trace).toContain('> 4 |   throw new TypeError("no " + shape.sides)')
    expect(shown.trace).toMatch(/at cell \[\d+\] 2:1/)
    expect(shown.trace).not.toContain('executor')
    const later = await cells.run('const second = 2\nawait Promise.reject(new RangeError("late"))')
    expect(later.trace).toMatch(/^RangeError: late\n {4}at cell \[\d+\] 2:22/)
    expect((await cells.run('throw "text"')).trace).toBe('Uncaught: text')
  })

  it.each([
    ['a loop', 'while (true) {}'],
    ['a loop after an await', 'await 1; while (true) {}'],
    ['a pending await', 'await new Promise(() => {})'],
    ['a program that is waited for', 'require("child_process").execSync("sleep 30")'],
  ])('interrupts %s and keeps the variables', async (_, code) => {
    await cells.run('const kept = 42')
    const running = cells.run(`console.log("on"); ${code}`)
    await pause(300)
    await cells.session.interrupt()
    expect(await running).toMatchObject({ status: 'error', interrupted: true, error: { name: 'Interrupted' } })
    expect(await cells.value('kept')).toBe('42')
  })

  it('gives late output to the cell that started it', async () => {
    const first = await cells.run('setTimeout(() => console.log("late"), 150)')
    const second = await cells.run('console.log("second")')
    await until(() => first.stdout !== '', 'late output')
    expect(first.stdout).toBe('late\n')
    expect(second.stdout).toBe('second\n')
  })

  it('has prompt, display, the host of libraries and tslab’s own display', async () => {
    const asked = await cells.run('const answer: string = prompt("name?"); answer', {
      onPrompt: async (text) => `${text} Ada`,
    })
    expect(asked.value).toBe("'name? Ada'")
    const shown = await cells.run(
      "display({ 'text/html': '<b>1</b>' }, { id: 'a' }); display({ 'text/html': '<b>2</b>' }, { id: 'a', update: true })",
    )
    expect(shown.outputs.map((each) => each.kind)).toEqual(['display', 'update'])
    expect(await cells.value("const line = comms.open('nobody'); line.isOpen")).toBe('true')
    const own = await cells.run(
      "import { newDisplay, display as show } from 'tslab'\nshow.html('<i>x</i>')\nconst d = newDisplay(); d.text('1'); d.text('2')",
    )
    expect(own.outputs.map((each) => each.kind)).toEqual(['display', 'display', 'update'])
    expect(await cells.value("(globalThis as any)[Symbol.for('skylab.host')].signal().aborted")).toBe('false')
  })

  it('imports skylab from anywhere, with types, and local modules anew when they were edited', async () => {
    expect(await cells.value("import { passAtK } from 'skylab'\npassAtK(2, 1, 1)")).toBe('0.5')
    expect((await cells.run("import { passAtt } from 'skylab'")).trace).toContain('TS2724')
    const file = path.join(cells.folder, 'local.ts')
    writeFileSync(file, 'export const two: number = 2\n')
    expect(await cells.value("import { two } from './local'; two")).toBe('2')
    writeFileSync(file, 'export const two: string = "two, edited"\n')
    await until(async () => (await cells.value("import { two } from './local'; two")).includes('edited'), 'the edit')
  })

  it('survives what happens in its folder while it waits', async () => {
    await cells.value('/** @module kept */\nexport const six: number = 6')
    // Events of missing and new files at once: tslab's watchers throw where two of them meet.
    expect((await cells.run("import { nothing } from 'comes-later'")).status).toBe('error')
    const later = path.join(cells.folder, 'node_modules/comes-later')
    mkdirSync(later, { recursive: true })
    writeFileSync(path.join(later, 'index.js'), 'exports.nothing = 0\n')
    writeFileSync(path.join(later, 'index.d.ts'), 'export declare const nothing: number\n')
    await until(
      async () => (await cells.run("import { nothing } from 'comes-later'; nothing")).value === '0',
      'the import',
    )
    expect(await cells.value("import { six } from './kept'; six")).toBe('6')
  })

  it('completes and inspects with what the cells have declared', async () => {
    await cells.run('const model = { temperature: 0.7, seed: 1 }')
    const { items, from } = await cells.session.complete('model.tem', 9)
    expect(items[0]).toMatchObject({ text: 'temperature' })
    expect(from).toBe(6)
    expect((await cells.session.inspect('model', 2, 0))?.data['text/plain']).toContain('temperature: number')
    expect(await cells.session.evaluate('model.seed + 1')).toEqual({
      bundle: expect.objectContaining({ data: { 'text/plain': '2' } }),
    })
    expect(await cells.session.isComplete('if (true) {')).toEqual({ status: 'incomplete', indent: '  ' })
  })

  it('knows nothing after its process has ended, and goes on', async () => {
    await cells.run('const before = 1')
    expect((await cells.run('process.exit(3)')).trace).toContain('process.exit(3)')
    expect((await cells.run('before')).trace).toContain("Cannot find name 'before'")
    expect(await cells.value("import { two } from './local'; two")).toBe("'two, edited'")
  })

  it('says that it knows one setting of %types', async () => {
    expect((await cells.run('%types warn')).trace).toContain('%types block')
    expect((await cells.run('%types block\n1')).value).toBe('1')
  })
})
