// JavaScript and TypeScript programs, and assertions that run in an isolate which the program cannot reach.
import { afterAll, describe, expect, it } from 'vitest'
import { closeRunners, judge, type Task } from '../../src/verify/index.js'

afterAll(closeRunners)

type Language = Task['language']
const J: Language = 'javascript'
const T: Language = 'typescript'
const A = "const assert = require('node:assert');\n"

/** Programs that print or return what is expected. */
const right: [string, Language, string, Task['tests'][number]][] = [
  [
    'enum',
    T,
    'enum C { Red, Green = 5, Blue }\nconst enum K { A = "x" }\nconsole.log(C.Blue, C[5], K.A)',
    { stdin: '', stdout: '6 Green x' },
  ],
  [
    'namespace',
    T,
    'namespace N { export const x = 3; export function f(): number { return x * 2 } }\nconsole.log(N.f())',
    { stdin: '', stdout: '6' },
  ],
  [
    'param props',
    T,
    'class P { constructor(private readonly x: number, public y = 2) {} sum() { return this.x + this.y } }\nconsole.log(new P(1).sum())',
    { stdin: '', stdout: '3' },
  ],
  [
    'decorators',
    T,
    'function log(t: any, k: string, d: PropertyDescriptor) { const f = d.value; d.value = function (...a: any[]) { console.log("call", k); return f.apply(this, a) }; return d }\nclass A { @log m(x: number) { return x + 1 } }\nconsole.log(new A().m(1))',
    { stdin: '', stdout: 'call m\n2' },
  ],
  [
    'new decorators',
    T,
    'function twice(f: any, c: any) { return function (this: any, x: number) { return f.call(this, x) * 2 } }\nclass A { @twice m(x: number) { return x + 1 } }\nconsole.log(new A().m(1))',
    { stdin: '', stdout: '4' },
  ],
  [
    'satisfies, generics',
    T,
    'const x = { a: 1 } satisfies Record<string, number>\nfunction id<T>(x: T): T { return x }\nconsole.log(id<number>(x.a as number), x!.a)',
    { stdin: '', stdout: '1 1' },
  ],
  [
    'abstract/overloads',
    T,
    'abstract class B { abstract f(): void; static #n = 1; static get n() { return B.#n } }\nfunction g(a: string): void; function g(a: number): void; function g(a: any) { console.log(a, B.n) }\ng(3)',
    { stdin: '', stdout: '3 1' },
  ],
  [
    'import types',
    T,
    'import type { X } from "./x"\nimport * as fs from "fs"\nimport { readFileSync } from "node:fs"\nconst y: X = 1 as any\nconsole.log(readFileSync(0, "utf8").trim(), typeof fs.readFileSync)',
    { stdin: 'hi', stdout: 'hi function' },
  ],
  ['top await ts', T, 'const x = await Promise.resolve(4)\nconsole.log(x)\nexport {}', { stdin: '', stdout: '4' }],
  [
    'bigint',
    J,
    'console.log(2n ** 70n, [1n], {a: 2n}); console.log(String(10n**20n))',
    { stdin: '', stdout: '1180591620717411303424n [ 1n ] { a: 2n }\n100000000000000000000' },
  ],
  [
    'console formats',
    J,
    'console.log(null, undefined, true, -0, NaN, [undefined, null], [,1], {a:{b:{c:{d:1}}}}, "s", ["s"], new Map([[1,"a"]]), new Set([1]), Symbol("x"), ()=>1, class Q {}, new Error("e").message, [[1,[2,[3,[4]]]]], {}, [], new Date(0), /x/g, Object.create(null), [1.0, 2.5], "a\\n")',
    {
      stdin: '',
      stdout: `null undefined true -0 NaN [ undefined, null ] [ <1 empty item>, 1 ] { a: { b: { c: [Object] } } } s [ 's' ] Map(1) { 1 => 'a' } Set(1) { 1 } Symbol(x) [Function (anonymous)] [class Q] e [ [ 1, [ 2, [Array] ] ] ] {} [] 1970-01-01T00:00:00.000Z /x/g [Object: null prototype] {} [ 1, 2.5 ] a\n\n`,
    },
  ],
  [
    'readline question',
    J,
    'const rl=require("readline").createInterface({input:process.stdin,output:process.stdout});rl.question("",a=>{rl.question("",b=>{console.log(+a + +b);rl.close()})})',
    { stdin: '1\n2\n', stdout: '3' },
  ],
  [
    'readline promises',
    J,
    'import * as readline from "node:readline/promises"; const rl=readline.createInterface({input:process.stdin}); const a=await rl.question(""); console.log(a*2); rl.close()',
    { stdin: '2\n', stdout: '4' },
  ],
  [
    'rl.on lines once',
    J,
    'const rl=require("readline").createInterface({input:process.stdin});const L=[];rl.on("line",l=>L.push(l)).on("close",()=>{console.log(L.length)})',
    { stdin: 'a\n\nb', stdout: '3' },
  ],
  [
    'readFileSync buffer',
    J,
    'const b=require("fs").readFileSync(0);console.log(b.toString().trim().split("\\n").length, b.length)',
    { stdin: 'a\nb\n', stdout: '2 4' },
  ],
  [
    'readFileSync /dev/stdin ascii',
    J,
    'console.log(require("fs").readFileSync("/dev/stdin","ascii").trim())',
    { stdin: 'q\n', stdout: 'q' },
  ],
  [
    'process.stdin iter',
    J,
    'let s="";for await (const c of process.stdin) s+=c; console.log(s.trim())',
    { stdin: 'z\n', stdout: 'z' },
  ],
  [
    'esm export default',
    J,
    'export default function f(x){return x+1}\nexport const g = 3',
    { fn: 'f', args: [1], returns: 2 },
  ],
  ['module.exports', J, 'const h = (x)=>x*2; module.exports = { f: h }', { fn: 'f', args: [1], returns: 2 }],
  [
    'var fn leetcode',
    J,
    '/**\n * @param {number} x\n */\nvar f = function(x) { return x*2 }',
    { fn: 'f', args: [4], returns: 8 },
  ],
  [
    'class Solution ts',
    T,
    'class Solution { private cache: Map<number, number> = new Map(); f(x: number): number { return x } }',
    { fn: 'f', args: [4], returns: 4 },
  ],
  [
    'async',
    T,
    'const f = async (x: number): Promise<number> => { await new Promise<void>(r => setTimeout(r, 10)); return x }',
    { fn: 'f', args: [4], returns: 4 },
  ],
  ['bigint ret', J, 'const f = () => 2n**64n', { fn: 'f', args: [], returns: { $number: '18446744073709551616' } }],
]

describe('programs', () => {
  it.each(right)('%s', async (_name, language, program, test) => {
    expect(await judge({ language, program, tests: [test], timeLimit: 4 })).toMatchObject({ ok: true })
  })

  it.each<[string, Language, string, string, RegExp]>([
    [
      'an error of TypeScript, in the lines as written',
      T,
      'interface A {\n  x: number\n  y: number\n}\nconst a: A | null = null\nconsole.log((a as any).x)',
      'runtime-error',
      /reading 'x'.*line 6/s,
    ],
    ['an error of JavaScript', J, '\n\nfunction f() {\n  null.x\n}\nf()', 'runtime-error', /main\.js:4/],
    ['a syntax error of JavaScript', J, 'let a = 1\nlet b = ;\n', 'compile-error', /main\.js:2/],
    ['a syntax error of TypeScript', T, 'let a: number = 1\nlet b: = 2\n', 'compile-error', /Type expected.*line 2/],
    [
      'an asynchronous main that rejects',
      J,
      'async function main() { console.log(1); throw new Error("late") }\nmain()',
      'runtime-error',
      /late/,
    ],
    [
      'a rejection after an await at the top',
      J,
      'console.log(1); await Promise.resolve(); throw new Error("late")',
      'runtime-error',
      /late/,
    ],
  ])('%s is told', async (_name, language, program, why, detail) => {
    const verdict = await judge({ language, program, tests: [{ stdin: '', stdout: '1' }], timeLimit: 4 })
    expect(verdict.why).toBe(why)
    expect(verdict.detail).toMatch(detail)
  })

  it('does nothing more once it has left', async () => {
    const program = 'setTimeout(() => console.log(2)); console.log(1); process.exit(0)'
    expect(await judge({ language: J, program, tests: [{ stdin: '', stdout: '1' }] })).toMatchObject({ ok: true })
  })
})

/** Want, name, language, program, assertion. */
const asserted: [string, string, Language, string, string, Partial<Task>?][] = [
  [
    'accepted',
    'eq',
    J,
    'function f(){return {a:[1,{b:2}],n:null,u:undefined}}',
    `${A}assert.deepEqual(f(), {a:[1,{b:2}],n:null,u:undefined})`,
  ],
  [
    'wrong-answer',
    'Object.is',
    J,
    'Object.is=()=>true; Array.isArray=()=>false; function f(){return 5}',
    `${A}function test(){ let candidate=f; assert.deepEqual(candidate(),6)}\ntest();`,
  ],
  [
    'wrong-answer',
    'strict Object.is',
    J,
    'const o=Object.is;Object.is=(a,b)=>!o(a,-0); function f(){return 5}',
    `${A}assert.deepStrictEqual(f(),6)`,
  ],
  ['accepted', 'Map', J, 'function f(){return new Map([[1,[2]]])}', `${A}assert.deepEqual(f(), new Map([[1,[2]]]))`],
  [
    'accepted',
    'ts',
    T,
    'function f(a: number[]): number[] { return a.map(x => x + 1) }',
    "declare var require: any;\nconst assert = require('node:assert');\nfunction test() { let candidate = f; assert.deepEqual(candidate([1]), [2]); }\ntest();",
  ],
  ['wrong-answer', 'exit', J, 'process.exit(0)', `${A}assert.equal(1,2)`],
  ['wrong-answer', 'exit in f', J, 'function f(){process.exit(0)}', `${A}assert.equal(f(),2)`],
  ['wrong-answer', 'exit in f caught', J, 'function f(){process.exit(0)}', `${A}try { f() } catch {}\n`],
  [
    'runtime-error',
    'throws AssertionError itself',
    J,
    'const {AssertionError}=require("assert");function f(){throw new AssertionError({message:"x"})}',
    `${A}f()`,
  ],
  [
    'accepted',
    'assert.throws type',
    J,
    'function f(){throw new TypeError("x")}',
    `${A}assert.throws(() => f(), TypeError)`,
  ],
  ['runtime-error', 'missing', J, 'function g(){}', `${A}assert.equal(f(),2)`],
  ['runtime-error', 'throw', J, 'function f(){throw new Error("boom")}', `${A}assert.equal(f(),2)`],
  ['time-limit', 'loop', J, 'function f(){for(;;){}}', `${A}assert.equal(f(),2)`, { timeLimit: 1 }],
  ['time-limit', 'loop caught', J, 'function f(){for(;;){}}', `${A}try { f() } catch {}`, { timeLimit: 1 }],
  [
    'accepted',
    'async',
    J,
    'async function f(x){ await new Promise(r=>setTimeout(r,50)); return x*2}',
    `${A}(async () => { assert.equal(await f(2), 4) })()`,
  ],
  [
    'wrong-answer',
    'async wrong',
    J,
    'async function f(x){ await new Promise(r=>setTimeout(r,50)); return x*3}',
    `${A}(async () => { assert.equal(await f(2), 4) })()`,
  ],
  ['accepted', 'top await', J, 'async function f(x){ return x*2}', `${A}assert.equal(await f(2), 4)`],
  [
    'runtime-error',
    'async reject',
    J,
    'async function f(x){ throw new Error("no")}',
    `${A}assert.equal(await f(2), 4)`,
  ],
  ['wrong-answer', 'never settles', J, 'function f(x){ return new Promise(()=>{})}', `${A}assert.equal(await f(2), 4)`],
  [
    'accepted',
    'class',
    J,
    'class Stack { constructor(n){this.a=[];this.n=n} push(x){this.a.push(x); return this} pop(){return this.a.pop()} get size(){return this.a.length} }',
    `${A}const s=new Stack(3); s.push(1).push(2); assert.equal(s.pop(),2); assert.equal(s.size,1); assert.equal(s.n,3)`,
  ],
  [
    'accepted',
    'closure',
    J,
    'function counter(){let n=0; return () => ++n}',
    `${A}const c=counter(); c(); assert.equal(c(),2)`,
  ],
  [
    'accepted',
    'closures in object',
    J,
    'function counter(){let n=0; return {inc(){return ++n}, n:5}}',
    `${A}const c=counter(); c.inc(); assert.equal(c.inc(),2); assert.equal(c.n,5)`,
  ],
  [
    'accepted',
    'in place',
    J,
    'function sort(a){a.sort((x,y)=>x-y); a.pop()} function rot(m){m[0][0]=9}',
    A +
      'const a=[3,1,2]; sort(a); assert.deepEqual(a,[1,2]); const m=[[1,2],[3]]; const row=m[0]; rot(m); assert.deepEqual(m,[[9,2],[3]]); assert.equal(row[0],9)',
  ],
  [
    'accepted',
    'callback arg',
    J,
    'const map=(a,f)=>{const r=[];for(let i=0;i<a.length;i++)r.push(f(a[i],i));return r}',
    `${A}assert.deepEqual(map([1,2],(x,i)=>x+i),[1,3])`,
  ],
  [
    'accepted',
    'instance data',
    J,
    'class P{constructor(){this.x=1}} function f(){return new P()}',
    `${A}assert.deepEqual(f(), {x:1})`,
  ],
  [
    'accepted',
    'an object that is 6 by value, for a loose equality',
    J,
    'function f(){return {valueOf(){return 6}, toString(){return "6"}}}',
    `${A}assert.equal(f(),6)`,
  ],
  [
    'wrong-answer',
    'proxy cheat',
    J,
    'function f(){return new Proxy({}, {get:()=>6, has:()=>true})}',
    `${A}assert.deepEqual(f(),[6])`,
  ],
  [
    'wrong-answer',
    'redefine check',
    J,
    'globalThis.test=()=>{}; globalThis.assert=()=>{}; require("assert").deepEqual=()=>{}; function f(){return 5}',
    `${A}function test(){ let candidate=f; assert.deepEqual(candidate(),6)}\ntest();`,
  ],
  [
    'wrong-answer',
    'constructor escape',
    J,
    'function f(a){ try { a.constructor.constructor("return this")().assert=()=>{} } catch {}; return 5 }',
    `${A}assert.deepEqual(f([1]),6)`,
  ],
  ['accepted', 'const fn', J, 'const f = (a, b = 2) => a + b', `${A}assert.equal(f(1),3)`],
  ['accepted', 'module.exports', J, 'module.exports = { f: () => 1 }', `${A}assert.equal(f(),1)`],
  [
    'memory-limit',
    'memory',
    J,
    'function f(){const a=[];for(;;)a.push(new Array(1000).fill(1.5))}',
    `${A}assert.equal(f(),1)`,
    { memoryLimit: 64 },
  ],
  ['output-limit', 'output', J, 'function f(){for(;;)console.log("x".repeat(1e5))}', `${A}assert.equal(f(),1)`],
  [
    'accepted',
    'bigint/NaN/-0/undefined',
    J,
    'function f(x){return x}',
    A +
      'assert.equal(f(10n**20n),10n**20n); assert.ok(Number.isNaN(f(NaN))); assert.strictEqual(f(undefined),undefined); assert.deepEqual(f([undefined,null]),[undefined,null]); assert.ok(Object.is(f(-0),-0))',
  ],
]

describe('assertions', () => {
  it.each(asserted)('%s: %s', async (want, _name, language, program, assert, more) => {
    expect((await judge({ language, program, tests: [{ assert }], timeLimit: 4, ...more })).why).toBe(want)
  })

  it('bring what the statement defines to the program and to the test, each its own', async () => {
    const task = (program: string): Task => ({
      language: J,
      program,
      tests: [{ given: 'function twice(x) { return 2 * x }', assert: `${A}assert.equal(twice(f(2)), 8)` }],
    })
    expect((await judge(task('const f = (x) => twice(x)'))).why).toBe('accepted')
    expect((await judge(task('twice = () => 8; const f = () => 1'))).why).toBe('wrong-answer')
  })
})
