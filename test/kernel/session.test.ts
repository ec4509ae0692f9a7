import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Output } from '../../kernel/session.js'
import { Cells, pause, until } from './cells.js'

let cells: Cells

beforeAll(async () => {
  cells = await Cells.start()
})
afterAll(() => cells.close())

describe('statements that end with their line', () => {
  it.each([
    ['let f = (x) => x + 1, b = 2\nconst a = b\nf(a)', '3'],
    ['let p, q\nconst both = { p: 1, q: 2 }\n;({ p, q } = both)\np + q', '3'],
    ['let g = () => 4\nfor (const each of [1]) {\n  const inner = each\n  g()\n}\ng()', '4'],
    ['const h = function () { return 5 } // five\nh()', '5'],
    [
      "let out = ''\nconst say = (text) => { out += text }\nswitch (1) {\n  case 1:\n    say('a')\n    say('b')\n}\nif (out)\n  say('c')\nelse say('d')\nout",
      "'abc'",
    ],
    ['export const e = 1\nexport class K { static s = e }\nK.s /* one */', '1'],
  ])('%s', async (code, value) => {
    expect(await cells.value(code)).toBe(value)
  })

  it('are found again: an error names the line and column that were typed', async () => {
    const shown = await cells.run('const none = undefined // nothing\n\nnone.field')
    expect(shown.trace).toMatch(/cell \[\d+\] 3:6/)
  })
})

describe('results and streams', () => {
  it('gives the value of the last expression, also after a semicolon; undefined gives none', async () => {
    expect(await cells.value('1 + 1;')).toBe('2')
    expect((await cells.run('undefined')).outputs).toEqual([])
    expect((await cells.run('const none = 1')).outputs).toEqual([])
    expect(await cells.value('null')).toBe('null')
  })

  it('keeps the order of both streams, displays and the result', async () => {
    const shown = await cells.run(
      "console.log('a'); console.error('b'); process.stdout.write('c'); display({ 'text/plain': 'd' }); console.log('e'); 'f'",
    )
    const order = shown.outputs.map((each) => (each.kind === 'stream' ? each.text.trim() : each.kind))
    expect(order).toEqual(['a', 'b', 'c', 'display', 'e', 'result'])
  })

  it('loses no line of a flood, in few messages', async () => {
    const shown = await cells.run("for (let i = 0; i < 100_000; i++) console.log('line ' + i)")
    expect(shown.stdout).toBe(Array.from({ length: 100_000 }, (_, at) => `line ${at}\n`).join(''))
    expect(shown.outputs.length).toBeLessThan(1000)
  })

  it('shows what a loop prints while it runs', async () => {
    const outputs: Output[] = []
    const running = cells.run("console.log('first'); for (let end = Date.now() + 1500; Date.now() < end; );", {
      onOutput: (each) => outputs.push(each),
    })
    await until(() => outputs.length > 0, 'the first line')
    expect(outputs).toEqual([{ kind: 'stream', name: 'stdout', text: 'first\n' }])
    await running
  })

  it('gives what a child prints to its cell', async () => {
    const shown = await cells.run(
      "require('node:child_process').execSync('echo from a child', { stdio: 'inherit' }); 0",
    )
    expect(shown.stdout).toBe('from a child\n')
  })

  it('gives late output to the cell that started it', async () => {
    const first = await cells.run("setTimeout(() => { console.log('late'); display({ 'text/plain': 'x' }) }, 60); 1")
    const second = await cells.run("await new Promise((done) => setTimeout(done, 200)); console.log('own')")
    expect(second.stdout).toBe('own\n')
    await until(() => first.stdout === 'late\n', 'the late line under its own cell')
    expect(first.outputs.some((each) => each.kind === 'display')).toBe(true)
  })

  it('shows an error that comes late under the cell that started it', async () => {
    const first = await cells.run(
      "setTimeout(() => { throw new Error('too late') }, 10); void Promise.reject(new Error('alone'))",
    )
    expect(first.status).toBe('ok')
    await until(
      () => /Error: too late[\s\S]*Error: alone|Error: alone[\s\S]*Error: too late/.test(first.stderr),
      'both errors',
    )
    expect(first.stderr).toMatch(/cell \[\d+\] 1:26/)
    expect(await cells.value('2')).toBe('2')
  })

  it('times a cell', async () => {
    const shown = await cells.run('%%time\n1 + 2')
    expect(shown.value).toBe('3')
    expect(shown.stdout).toMatch(/^Wall time: [\d.]+ ms\n$/)
  })

  it('refuses an unknown magic with what it knows', async () => {
    expect((await cells.run('%nothing here')).error).toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('%help'),
    })
  })
})

describe('errors', () => {
  it('names the cell, line and column of every frame, and hides our own', async () => {
    const shown = await cells.run(
      "// line 1\nfunction boom(x: number) {\n  throw new RangeError('bad ' + x)\n}\nboom(5)",
    )
    expect(shown.error).toMatchObject({ name: 'RangeError', message: 'bad 5' })
    expect(shown.trace).toMatch(/at boom \(cell \[\d+\] 3:9\)/)
    expect(shown.trace).toMatch(/at cell \[\d+\] 5:1/)
    expect(shown.trace).toContain("> 3 |   throw new RangeError('bad ' + x)")
    expect(shown.trace).not.toMatch(/dist\/kernel|node:|skylab-cell/)
  })

  it('keeps lines right below types, enums and imports', async () => {
    const code =
      "import path from 'node:path'\ninterface A {\n  a: number\n}\nenum E {\n  X,\n}\nconst y: A = { a: E.X }\n\n  null!.z"
    expect((await cells.run(code)).trace).toMatch(/at cell \[\d+\] 10:9/)
  })

  it('names the cell that an earlier function is from', async () => {
    await cells.run('\nfunction thrower() {\n  throw new Error("from before")\n}')
    const shown = await cells.run('await 0\nthrower()')
    expect(shown.trace).toMatch(/at thrower \(cell \[\d+\] 3:9\)/)
    expect(shown.trace).toMatch(/at cell \[\d+\] 2:/)
  })

  it('shows causes and what is no error', async () => {
    expect((await cells.run("throw new Error('outer', { cause: new TypeError('inner') })")).trace).toContain(
      'caused by TypeError: inner',
    )
    expect((await cells.run('throw 5')).error).toMatchObject({ message: '5' })
    expect((await cells.run('throw { a: 1 }')).error).toMatchObject({ message: '{ a: 1 }' })
  })

  it('shows an error that shows itself without a stack', async () => {
    const shown = await cells.run(`class Halt extends Error {
  override name = 'Halt';
  [Symbol.for('Jupyter.display')]() { return { 'text/plain': this.message + '\\n  → do this' } }
}
throw new Halt('it stopped')`)
    expect(shown.trace).toBe('Halt: it stopped\n  → do this')
  })
})

describe('an error or a display that resists', () => {
  it.each([
    [
      "const odd = new Error('x'); Object.defineProperty(odd, 'name', { get() { throw 1 } }); throw odd",
      'cannot be shown',
    ],
    ["throw new Proxy(new Error('p'), { get() { throw new Error('trap') } })", 'trap'],
    ["throw Object.assign(new Error('refused'), { code: 'E_NO', status: 429 })", "code: 'E_NO', status: 429"],
    ["throw new Error('m'.repeat(1e6))", '1,000,000 characters in all'],
  ])('%s', async (code, told) => {
    const shown = await cells.run(code)
    expect(shown.status).toBe('error')
    expect(shown.trace).toContain(told)
    expect(shown.trace.length).toBeLessThan(50_000)
  })

  it('shows the other forms of a bundle that is no JSON', async () => {
    const shown = await cells.run(
      "({ [Symbol.for('Jupyter.display')]: () => ({ 'application/json': { big: 5n }, 'text/html': '<b>x</b>' }) })",
    )
    expect(shown.status).toBe('ok')
    expect(shown.outputs[0]).toMatchObject({ bundle: { data: { 'text/html': '<b>x</b>' } } })
    expect(shown.value).toContain('BigInt')
  })
})

describe('what an error quotes', () => {
  it('is the code as it was typed', async () => {
    await cells.run('const values = [1, 2]')
    const { error, trace } = await cells.run('values.mapp((x) => x)')
    expect(error?.message).toBe('values.mapp is not a function')
    expect(trace).not.toContain('$sky')
  })
})

describe('what a cell is given', () => {
  it('display with an id, and its update', async () => {
    const shown = await cells.run("display('one', { id: 'd1' }); display('two', { id: 'd1', update: true })")
    expect(shown.outputs).toEqual([
      { kind: 'display', bundle: { data: { 'text/plain': "'one'" }, metadata: {} }, id: 'd1' },
      { kind: 'update', bundle: { data: { 'text/plain': "'two'" }, metadata: {} }, id: 'd1' },
    ])
  })

  it('the host that libraries look for', async () => {
    const shown = await cells.run(`const host = globalThis[Symbol.for('skylab.host')]
host.display({ 'text/html': '<b>x</b>' }, { id: 'h', update: true })
host.signal() instanceof AbortSignal && !host.signal().aborted`)
    expect(shown.outputs[0]).toMatchObject({ kind: 'update', id: 'h' })
    expect(shown.value).toBe('true')
  })

  it('prompt, answered or refused', async () => {
    const answered = await cells.run("await prompt('Who?', { password: true })", {
      onPrompt: async (text, password) => `${text} ${password}`,
    })
    expect(answered.value).toBe("'Who? true'")
    expect((await cells.run("prompt('Who?')")).error?.message).toContain('Nobody can be asked')
  })

  it('prompt that nobody answers can be interrupted, and the next is not given its answer', async () => {
    let late: (text: string) => void = () => {}
    const waiting = cells.run("prompt('first')", {
      onPrompt: () =>
        new Promise((resolve) => {
          late = resolve
        }),
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    await cells.session.interrupt()
    expect(await waiting).toMatchObject({ status: 'error', interrupted: true })
    late('too late')
    expect((await cells.run("prompt('second')", { onPrompt: async (text) => `to ${text}` })).value).toBe("'to second'")
  })

  it('clears its output', async () => {
    expect((await cells.run('clearOutput({ wait: true })')).outputs).toEqual([{ kind: 'clear', wait: true }])
  })

  it("tslab's display", async () => {
    const shown = await cells.run(`import * as tslab from 'tslab'
tslab.display.html('<b>x</b>'); tslab.display.png(Buffer.from('abc'))
const one = tslab.newDisplay(); one.text('a'); one.text('b')`)
    const kinds = shown.outputs.map((each) => [each.kind, Object.keys('bundle' in each ? each.bundle.data : {})[0]])
    expect(kinds).toEqual([
      ['display', 'text/html'],
      ['display', 'image/png'],
      ['display', 'text/plain'],
      ['update', 'text/plain'],
    ])
    expect(shown.outputs[2]).toMatchObject({ id: (shown.outputs[3] as { id: string }).id })
  })

  it('evaluates expressions for the front end', async () => {
    await cells.run('let shared = 20')
    expect(await cells.session.evaluate('shared + 1')).toEqual({
      bundle: { data: { 'text/plain': '21' }, metadata: {} },
    })
    expect(await cells.session.evaluate('nope1')).toMatchObject({ error: { name: 'ReferenceError' } })
    expect(await cells.session.evaluate('1 +')).toMatchObject({ error: { name: 'SyntaxError' } })
  })
})

describe('the runtime process', () => {
  it.each([
    ['process.exit(3)', 'process.exit(3)'],
    ['setTimeout(() => process.exit(4), 20); await new Promise(() => {})', 'process.exit(4)'],
    ["process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})", 'SIGKILL'],
    ["process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {})", 'SIGSEGV'],
    ['process.abort()', 'SIGABRT'],
    ['(process as unknown as { reallyExit(code: number): void }).reallyExit(7)', 'process.exit(7)'],
  ])('says why it ended and goes on with a fresh one: %s', async (code, told) => {
    await cells.run('let before = 1; const lost = 2')
    const shown = await cells.run(`console.log('last words'); ${code}`)
    expect(shown.error).toMatchObject({ name: 'RuntimeStopped', message: expect.stringContaining(told) })
    expect(shown.stdout).toBe('last words\n')
    expect(await cells.value('typeof before')).toBe("'undefined'")
    expect((await cells.run('lost')).error?.message).toBe('lost is not defined')
    expect(await cells.value('let lost = 5; lost = 6')).toBe('6')
  })

  it('says that memory ran out, and how much there was', async () => {
    const small = await Cells.start({ SKYLAB_MEMORY: '60' })
    const shown = await small.run(
      'const hoard: unknown[] = []; for (;;) hoard.push(new Array(1e5).fill(Math.random()))',
    )
    expect(shown.error?.message).toContain('ran out of memory (limit 60 MB')
    expect(await small.value('1 + 1')).toBe('2')
    // Memory outside of the heap: on Linux an error of the cell, elsewhere the end of the runtime.
    await small.run('let kept = 1')
    const outside = await small.run('const buffers: Buffer[] = []; for (;;) buffers.push(Buffer.alloc(2e7, 1))')
    expect(outside.error?.message).toMatch(
      process.platform === 'linux' ? /allocation failed/ : /ran out of memory \(limit 60 MB/,
    )
    if (process.platform === 'linux') expect(await small.value('buffers.length = 0; kept')).toBe('1')
    await small.close()
  })

  it('restarts with nothing left, also while a cell runs', async () => {
    await cells.run('let gone = 1')
    const running = cells.run('for (;;) {}')
    await pause(100)
    await cells.session.restart()
    expect((await running).status).toBe('error')
    expect(await cells.value('typeof gone')).toBe("'undefined'")
  })

  it('ends with its kernel, even in a loop, and takes its children along', async () => {
    const script = `import { startSession } from ${JSON.stringify(new URL('../../dist/kernel/start.js', import.meta.url).href)}
const session = await startSession({ cwd: process.cwd() })
session.run("const child = require('node:child_process').spawn('sleep', ['300']); console.log(process.pid, child.pid); for (;;) {}",
  { count: 1, onOutput: (each) => each.kind === 'stream' && console.log(each.text) })`
    const kernel = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pids = await new Promise<number[]>((resolve) =>
      kernel.stdout.once('data', (bytes: Buffer) => resolve(String(bytes).trim().split(' ').map(Number))),
    )
    expect(pids.every(lives)).toBe(true)
    kernel.kill('SIGKILL')
    await until(() => !pids.some(lives), 'the end of the runtime and its child')
  })
})

/** A process that has ended and was not collected yet does not live. */
function lives(pid: number): boolean {
  if (process.platform !== 'linux') {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  if (!existsSync(`/proc/${pid}/stat`)) return false
  return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

it('kernel/ and src/ do not import each other', () => {
  const root = new URL('../../kernel/', import.meta.url).pathname
  for (const folder of ['language', 'runtime', 'display'])
    for (const file of readdirSync(path.join(root, folder)))
      expect(readFileSync(path.join(root, folder, file), 'utf8')).not.toMatch(/from '(\.\.\/)+src\//)
})
