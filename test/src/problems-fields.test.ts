import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerText, lastBoxed } from '../../src/problems/answer.js'
import { problems } from '../../src/problems/index.js'
import { begin, end, warnings, write } from './problems-setting.js'
import { stoppedBy } from './stopped-by.js'

beforeEach(begin)
afterEach(end)

describe('fields', () => {
  const one = async (row: object, options = {}) => (await problems(write('set.jsonl', [row]), options))[0]!

  it.each([
    [{ problem: 'A?', answer: 8.0 }, '8'],
    [{ problem: 'A?', answer: '8.0' }, '8'],
    [{ problem: 'A?', answer: 0.5 }, '0.5'],
    [{ prompt: 'A?', answer: 204 }, '204'],
    [{ Question: 'A?', gt: '\\frac12' }, '\\frac12'],
    [{ question: 'A?', answer: 'She makes 9 * 2 = $<<9*2=18>>18.\n#### 1,018' }, '1018'],
    [{ problem: 'A?', solution: 'So \\boxed{3}, no: $\\boxed{\\frac{1}{2}}$.' }, '\\frac{1}{2}'],
    [{ problem: 'A?', answer: null, solution: 'It is \\boxed{5}.' }, '5'],
    [{ question: 'A?', final_answer: ['$\\frac{1}{2}$'], solution: ['…'] }, '\\frac{1}{2}'],
    [{ question: 'A?', final_answer: ['1', '2'] }, '1, 2'],
    [
      { question: 'A?', combined_text: '<|begin_of_solution|> \\boxed{42} <|end_of_solution|>', domain: 'physics' },
      '42',
    ],
  ])('the answer of %j is %s', async (row, answer) => {
    expect((await one(row)).answer).toBe(answer)
  })

  it('names that are not known are mapped', async () => {
    expect(await one({ q: 'A?', a: 3, n: 'seven' }, { map: { prompt: 'q', answer: 'a', id: 'n' } })).toEqual({
      id: 'set/seven',
      source: 'set',
      kind: 'math',
      domain: 'math',
      prompt: 'A?',
      answer: '3',
    })
    const stopped = await stoppedBy(problems(write('y.jsonl', [{ q: 'A?' }]), { map: { prompt: 'qq' } }))
    expect(stopped.message).toMatch(/no field qq: its fields are q/)
  })

  it('a science or a puzzle counts as science, APPS’ "interview" is no difficulty', async () => {
    expect(await one({ question: 'A?', answer: '1', domain: 'puzzle', difficulty: 'interview' })).toMatchObject({
      domain: 'science',
      subject: 'puzzle',
    })
    expect(await one({ question: 'A?', answer: '1', difficulty: 5.0, license: 'mit' })).toMatchObject({
      difficulty: 5,
      licence: 'mit',
    })
    expect(await one({ question: 'A?', answer: '1', difficulty: 'interview' })).not.toHaveProperty('difficulty')
  })

  it.each([
    [{ question: 'A?', options: ['A)5', 'B)6', 'C)None'], correct: 'B' }, ['5', '6', 'None'], 'B'],
    [{ question: 'A?', choices: ['x', 'y', 'z', 'w'], answer: 2 }, ['x', 'y', 'z', 'w'], 'C'],
    [{ question: 'A?', choices: ['x', 'y'], answer: '(b)' }, ['x', 'y'], 'B'],
    [{ question: 'A?', choices: ['4', '2'], answer: '2' }, ['4', '2'], 'B'],
    [{ question: 'A?', options: { A: 'x', B: 'y' }, answer: 'B' }, ['x', 'y'], 'B'],
    [{ question: 'A?', choices: { text: ['x', 'y'], label: ['1', '2'] }, answerKey: '2' }, ['x', 'y'], 'B'],
  ])('the choice in %j', async (row, choices, answer) => {
    expect(await one(row)).toMatchObject({ kind: 'choice', choices, answer })
  })

  it('GPQA’s columns become four options whose order does not change', async () => {
    const row = {
      Question: 'Why?',
      'Correct Answer': 'right',
      'Incorrect Answer 1': 'a',
      'Incorrect Answer 2': 'b',
      'Incorrect Answer 3': 'c',
      Subdomain: 'Optics',
    }
    const problem = await one(row)
    expect(problem).toMatchObject({ kind: 'choice', domain: 'science', subject: 'Optics' })
    expect([...problem.choices!].sort()).toEqual(['a', 'b', 'c', 'right'])
    expect(problem.choices![problem.answer!.charCodeAt(0) - 65]).toBe('right')
    const turned = Object.fromEntries(Object.entries(row).reverse())
    expect(await one(turned)).toEqual(problem)
    const places = new Set<string>()
    for (let i = 0; i < 40; i++) places.add((await one({ ...row, Question: `Why ${i}?` })).answer!)
    expect(places.size).toBe(4)
  })

  it.each([
    [{ question: 'A?', choices: ['x', 'y'], answer: 2 }, /counted from 0 to 1/],
    [{ question: 'A?', choices: ['x', 'y'], answer: 'E' }, /neither a letter/],
    [{ question: 'A?', choices: ['x'], answer: 'A' }, /one choice/],
    [{ question: 'A?', options: 'x or y', answer: 'A' }, /not a list/],
    [{ question: 'A?', tests: 7 }, /tests is a number/],
    [{ question: 'A?', input_output: { inputs: ['1'], outputs: [] } }, /1 inputs and 0 outputs/],
    [{ question: 'A?', language: 'cpp', tests: [{ stdin: '', stdout: '' }] }, /"cpp"/],
  ])('what is wrong with %j', async (row, what) => {
    expect((await stoppedBy(problems(write('z.jsonl', [row])))).message).toMatch(what)
  })

  const cases: [string, object, object][] = [
    ['our own', { problem: 'P', tests: [{ stdin: '1', stdout: '2' }] }, { tests: [{ stdin: '1', stdout: '2' }] }],
    [
      'APPS, standard input',
      { question: 'P', input_output: '{"inputs":["1\\n"],"outputs":["2\\n"]}', starter_code: '' },
      { tests: [{ stdin: '1\n', stdout: '2\n' }] },
    ],
    [
      'APPS, input as lines',
      { question: 'P', input_output: { inputs: [['1', '2']], outputs: [['3']] } },
      { tests: [{ stdin: '1\n2', stdout: '3' }] },
    ],
    [
      'APPS, a call with a wrapped value',
      { question: 'P', input_output: { fn_name: 'f', inputs: [[1, [2]]], outputs: [[3]] } },
      { tests: [{ fn: 'f', args: [1, [2]], returns: 3 }] },
    ],
    [
      'APPS, a call with a bare value',
      { question: 'P', input_output: { fn_name: 'f', inputs: [[1]], outputs: [true] } },
      { tests: [{ fn: 'f', args: [1], returns: true }] },
    ],
    [
      'LiveCodeBench, a call as lines of JSON',
      {
        question_content: 'P',
        question_id: 'q1',
        public_test_cases: '[{"input":"[1,2]\\n3","output":"4","testtype":"functional"}]',
        metadata: '{"func_name":"f"}',
      },
      { id: 'set/q1', tests: [{ fn: 'f', args: [[1, 2], 3], returns: 4 }] },
    ],
    [
      'LiveCodeBench, standard input',
      { question_content: 'P', public_test_cases: '[{"input":"1","output":"2","testtype":"stdin"}]', metadata: '{}' },
      { tests: [{ stdin: '1', stdout: '2' }] },
    ],
    [
      'HumanEval',
      { prompt: 'def f():', entry_point: 'f', test: 'def check(c):\n    assert c() == 1' },
      { tests: [{ assert: 'def check(c):\n    assert c() == 1\n\ncheck(f)' }] },
    ],
    [
      'MultiPL-E',
      { prompt: 'function f() {', language: 'ts', tests: 'assert(f())' },
      { language: 'typescript', tests: [{ assert: 'assert(f())' }] },
    ],
    [
      'MBPP, whose tests say the name',
      { content: 'P', test_list: ['assert f(1) == 2'], labels: { test_setup_code: 'import math' } },
      {
        prompt: 'P\n\nYour code should pass these tests:\n\nassert f(1) == 2',
        tests: [{ assert: 'import math\nassert f(1) == 2' }],
      },
    ],
    [
      'limits in words',
      { question: 'P', tests: [{ input: '1', output: '2' }], time_limit: '2.5 seconds', memory_limit: '256 megabytes' },
      { timeLimit: 2.5, memoryLimit: 256 },
    ],
  ]
  it.each(cases)('tests of %s', async (_, row, wanted) => {
    expect(await one(row)).toMatchObject({ kind: 'code', domain: 'code', language: 'python', ...wanted })
  })

  it('a coding problem without tests is loaded, and said to be unverifiable', async () => {
    expect(await one({ prompt: 'P', tests: { fname: '1.json', md5: 'ab' } })).not.toHaveProperty('tests')
    expect(warnings[0]).toMatch(/1 of 1 coding problems come without tests/)
  })

  it('the instruction that some sets put around the question is taken off', async () => {
    const wrapped =
      'You will be given a question (problem specification) and will write.\r\n\r\nQuestion: Add a and b.\r\n\r\nYou will use the following starter code to write.\r\n```python\r\nclass Solution:\r\n    def add(self):\r\n        \r\n```\r\n\r\n'
    expect(await one({ prompt: wrapped, tests: [] })).toMatchObject({
      prompt: 'Add a and b.',
      starter: 'class Solution:\n    def add(self):',
    })
    expect(
      await one({
        prompt: 'How many?\nPlease reason step by step, and put your final answer within \\boxed{}.',
        answer: 3,
      }),
    ).toMatchObject({ prompt: 'How many?' })
  })
})

describe('a field map that cannot be meant', () => {
  const known =
    /The keys are id, prompt, answer, solution, .*; what stands beside each is the name of a field of the file\./

  it.each([
    ['a name of files', { question: 'frage' }, /no key "question"; did you mean prompt\?/, "{ prompt: 'frage' }"],
    ['a slip', { anwser: 'lösung' }, /no key "anwser"; did you mean answer\?/, "{ answer: 'lösung' }"],
    ['the wrong way round', { frage: 'prompt' }, /no key "frage"\. The keys/, "{ prompt: 'frage' }"],
    ['no name at all', { prompt: 'frage', 17: true }, /no key "17"\. The keys/, "{ prompt: '17' }"],
    ['a text', 'frage', /fields is "frage"/, "{ prompt: 'question' }"],
    ['a list', ['frage'], /fields is \["frage"\]/, "{ prompt: 'question' }"],
  ])('%s: names the keys that there are, and the map that was meant', async (_, fields, what, map) => {
    const file = write('own.jsonl', [{ frage: 'What is 1+1?', lösung: '2' }])
    const fix = `problems(file, { fields: ${map} })`
    for (const call of [
      problems(file, { fields: fields as never }),
      problems({ source: file, fields: fields as never }),
    ]) {
      const stopped = await stoppedBy(call)
      expect(stopped).toMatchObject({ code: 'bad-call', message: expect.stringMatching(what), fix })
      expect(stopped.message).toMatch(known)
    }
  })

  it('a key that is known stands beside the name of a field', async () => {
    const file = write('own.jsonl', [{ frage: 'What is 1+1?', lösung: '2' }])
    const stopped = await stoppedBy(problems(file, { fields: { prompt: ['frage'] as never } }))
    expect(stopped).toMatchObject({
      code: 'bad-call',
      message: 'fields.prompt is ["frage"], and not the name of a field.',
    })
    expect(
      await problems(file, { fields: { prompt: 'frage', answer: 'lösung', id: undefined as never } }),
    ).toHaveLength(1)
  })

  it('a source with a misspelt setting is named like an option', async () => {
    const stopped = await stoppedBy(problems([{ source: 'practice', limt: 3 } as never]))
    expect(stopped.message).toBe('a source of problems(…) has no option limt; did you mean limit?')
  })
})

describe('answers', () => {
  it('the last box, braces balanced', () => {
    expect(lastBoxed('\\boxed{1} then \\boxed{\\text{a}_{2}}')).toBe('\\text{a}_{2}')
    expect(lastBoxed('$\\boxed 7$ and \\fbox{8}')).toBe('8')
    expect(lastBoxed('\\boxed 7')).toBe('7')
    expect(lastBoxed('\\boxed{\\{1, 2\\}}')).toBe('\\{1, 2\\}')
    expect(lastBoxed('\\boxed{}')).toBeUndefined()
    expect(lastBoxed('\\boxed{1')).toBeUndefined()
    expect(lastBoxed('\\boxedness')).toBeUndefined()
  })

  it('whole numbers lose .0, others keep their digits', () => {
    expect([8, 8.5, '27.0', '2.50', '$x$', '$a$ or $b$', '', Number.NaN].map(answerText)).toEqual([
      '8',
      '8.5',
      '27',
      '2.50',
      'x',
      '$a$ or $b$',
      undefined,
      undefined,
    ])
  })
})
