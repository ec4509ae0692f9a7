// Problems as a whole: ids, draws, names, and real files.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { benchmarkPrompts, problems } from '../../src/problems/index.js'
import { begin, end, folder, warnings, write } from './problems-setting.js'
import { stoppedBy } from './stopped-by.js'

const data = fileURLToPath(new URL('../../../shared/data', import.meta.url))
const real = (name: string) => path.join(data, name)
const absent = !existsSync(data)

beforeEach(begin)
afterEach(end)

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

  it('a name with a slip in its ending guesses a file that lies there; rows are no source, and are told where to go', async () => {
    expect((await stoppedBy(problems('package.jsn'))).fix).toContain("problems('package.json')")
    const rows = await stoppedBy(problems([{ prompt: '1+1?', answer: '2' }] as never))
    expect(rows.message).toContain('an object with prompt, answer: that is a row')
    expect(rows.fix).toContain("problems('mine.jsonl')")
    expect((await stoppedBy(problems('practice', { limit: '5' as never }))).message).toMatch(
      /^limit is '5', not a whole/,
    )
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
