import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Cells, pause, until } from './cells.js'

let cells: Cells

beforeAll(async () => {
  cells = await Cells.start()
})
afterAll(() => cells.close())
beforeEach(async () => {
  await cells.run('let keep = 41')
})

const HANGS: [string, string][] = [
  ['a loop', 'while (true) {}'],
  ['a loop that catches everything', 'while (true) { try { let q = 0; for (;;) q++ } catch {} finally {} }'],
  ['a loop after an await', 'await new Promise((done) => setTimeout(done, 20)); for (;;) {}'],
  ['a promise that never settles', 'await new Promise(() => {})'],
  ['a flood of microtasks', 'for (;;) await null'],
  ['a loop in a timer', 'setTimeout(() => { for (;;) {} }, 10); await new Promise(() => {})'],
  ['a loop in nextTick', 'process.nextTick(() => { for (;;) {} }); await new Promise(() => {})'],
  ['a loop in setImmediate', 'setImmediate(() => { for (;;) {} }); await new Promise(() => {})'],
  [
    'a loop in an event',
    "import { EventEmitter } from 'node:events'; const em = new EventEmitter(); em.on('x', () => { for (;;) {} }); await 0; em.emit('x')",
  ],
  ['a regular expression', "/^(a+)+$/.test('a'.repeat(40) + 'b')"],
  ['Atomics.wait', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'],
  ['an interval and a pending await', 'let ticks = 0; setInterval(() => { ticks++ }, 10); await new Promise(() => {})'],
  ['polling', 'for (;;) await new Promise((done) => setTimeout(done, 10))'],
  ['a loop that prints', "for (;;) console.log('x'.repeat(100))"],
  ['a big sort', 'for (;;) [...Array(1e6).keys()].sort(() => Math.random() - 0.5)'],
  ['execSync', "require('node:child_process').execSync('sleep 30')"],
  ['a child that ignores SIGINT', "require('node:child_process').execSync('trap \"\" INT; sleep 30; sleep 30')"],
]

describe('an interrupt ends the cell and keeps the variables', () => {
  it.each(HANGS)('%s', async (_, code) => {
    const running = cells.run(code)
    await pause(150)
    await cells.session.interrupt()
    expect(await running).toMatchObject({ status: 'error', interrupted: true })
    expect(await cells.value('keep + 1')).toBe('42')
    expect(
      await cells.value(
        'await new Promise((done) => setTimeout(() => setImmediate(() => process.nextTick(done, 7)), 5))',
      ),
    ).toBe('7')
  })

  it('stays possible many times in a row', async () => {
    for (let round = 0; round < 12; round++) {
      const running = cells.run(round % 2 ? 'for (;;) {}' : 'for (;;) await null')
      await pause(30)
      await cells.session.interrupt()
      expect(await running).toMatchObject({ interrupted: true })
      expect(await cells.value('keep + 1')).toBe('42')
    }
  })
})

it('an interrupt aborts the signal of the cell, and of no other', async () => {
  await cells.run("const signal1 = globalThis[Symbol.for('skylab.host')].signal()")
  const running = cells.run(
    "const signal2 = globalThis[Symbol.for('skylab.host')].signal(); await new Promise(() => {})",
  )
  await pause(100)
  await cells.session.interrupt()
  await running
  await until(async () => (await cells.value('[signal1.aborted, signal2.aborted]')) === '[ false, true ]', 'the abort')
})

it('an interrupted cell that polls prints no more', async () => {
  const running = cells.run("for (;;) { console.log('tick'); await new Promise((done) => setTimeout(done, 10)) }")
  await pause(150)
  await cells.session.interrupt()
  const shown = await running
  await pause(100)
  const printed = shown.stdout.length
  await pause(200)
  expect(printed).toBeGreaterThan(0)
  expect(shown.stdout.length).toBe(printed)
})

it('breaks a loop that an ended cell left behind', async () => {
  await cells.run('setTimeout(() => { for (;;) {} }, 10); 0')
  await pause(100)
  await cells.session.interrupt()
  expect(await cells.value('keep + 1')).toBe('42')
})

it('with no cell running does nothing', async () => {
  await cells.session.interrupt()
  expect(await cells.value('keep + 1')).toBe('42')
})

it('answers a question about the language while a cell runs', async () => {
  const running = cells.run('for (;;) {}')
  await pause(50)
  expect((await cells.session.isComplete('foo(')).status).toBe('incomplete')
  expect((await cells.session.complete('[1].ma', 6)).items.map(({ text }) => text)).toContain('map')
  await cells.session.interrupt()
  expect(await running).toMatchObject({ interrupted: true })
})
