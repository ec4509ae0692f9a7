import { afterAll, describe, expect, it } from 'vitest'
import { parseJson } from '../../src/verify/code/compare.js'
import { closeRunners, type Task } from '../../src/verify/index.js'
import { limits, node, why } from './judge.data.js'

afterAll(closeRunners)

describe('JavaScript and TypeScript, in isolated-vm', () => {
  const cases: [string, Task, string][] = [
    ['console.log', node('console.log(1, [1, 2], { a: "x" })', '', "1 [ 1, 2 ] { a: 'x' }"), 'accepted'],
    [
      'readFileSync(0)',
      node(
        'const [a, b] = require("fs").readFileSync(0, "utf8").split(" ").map(Number); console.log(a + b)',
        '1 2',
        '3',
      ),
      'accepted',
    ],
    [
      'readline',
      node(
        'const rl = require("readline").createInterface({ input: process.stdin }); let s = 0; rl.on("line", (l) => { s += +l }); rl.on("close", () => console.log(s))',
        '1\n2\n',
        '3',
      ),
      'accepted',
    ],
    [
      'for await over lines',
      node(
        'const rl = require("node:readline").createInterface({ input: process.stdin });(async () => { let n = 0; for await (const l of rl) n++; console.log(n) })()',
        'a\nb',
        '2',
      ),
      'accepted',
    ],
    [
      'process.stdin',
      node(
        'let d = ""; process.stdin.on("data", (c) => { d += c }).on("end", () => console.log(d.length))',
        'abc',
        '3',
      ),
      'accepted',
    ],
    ['timers', node('setTimeout(() => console.log(2), 2000); console.log(1)', '', '1\n2'), 'accepted'],
    ['a module', node('import fs from "fs"\nconsole.log(fs.readFileSync(0, "utf8"))', 'x', 'x'), 'accepted'],
    ['another output', node('console.log(1)', '', '2'), 'wrong-answer'],
    ['an error', node('throw new Error("x")', '', ''), 'runtime-error'],
    ['a status', node('console.log(1); process.exit(2)', '', '1'), 'runtime-error'],
    ['no JavaScript', node('let let = 1', '', ''), 'compile-error'],
    ['a loop', node('for (;;) {}', '', '', { timeLimit: 1 }), 'time-limit'],
    ['an interval without end', node('setInterval(() => {}, 1000)', '', '', { timeLimit: 1 }), 'time-limit'],
    [
      'too much memory',
      node('const a = []; for (;;) a.push(new Array(1000).fill(1.5))', '', '', { memoryLimit: 64 }),
      'memory-limit',
    ],
    ['too much output', node('for (;;) console.log("x".repeat(1e5))', '', ''), 'output-limit'],
    [
      'a sort that never ends, deaf to the isolate’s own limit',
      node('const b = Array.from({ length: 3e6 }, Math.random); for (;;) b.sort()', '', '', {
        timeLimit: 1,
        memoryLimit: 512,
      }),
      'time-limit',
    ],
    [
      'the judge’s own handles',
      node(
        'console.log(typeof __handle, typeof __stdin, typeof process.binding, (() => {}).constructor("return typeof ivm")())',
        '',
        'undefined undefined undefined undefined',
      ),
      'accepted',
    ],
    [
      'a call',
      {
        language: 'javascript',
        program: 'const f = (a) => [a, 10n ** 20n]',
        tests: [{ fn: 'f', args: [1], returns: parseJson('[1, 100000000000000000000]') as never }],
        ...limits,
      },
      'accepted',
    ],
    [
      'an asynchronous call',
      {
        language: 'javascript',
        program: 'async function f(a) { await new Promise((r) => setTimeout(r, 100)); return a }',
        tests: [{ fn: 'f', args: [1], returns: 1 }],
        ...limits,
      },
      'accepted',
    ],
    [
      'TypeScript',
      {
        language: 'typescript',
        program: 'interface P { x: number }\nclass Solution { f(p: P): number { return p.x * 2 } }',
        tests: [{ fn: 'f', args: [{ x: 2 }], returns: 4 }],
        ...limits,
      },
      'accepted',
    ],
    [
      'assertions',
      {
        language: 'javascript',
        program: 'function add(a, b) { return a + b }',
        tests: [{ assert: "require('node:assert').deepEqual(add(1, 2), 3)" }],
        ...limits,
      },
      'accepted',
    ],
    [
      'an assertion that fails',
      {
        language: 'javascript',
        program: 'function add(a, b) { return a - b }',
        tests: [{ assert: "require('node:assert').deepEqual(add(1, 2), 3)" }],
        ...limits,
      },
      'wrong-answer',
    ],
    [
      'leaving before the assertion',
      { language: 'javascript', program: 'process.exit(0)', tests: [{ assert: 'throw 1' }], ...limits },
      'wrong-answer',
    ],
  ]
  it.each(cases)('%s', async (_name, task, expected) => {
    expect(await why(task)).toBe(expected)
  })
})
