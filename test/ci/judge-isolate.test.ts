// Attacks on the isolate in which JavaScript and TypeScript run: each ends with a verdict, and the next test is judged.
import { afterAll, describe, expect, it } from 'vitest'
import { closeRunners, judge, type Task } from '../../src/verify/index.js'

afterAll(closeRunners)

const limits = { timeLimit: 1, memoryLimit: 128 }
const io = (program: string, more: Partial<Task> = {}): Task => ({
  language: 'javascript',
  program,
  tests: [{ stdin: '1', stdout: '1' }],
  ...limits,
  ...more,
})
const fine = io('console.log(require("fs").readFileSync(0, "utf8"))')

/** Name, program, and the verdicts that are right. */
const attacks: [string, string, string[]][] = [
  [
    'a sort of native code that never ends',
    'for (;;) new Array(2 ** 32 - 1).fill(0).sort()',
    ['memory-limit', 'time-limit'],
  ],
  [
    'a search of native code that never ends',
    'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)',
    ['time-limit'],
  ],
  [
    'a sort with a comparator that never ends',
    'const a = [3, 1, 2]; for (;;) a.sort(() => Math.random() - 0.5)',
    ['time-limit'],
  ],
  ['a regular expression that backtracks for ever', '/^(a+)+$/.test("a".repeat(40) + "b")', ['time-limit']],
  [
    'a product of ever larger numbers',
    'let b = 2n ** 100000n; for (;;) b *= b',
    ['time-limit', 'memory-limit', 'runtime-error'],
  ],
  [
    'a wait on shared memory',
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); console.log(2)',
    ['time-limit', 'runtime-error', 'wrong-answer'],
  ],
  ['array buffers', 'const k = []; for (;;) k.push(new Uint8Array(1e7).fill(1))', ['memory-limit', 'time-limit']],
  [
    'array buffers that are resized',
    'const b = new ArrayBuffer(8, { maxByteLength: 2 ** 31 }); b.resize(2 ** 31); new Uint8Array(b).fill(1)',
    ['memory-limit', 'runtime-error'],
  ],
  [
    'the memory of WebAssembly',
    'const m = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); m.grow(60000); new Uint8Array(m.buffer).fill(1)',
    ['memory-limit', 'runtime-error'],
  ],
  [
    'a loop in WebAssembly',
    'const b = new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11]); new WebAssembly.Instance(new WebAssembly.Module(b)).exports.f()',
    ['time-limit'],
  ],
  ['long strings', '"a".repeat(2 ** 28).replace(/a/g, "bb")', ['memory-limit', 'runtime-error', 'time-limit']],
  [
    'an object two hundred thousand deep',
    'let o = {}, p = o; for (let i = 0; i < 2e5; i++) p = p.a = {}; JSON.stringify(o)',
    ['runtime-error', 'time-limit'],
  ],
  [
    'promises without end',
    'const f = () => Promise.resolve().then(f); f(); console.log(1)',
    ['time-limit', 'memory-limit'],
  ],
  ['timers without end', 'setInterval(() => {}, 0); console.log(1)', ['time-limit']],
  [
    'a proxy that answers with a loop',
    'console.log(new Proxy({}, { get() { for (;;); }, ownKeys() { for (;;); } }))',
    ['time-limit'],
  ],
  [
    'a text that loops when it is printed',
    'console.log({ toString() { for (;;); }, [Symbol.toPrimitive]() { for (;;); } } + "")',
    ['time-limit'],
  ],
]

describe('attacks on the isolate', () => {
  it.each(attacks)('%s', { timeout: 60_000 }, async (_name, program, ends) => {
    const verdict = await judge(io(program))
    expect(ends, verdict.detail).toContain(verdict.why)
    expect(verdict.tests[0]!.seconds).toBeLessThan(limits.timeLimit + 2)
    expect((await judge(fine)).why).toBe('accepted')
  })

  it.each([
    ['require', 'require("child_process").execSync("id")'],
    ['process.binding', 'process.binding("fs")'],
    ['the process behind a constructor', 'console.log.constructor("return process")().mainModule.require("fs")'],
    ['import()', 'await import("node:fs").then((fs) => fs.readFileSync("/etc/passwd"))'],
    ['a file', 'require("fs").readFileSync("/etc/passwd", "utf8"); console.log(1)'],
  ])('nothing of the machine is reached by %s', async (_name, program) => {
    expect((await judge(io(program))).why).toBe('runtime-error')
  })
})

describe('what one test does to its world', () => {
  const spoil = `
    Array.prototype.map = () => ['spoilt']; Object.prototype.spoilt = 1; JSON.parse = () => 0
    String.prototype.trim = () => 'spoilt'; Promise.prototype.then = () => {}; globalThis.left = 1
    console.log = () => {}; process.exit = () => {}; Object.freeze(Array.prototype)`
  it('does not reach the next', async () => {
    await judge(io(spoil))
    const program =
      'console.log([" 1 "].map((s) => s.trim())[0] + ({}).spoilt + typeof left + JSON.parse("[2]")); Promise.resolve(3).then(console.log)'
    const tests = [{ stdin: '', stdout: '1undefinedundefined2\n3' }]
    expect(await judge(io(program, { tests }))).toMatchObject({ ok: true })
  })
  it('does not reach the next test of the same program', async () => {
    const program = `globalThis.count = (globalThis.count ?? 0) + 1; Array.prototype.n = (Array.prototype.n ?? 0) + 1; console.log(count, [].n)`
    const tests = [1, 2, 3].map(() => ({ stdin: '', stdout: '1 1' }))
    expect(await judge(io(program, { tests }))).toMatchObject({ ok: true })
  })
  it('ends with it, promises and timers included', async () => {
    const program =
      'console.log(1); const f = () => { globalThis.hits = (globalThis.hits ?? 0) + 1; setTimeout(f, 1e9) }; f()'
    expect((await judge(io(program))).why).toBe('time-limit')
    expect(
      await judge(io('console.log(typeof hits, 1)', { tests: [{ stdin: '', stdout: 'undefined 1' }] })),
    ).toMatchObject({ ok: true })
  })
})
