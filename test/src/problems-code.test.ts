// Coding problems in the shapes of the public sets, and what their rows say about judging.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { exactJson, jsonText, plainJson } from '../../src/json.js'
import { problems } from '../../src/problems/index.js'
import { severalAnswers } from '../../src/problems/judging.js'
import { pythonLiteral } from '../../src/problems/literal.js'
import { BadPickle, readPickle, unpack } from '../../src/problems/pickle.js'
import type { Problem } from '../../src/rows.js'

const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const warnings: string[] = []
beforeEach(() => {
  warnings.length = 0
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text))
})

const load = async (...rows: object[]): Promise<Problem[]> => {
  const file = path.join(folder, 'set.jsonl')
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return problems(file)
}
const one = async (row: object): Promise<Problem> => (await load(row))[0]!
const pickled = (bytes: Uint8Array | string): string =>
  deflateSync(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes).toString('base64')

describe('a pickle', () => {
  it('of plain data is read, in every protocol', () => {
    const python = ['python3', 'python'].find((name) => {
      try {
        execFileSync(name, ['--version'], { stdio: 'ignore' })
        return true
      } catch {
        return false
      }
    })
    const written: string[] = python
      ? execFileSync(
          python,
          [
            '-c',
            `import pickle, base64
shared = ["a"]
value = {"s": "text é\\n😀", "n": [0, 1, 255, 256, -1, 65536, 2**31, -2**40, 10**30], "f": [0.5, -1e300], "t": (1,), "u": (1, 2, 3, 4), "e": [[], {}, ()], "b": [True, False, None], "x": shared, "y": shared, "z": b"bytes"}
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    if protocol < 3: value["z"] = None
    else: value["z"] = b"bytes"
    print(base64.b64encode(pickle.dumps(value, protocol)).decode())`,
          ],
          { encoding: 'utf8' },
        )
          .trim()
          .split('\n')
      : []
    for (const [protocol, text] of written.entries()) {
      const value = readPickle(Buffer.from(text, 'base64')) as Map<string, unknown>
      expect(value.get('s'), `protocol ${protocol}`).toBe('text é\n😀')
      expect(value.get('n')).toEqual([0, 1, 255, 256, -1, 65536, 2 ** 31, -(2 ** 40), 10n ** 30n])
      expect(value.get('f')).toEqual([0.5, -1e300])
      expect([value.get('t'), value.get('u'), value.get('b')]).toEqual([[1], [1, 2, 3, 4], [true, false, null]])
      expect(value.get('x')).toBe(value.get('y'))
    }
    expect(readPickle(Buffer.from('\x80\x04\x8c\x02hi\x94.', 'latin1'))).toBe('hi')
    expect(readPickle(Buffer.from('(dp0\nVa\np1\nI01\ns.', 'latin1'))).toEqual(new Map([['a', true]]))
  })

  it.each([
    ['os.system by GLOBAL', "cos\nsystem\n(S'id'\ntR.", /GLOBAL, which imports/],
    ['os.system by STACK_GLOBAL', '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.', /STACK_GLOBAL/],
    ['builtins.eval by INST', "(S'1'\nibuiltins\neval\n.", /no opcode|INST/],
    ['an object made anew', '\x80\x02]\x81.', /NEWOBJ/],
    ['a persistent id', 'Pevil\n.', /PERSID/],
    ['an extension', '\x80\x02\x82\x01.', /EXT1/],
    ['a state that is set', '\x80\x02]}b.', /BUILD/],
    ['a buffer from outside', '\x80\x05\x97.', /NEXT_BUFFER/],
    ['an end without a value', '.', /without a value/],
    ['a text that is not there', '\x8c\xffab', /ends early/],
    ['a length of 2^60', '\x8d\0\0\0\0\0\0\0\x10.', /announces/],
    ['a memo that was never set', 'h\x05.', /memo 5/],
    ['a circle', ']\x94h\x00a.', /nested more than/],
    ['no pickle', 'hello', /memo 101/],
  ])('%s is refused, and says why', (_name, bytes, why) => {
    expect(() => readPickle(Buffer.from(bytes, 'latin1'))).toThrow(BadPickle)
    expect(() => readPickle(Buffer.from(bytes, 'latin1'))).toThrow(why)
  })

  it('that doubles with every level is refused before it is written out', () => {
    // A list of two times the list before, 40 levels deep: 10^12 values in 200 bytes.
    let text = ']\x94'
    for (let level = 0; level < 40; level++)
      text += `]\x94(h${String.fromCharCode(level)}h${String.fromCharCode(level)}e`
    expect(() => readPickle(Buffer.from(`${text}.`, 'latin1'))).toThrow(/more than 5000000 values/)
  })

  it('of any bytes ends in a value or a BadPickle, never in another error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          readPickle(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(BadPickle)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('in a bomb of zlib is not unpacked', () => {
    expect(() => unpack('eJxLTEoGAAJNASc=')).toThrow(BadPickle)
    expect(() => unpack('eJ!!')).toThrow(/not base64 of zlib/)
  })
})

describe('a Python literal', () => {
  it.each([
    ['None', null],
    ['[True, False, None]', [true, false, null]],
    ["'it\\'s'", "it's"],
    ['"a\\n\\x41\\u00e9"', 'a\nAé'],
    ['(1, 2)', [1, 2]],
    ['(1,)', [1]],
    ['(1)', 1],
    ['[1, 2,]', [1, 2]],
    ["{'a': (1, 2)}", { a: [1, 2] }],
    [
      '{1: "a", (2, 3): "b"}',
      {
        $dict: [
          [1, 'a'],
          [[2, 3], 'b'],
        ],
      },
    ],
    ['-1.5e3', { $number: '-1.5e3' }],
    ['0.5', 0.5],
    ['2.0', { $number: '2.0' }],
    ['1_000', 1000],
    ['123456789012345678901', { $number: '123456789012345678901' }],
  ])('%s', (text, value) => {
    expect(pythonLiteral(text)).toEqual(value)
  })
  it.each(['', 'x', '[1', '1 2', "__import__('os')", '[1 2]', "'a", '{1}', 'f(1)', '[*a]'])('%s is none', (text) => {
    expect(pythonLiteral(text)).toBeUndefined()
  })
})

describe('numbers of arguments and values', () => {
  it('leave as they were written', () => {
    for (const text of ['[2.0,1e3,10,-0.5]', '{"a":123456789012345678901234567890}', '[1.0,[2.5,3]]'])
      expect(jsonText(exactJson(text))).toBe(text)
  })
  it('compare by value', () => {
    expect(plainJson(exactJson('[2.0, 1e3, 12345678901234567890]'))).toEqual([2, 1000, 12345678901234567890n])
    expect(
      plainJson({
        $dict: [
          [1, { $number: '2.0' }],
          [true, null],
        ],
      }),
    ).toEqual({ 1: 2, true: null })
  })
})

describe('tests of a row', () => {
  const hidden = [
    { input: '3\n4\n', output: '7\n', testtype: 'stdin' },
    { input: '5\n6\n', output: '11\n', testtype: 'stdin' },
  ]
  const asPickle = (text: string) => {
    const body = Buffer.from(text)
    const head = Buffer.alloc(5)
    head[0] = 0x58
    head.writeUInt32LE(body.length, 1)
    return pickled(Buffer.concat([Buffer.from([0x80, 4]), head, body, Buffer.from('.')]))
  }

  it('of LiveCodeBench are the public and the private ones, packed or not', async () => {
    const row = {
      question_content: 'Add.',
      question_id: 'q1',
      public_test_cases: JSON.stringify([{ input: '1\n2\n', output: '3\n', testtype: 'stdin' }]),
      metadata: '{}',
    }
    const all = [
      { stdin: '1\n2\n', stdout: '3\n' },
      ...hidden.map(({ input, output }) => ({ stdin: input, stdout: output })),
    ]
    expect((await one({ ...row, private_test_cases: asPickle(JSON.stringify(hidden)) })).tests).toEqual(all)
    expect((await one({ ...row, private_test_cases: JSON.stringify(hidden) })).tests).toEqual(all)
    const call = await one({
      ...row,
      public_test_cases: '[]',
      metadata: '{"func_name": "f"}',
      starter_code: 'class Solution:\n    def f(self, a, b):',
      private_test_cases: asPickle(JSON.stringify([{ input: '[1, 2]\n"x"', output: 'true', testtype: 'functional' }])),
    })
    expect(call).toMatchObject({ starter: /class Solution/, tests: [{ fn: 'f', args: [[1, 2], 'x'], returns: true }] })
  })

  it('of LiveCodeBench that are a hostile pickle are refused, and nothing runs', async () => {
    const canary = path.join(folder, 'canary')
    const evil = pickled(`cposix\nsystem\n(S'touch ${canary}'\ntR.`)
    await expect(load({ question_content: 'Add.', private_test_cases: evil })).rejects.toThrow(
      /private_test_cases is packed, and its opcode at byte 0 is GLOBAL, which imports/,
    )
    expect(existsSync(canary)).toBe(false)
  })

  it('of CodeContests are public, private and generated, with the limits of the problem', async () => {
    const problem = await one({
      name: '1_A. Add',
      description: 'Add.',
      public_tests: { input: ['1 2\n'], output: ['3\n'] },
      private_tests: { input: [], output: [] },
      generated_tests: { input: ['2 2\n'], output: ['4\n'] },
      time_limit: { seconds: 2, nanos: 500000000 },
      memory_limit_bytes: 256 * 1024 * 1024,
      solutions: { language: [3], solution: ['x'] },
    })
    expect(problem).toMatchObject({
      prompt: 'Add.',
      timeLimit: 2.5,
      memoryLimit: 256,
      tests: [
        { stdin: '1 2\n', stdout: '3\n' },
        { stdin: '2 2\n', stdout: '4\n' },
      ],
    })
  })

  it('of MBPP are the listed and the challenge ones; only the listed are shown', async () => {
    const problem = await one({
      text: 'Write f.',
      task_id: 7,
      test_setup_code: 'import math',
      test_list: ['assert f(1) == 1'],
      challenge_test_list: ['assert f(2) == 2'],
    })
    expect(problem.tests).toEqual([
      { assert: 'import math\nassert f(1) == 1' },
      { assert: 'import math\nassert f(2) == 2' },
    ])
    expect(problem.prompt).toContain('f(1)')
    expect(problem.prompt).not.toContain('f(2)')
    expect((await one({ prompt: 'P', test_imports: ['import re'], test_list: ['assert g()'] })).tests).toEqual([
      { assert: 'import re\nassert g()' },
    ])
  })

  it('of HumanEval bring what the statement defines beside the function', async () => {
    const prompt = 'import math\n\n\ndef poly(x):\n    return x\n\n\ndef f(x):\n    """Uses poly."""\n'
    const problem = await one({ prompt, entry_point: 'f', test: 'def check(c):\n    assert poly(c(1)) == 1' })
    expect(problem.tests).toEqual([
      {
        assert: 'def check(c):\n    assert poly(c(1)) == 1\n\ncheck(f)',
        given: 'import math\n\n\ndef poly(x):\n    return x',
      },
    ])
  })

  it('of LeetCode bring the lists and trees that they build, where they do not define them', async () => {
    const functional =
      'def check(candidate):\n    assert is_same_list(candidate(list_node([1])), list_node([1]))\n\ncheck(Solution().f)'
    const [withLists, without] = await load(
      { problem: 'P', tests: { functional } },
      { problem: 'Q', tests: { functional: 'assert Solution().f() == 1' } },
    )
    expect(withLists?.tests).toEqual([{ assert: functional, given: expect.stringMatching(/class ListNode/) }])
    expect(without?.tests).toEqual([{ assert: 'assert Solution().f() == 1' }])
  })

  it('of APPS and TACO keep what JSON would change', async () => {
    const text =
      '{"fn_name": "f", "inputs": [[{"1": "a"}, 2.0, 123456789012345678901234567890, {"x": 1}]], "outputs": [[{"1": 2.0}]]}'
    expect((await one({ question: 'P', input_output: text })).tests).toEqual([
      {
        fn: 'f',
        args: [{ $dict: [[1, 'a']] }, { $number: '2.0' }, { $number: '123456789012345678901234567890' }, { x: 1 }],
        returns: { 1: { $number: '2.0' } },
      },
    ])
    expect(
      (await one({ question: 'P', input_output: { inputs: [['1', ['2', '3']], 5], outputs: [['6'], 7] } })).tests,
    ).toEqual([
      { stdin: '1\n2\n3', stdout: '6' },
      { stdin: '5', stdout: '7' },
    ])
    const literal = await one({
      question: 'P',
      fn_name: 'g',
      input_output: { inputs: ["(1, None)\n{'a': True}"], outputs: ["['x']"] },
    })
    expect(literal.tests).toEqual([{ fn: 'g', args: [[1, null], { a: true }], returns: ['x'] }])
  })

  it('that call keep their numbers where the row itself is JSON; limits stay numbers', async () => {
    const file = path.join(folder, 'exact.jsonl')
    writeFileSync(
      file,
      '{"question": "P", "time_limit": 2.0, "input_output": {"fn_name": "f", "inputs": [[2.0, 123456789012345678901]], "outputs": [1.5]}}\n',
    )
    expect((await problems(file))[0]).toMatchObject({
      timeLimit: 2,
      tests: [{ fn: 'f', args: [{ $number: '2.0' }, { $number: '123456789012345678901' }], returns: 1.5 }],
    })
  })

  it('that are broken are named with their row, and the others go on', async () => {
    const good = { question: 'P', input_output: '{"inputs":["1"],"outputs":["1"]}' }
    const loaded = await load(
      good,
      { question: 'Q', input_output: '{"inputs":["1"],"outputs":["1"' },
      { question: 'R', fn_name: 'f', input_output: { inputs: ['f(1)'], outputs: ['1'] } },
      { question: 'S', input_output: { inputs: ['1', '2'], outputs: ['1'] } },
    )
    expect(loaded).toHaveLength(1)
    expect(warnings[0]).toMatch(/3 rows of 4 left out/)
    expect(warnings[0]).toMatch(/line 2: input_output is broken JSON of 30 characters/)
    expect(warnings[0]).toMatch(/line 3: test 1: its arguments are neither JSON nor a Python literal/)
    expect(warnings[0]).toMatch(/line 4: there are 2 inputs and 1 outputs/)
  })
})

describe('what a row says about judging', () => {
  const tests = [{ input: '1', output: '2' }]
  it.each([
    ['a special judge', { special_judge: true }, { needsChecker: 'the row says special_judge' }],
    ['an interactive problem', { is_interactive: 'true' }, { needsChecker: 'the problem is interactive' }],
    [
      'a checker in Python',
      { checker: 'def check(input, output, expected):\n    return True', special_judge: true },
      { checker: { language: 'python', source: 'def check(input, output, expected):\n    return True' } },
    ],
    ['a checker in TypeScript', { checker: '(a: string) => a === "x"' }, { checker: { language: 'typescript' } }],
    ['a tolerance', { tolerance: 1e-4 }, { tolerance: 1e-4 }],
    [
      'a statement with any right answer',
      { question: 'Sort. If there are multiple answers, print any of them.' },
      { needsChecker: /If there are multiple answers, print any/ },
    ],
    [
      'a statement with an error bound',
      { question: 'Your answer is right if its absolute or relative error does not exceed $10^{-6}$.' },
      { tolerance: 1e-6 },
    ],
    [
      'a statement with letters of any case',
      { question: 'Print YES or NO. You can print each letter in any case.' },
      { ignoreCase: true },
    ],
  ])('%s', async (_name, row, said) => {
    const problem = await one({ question: 'P', tests, ...row })
    expect(problem).toMatchObject(said)
    expect(Object.keys(problem).filter((name) => /hecker|olerance|gnoreCase/.test(name))).toEqual(Object.keys(said))
  })
  it('is nothing where nothing is said', async () => {
    for (const question of [
      'You may choose any vertex and remove it. Print the least number of steps.',
      'Print the answer in any case.',
      'An error occurred 10^6 times. Given any array, print its sum.',
      'Several friends give any of them a gift. Output the number of gifts.',
    ])
      expect(severalAnswers(question) ?? (await one({ question, tests })).needsChecker, question).toBeUndefined()
    expect(await one({ question: 'Print 1/3 to six places.', tests })).not.toHaveProperty('tolerance')
  })
})

const data = new URL('../../../shared/data/', import.meta.url)
describe.skipIf(!existsSync(data))('real files (skipped where ../shared/data is not there)', () => {
  it('LiveCodeBench: what was packed is what was decoded beside it', async () => {
    const rows = readFileSync(new URL('bench_code/lcb_with_tests_few.jsonl', data), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const decoded = await load(...rows)
    const packed = await load(...rows.map(({ tests_decoded: _, ...row }) => row))
    expect(packed.map(({ tests }) => tests)).toEqual(decoded.map(({ tests }) => tests))
    expect(packed.map(({ tests }) => tests?.length)).toEqual(
      rows.map(({ tests_decoded }) => (tests_decoded as { inputs: unknown[] }).inputs.length),
    )
  })
  it('APPS: every row of CodeRL with all its tests', async () => {
    const file = new URL('code_outputs/apps_coderl_5.jsonl', data).pathname
    const counts = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).input_output.inputs.length)
    expect((await problems(file)).map(({ tests }) => tests?.length)).toEqual(counts)
  })
  it('TACO: the special-judge list is met by its own fields', async () => {
    const list = readFileSync(new URL('code_outputs/taco_output_spj.jsonl', data), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const prompts = JSON.parse(readFileSync(new URL('code_outputs/taco_generation_example.json', data), 'utf8')) as {
      task_id: number
      prompt: string
    }[]
    const said = (kind: number | undefined, test: (problem: Problem) => boolean, loaded: Problem[]) =>
      loaded.filter(
        (problem, k) =>
          (list[prompts[k]!.task_id].special_judge ? list[prompts[k]!.task_id].case : 0) === kind && test(problem),
      ).length
    const loaded = await load(...prompts.map(({ prompt }, k) => ({ id: k, question: prompt, tests })))
    // 137 problems of several answers, 42 of any case, 37 of a tolerance, 784 of none.
    expect(said(1, (it) => it.needsChecker !== undefined, loaded)).toBeGreaterThan(110)
    expect(said(0, (it) => it.needsChecker !== undefined, loaded)).toBeLessThan(12)
    expect(said(2, (it) => it.ignoreCase === true, loaded)).toBeGreaterThan(24)
    expect(said(3, (it) => it.tolerance !== undefined, loaded)).toBeGreaterThan(30)
    expect(said(0, (it) => it.tolerance !== undefined || it.ignoreCase === true, loaded)).toBeLessThan(3)
  })
  const tests = [{ input: '1', output: '2' }]
})
