import { afterAll, describe, expect, it } from 'vitest'
import { closeRunners, judge, pythonRunner, type Task } from '../../src/verify/index.js'
import { limits, node, python, why } from './judge.data.js'

const native = await pythonRunner()

afterAll(closeRunners)

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
