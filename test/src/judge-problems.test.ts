// What a problem adds to judging: special judges, tolerance, several blocks; and rows of public sets in `skylab rows`.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { LEETCODE } from '../../src/problems/leetcode.js'
import type { Checker, Sample } from '../../src/rows.js'
import { blockRates, closeRunners, judge, pythonRunner, type Task, verify } from '../../src/verify/index.js'

const native = await pythonRunner()
afterAll(closeRunners)

const printing = (text: string, more: Partial<Task> = {}): Task => ({
  language: 'javascript',
  program: `console.log(${JSON.stringify(text)})`,
  tests: [{ stdin: '5', stdout: '2 3' }],
  ...more,
})

describe('a special judge', () => {
  const sum: Record<string, Checker> = {
    javascript: {
      language: 'javascript',
      source: '(input, output) => output.trim().split(" ").reduce((a, b) => a + Number(b), 0) === Number(input)',
    },
    typescript: {
      language: 'typescript',
      source:
        'function check(input: string, output: string): { ok: boolean; why: string } {\n  const sum = output.trim().split(" ").map(Number).reduce((a, b) => a + b, 0)\n  return { ok: sum === Number(input), why: "the sum is " + sum }\n}',
    },
    ...(native.runner === 'native' && {
      python: {
        language: 'python' as const,
        source:
          'def helper(text):\n    return sum(map(int, text.split()))\n\ndef check(input, output, expected):\n    return helper(output) == int(input), "the sum is %d" % helper(output)',
      },
    }),
  }
  it.each(Object.entries(sum))('in %s accepts another right output, and no wrong one', async (language, checker) => {
    expect((await judge(printing('1 4', { checker }))).tests[0]).toMatchObject({ ok: true, how: 'checker' })
    expect((await judge(printing('2 3', { checker }))).tests[0]).toMatchObject({ ok: true, how: 'lines' })
    const wrong = await judge(printing('2 2', { checker }))
    expect(wrong.why).toBe('wrong-answer')
    if (language !== 'javascript') expect(wrong.detail).toBe('the sum is 4')
  })

  it('sees arguments and value of a call', async () => {
    const task: Task = {
      language: 'javascript',
      program: 'const f = (n) => [n - 1, 1]',
      tests: [{ fn: 'f', args: [5], returns: [2, 3] }],
      checker: { language: 'javascript', source: '([n], got) => got[0] + got[1] === n' },
    }
    expect((await judge(task)).tests[0]).toMatchObject({ ok: true, how: 'checker' })
  })

  it.each([
    ['throws', '() => { throw new Error("broken") }', /broken/],
    ['gives no answer', '() => undefined', /not true or false/],
    ['gives a number', '() => 1', /not true or false/],
    ['does not parse', '(input => {', /compile-error/],
  ])('that %s has judged nothing', async (_name, source, why) => {
    const verdict = await judge(printing('1 4', { checker: { language: 'javascript', source } }))
    expect(verdict).toMatchObject({ ok: false, why: 'needs-checker' })
    expect(verdict.detail).toMatch(why)
  })

  it('that is missing where it is needed leaves another output undecided, and the expected one right', async () => {
    const needsChecker = 'the row says special_judge'
    expect((await judge(printing('2 3', { needsChecker }))).why).toBe('accepted')
    const other = await judge(printing('1 4', { needsChecker }))
    expect(other).toMatchObject({ ok: false, why: 'needs-checker' })
    expect(other.detail).toMatch(/^the row says special_judge; expected "2 3"/)
    expect((await judge(printing('1 4'))).why).toBe('wrong-answer')
    // A crash is a crash, whatever the judge would say.
    expect((await judge({ ...printing(''), program: 'throw 1', needsChecker })).why).toBe('runtime-error')
  })
})

describe.runIf(native.runner === 'native')('assertions with what the problem gives (skipped: no native Python)', () => {
  const lists = {
    given: LEETCODE,
    assert:
      'def check(candidate):\n    assert is_same_list(candidate(list_node([1, 2, 3])), list_node([3, 2, 1]))\n    assert candidate(None) is None\n\ncheck(Solution().f)',
  }
  const reverse =
    'class Solution:\n    def f(self, head: Optional[ListNode]) -> Optional[ListNode]:\n        last = None\n        while head:\n            head.next, last, head = last, head, head.next\n        return last'
  const trees = {
    given: LEETCODE,
    assert:
      'assert is_same_tree(Solution().f(tree_node([1, None, 2])), tree_node([1, 2]))\nassert Solution().f(tree_node([])) is None',
  }
  const mirror =
    'class Solution:\n    def f(self, root):\n        if root is None: return None\n        return TreeNode(root.val, self.f(root.right), self.f(root.left))'
  const helper = { given: 'def poly(x):\n    return 2 * x', assert: 'assert poly(f(4)) == 4' }
  it.each<[string, Task['tests'][number], string, string]>([
    ['a list turned round', lists, reverse, 'accepted'],
    ['a list as it was', lists, 'class Solution:\n    def f(self, head): return head', 'wrong-answer'],
    [
      'another is_same_list',
      lists,
      'is_same_list = lambda a, b: True\nclass Solution:\n    def f(self, head): return head',
      'wrong-answer',
    ],
    ['a tree mirrored', trees, mirror, 'accepted'],
    ['a tree as it was', trees, 'class Solution:\n    def f(self, root): return root', 'wrong-answer'],
    ['a helper of the statement', helper, 'def f(x): return poly(x) // 4', 'accepted'],
    ['a helper that the program changes', helper, 'def poly(x): return 4\ndef f(x): return 0', 'wrong-answer'],
  ])('%s', async (_name, test, program, why) => {
    expect((await judge({ language: 'python', program, tests: [test] })).why).toBe(why)
  })
})

describe('a function that the program does not define', () => {
  it.each(['gcd', 'add', 'xor'])('%s is missing, though Python has one by that name', async (fn) => {
    const task: Task = {
      language: 'python',
      program: 'def other(): pass',
      tests: [{ fn, args: [4, 6], returns: fn === 'gcd' ? 2 : 10 }],
    }
    for (const runner of ['auto', 'pyodide'] as const) expect((await judge(task, { runner })).why).toBe('runtime-error')
  })
  it.each(['auto', 'pyodide'] as const)(
    'is missing in an assertion that runs beside the program, too: %s',
    async (runner) => {
      const verdict = async (program: string, assert: string) =>
        (await judge({ language: 'python', program, tests: [{ assert }] }, { runner })).why
      // What reaches into the program's process runs there.
      const inside = 'import sys\nassert sys.stdout is not None\n'
      expect(await verdict('def plus(a, b): return a + b', `${inside}assert add(1, 2) == 3`)).toBe('runtime-error')
      expect(await verdict('def add(a, b): return a + b', `${inside}assert add(1, 2) == 3`)).toBe('accepted')
      // The program itself may use it, and so may a test that names where it comes from.
      expect(await verdict('def plus(a, b): return add(a, b)', `${inside}assert plus(1, 2) == 3`)).toBe('accepted')
      expect(await verdict('x = 1', `${inside}from operator import add\nassert add(1, 2) == 3`)).toBe('accepted')
      expect(await verdict('x = 0.1', `${inside}assert isclose(x + 0.2, 0.3) and math.sqrt(4) == 2`)).toBe('accepted')
    },
    180_000,
  )
  it('is missing in an assertion, too', async () => {
    const task: Task = {
      language: 'python',
      program: 'def plus(a, b): return a + b',
      tests: [{ assert: 'assert add(1, 2) == 3' }],
    }
    expect((await judge(task)).why).toBe('runtime-error')
  })
})

describe('tests of one program', () => {
  const tests = [1, 2, 3].map((n) => ({ stdin: `${n}`, stdout: `${n}` }))
  const program = 'const n = +require("fs").readFileSync(0, "utf8"); console.log(n === 2 ? 0 : n)'
  it('end with the first that fails, or are all run, each with its seconds', async () => {
    const first = await judge({ language: 'javascript', program, tests })
    expect(first.tests.map(({ ok }) => ok)).toEqual([true, false])
    const all = await judge({ language: 'javascript', program, tests }, { stopAtFirst: false })
    expect(all.tests.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(all).toMatchObject({ ok: false, why: 'wrong-answer', detail: first.detail })
    expect(all.tests.every(({ seconds }) => seconds >= 0 && seconds < 6)).toBe(true)
  })
})

const sample = (text: string, more: Partial<Sample> = {}): Sample => ({
  id: 'p/1',
  source: 'p',
  kind: 'code',
  domain: 'code',
  prompt: 'Double it.',
  language: 'javascript',
  tests: [
    { stdin: '1', stdout: '2' },
    { stdin: '2', stdout: '4' },
  ],
  sample: 0,
  model: 'written',
  asked: 'Double it.',
  text,
  finish: 'stop',
  usage: { prompt: 1, completion: 1 },
  dollars: null,
  seconds: 1,
  settings: { temperature: 0, topP: null, maxTokens: 1, seed: 1, promptSet: 'skylab', promptHash: 'x' },
  ...more,
})
const fence = (code: string, tag = 'js') => `\n\`\`\`${tag}\n${code}\n\`\`\`\n`
const read = 'const n = +require("fs").readFileSync(0, "utf8")'
const right = `${read}; console.log(n * 2)`
const half = `${read}; console.log(2)`
const broken = 'console.log('

describe('the blocks of an answer', () => {
  it('are tried from the last, and the row says what became of each', async () => {
    const [row] = await verify([sample(`a${fence(right)}b${fence(half)}c${fence(broken)}d${fence('2', 'text')}`)])
    expect(row!.verdict).toEqual({
      ok: true,
      how: 'tests',
      chosen: 0,
      detail: '2 of 2 tests',
      tried: [
        { block: 2, why: 'compile-error', passed: 0 },
        { block: 1, why: 'wrong', passed: 1 },
      ],
    })
    const [none] = await verify([sample(`a${fence(half)}b${fence(broken)}`)])
    expect(none!.verdict).toMatchObject({
      ok: false,
      why: 'compile-error',
      chosen: 1,
      tried: [
        { block: 1, why: 'compile-error', passed: 0 },
        { block: 0, why: 'wrong', passed: 1 },
      ],
    })
  })

  it('give three pass rates: by the last, by any, after reformatting', async () => {
    const raw = await verify([
      sample(fence(right)),
      sample(fence(right) + fence(half), { sample: 1 }),
      sample(fence(half), { sample: 2 }),
      sample('cut', { sample: 3, finish: 'length' }),
    ])
    const tidy = raw.map((row, k) => ({ ...row, verdict: k < 2 ? { ok: true as const, how: 'tests' } : row.verdict }))
    expect(blockRates(raw, tidy).map(({ judged, right, n }) => [judged, right, n])).toEqual([
      ['last block', 1, 4],
      ['any block', 2, 4],
      ['after reformatting', 2, 4],
    ])
    expect(blockRates(raw)).toHaveLength(2)
    expect(blockRates([])[0]).toMatchObject({ n: 0, rate: 0 })
  })
})

const bin = fileURLToPath(new URL('../../kernel/bin.cjs', import.meta.url))
const built = existsSync(new URL('../../dist/src/index.js', import.meta.url))
describe.skipIf(!built)('skylab rows (skipped: dist/ is not built)', () => {
  it('takes rows of public sets with a program beside them, as they are', () => {
    const rows = [
      { program: 'print(int(input()) * 2)', input_output: '{"inputs": ["2\\n"], "outputs": ["4\\n"]}' },
      {
        program: 'def f(x): return x * 2',
        question: 'P',
        input_output: '{"fn_name": "f", "inputs": [[2.0]], "outputs": [[4.0]]}',
      },
      {
        program: 'def f(x): return x * 2',
        entry_point: 'f',
        prompt: 'def f(x):',
        test: 'def check(c):\n    assert c(2) == 4',
      },
      { program: 'def f(x): return x * 3', test_list: ['assert f(2) == 4'] },
      {
        program: 'print(1)',
        question: 'Print any of the possible values.',
        input_output: '{"inputs": [""], "outputs": ["2"]}',
      },
      {
        program: 'print("Yes 0.3333333")',
        tests: [{ stdin: '', stdout: 'YES 0.333333' }],
        language: 'python',
        tolerance: 1e-6,
        ignoreCase: true,
      },
      { program: 'print(1)', input_output: '{"inputs": [' },
      { program: 'print(1)' },
    ]
    const { stdout, status } = spawnSync(process.execPath, [bin, 'rows', 'judge'], {
      input: rows.map((row) => JSON.stringify(row)).join('\n'),
      encoding: 'utf8',
    })
    const got = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ verdict, error }) => verdict?.why ?? error)
    expect(got.slice(0, 6)).toEqual(['accepted', 'accepted', 'accepted', 'wrong-answer', 'needs-checker', 'accepted'])
    expect(got[6]).toMatch(/input_output is broken JSON/)
    expect(got[7]).toBe('there are no tests')
    expect(status).toBe(3)
  })
})
