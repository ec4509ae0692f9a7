import { existsSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { parseJson, sameOutput, sameValue } from '../../src/verify/code/compare.js'
import { candidates } from '../../src/verify/code/index.js'
import { closeRunners, codeBlocks, judge, pythonRunner, type RunnerChoice, type Task } from '../../src/verify/index.js'

const native = await pythonRunner()
const limits = { timeLimit: 2, memoryLimit: 256 }
const python = (program: string, stdin: string, stdout: string, more: Partial<Task> = {}): Task => ({
  language: 'python',
  program,
  tests: [{ stdin, stdout }],
  ...limits,
  ...more,
})
const node = (program: string, stdin: string, stdout: string, more: Partial<Task> = {}): Task => ({
  language: 'javascript',
  program,
  tests: [{ stdin, stdout }],
  ...limits,
  ...more,
})
const why = async (task: Task, runner: RunnerChoice = 'auto') => (await judge(task, { runner })).why

afterAll(closeRunners)

describe('comparison, outside of the sandbox', () => {
  it('names the rule that made two outputs one', () => {
    expect(sameOutput('1 2\n', '1 2\n')).toBe('exact')
    expect(sameOutput('1\n2\n', ' 1 \n2\n\n')).toBe('lines')
    expect(sameOutput('1.50 2', '1.5 20e-1')).toBe('tokens')
    expect(sameOutput('0.0', '-0.0')).toBe('tokens')
  })
  it('never compares sets of tokens, nor with a tolerance', () => {
    for (const [a, b] of [
      ['1 2 2', '1 1 2'],
      ['1\n2', '2\n1'],
      ['3 4', '3'],
      ['1000000', '1000001'],
      ['50000000000000000', '50000000000000001'],
      ['0.3333333', '0.33333333'],
      ['1 2 3', '1\n2\n3'],
      ['5', 'Answer: 5'],
    ] as const)
      expect(sameOutput(a, b), `${a} against ${b}`).toBeUndefined()
  })
  it('compares values as Python does, whole numbers in full', () => {
    expect(
      sameValue(parseJson('1000000000000000000000000000001'), parseJson('1000000000000000000000000000000')),
    ).toBeUndefined()
    expect(sameValue(parseJson('[1, 2.0, {"a": null}]'), parseJson('[1.0, 2, {"a": null}]'))).toBe('value')
    expect(sameValue(1, true)).toBe('value')
    expect(sameValue([true], true)).toBe('unwrapped')
    expect(sameValue('1', 1)).toBeUndefined()
    expect(sameValue({ a: 1 }, { a: 1, b: 2 })).toBeUndefined()
    expect(sameValue(0.3, 0.1 + 0.2)).toBeUndefined()
  })
})

describe('code blocks', () => {
  const text =
    'First:\n```python\na = 1\n```\nOutput:\n```text\n1\n```\n~~~py\nb = 2\n~~~\n  ```\n  c = 3\n  ```\nagain\n```python\na = 1\n```\ncut\n```python\nd = 4'
  it('are all fenced ones, indented and cut off ones, too', () => {
    expect(codeBlocks(text).map((block) => block.code)).toEqual(['a = 1', '1', 'b = 2', 'c = 3', 'a = 1', 'd = 4'])
  })
  it('are candidates from the last, each once, other languages left out', () => {
    expect(candidates(text, 'python').map((block) => block.index)).toEqual([5, 4, 3, 2])
  })
})

/** What any runner of Python must say; the sandbox of the machine and the one that comes with npm alike. */
const programs: [string, Task, string][] = [
  ['input()', python('n=int(input())\nprint(n*2)', '21\n', '42\n'), 'accepted'],
  ['sys.stdin', python('import sys\nprint(sum(map(int,sys.stdin.read().split())))', '1 2\n3', '6\n'), 'accepted'],
  [
    'a loop to the end of input',
    python('t=0\nwhile True:\n  try: t+=int(input())\n  except EOFError: break\nprint(t)', '1\n2', '3'),
    'accepted',
  ],
  ['a main guard', python('if __name__ == "__main__":\n  print(1)', '', '1'), 'accepted'],
  ['exit() after the output', python('print("ok")\nexit()', '', 'ok'), 'accepted'],
  ['a global counter', python('c=0\ndef f():\n  global c\n  c+=1\nf()\nprint(c)', '', '1'), 'accepted'],
  ['a number of 6,000 digits', python('print(10**6000)', '', `1${'0'.repeat(6000)}`), 'accepted'],
  ['Unicode', python('print("naïve ☃")', '', 'naïve ☃'), 'accepted'],
  ['another output', python('print(1)', '', '2'), 'wrong-answer'],
  ['nothing', python('def main():\n  print(1)', '', '1'), 'wrong-answer'],
  ['a status that is not 0', python('import sys\nprint(42)\nsys.exit(3)', '', '42'), 'runtime-error'],
  ['an exception', python('print(10)\nraise ValueError("x")', '', '10'), 'runtime-error'],
  ['reading past the end', python('input();input()', 'x\n', ''), 'runtime-error'],
  ['no Python', python('int a = 1', '', ''), 'compile-error'],
  ['a loop', python('while True: pass', '', '', { timeLimit: 1 }), 'time-limit'],
  ['a sleeper', python('import time\ntime.sleep(30)', '', '', { timeLimit: 1 }), 'time-limit'],
  [
    'a call',
    {
      language: 'python',
      program: 'def f(x):\n  print("noise")\n  return (x, x+1)',
      tests: [{ fn: 'f', args: [1], returns: [1, 2] }],
      ...limits,
    },
    'accepted',
  ],
  [
    'a class Solution that imports nothing',
    {
      language: 'python',
      program: 'class Solution:\n  def f(self, a: List[int]) -> int:\n    return len(a)',
      tests: [{ fn: 'f', args: [[1, 2]], returns: 2 }],
      ...limits,
    },
    'accepted',
  ],
  [
    'a call with another value',
    { language: 'python', program: 'def f(x): return x', tests: [{ fn: 'f', args: [1], returns: 2 }], ...limits },
    'wrong-answer',
  ],
  [
    'a function by another name',
    { language: 'python', program: 'def g(x): return x', tests: [{ fn: 'f', args: [1], returns: 1 }], ...limits },
    'runtime-error',
  ],
  [
    'assertions that hold',
    { language: 'python', program: 'def add(a,b): return a+b', tests: [{ assert: 'assert add(1,2)==3' }], ...limits },
    'accepted',
  ],
  [
    'an assertion that fails',
    { language: 'python', program: 'def add(a,b): return a-b', tests: [{ assert: 'assert add(1,2)==3' }], ...limits },
    'wrong-answer',
  ],
  [
    'leaving before the assertion',
    { language: 'python', program: 'import sys\nsys.exit(0)', tests: [{ assert: 'assert False' }], ...limits },
    'wrong-answer',
  ],
  [
    'a value that equals everything',
    {
      language: 'python',
      program: 'class E:\n  def __eq__(self, other): return True\ndef f(): return E()',
      tests: [{ fn: 'f', args: [], returns: 5 }],
      ...limits,
    },
    'wrong-answer',
  ],
]

describe.each([...(native.runner === 'native' ? (['native'] as const) : []), 'pyodide' as const])(
  'Python, %s',
  (runner) => {
    it.each(programs)('%s', { timeout: 180_000 }, async (_name, task, expected) => {
      expect(await why(task, runner)).toBe(expected)
    })

    it('gives every test a world of its own', async () => {
      const program =
        'import builtins, math\nn = getattr(builtins, "n", 0)\nbuiltins.n = n + 1\nprint(n, math.pi > 3)\nmath.pi = 0'
      const task: Task = {
        language: 'python',
        program,
        tests: Array.from({ length: 3 }, () => ({ stdin: '', stdout: '0 True' })),
        ...limits,
      }
      expect(await judge(task, { runner })).toMatchObject({ ok: true, runner })
    })

    it('stops at the first test that fails, and says which', async () => {
      const task: Task = {
        language: 'python',
        program: 'print(int(input()) % 2)',
        tests: [
          { stdin: '2', stdout: '0' },
          { stdin: '3', stdout: '0' },
          { stdin: '4', stdout: '0' },
        ],
        ...limits,
      }
      const verdict = await judge(task, { runner })
      expect(verdict.tests.map((test) => test.ok)).toEqual([true, false])
      expect((await judge(task, { runner, stopAtFirst: false })).tests.map((test) => test.ok)).toEqual([
        true,
        false,
        true,
      ])
    })
  },
)

describe.skipIf(native.runner !== 'native')(
  'the sandbox of the machine (skipped: bubblewrap or python3 is not here)',
  () => {
    const inside = async (program: string, more: Partial<Task> = {}) =>
      judge(python(program, '', 'never', { ...more }), { runner: 'native' })
    const printed = async (program: string) => (await inside(program)).detail

    it('holds no file, no variable, no process and no network of ours', async () => {
      process.env.FAKE_API_KEY = '1'
      try {
        expect(await printed('import os\nprint(sorted(k for k in os.environ if "KEY" in k))')).toContain('got "[]')
      } finally {
        delete process.env.FAKE_API_KEY
      }
      expect(
        await printed(
          'import os\nprint(os.path.exists("/root"), os.path.exists("/home"), os.path.exists("/proc/1"), os.listdir("/tmp"))',
        ),
      ).toContain('False False False []')
      expect(
        await printed(
          'import socket\ntry:\n  socket.create_connection(("127.0.0.1", 22), timeout=1)\n  print("open")\nexcept OSError:\n  print("closed")',
        ),
      ).toContain('closed')
      expect(await printed('import os\ntry:\n  open("/usr/x", "w")\nexcept OSError as e: print("refused")')).toContain(
        'refused',
      )
    })

    it('cannot be left by signals, namespaces or limits', async () => {
      for (const program of [
        'import os\nos.kill(-1, 9)',
        'import os\nos.kill(os.getppid(), 9)',
        'import os, signal\nos.killpg(0, signal.SIGKILL)',
      ]) {
        expect((await inside(program)).ok).toBe(false)
      }
      expect(
        await printed(
          'import ctypes\nl = ctypes.CDLL(None)\nprint(l.unshare(0x10000000), l.unshare(0x20000000), l.mount(b"none", b"/tmp", b"tmpfs", 0, None))',
        ),
      ).toContain('-1 -1 -1')
      expect(
        await printed(
          'import resource\ntry:\n  resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)\n  print("raised")\nexcept (ValueError, OSError):\n  print("kept")',
        ),
      ).toContain('kept')
      expect(await judge(python('print(1)', '', '1'), { runner: 'native' })).toMatchObject({ ok: true })
    })

    it('bounds memory, output, files, processes and threads', async () => {
      expect((await inside('a=[]\nwhile True: a.append(bytearray(10**7))', { memoryLimit: 128 })).why).toBe(
        'memory-limit',
      )
      expect((await inside('while True: print("x"*100000)')).why).toBe('output-limit')
      expect(['output-limit', 'runtime-error']).toContain(
        (await inside('f=open("big","wb")\nwhile True: f.write(b"x"*10**6)')).why,
      )
      // Which bound a fork bomb meets first, processes, memory or time, is the machine's business.
      expect(['runtime-error', 'time-limit', 'memory-limit']).toContain(
        (await inside('import os\nwhile True:\n  try: os.fork()\n  except OSError: pass', { timeLimit: 1 })).why,
      )
      expect(['runtime-error', 'time-limit', 'memory-limit']).toContain(
        (
          await inside(
            'import threading, time\nfor i in range(10**5): threading.Thread(target=time.sleep, args=(60,)).start()',
            { timeLimit: 1 },
          )
        ).why,
      )
    })

    it('leaves no child behind, and does not wait for one', async () => {
      const tag = `left${process.pid}${Date.now()}`
      const program = `import subprocess, sys\nsubprocess.Popen([sys.executable, "-c", "import time; time.sleep(60) #${tag}"], start_new_session=True)\nprint("ok")`
      expect(await judge(python(program, '', 'ok'), { runner: 'native' })).toMatchObject({ ok: true })
      const { readdirSync } = await import('node:fs')
      const alive = readdirSync('/proc').filter((pid) => {
        try {
          return (
            /^\d+$/.test(pid) &&
            readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(tag) &&
            Number(pid) !== process.pid
          )
        } catch {
          return false
        }
      })
      expect(alive).toEqual([])
    })
  },
)

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

describe('a special judge', () => {
  const sums = {
    language: 'javascript',
    source: '(input, output) => output.trim().split(" ").reduce((a, b) => a + Number(b), 0) === Number(input)',
  } as const
  it('accepts another right output, and no wrong one', async () => {
    const task = (program: string): Task => ({
      language: 'javascript',
      program,
      tests: [{ stdin: '5', stdout: '2 3' }],
      checker: sums,
      ...limits,
    })
    expect((await judge(task('console.log(1, 4)'))).tests[0]).toMatchObject({ ok: true, how: 'checker' })
    expect((await judge(task('console.log(2, 3)'))).tests[0]).toMatchObject({ ok: true, how: 'lines' })
    expect((await judge(task('console.log(2, 2)'))).why).toBe('wrong-answer')
  })
  it('that fails accepts nothing', async () => {
    const broken = { language: 'javascript', source: '() => { throw new Error("x") }' } as const
    const verdict = await judge(node('console.log(1)', '', '2', { checker: broken }))
    expect(verdict).toMatchObject({ ok: false, why: 'needs-checker' })
    expect(verdict.detail).toMatch(/the checker failed.*expected "2"/s)
  })
})

describe('an interrupt', () => {
  it('ends the sandbox and the judging', async () => {
    const stop = new AbortController()
    const judged = judge(node('for (;;) {}', '', '', { timeLimit: 30 }), { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('stopped')), 300)
    await expect(judged).rejects.toThrow('stopped')
  })
})

const cases = new URL('../../../shared/data/sandbox_cases/sandbox_cases.dev.jsonl', import.meta.url)
const VERDICT: Record<string, string> = {
  accepted: 'accepted',
  wrong_answer: 'wrong-answer',
  runtime_error: 'runtime-error',
  time_limit: 'time-limit',
  memory_limit: 'memory-limit',
  output_limit: 'output-limit',
  compile_error: 'compile-error',
  sandbox_violation: 'runtime-error',
}

describe.skipIf(!existsSync(cases) || native.runner !== 'native')(
  'programs that try the sandbox (skipped: shared/data/sandbox_cases or a native Python is not here)',
  () => {
    it('all get the verdict that is theirs', { timeout: 300_000 }, async () => {
      const expand = (text: string) =>
        /^@repeat:/.test(text)
          ? text.replace(/^@repeat:([\s\S]*):(\d+)$/, (_, part: string, times: string) =>
              part.replace(/\\n/g, '\n').repeat(Number(times)),
            )
          : text
      const wrong: string[] = []
      for (const one of readFileSync(cases, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))) {
        if (one.needs_special_judge) continue
        const test =
          one.kind === 'call'
            ? { fn: one.fn_name, args: one.args, returns: one.expected }
            : one.kind === 'assert'
              ? { assert: one.test }
              : { stdin: expand(one.stdin ?? ''), stdout: expand(one.expected_output ?? '') }
        const verdict = await judge({
          language: one.language,
          program: one.program,
          tests: Array.from({ length: one.repeat ?? 1 }, () => test),
          timeLimit: one.time_limit_s,
          memoryLimit: one.memory_limit_mb,
        })
        const right = [one.expected_verdict, ...(one.alt_verdicts ?? [])].map((name: string) => VERDICT[name])
        if (!right.includes(verdict.why)) wrong.push(`${one.id} ${one.name}: ${verdict.why}, not ${right.join(' or ')}`)
      }
      expect(wrong).toEqual([])
    })
  },
)

describe('the end of the judge', () => {
  const built = new URL('../../dist/src/verify/index.js', import.meta.url)
  it.skipIf(process.platform !== 'linux' || !existsSync(built))(
    'ends its sandboxes, whatever runs in them (skipped: no Linux, or dist/ is not built)',
    async () => {
      const { spawn } = await import('node:child_process')
      const { readdirSync } = await import('node:fs')
      const tasks = [
        ['python', 'while True: pass', native.runner],
        ['python', 'while True: pass', 'pyodide'],
        ['javascript', 'for (;;) {}', 'auto'],
      ]
      const script = `import { judge } from ${JSON.stringify(built.href)}
      for (const [language, program, runner] of ${JSON.stringify(tasks)}) judge({ language, program, tests: [{ stdin: '', stdout: '' }], timeLimit: 100 }, { runner }).catch(() => {})
      setInterval(() => {}, 1000)`
      const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
      const descendants = (root: number): number[] => {
        const found = [root]
        const all = readdirSync('/proc')
          .filter((pid) => /^\d+$/.test(pid))
          .flatMap((pid) => {
            try {
              const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
              return [{ pid: Number(pid), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }]
            } catch {
              return []
            }
          })
        for (const pid of found) found.push(...all.filter((one) => one.parent === pid).map((one) => one.pid))
        return found.slice(1)
      }
      const until = async (condition: () => boolean) => {
        for (let k = 0; k < 300 && !condition(); k++) await new Promise((resolve) => setTimeout(resolve, 100))
      }
      await until(() => descendants(parent.pid!).length >= 3)
      await new Promise((resolve) => setTimeout(resolve, 2000))
      const started = descendants(parent.pid!)
      parent.kill('SIGKILL')
      const alive = () =>
        started.filter((pid) => {
          try {
            return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
          } catch {
            return false
          }
        })
      await until(() => alive().length === 0)
      expect(started.length).toBeGreaterThanOrEqual(3)
      expect(alive()).toEqual([])
    },
  )
})
