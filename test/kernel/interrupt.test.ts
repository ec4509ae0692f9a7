import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Output } from '../../kernel/session.js'
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
  ['spawnSync', "require('node:child_process').spawnSync('sleep', ['30'])"],
  ['a child in a loop of its own', "require('node:child_process').execFileSync(process.execPath, ['-e', 'for(;;){}'])"],
  ['a power of large integers', '3n ** 40_000_000n'],
  [
    'WebAssembly',
    'new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11]))).exports.f()',
  ],
  ['JSON of much', "const much = '[' + '[1,2,3],'.repeat(2e5) + '1]'; for (;;) JSON.stringify(JSON.parse(much))"],
  ['a module in a loop', "await import('data:text/javascript,for(;;);')"],
  ['a module that never loads', "await import('data:text/javascript,await new Promise(() => {})')"],
  [
    'a worker thread',
    "const thread = new (require('node:worker_threads').Worker)('for (;;) {}', { eval: true }); await new Promise((done) => thread.on('exit', done))",
  ],
  ['timers/promises', "await require('node:timers/promises').setTimeout(1e6)"],
  [
    'readline',
    "const asks = require('node:readline').createInterface({ input: new (require('node:stream').PassThrough)() }); for await (const line of asks) ;",
  ],
  [
    'a listener of the abort',
    "globalThis[Symbol.for('skylab.host')].signal().addEventListener('abort', () => { for (;;) {} }); await new Promise(() => {})",
  ],
  ['a display that hangs', "({ [Symbol.for('Jupyter.display')]() { for (;;) {} } })"],
  ['a finally that hangs', 'try { await new Promise(() => {}) } finally { for (;;) {} }'],
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

const LEFT: [string, string][] = [
  ['an await loop', "for (;;) { left++; await require('node:fs').promises.stat('.') }"],
  ['an await loop that catches', "for (;;) try { left++; await require('node:fs').promises.stat('nowhere') } catch {}"],
  ['a function of an earlier cell', 'await goOn()'],
  [
    'for await',
    "for await (const _ of (async function* () { for (;;) yield await require('node:fs').promises.stat('.') })()) left++",
  ],
  ['an interval of timers/promises', "for await (const _ of require('node:timers/promises').setInterval(5)) left++"],
  [
    'sleeps of timers/promises',
    "import { setTimeout as sleep } from 'node:timers/promises'; for (;;) { left++; await sleep(5) }",
  ],
  ['scheduler.wait', "for (;;) { left++; await require('node:timers/promises').scheduler.wait(5) }"],
  ['a promisified timer', "const nap = require('node:util').promisify(setTimeout); for (;;) { left++; await nap(5) }"],
  ['timers of node:timers', "require('node:timers').setInterval(() => { left++ }, 5); await new Promise(() => {})"],
  ['immediates', 'const again = () => { left++; setImmediate(again) }; again(); await new Promise(() => {})'],
]

describe('an interrupted cell does nothing more', () => {
  it.each(LEFT)('%s', async (_, code) => {
    await cells.run(
      "let left = 0; async function goOn() { for (;;) { left++; await require('node:fs').promises.stat('.') } }",
    )
    const outputs: Output[] = []
    const running = cells.run(`console.log('on'); ${code}`, { onOutput: (each) => outputs.push(each) })
    await until(() => outputs.length > 0, 'the start')
    await pause(60)
    await cells.session.interrupt()
    expect(await running).toMatchObject({ interrupted: true })
    await pause(20)
    const before = Number(await cells.value('left'))
    await pause(60)
    expect(before).toBeGreaterThan(0)
    expect(Number(await cells.value('left'))).toBe(before)
  })

  it('a request in flight is ended', async () => {
    const serving = await cells.run(`let closed = 0
const web = require('node:http').createServer((_, answer) => {
  console.log('asked')
  answer.on('close', () => { closed++ })
  answer.write('part')
})
await new Promise((done) => web.listen(0, '127.0.0.1', done))`)
    const running = cells.run("await (await fetch('http://127.0.0.1:' + web.address().port)).text()")
    await until(() => serving.stdout.includes('asked'), 'the request')
    await cells.session.interrupt()
    expect(await running).toMatchObject({ interrupted: true })
    await until(async () => (await cells.value('closed')) === '1', 'the end of the request')
    await cells.run('web.close()')
  })

  it('its children are sent SIGINT; those of other cells and its detached ones are not', async () => {
    await cells.run("const { spawn } = require('node:child_process'); const server = spawn('sleep', ['60'])")
    const running = cells.run(`const mine = spawn('sleep', ['60'])
const apart = spawn('sleep', ['60'], { detached: true })
await new Promise((done) => apart.on('exit', done))`)
    await pause(1000)
    await cells.session.interrupt()
    await running
    await until(async () => (await cells.value('mine.signalCode')) === "'SIGINT'", 'the end of its child')
    expect(await cells.value('[server.exitCode, server.signalCode, apart.signalCode]')).toBe('[ null, null, null ]')
    const blocked = cells.run("require('node:child_process').execSync('sleep 30')")
    await pause(1000)
    await cells.session.interrupt()
    expect(await blocked).toMatchObject({ interrupted: true })
    expect(await cells.value('[server.exitCode, server.signalCode]')).toBe('[ null, null ]')
    await cells.run('server.kill(); apart.kill()')
  })
})

describe('native code that cannot be stopped', () => {
  const NATIVE = "require('node:crypto').pbkdf2Sync('a', 'b', 8_000_000, 64, 'sha512')"

  it('gives the prompt back, keeps the variables, and the next cell waits', async () => {
    const running = cells.run(NATIVE)
    await pause(100)
    await cells.session.interrupt()
    const shown = await running
    expect(shown).toMatchObject({ interrupted: true })
    expect(shown.error?.message).toContain('native code')
    expect(await cells.value('keep + 1')).toBe('42')
    expect(shown.outputs.filter((each) => each.kind === 'error')).toHaveLength(1)
  })

  it('is ended by a second interrupt, which says what is lost', async () => {
    const running = cells.run(NATIVE.replace('8_000_000', '80_000_000'))
    await pause(100)
    await cells.session.interrupt()
    await running
    const next = cells.run('keep')
    await pause(50)
    await cells.session.interrupt()
    expect(await next).toMatchObject({ status: 'error' })
    expect(await cells.value('typeof keep')).toBe("'undefined'")
  })

  it.runIf(process.platform === 'linux')('a pipe that nobody writes to is opened for it', async () => {
    await cells.run("require('node:child_process').execSync('mkfifo pipe1 pipe2')")
    for (const code of [
      "readFileSync('pipe1')",
      "readSync(require('node:fs').openSync('pipe2', 'r+'), Buffer.alloc(9))",
    ]) {
      const running = cells.run(`require('node:fs').${code}`)
      await pause(150)
      await cells.session.interrupt()
      expect(await running).toMatchObject({ interrupted: true })
      expect(await cells.value('keep + 1')).toBe('42')
    }
  })
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
