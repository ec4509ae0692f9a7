import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Benchmarks, conversation, conversationFault, dataset, mix } from '../../src/curate/index.js'
import { tokenise } from '../../src/curate/tokens.js'
import { benchmarkPrompts, problems } from '../../src/problems/index.js'
import { MARKERS, readMarkers, withMarkers } from '../../src/reformat/index.js'
import type { TrainingRow } from '../../src/rows.js'
import { skylabPrompts, studentSystem } from '../../src/sample/index.js'
import { type Workspace, workspace } from '../../src/workspace/index.js'
import { judged, many, problem } from './curate.data.js'
import { stoppedBy } from './stopped-by.js'

const HOST = Symbol.for('skylab.host')
const data = fileURLToPath(new URL('../../../shared/data', import.meta.url))
const absent = !existsSync(data)
let folder: string
let work: Workspace

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  work = workspace(path.join(folder, 'w'))
  const signal = new AbortController().signal
  Object.assign(globalThis, { [HOST]: { display() {}, signal: () => signal, prompt: () => Promise.resolve('') } })
})

afterEach(async () => {
  await work.close()
  delete (globalThis as Record<symbol, unknown>)[HOST]
  rmSync(folder, { recursive: true, force: true })
})

const fates = (rows: TrainingRow[]) => rows.map(({ fate }) => (fate.kept ? 'kept' : fate.why))
const keptIds = (rows: TrainingRow[]) => {
  const places = new Map(
    rows.flatMap(({ id, sample, fate }) => (fate.kept ? [[fate.place, `${id} ${sample}`] as const] : [])),
  )
  return [...places.keys()].sort((a, b) => a - b).map((place) => places.get(place))
}
const detailOf = ({ fate }: TrainingRow) => (fate.kept ? '' : fate.detail)

describe('mix', () => {
  it('names every loss, keeps every row and its fields, and the counts add up', async () => {
    const rows = [
      judged('a/1'),
      judged('a/1', { sample: 1 }),
      judged('a/2', { verdict: { ok: false, why: 'wrong', detail: 'it is 41' } }),
      judged('a/3', {
        verdict: { ok: false, why: 'cut-off', detail: '' },
        format: { ok: false, why: 'cut-off', detail: '' },
      }),
      judged('a/4', { format: { ok: false, why: 'altered-thought', detail: 'half of it' } }),
      judged('b/1', { prompt: judged('a/1').prompt }),
      judged('b/2', { prompt: 'How many ways are there to paint the nine tiles of this square in two colours?' }),
      judged('b/3', { text: 'again and again' }),
      judged('b/4', { domain: 'science' }),
    ]
    const without = [
      [
        problem(
          'bench/7',
          'In how many ways, up to turns, are there to paint the nine tiles of this square in two colours?',
        ),
      ],
    ]
    const mixed = await mix(rows, { science: 0 }, { seed: 1, without, looping: ({ text }) => text.startsWith('again') })
    expect(fates(mixed)).toEqual([
      'kept',
      'second-answer',
      'wrong',
      'cut-off',
      'altered-thought',
      'duplicate',
      'near-benchmark',
      'looping',
      'over-quota',
    ])
    expect(mixed.map(detailOf)).toEqual(
      [
        '',
        'sample 0 of this problem is right too',
        'it is 41',
        '',
        'half of it',
        'the same question as a/1',
        'bench/7: 13 words of it, "are there to paint the nine tiles of this square in two colours"',
        'the trace goes in circles',
        'science is full with 0 rows',
      ].map((text) => expect.stringContaining(text)),
    )
    for (const [i, row] of rows.entries()) expect(mixed[i]).toMatchObject(row)
  })

  it('does not depend on the order of the rows', async () => {
    const rows = [...many(40), ...many(40, { sample: 1 }), ...many(20, { domain: 'code', kind: 'code' }, 'code')]
    const a = keptIds(await mix(rows, { math: 15, code: 10 }, { seed: 7 }))
    expect(a).toHaveLength(25)
    expect(keptIds(await mix([...rows].reverse(), { math: 15, code: 10 }, { seed: 7 }))).toEqual(a)
    expect(keptIds(await mix(rows, { math: 15, code: 10 }, { seed: 8 }))).not.toEqual(a)
    const more = keptIds(await mix(rows, { math: 30, code: 10 }, { seed: 7 }))
    expect(more.filter((id) => a.includes(id))).toEqual(a)
    expect(a.every((id) => id!.endsWith(' 0'))).toBe(true)
  })

  it('an interrupted order of samples does not change which answer is kept', async () => {
    const rows = [3, 1, 2].map((sample) => judged('a/1', { sample }))
    expect(keptIds(await mix(rows, {}, { seed: 1 }))).toEqual(['a/1 1'])
  })

  it('a domain without a quota has no bound', async () => {
    expect(fates(await mix(many(5), { code: 1 }, { seed: 1 }))).toEqual(Array(5).fill('kept'))
  })

  it.each([
    ['What is 5 + 3?', '8', 'What is $5+3$ ?', '8', true],
    ['What is 5 + 3?', '8', 'What is 5 - 3?', '2', false],
    ['What is 5 + 3?', '8', 'what IS  5 + 3', '8.0', true],
    ['A six-sided die.', '1', 'A six sided die!', '1', true],
    ['Is x > 1 or x < 2?', '1', 'Is x < 1 or x > 2?', '2', false],
    ['What is 12?', '1', 'What is 1 2?', '1', true],
    ['Is it so?', 'A', 'Is it not so?', 'A', false],
  ])('%s (%s) and %s (%s): duplicates %s', async (one, first, two, second, same) => {
    const rows = [judged('a/1', { prompt: one, answer: first }), judged('a/2', { prompt: two, answer: second })]
    expect(fates(await mix(rows, {}, { seed: 1 }))).toEqual(['kept', same ? 'duplicate' : 'kept'])
    expect(fates(await mix(rows, {}, { seed: 1, keepDuplicates: true }))).toEqual(['kept', 'kept'])
  })

  it('questions of the same words with other choices are two questions', async () => {
    const rows = [
      ['1', '2'],
      ['3', '4'],
    ].map((choices, i) => judged(`a/${i}`, { prompt: 'Which is it?', kind: 'choice', choices, answer: 'A' }))
    expect(fates(await mix(rows, {}, { seed: 1 }))).toEqual(['kept', 'kept'])
  })

  it('a benchmark that cannot be loaded stops it, with the way on', async () => {
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9')
    vi.stubEnv('HF_HOME', folder)
    const away = await stoppedBy(() => mix(many(3), {}, { seed: 1, without: ['aime24'] }))
    vi.unstubAllEnvs()
    expect(away.code).toBe('no-server')
    expect(away.message).toMatch(/mix cannot compare the rows with "aime24"/)
    expect(away.fix).toMatch(/skip: \['aime24'\]/)
    const stopped = await stoppedBy(() => mix(many(3), {}, { seed: 1, without: ['aime2x'] }))
    expect(stopped.code).toBe('no-dataset')
    expect(stopped.fix).toMatch(/without: \['aime2x\.jsonl'\]/)
    expect((await stoppedBy(() => mix(many(3), {}, { seed: 1, without: [path.join(folder, 'no.jsonl')] }))).code).toBe(
      'no-file',
    )
  })

  it('a benchmark may be a file of questions without answers', async () => {
    const file = path.join(folder, 'bench.jsonl')
    writeFileSync(file, JSON.stringify({ question: judged('set/1').prompt }))
    expect(fates(await mix(many(3), {}, { seed: 1, without: [file] }))).toEqual(['kept', 'near-benchmark', 'kept'])
  })

  it('nothing in is nothing out; an async iterable is fine', async () => {
    expect(await mix([], {}, { seed: 1 })).toEqual([])
    async function* rows() {
      yield* many(2)
    }
    expect(fates(await mix(rows(), {}, { seed: 1 }))).toEqual(['kept', 'kept'])
  })

  it('bad calls say what was given', async () => {
    const rows = many(1)
    const calls: (() => PromiseLike<unknown>)[] = [
      () => mix(undefined as never, {}, { seed: 1 }),
      () => mix(rows, { math: -1 }, { seed: 1 }),
      () => mix(rows, { math: 1.5 }, { seed: 1 }),
      () => mix(rows, { maths: 1 } as never, { seed: 1 }),
      () => mix(rows, {}, {} as never),
      () => mix(rows, {}, { seed: 1, without: 'aime24' as never }),
      () => mix([{ ...rows[0], verdict: undefined } as never], {}, { seed: 1 }),
      () => mix([{ ...rows[0], format: undefined } as never], {}, { seed: 1 }),
    ]
    for (const call of calls) expect((await stoppedBy(call)).code).toBe('bad-call')
  })
})

describe('tokens', () => {
  it('layout, case and spelling do not count; numbers and operators do', () => {
    const all = (text: string) => tokenise(text).all.join(' ')
    expect(all('Find $\\left( \\dfrac{1}{2} \\right) \\cdot X$.')).toBe(
      all('find (\\tfrac12 × x)').replace('12', '1 2'),
    )
    expect(all('a ≤ 1,000')).toBe('a leq 1000')
    expect(all('5+3')).not.toBe(all('5-3'))
    expect(all('Look: [asy] draw((0,0)--(1,1)); [/asy] here')).toBe('look here')
    expect(tokenise('What is -x?').words).toHaveLength(3)
  })
})

describe('near a benchmark', () => {
  const long =
    'A farmer divides a field of 84 hectares among her four children so that each gets twice as much as the next one. How much does the youngest get?'
  const benchmarks = (...prompts: string[]) => {
    const found = new Benchmarks()
    found.add(prompts.map((prompt, i) => problem(`bench/${i}`, prompt)))
    return found
  }

  it.each([
    ['itself', long],
    ['another layout', long.toUpperCase().replaceAll(' ', '  ').replace('84', '$84$')],
    ['a frame around it', `Here is a riddle for you. ${long} Give your answer in hectares, please.`],
    [
      'half of it',
      'A farmer divides a field of 84 hectares among her four children so that each gets the same. What does she keep?',
    ],
    ['eight words of it', 'My uncle says that each gets twice as much as the next one. True?'],
  ])('finds %s', (_, prompt) => {
    expect(benchmarks(long).find(prompt)).toMatchObject({ item: 'bench/0' })
  })

  it.each([
    ['another question', 'How many primes are smaller than one hundred?'],
    ['seven words of it', 'I say: each gets twice as much as the boss.'],
    ['nothing', ''],
  ])('does not find %s', (_, prompt) => {
    expect(benchmarks(long).find(prompt)).toBeUndefined()
  })

  it('finds short questions, whole and with their operators', () => {
    const short = benchmarks('Compute $\\sin 60^\\circ$.', 'What is $5 + 3 \\cdot 2$?')
    expect(short.find('Compute \\(\\sin 60 ^ {\\circ}\\)')).toMatchObject({ item: 'bench/0', share: 1 })
    expect(short.find('Quick: what is 5 + 3 × 2?')).toMatchObject({ item: 'bench/1' })
    expect(short.find('What is 5 - 3 × 2?')).toBeUndefined()
    expect(short.find(`What is 5 + 3 × 2, if you please, and ${'so '.repeat(30)}on?`)).toBeUndefined()
  })

  it('a phrase that many questions share is not an overlap, unless the question is its own', () => {
    const phrase = 'where m and n are relatively prime positive integers find m plus n'
    const found = benchmarks(
      ...Array.from({ length: 30 }, (_, i) => `The probability of case ${i} in game ${i * i} is m over n ${phrase}`),
    )
    expect(found.find(`A bag holds nine red marbles and we draw two, and then this is said: ${phrase}`)).toBeUndefined()
    expect(found.find(`The probability of case 7 in game 49 is m over n ${phrase}`)).toMatchObject({ item: 'bench/7' })
  })

  it('the prompts themselves tell what a phrase is', () => {
    const phrase = 'you are given an array of integers and a number k'
    const prompts = Array.from({ length: 20 }, (_, i) => `Task ${i}: ${phrase} number ${i}`)
    const item = `In this one ${phrase}. Return the longest run whose sum is at most k, or minus one if there is no such run at all in the array`
    const alone = benchmarks(item)
    expect(alone.find(prompts[0]!)).toBeDefined()
    const surveyed = benchmarks(item)
    for (const prompt of prompts) surveyed.survey(prompt)
    expect(surveyed.find(prompts[0]!)).toBeUndefined()
    expect(surveyed.find(item)).toBeDefined()
  })

  it('formulas alone are not an overlap', () => {
    const found = benchmarks(
      'Solve the system x + y + z + a + b + c = 1 and x - y - z - a - b - c = 2 for all of them.',
    )
    expect(found.find('Let x + y + z + a + b + c = 1 be given.')).toBeUndefined()
  })

  it.skipIf(absent)(
    'finds every question of MATH-500 in the full MATH test set, and few in AIME 1983–2023 (needs ../shared/data)',
    async () => {
      const found = new Benchmarks()
      for (const name of ['math500.jsonl', 'aime24_qwq.jsonl', 'aime24_qwen_math.jsonl', 'amc23.jsonl']) {
        found.add(await benchmarkPrompts(path.join(data, 'bench_math', name)))
      }
      expect(found.size).toBe(570)
      const full = await problems(path.join(data, 'bench_math/math_test_5000.jsonl'))
      const aime = await problems(path.join(data, 'bench_math/aime_train_1983_2023.json'))
      for (const { prompt } of [...full, ...aime]) found.survey(prompt)
      const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
      const inside = new Set(
        (await benchmarkPrompts(path.join(data, 'bench_math/math500.jsonl'))).map(({ prompt }) => letters(prompt)),
      )
      const leaked = full.filter(({ prompt }) => inside.has(letters(prompt)))
      expect(leaked.length).toBeGreaterThan(490)
      expect(leaked.filter(({ prompt }) => !found.find(prompt)).map(({ id }) => id)).toEqual([])
      const near = aime.filter(({ prompt }) => found.find(prompt))
      // Ten or so are real copies: MATH-500 took questions from old contests.
      expect(near.length).toBeLessThan(40)
    },
  )
})

describe('dataset', () => {
  const three = () => mix(many(3), {}, { seed: 7, without: [[problem('bench/1', 'Something else entirely?')]] })
  const read = (name: string) => readFileSync(path.join(work.dir, name), 'utf8')

  it('writes ShareGPT rows in the order of their places', async () => {
    const rows = await three()
    const made = await dataset(rows, { name: 'set-3', in: work })
    expect(made).toMatchObject({ name: 'set-3', file: path.join(work.dir, 'set-3.json'), dir: work.dir, rows: 3 })
    expect(made.sha256).toBe(createHash('sha256').update(read('set-3.json')).digest('hex'))
    const written = JSON.parse(read('set-3.json')) as ReturnType<typeof conversation>[]
    const first = rows.find(({ fate }) => fate.kept && fate.place === 0)!
    expect(written[0]).toEqual({
      system: studentSystem('skylab'),
      conversations: [
        { from: 'user', value: first.asked },
        {
          from: 'assistant',
          value: `<|begin_of_thought|>\n\n${first.thought}\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\n${first.solution}\n\n<|end_of_solution|>`,
        },
      ],
    })
    expect(written).toHaveLength(3)
    expect(JSON.parse(read('dataset_info.json'))).toEqual({
      'set-3': {
        file_name: 'set-3.json',
        formatting: 'sharegpt',
        columns: { messages: 'conversations', system: 'system' },
        tags: { role_tag: 'from', content_tag: 'value', user_tag: 'user', assistant_tag: 'assistant' },
      },
    })
    expect(readdirSync(work.dir).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('two sets written at once into one folder are both whole and both listed', async () => {
    const rows = await three()
    const names = ['one', 'two', 'three', 'two']
    const made = await Promise.all(names.map((name) => dataset(rows, { name, in: work, formats: ['json', 'parquet'] })))
    expect(new Set(made.map(({ sha256 }) => sha256)).size).toBe(1)
    const info = JSON.parse(read('dataset_info.json')) as Record<string, unknown>
    for (const name of names) {
      expect(
        createHash('sha256')
          .update(read(`${name}.json`))
          .digest('hex'),
      ).toBe(made[0]!.sha256)
      expect(Object.keys(info)).toEqual(expect.arrayContaining([name, `${name}-parquet`]))
    }
    expect(readdirSync(work.dir).filter((name) => /\.(part|rows)$/.test(name))).toEqual([])
  })

  const python = spawnSync('python3', ['--version']).status === 0
  it.skipIf(!python)('the bytes are those of Python’s json.dump with indent 4 (needs python3)', async () => {
    const rows = await mix(
      [judged('a/1', { thought: 'ünï "quoted" 😀 \\frac\n\n\tx', asked: 'a\u2028b' }), ...many(2)],
      {},
      { seed: 1 },
    )
    const { file } = await dataset(rows, { name: 'bytes', in: work })
    const script =
      'import json,sys; print(json.dumps(json.load(open(sys.argv[1], encoding="utf-8")), indent=4, ensure_ascii=False))'
    const run = spawnSync('python3', ['-c', script, file], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
    })
    expect(run.stdout).toBe(readFileSync(file, 'utf8'))
  })

  it('the same rows give the same bytes, in whatever order they come', async () => {
    const rows = await three()
    const one = await dataset(rows, { name: 'set', in: work })
    const card = read('README.md')
    const two = await dataset([...rows].reverse(), { name: 'set', in: work })
    expect(two.sha256).toBe(one.sha256)
    expect(read('README.md')).toBe(card)
  })

  it('keeps other entries of dataset_info.json, and does not overwrite what is none', async () => {
    const rows = await three()
    await dataset(rows, { name: 'one', in: work })
    await dataset(rows, { name: 'two', in: work })
    expect(Object.keys(JSON.parse(read('dataset_info.json')))).toEqual(['one', 'two'])
    writeFileSync(path.join(work.dir, 'dataset_info.json'), '[]')
    expect((await stoppedBy(() => dataset(rows, { name: 'two', in: work }))).code).toBe('bad-data')
    expect(read('dataset_info.json')).toBe('[]')
  })

  it('the card says where the rows come from, what was lost, and how it was made', async () => {
    const rows = await mix(
      [
        judged('practice/1', { licence: 'CC-BY-4.0', model: 'practice-teacher' }),
        judged('practice/2', {
          licence: 'CC-BY-4.0',
          model: 'practice-teacher',
          domain: 'code',
          format: { ok: true, by: 'model', model: 'practice-reformatter' },
        }),
        judged('practice/3', { verdict: { ok: false, why: 'wrong', detail: '' } }),
        judged('practice/3', { sample: 1, verdict: { ok: false, why: 'time-limit', detail: '' } }),
        judged('practice/4', { prompt: 'Something | else entirely?' }),
      ],
      { math: 10 },
      { seed: 7, without: [[problem('bench/1', 'Something else entirely?')]] },
    )
    const { sha256 } = await dataset(rows, { name: 'card', in: work })
    const card = read('README.md')
    expect(card).toMatch(
      /^---\npretty_name: card\nlicense: cc-by-4.0\n[\s\S]*size_categories:\n- n<1K\n[\s\S]*path: card\.json\n---\n/,
    )
    for (const line of [
      '| practice | 1 | 1 | 0 | 2 |',
      '| problems asked | 4 |',
      '| answers | 5 |',
      '| − near-benchmark | -1 |',
      '| − time-limit | -1 |',
      '| − wrong | -1 |',
      '| rows in the training file | 2 |',
      '| models | practice-teacher |',
      '| reformatter | practice-reformatter |',
      '| prompt set and hash | skylab abcdef0123456789 |',
      '| temperature | 0.7 |',
      '| verified by | exact 2 |',
      '| quota | math 10 |',
      '| seed of the mix | 7 |',
      `\`${sha256}\``,
      '| practice | CC-BY-4.0 |',
      'No row is near a question of bench (1 question)',
      '- practice/4: bench/1:',
    ])
      expect(card).toContain(line)
    expect(card).toMatch(/\*\*For practice only\.\*\* The answers were written for this project/)
  })

  it('the card of a model’s answers does not call them written, and says what is not known', async () => {
    const rows = (await three()).map((row) => ({ ...row }))
    await dataset(rows, { name: 'card', in: work, system: 'You think.' })
    const card = read('README.md')
    expect(card).not.toMatch(/practice/i)
    expect(card).toContain('license: other\nlicense_name: not-stated')
    expect(card).toMatch(/Which benchmarks the rows were compared with is not recorded/)
    expect(card).toContain('| seed of the mix | not recorded |')
    expect(card).toContain('| system prompt of the rows | given by the user |')
    await dataset(await mix(many(2), {}, { seed: 1 }), { name: 'card', in: work })
    expect(read('README.md')).toContain('**not** compared with any benchmark')
  })

  it('no kept row stops it and tells where they were lost', async () => {
    const rows = await mix(
      [
        ...many(3, { verdict: { ok: false, why: 'wrong', detail: '' } }),
        judged('a/1', { verdict: { ok: false, why: 'undecided', detail: '' } }),
      ],
      {},
      { seed: 1 },
    )
    const stopped = await stoppedBy(() => dataset(rows, { name: 'none', in: work }))
    expect(stopped.code).toBe('no-rows')
    expect(stopped.message).toBe('None of the 4 rows is kept: 3 wrong, 1 undecided.')
    expect(existsSync(path.join(work.dir, 'none.json'))).toBe(false)
  })

  it.each([
    ['a marker in the thought', { thought: `a ${MARKERS[1]} b` }, /end_of_thought\|> stands 2 times/],
    ['a marker in the question', { asked: `a ${MARKERS[2]}` }, /user turn contains/],
    ['no thought', { thought: undefined }, /thought is empty/],
    ['no question', { asked: ' ' }, /user turn is empty/],
  ])('%s is refused before anything is written', async (_, over, what) => {
    const rows = await mix([judged('a/1', over), judged('a/2')], {}, { seed: 1 })
    const stopped = await stoppedBy(() => dataset(rows, { name: 'bad', in: work }))
    expect(stopped.code).toBe('bad-data')
    expect(stopped.message).toMatch(what)
    expect(existsSync(path.join(work.dir, 'bad.json'))).toBe(false)
  })

  it('a folder that cannot be written to is said so, and what is there stays', async () => {
    const rows = await three()
    writeFileSync(path.join(folder, 'file'), '')
    const stopped = await stoppedBy(() => dataset(rows, { name: 'set', in: work, dir: path.join(folder, 'file') }))
    expect(stopped.code).toBe('disk')
    expect(stopped.message).toMatch(/set\.json cannot be written/)
    const dir = path.join(folder, 'out')
    mkdirSync(path.join(dir, 'set.json'), { recursive: true })
    expect((await stoppedBy(() => dataset(rows, { name: 'set', in: work, dir }))).code).toBe('disk')
    expect(statSync(path.join(dir, 'set.json')).isDirectory()).toBe(true)
    expect(readdirSync(dir)).toEqual(['set.json'])
  })

  it('rows of another prompt set need its system prompt', async () => {
    const settings = { ...judged('a/1').settings, promptSet: 'sky-t1' as const }
    const rows = await mix([judged('a/1', { settings })], {}, { seed: 1 })
    const stopped = await stoppedBy(() => dataset(rows, { name: 'set', in: work }))
    expect(stopped.fix).toContain('skyT1Prompts')
    await dataset(rows, {
      name: 'set',
      in: work,
      prompts: { ...skylabPrompts, name: 'sky-t1', student: 'Their words.' },
    })
    expect(read('set.json')).toContain('"system": "Their words."')
  })

  it('bad calls say what was given', async () => {
    const rows = await three()
    const calls = [
      () => dataset(rows, { name: '../up', in: work }),
      () => dataset(rows, { name: '', in: work }),
      () => dataset('rows' as never, { name: 'a', in: work }),
      () => dataset(rows, { name: 'a' } as never),
      () => dataset(many(1) as never, { name: 'a', in: work }),
    ]
    for (const call of calls) expect((await stoppedBy(call)).code).toBe('bad-call')
  })

  it('a conversation is exactly a user’s and an assistant’s turn', () => {
    const good = conversation(judged('a/1'), 'You think.')
    expect(conversationFault(good)).toBeUndefined()
    expect(conversationFault({ ...good, system: '' })).toMatch(/system/)
    expect(conversationFault({ ...good, conversations: [...good.conversations].reverse() })).toMatch(/assistant, user/)
    expect(conversationFault({ ...good, conversations: good.conversations.slice(0, 1) })).toMatch(/turns are user/)
    const [user, assistant] = good.conversations
    expect(
      conversationFault({ ...good, conversations: [user!, { ...assistant!, value: `So: ${assistant!.value}` }] }),
    ).toMatch(/outside/)
    expect(readMarkers(withMarkers({ thought: 'a', solution: 'b' }))).toEqual({ thought: 'a', solution: 'b' })
  })
})
