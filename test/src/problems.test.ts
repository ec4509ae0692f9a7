import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answerText, lastBoxed } from '../../src/problems/answer.js'
import { benchmarkPrompts, problems } from '../../src/problems/index.js'
import { stoppedBy } from './stopped-by.js'

const data = fileURLToPath(new URL('../../../shared/data', import.meta.url))
const real = (name: string) => path.join(data, name)
const absent = !existsSync(data)

let folder: string
let warnings: string[]

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  warnings = []
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text))
})

afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

function write(name: string, content: string | Buffer | object[]): string {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, Array.isArray(content) ? content.map((row) => JSON.stringify(row)).join('\n') : content)
  return file
}

describe('formats, read from the content', () => {
  const rows = [
    { question: 'What is 1+1?', answer: '2' },
    { question: 'What is 2+2?', answer: '4' },
  ]
  const answers = async (file: string) => (await problems(file)).map(({ answer }) => answer)

  it.each([
    ['JSON lines', rows.map((row) => JSON.stringify(row)).join('\n')],
    [
      'JSON lines with CR LF, blank lines and a byte order mark',
      `\uFEFF${rows.map((row) => JSON.stringify(row)).join('\r\n\r\n')}\r\n`,
    ],
    ['a JSON array on one line', JSON.stringify(rows)],
    ['a JSON array over many lines', JSON.stringify(rows, null, 2)],
    ['an object that holds the rows', JSON.stringify({ data: rows }, null, 2)],
    ['an object that holds the rows on one line', JSON.stringify({ data: rows })],
    ['the rows of the Hub’s viewer', JSON.stringify({ rows: rows.map((row) => ({ row })) })],
    [
      'columns',
      JSON.stringify({ question: rows.map((row) => row.question), answer: rows.map((row) => row.answer) }, null, 1),
    ],
    ['CSV', 'question,answer\nWhat is 1+1?,2\nWhat is 2+2?,4\n'],
    ['CSV with CR LF and quotes', '"question","answer"\r\n"What is 1+1?","2"\r\n"What is 2+2?","4"\r\n'],
    ['TSV', 'question\tanswer\nWhat is 1+1?\t2\nWhat is 2+2?\t4'],
    ['semicolons', 'question;answer\nWhat is 1+1?;2\nWhat is 2+2?;4'],
  ])('%s', async (_, content) => {
    expect(await answers(write('any.name', content))).toEqual(['2', '4'])
    expect(await answers(write('any.gz', gzipSync(content)))).toEqual(['2', '4'])
    expect(warnings).toEqual([])
  })

  it('keeps line ends, commas and doubled quotes inside a quoted CSV cell', async () => {
    const [problem] = await problems(write('a.csv', 'id,problem,answer\n7,"One, ""two""\nthree?",3\n'))
    expect(problem).toMatchObject({ id: 'a/7', prompt: 'One, "two"\nthree?', answer: '3' })
  })

  it('reads brackets, quotes and escapes inside the texts of a JSON array', async () => {
    const odd = [
      { problem: 'a ] } , [ { " \\ "', answer: '1' },
      { problem: '\\"', answer: '2' },
    ]
    expect((await problems(write('a.json', JSON.stringify(odd)))).map(({ prompt }) => prompt)).toEqual(
      odd.map(({ problem }) => problem),
    )
  })

  it('reads a row that is longer than a read from the disk', async () => {
    const long = 'x y '.repeat(100_000).trim()
    expect(
      (await problems(write('a.json', JSON.stringify([{ problem: long, answer: '1' }, ...rows]))))[0]?.prompt,
    ).toBe(long)
  })

  it.each([
    ['an empty file', '', 'bad-data', /is empty/],
    ['white space', ' \n\n', 'bad-data', /is empty/],
    ['an empty array', '[]', 'bad-data', /holds no row/],
    ['a CSV header alone', 'question,answer\n', 'bad-data', /holds no row/],
    ['bytes', Buffer.from([1, 0, 0, 3]), 'bad-data', /not text/],
    ['Parquet', 'PAR1....', 'bad-data', /Parquet/],
    ['a zip archive', 'PK\x03\x04...', 'bad-data', /zip/],
    ['prose', 'Once upon a time,\nthere was a file.\n', 'bad-data', /the first line has 2 \(Once upon a time, \)/],
    ['a damaged gzip file', gzipSync(JSON.stringify(rows)).subarray(0, 40), 'bad-data', /damaged gzip/],
  ])('stops at %s', async (_, content, code, what) => {
    const stopped = await stoppedBy(problems(write('bad.jsonl', content)))
    expect(stopped.code).toBe(code)
    expect(stopped.message).toMatch(what)
    expect(stopped.message).toContain('bad.jsonl')
    expect(stopped.fix).not.toBe('')
  })
})

describe('bad rows', () => {
  it('are left out and named by file and line, and the rest goes on', async () => {
    const lines = [
      '{"problem":"A?","answer":"1"}',
      '{"problem":"B?","ans',
      '[1]',
      '{"problem":"C?","answer":null}',
      '{"answer":"5"}',
      '{"problem":"D?","answer":"2"}',
    ]
    const rows = await problems(write('some.jsonl', lines.join('\n')))
    expect(rows.map(({ prompt }) => prompt)).toEqual(['A?', 'D?'])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^some: 4 rows of 6 left out/)
    expect(warnings[0]).toMatch(/line 2: not JSON/)
    expect(warnings[0]).toMatch(/line 3: it is \[1\]/)
    expect(warnings[0]).toMatch(/line 4: no answer: answer is null/)
    expect(warnings[0]).toMatch(/and 1 more/)
  })

  it('stop the run where there is no other, with the first line and its fields', async () => {
    const stopped = await stoppedBy(
      problems(
        write('x.jsonl', [
          { code: 'f', output: '1' },
          { code: 'g', output: '2' },
        ]),
      ),
    )
    expect(stopped.code).toBe('bad-data')
    expect(stopped.message).toMatch(/None of the 2 rows .* Line 1: no question: its fields are code, output/)
    expect(stopped.fix).toContain('fields')
  })

  it('a torn array keeps the rows before the tear', async () => {
    const whole = JSON.stringify(
      [
        { problem: 'A?', answer: '1' },
        { problem: 'B?', answer: '2' },
      ],
      null,
      1,
    )
    const rows = await problems(write('torn.json', whole.slice(0, -12)))
    expect(rows).toHaveLength(1)
    expect(warnings[0]).toMatch(/line 6: not JSON/)
  })

  it('a CSV row with a column too many is one', async () => {
    expect(await problems(write('a.csv', 'question,answer\nA?,1\nB?,2,3\n'))).toHaveLength(1)
    expect(warnings[0]).toMatch(/line 3: it has 3 columns, the first line has 2 \(question, answer\)/)
  })
})

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

describe('ids', () => {
  it('are the row’s own, else a hash of the content, and do not change when the file grows', async () => {
    const rows = [
      { problem: 'A?', answer: '1' },
      { problem: 'B?', answer: '2' },
    ]
    const before = await problems(write('set.jsonl', rows))
    const after = await problems(write('set.jsonl', [{ problem: 'C?', answer: '3' }, ...rows]))
    expect(after.slice(1)).toEqual(before)
    expect(before[0]!.id).toMatch(/^set\/[0-9a-f]{12}$/)
    expect((await problems(write('own.jsonl', [{ unique_id: 'test/a.json', id: 4, ...rows[0] }])))[0]!.id).toBe(
      'own/test/a.json',
    )
  })

  it('are unique: own ids that repeat are not used, a row that repeats is numbered', async () => {
    const row = { id: 1, problem: 'A?', answer: '1' }
    const ids = (await problems(write('set.jsonl', [row, row, { ...row, problem: 'B?' }]))).map(({ id }) => id)
    expect(new Set(ids).size).toBe(3)
    expect(ids[1]).toBe(`${ids[0]}#2`)
  })

  it('two files of one name stay apart', async () => {
    const rows = [{ id: 1, problem: 'A?', answer: '1' }]
    const ids = (await problems([write('a/test.jsonl', rows), write('b/test.jsonl', rows)])).map(({ id }) => id)
    expect(ids).toEqual(['test/1', 'b/test/1'])
  })

  it('a file of our own problems keeps ids and sources; of samples, each problem comes once', async () => {
    const problem = { id: 'x/1', source: 'x', kind: 'math', domain: 'science', prompt: 'A?', answer: '1' }
    const file = write(
      'samples.jsonl',
      [0, 1].map((sample) => ({ ...problem, sample, text: 'It is \\boxed{1}.', model: 'm' })),
    )
    expect(await problems(file)).toEqual([problem])
    expect((await stoppedBy(problems([file, write('again.jsonl', [problem])]))).message).toMatch(
      /Two sources hold a problem x\/1/,
    )
  })
})

describe('limit', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ id: i, problem: `What is ${i}?`, answer: i }))

  it('draws by seed, keeps the order, and a larger draw contains a smaller one', async () => {
    const file = write('set.jsonl', rows)
    const ten = (await problems(file, { limit: 10 })).map(({ id }) => id)
    const twenty = (await problems(file, { limit: 20 })).map(({ id }) => id)
    expect(ten).toHaveLength(10)
    expect(twenty).toHaveLength(20)
    expect(twenty.filter((id) => ten.includes(id))).toEqual(ten)
    const places = twenty.map((id) => Number(id.split('/')[1]))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect((await problems(file, { limit: 10, seed: 8 })).map(({ id }) => id)).not.toEqual(ten)
  })

  it('does not depend on other sources', async () => {
    const file = write('set.jsonl', rows)
    const other = write('other.jsonl', rows)
    const alone = await problems(file, { limit: 7 })
    expect((await problems([other, file], { limit: 7 })).filter(({ source }) => source === 'set')).toEqual(alone)
  })

  it.each([
    [{ limit: 0 }],
    [{ limit: 1.5 }],
    [{ limit: Number.NaN }],
    [{ seed: Number.NaN }],
    [{ kind: 'maths' as 'math' }],
  ])('%j is a bad call', async (options) => {
    expect((await stoppedBy(problems(write('set.jsonl', rows), options))).code).toBe('bad-call')
  })
})

describe('names', () => {
  it('practice and practice:bench come with the package', async () => {
    const practice = await problems('practice')
    expect(practice.length).toBeGreaterThanOrEqual(24)
    expect(new Set(practice.map(({ source }) => source))).toEqual(new Set(['practice']))
    expect(new Set(practice.map(({ kind }) => kind))).toEqual(new Set(['math', 'code', 'choice']))
    const bench = await problems('practice:bench')
    expect(bench.length).toBeGreaterThanOrEqual(12)
    expect(warnings).toEqual([])
  })

  it.each([
    'math500',
    'numina:amc_aime',
    'apps',
    'taco:medium',
    'still2:science',
    'aime24',
    'gpqa',
    'AI-MO/NuminaMath-CoT',
  ])('%s is known and asked for at the Hub', async (name) => {
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9')
    vi.stubEnv('HF_HOME', folder)
    const stopped = await stoppedBy(problems(name)).finally(() => vi.unstubAllEnvs())
    expect(stopped.code).toBe('no-server')
    expect(stopped.message).toMatch(/127\.0\.0\.1:9 cannot be reached/)
    expect(stopped.fix).toMatch(/HF_ENDPOINT/)
  })

  it('an unknown name lists the known ones and guesses', async () => {
    const stopped = await stoppedBy(problems('practise'))
    expect(stopped.code).toBe('no-dataset')
    expect(stopped.message).toContain('practice:bench')
    expect(stopped.message).toContain('math500')
    expect(stopped.fix).toContain("problems('practice')")
  })

  it('a missing file names the nearest one, a folder its files', async () => {
    write('math500.jsonl', [{ problem: 'A?', answer: '1' }])
    const missing = await stoppedBy(problems(path.join(folder, 'math50.jsonl')))
    expect(missing.code).toBe('no-file')
    expect(missing.fix).toContain('math500.jsonl')
    const dir = await stoppedBy(problems(folder))
    expect(dir.message).toMatch(/is a folder; it holds math500.jsonl/)
    expect((await stoppedBy(problems(path.join(folder, 'no/such.jsonl')))).message).toMatch(/There is no folder/)
  })

  it('no source, one twice, and something else are bad calls', async () => {
    for (const sources of [[], ['practice', 'practice'], [7 as unknown as string], '']) {
      expect((await stoppedBy(problems(sources))).code).toBe('bad-call')
    }
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

describe('real files', () => {
  const all: [string, number, number, object][] = [
    ['bench_math/math500.jsonl', 500, 0, { kind: 'math', domain: 'math' }],
    ['bench_math/math_test_5000.jsonl', 5000, 0, { kind: 'math', answer: '2' }],
    ['bench_math/math_train.json', 7470, 4, { kind: 'math' }],
    ['bench_math/aime_train_1983_2023.json', 975, 0, { answer: '60' }],
    ['bench_math/aime24_qwq.jsonl', 30, 0, { answer: '204' }],
    ['bench_math/aime24_qwen_math.jsonl', 30, 0, { answer: '204' }],
    ['bench_math/amc23.jsonl', 40, 0, { answer: '27' }],
    ['bench_math/olympiadbench.jsonl', 675, 0, { answer: '2', subject: 'Combinatorics' }],
    ['bench_math/minerva_math.jsonl', 272, 0, { answer: '1.6', domain: 'science' }],
    ['bench_math/gsm8k_test.jsonl', 1319, 0, { answer: '18' }],
    ['bench_choice/aqua.jsonl', 254, 0, { kind: 'choice', domain: 'math', answer: 'A' }],
    ['bench_choice/mmlu_stem.jsonl', 3018, 0, { kind: 'choice', domain: 'science', answer: 'C' }],
    ['bench_code/lcb_v5_prompts.jsonl', 279, 0, { kind: 'code', id: 'lcb_v5_prompts/abc365_b' }],
    ['bench_code/lcb_with_tests_few.jsonl', 3, 0, { kind: 'code' }],
    ['bench_code/mbpp_few.jsonl', 20, 0, { kind: 'code' }],
    ['bench_code/humaneval.jsonl', 164, 0, { kind: 'code', language: 'python' }],
    ['bench_code/multipl_e_humaneval_js.jsonl', 161, 0, { language: 'javascript' }],
    ['bench_code/multipl_e_mbpp_ts.jsonl', 390, 0, { language: 'typescript' }],
    ['bench_code/rllm_code_contests_test.json', 165, 0, { kind: 'code' }],
    ['bench_code/rllm_leetcode_train.json', 1889, 0, { kind: 'code' }],
  ]
  it.skipIf(absent).each(all)('%s (skipped where ../shared/data is not there)', async (name, count, skipped, first) => {
    const rows = await problems(real(name))
    expect(rows).toHaveLength(count)
    expect(rows[0]).toMatchObject(first)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(count)
    expect(rows.filter(({ prompt }) => prompt.trim() === '' || prompt.includes('\r'))).toEqual([])
    expect(rows.filter(({ kind, answer }) => kind !== 'code' && !answer)).toEqual([])
    expect(
      rows.filter(({ kind, answer, choices }) => kind === 'choice' && !choices?.[answer!.charCodeAt(0) - 65]),
    ).toEqual([])
    const said = warnings.find((warning) => warning.includes('left out')) ?? ': 0 row'
    expect(Number(/: (\d+) row/.exec(said)?.[1])).toBe(skipped)
  })

  it.skipIf(absent)(
    'gives MATH-500 the answers that the full test file holds only in its solutions (needs ../shared/data)',
    async () => {
      const full = new Map(
        (await problems(real('bench_math/math_test_5000.jsonl'))).map(({ prompt, answer }) => [prompt, answer]),
      )
      const plain = (text = '') => text.replace(/\s+/g, '')
      const both = (await problems(real('bench_math/math500.jsonl'))).filter(({ prompt }) => full.has(prompt))
      expect(both.length).toBeGreaterThan(490)
      const differ = both.filter(({ prompt, answer }) => plain(answer) !== plain(full.get(prompt)))
      expect(differ.map(({ id }) => id).length).toBeLessThanOrEqual(5)
    },
  )

  it.skipIf(absent)('takes questions without answers for a benchmark (needs ../shared/data)', async () => {
    expect(await benchmarkPrompts(real('code_outputs/lcb_o1_mini_eval_all.json.gz'))).toHaveLength(880)
    expect(await benchmarkPrompts(real('bench_math/math_train.json'))).toHaveLength(7474)
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
