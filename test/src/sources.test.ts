import { writeFileSync } from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { problems, sources } from '../../src/problems/index.js'
import { Stopped } from '../../src/stopped.js'
import type { FakeRepo } from './hub-server.js'
import { begin, end, folder, serve } from './hub-setting.js'
import { parquetOf } from './parquet.js'
import { addsUp, lines } from './sources.data.js'
import { stoppedBy } from './stopped-by.js'

beforeEach(begin)
afterEach(end)

const numina = Array.from({ length: 60 }, (_, i) => ({
  source: ['math', 'olympiads', 'amc_aime', 'cn_k12'][i % 4]!,
  problem: `What is ${i} + ${i}?`,
  solution: i % 12 === 0 ? `It is ${2 * i}.` : `It is \\boxed{${2 * i}}.`,
  messages: [{ content: 'x', role: 'user' }],
}))
/** Labels for all but three rows: 1 … 10 in turn for each source. */
const labelled = numina
  .map((row, i) => ({
    problem: row.problem,
    source: row.source,
    gpt_difficulty: `[[${((i % 40) >> 2) + 1}]]`,
    gpt_difficulty_parsed: ((i % 40) >> 2) + 1,
  }))
  .filter((_, i) => i % 20 !== 6)

async function numinaRepos(): Promise<FakeRepo[]> {
  return [
    {
      id: 'AI-MO/NuminaMath-CoT',
      card: { license: 'apache-2.0' },
      files: {
        'README.md': 'x',
        'data/train-00000-of-00002.parquet': await parquetOf(numina.slice(0, 37)),
        'data/train-00001-of-00002.parquet': await parquetOf(numina.slice(37)),
        'data/test-00000-of-00001.parquet': await parquetOf(numina.slice(0, 6)),
      },
    },
    {
      id: 'NovaSky-AI/labeled_numina_difficulty_859K',
      files: { 'data/train-00000-of-00001.parquet': await parquetOf(labelled) },
    },
  ]
}

/** What the recipe's words say, computed another way. */
function recipe(source: string, first: number, low: number, high: number) {
  const level = new Map(labelled.map((row) => [row.problem, row.gpt_difficulty_parsed]))
  return numina
    .filter((row) => row.source === source)
    .slice(0, first)
    .filter(
      (row) =>
        row.solution.includes('boxed') && (level.get(row.problem) ?? 0) >= low && level.get(row.problem)! <= high,
    )
    .map((row) => row.problem)
}

describe('NuminaMath', () => {
  it.each([
    ['numina:math', 'math', 1e9, 4, 9],
    ['numina:amc_aime', 'amc_aime', 1e9, 1, 9],
    ['numina:olympiads', 'olympiads', 20_000, 9, 9],
  ])('%s holds what the recipe says, and its account adds up', async (name, source, first, low, high) => {
    await serve(...(await numinaRepos()))
    const rows = await problems(name)
    expect(rows.map(({ prompt }) => prompt)).toEqual(recipe(source, first, low, high))
    const account = addsUp(rows.account[0]!)
    expect(account).toMatchObject({
      source: name,
      held: 60,
      licence: 'apache-2.0',
      hub: {
        id: 'AI-MO/NuminaMath-CoT',
        split: 'train',
        revision: 'main',
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      },
    })
    expect(account.dropped[`source is not ${source}`]).toBe(45)
    for (const row of rows)
      expect(row).toMatchObject({ kind: 'math', domain: 'math', licence: 'apache-2.0', difficulty: expect.any(Number) })
  })

  it('each row says file, commit and number, and the row is there', async () => {
    await serve(...(await numinaRepos()))
    const rows = await problems('numina:math')
    const { commit } = rows.account[0]!.hub!
    const inSecond = rows.find(({ prompt }) => prompt === 'What is 52 + 52?')!
    expect(inSecond.provenance).toBe(
      `hf://datasets/AI-MO/NuminaMath-CoT@${commit}/data/train-00001-of-00002.parquet#16`,
    )
    expect(numina[37 + 15]!.problem).toBe(inSecond.prompt)
    // The provenance without its number is a source itself.
    const again = await problems(inSecond.provenance!.split('#')[0]!, { where: { problem: inSecond.prompt } })
    expect(again[0]).toMatchObject({ prompt: inSecond.prompt, provenance: inSecond.provenance })
  })

  it('every default can be changed in the call', async () => {
    await serve(...(await numinaRepos()))
    expect((await problems('numina:math', { difficulty: [9, 10] })).map(({ prompt }) => prompt)).toEqual(
      recipe('math', 1e9, 9, 10),
    )
    const first = await problems('numina:olympiads', { first: 4, difficulty: false })
    expect(first.map(({ prompt }) => prompt)).toEqual(
      numina
        .filter((row) => row.source === 'olympiads')
        .slice(0, 4)
        .filter((row) => row.solution.includes('boxed'))
        .map((row) => row.problem),
    )
    expect(addsUp(first.account[0]!).dropped['after the first 4']).toBe(11)
    // Rows without a box have no answer either: the reason is another one.
    expect((await problems('numina:math', { boxed: false, difficulty: false })).account[0]!.dropped).toEqual({
      'source is not math': 45,
      'no answer': 5,
    })
    const test = await problems('numina:math', { split: 'test', difficulty: false })
    expect(test.map(({ prompt }) => prompt)).toEqual([numina[4]!.problem])
    expect(test.account[0]!.hub).toMatchObject({ split: 'test' })
    const own = await problems('numina:math', { labels: [{ prompt: numina[4]!.problem, difficulty: 5 }] })
    expect(own.map(({ prompt, difficulty }) => [prompt, difficulty])).toEqual([[numina[4]!.problem, 5]])
  })

  it('a difficulty that a filter leaves nothing of says so', async () => {
    await serve(...(await numinaRepos()))
    const error = await stoppedBy(problems('numina:math', { labels: [{ prompt: 'another', difficulty: 5 }] }))
    expect(error.message).toMatch(
      /No row of numina:math \(AI-MO\/NuminaMath-CoT\) is left of 60: 5 no box in the solution, 45 source is not math, 10 no difficulty label/,
    )
    expect(error.fix).toContain('difficulty: false')
  })
})

const io = JSON.stringify({ inputs: ['1\n'], outputs: ['2\n'] })
const pack = (json: string) => {
  const text = Buffer.from(json)
  const size = Buffer.alloc(4)
  size.writeUInt32LE(text.length)
  return zlib
    .deflateSync(Buffer.concat([Buffer.from([0x80, 4]), Buffer.from('X'), size, text, Buffer.from('.')]))
    .toString('base64')
}
const lcb = (id: string, date: string, difficulty: string) => ({
  question_title: id,
  question_content: `Add one.\r\n(${id})`,
  platform: 'atcoder',
  question_id: id,
  contest_id: 'abc',
  contest_date: `${date}T00:00:00`,
  starter_code: '',
  difficulty,
  public_test_cases: JSON.stringify([{ input: '1\n', output: '2\n', testtype: 'stdin' }]),
  private_test_cases: pack(JSON.stringify([{ input: '5\n', output: '6\n', testtype: 'stdin' }])),
  metadata: '{}',
})

describe('programs', () => {
  it('APPS: the test split, a JSON Lines file', async () => {
    await serve({
      id: 'codeparrot/apps',
      card: { license: 'mit' },
      files: {
        'test.jsonl': lines([
          {
            id: 0,
            question: 'Add.',
            solutions: '[]',
            input_output: io,
            difficulty: 'interview',
            url: 'u',
            starter_code: '',
          },
          {
            id: 1,
            question: 'Call.',
            input_output: JSON.stringify({ fn_name: 'f', inputs: [[1]], outputs: [[2]] }),
            difficulty: 'interview',
            starter_code: 'def f(x):',
          },
        ]),
        'apps.py': 'x',
      },
    })
    const rows = await problems('apps')
    expect(rows).toMatchObject([
      {
        id: 'apps/0',
        kind: 'code',
        domain: 'code',
        prompt: 'Add.',
        licence: 'mit',
        tests: [{ stdin: '1\n', stdout: '2\n' }],
      },
      { id: 'apps/1', starter: 'def f(x):', tests: [{ fn: 'f', args: [1], returns: 2 }] },
    ])
    expect(rows[0]).not.toHaveProperty('difficulty')
  })

  it('TACO: MEDIUM of train, all of test; its solutions are not read', async () => {
    const row = (i: number, difficulty: string) => ({
      question: `Q${i}`,
      solutions: '[]',
      starter_code: '',
      input_output: io,
      difficulty,
      raw_tags: '[]',
      name: null,
      source: 'codeforces',
      tags: '[]',
      skill_types: '[]',
      url: 'u',
      time_limit: '2.0 seconds',
      memory_limit: '256.0 megabytes',
    })
    const train = ['EASY', 'MEDIUM', 'HARD', 'MEDIUM', 'UNKNOWN_DIFFICULTY'].map((level, i) => row(i, level))
    await serve({
      id: 'BAAI/TACO',
      files: {
        'ALL/train-00000-of-00001.parquet': await parquetOf(train),
        'ALL/test-00000-of-00001.parquet': await parquetOf(train.slice(0, 2)),
      },
    })
    const rows = await problems(['taco:medium', 'taco:test'])
    expect(rows.map(({ source, prompt }) => `${source} ${prompt}`)).toEqual([
      'taco:medium Q1',
      'taco:medium Q3',
      'taco:test Q0',
      'taco:test Q1',
    ])
    expect(rows[0]).toMatchObject({
      timeLimit: 2,
      memoryLimit: 256,
      licence: 'apache-2.0',
      tests: [{ stdin: '1\n', stdout: '2\n' }],
    })
    expect(rows.account.map(addsUp).map(({ held, kept }) => [held, kept])).toEqual([
      [5, 2],
      [2, 2],
    ])
    expect(rows.account[0]!.dropped).toEqual({ 'difficulty is not MEDIUM': 3 })
    expect(new Set(rows.map(({ id }) => id)).size).toBe(4)
    expect((await stoppedBy(problems('taco'))).message).toContain('taco:medium')
  })

  const files = {
    'test.jsonl': lines([lcb('a', '2023-05-07', 'easy'), lcb('b', '2023-09-01', 'hard')]),
    'test2.jsonl': lines([lcb('c', '2024-04-01', 'medium')]),
    'test3.jsonl': lines([lcb('d', '2024-07-01', 'easy')]),
    'code_generation_lite.py': 'x',
  }
  it.each([
    ['livecodebench', {}, ['a', 'b', 'c']],
    ['livecodebench:release_v1', {}, ['a', 'b']],
    ['livecodebench:release_v3', {}, ['a', 'b', 'c', 'd']],
    ['livecodebench:release_v3', { from: '2023-09-01', to: '2024-04-01' }, ['b', 'c']],
    ['livecodebench:easy', {}, ['a']],
    ['livecodebench:release_v3:easy', {}, ['a', 'd']],
  ])('%s %j', async (name, options, ids) => {
    await serve({ id: 'livecodebench/code_generation_lite', files })
    const rows = await problems(name, options)
    expect(rows.map(({ id }) => id)).toEqual(ids.map((id) => `${name}/${id}`))
    expect(rows[0]).toMatchObject({
      prompt: `Add one.\n(${ids[0]})`,
      tests: [
        { stdin: '1\n', stdout: '2\n' },
        { stdin: '5\n', stdout: '6\n' },
      ],
    })
    addsUp(rows.account[0]!)
  })

  it('a release that is not there whole is not taken for one', async () => {
    await serve({ id: 'livecodebench/code_generation_lite', files: { 'test.jsonl': files['test.jsonl'] } })
    const error = await stoppedBy(problems('livecodebench'))
    expect(error).toMatchObject({ code: 'no-file', message: expect.stringContaining('test2.jsonl') })
  })

  it('a window is two dates', async () => {
    expect((await stoppedBy(problems('livecodebench', { from: 'May 2024' }))).fix).toContain("from: '2024-08-01'")
  })
})

describe('benchmarks', () => {
  it('by their published files: MATH-500, AIME, AMC, GSM8K', async () => {
    const aime = [2023, 2024, 2024].map((year, i) => ({
      id: i,
      problem: `P${i}`,
      solution: 's',
      answer: `00${i}`,
      url: `https://example.org/${year}_AIME_I`,
    }))
    await serve(
      {
        id: 'HuggingFaceH4/MATH-500',
        files: {
          'test.jsonl': lines([
            {
              problem: 'P',
              solution: 's',
              answer: '3',
              subject: 'Algebra',
              level: 2,
              unique_id: 'test/algebra/1.json',
            },
          ]),
        },
      },
      { id: 'AI-MO/aimo-validation-aime', files: { 'data/train-00000-of-00001.parquet': await parquetOf(aime) } },
      {
        id: 'AI-MO/aimo-validation-amc',
        files: {
          'data/train-00000-of-00001.parquet': await parquetOf([
            { id: 4, problem: 'A', answer: 8.0, url: 'x/2023_AMC_12A' },
            { id: 5, problem: 'B', answer: 9.0, url: 'x/2022_AMC_12A' },
          ]),
        },
      },
      {
        id: 'opencompass/AIME2025',
        files: {
          'aime2025-I.jsonl': lines([{ question: 'I?', answer: '70' }]),
          'aime2025-II.jsonl': lines([{ question: 'II?', answer: '82' }]),
        },
      },
      {
        id: 'openai/gsm8k',
        files: {
          'main/test-00000-of-00001.parquet': await parquetOf([{ question: 'Q', answer: 'So.\n#### 1,018' }]),
          'socratic/test-00000-of-00001.parquet': await parquetOf([{ question: 'no', answer: '#### 0' }]),
        },
      },
    )
    expect(await problems('math500')).toMatchObject([
      { id: 'math500/test/algebra/1.json', answer: '3', subject: 'Algebra' },
    ])
    expect((await problems('aime24')).map(({ prompt, answer }) => [prompt, answer])).toEqual([
      ['P1', '001'],
      ['P2', '002'],
    ])
    expect(await problems('amc23')).toMatchObject([{ id: 'amc23/4', prompt: 'A', answer: '8' }])
    expect((await problems('aime25')).map(({ answer }) => answer)).toEqual(['70', '82'])
    expect(await problems('gsm8k')).toMatchObject([{ answer: '1018', licence: 'mit' }])
  })

  const gpqa =
    '"Record ID",Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3,Subdomain\nrec1,"Why, ""so""?",right,a,b,c,Optics\n'
  it('GPQA-Diamond: with a token that was let in; without, what to click and type; or the user’s own file', async () => {
    await serve({
      id: 'Idavidrein/gpqa',
      gated: true,
      files: { 'gpqa_diamond.csv': gpqa, 'gpqa_main.csv': gpqa.repeat(2) },
    })
    const error = await stoppedBy(problems('gpqa'))
    expect(error.code).toBe('no-key')
    expect(error.fix).toMatch(/Open .*datasets\/Idavidrein\/gpqa.*Agree and access.*HF_TOKEN/)
    vi.stubEnv('HF_TOKEN', 'hf_good')
    const [row] = await problems('gpqa')
    expect(row).toMatchObject({
      id: 'gpqa/rec1',
      kind: 'choice',
      domain: 'science',
      licence: 'cc-by-4.0',
      prompt: 'Why, "so"?',
    })
    expect(row!.choices![row!.answer!.charCodeAt(0) - 65]).toBe('right')
    writeFileSync(path.join(folder, 'mine.csv'), gpqa)
    const [own] = await problems({ source: path.join(folder, 'mine.csv'), name: 'gpqa' })
    expect(own).toMatchObject({ id: 'gpqa/rec1', choices: row!.choices, answer: row!.answer })
  })
})

describe('traces', () => {
  it('STILL-2: the domains of the recipe', async () => {
    const row = (domain: string, i: number) => ({
      question: `Q${i}`,
      combined_text: `<|begin_of_thought|>\n\nt\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\\boxed{${i}}<|end_of_solution|>`,
      domain,
    })
    await serve({
      id: 'RUC-AIBOX/long_form_thought_data_5k',
      files: { 'public_long_form_thought_data_5k.jsonl': lines(['math', 'physics', 'code', 'puzzle'].map(row)) },
    })
    const rows = await problems('still2:science')
    expect(rows).toMatchObject([
      { prompt: 'Q1', subject: 'physics', domain: 'science', answer: '1' },
      { prompt: 'Q3', subject: 'puzzle', domain: 'science', answer: '3' },
    ])
    expect(addsUp(rows.account[0]!).dropped).toEqual({ 'domain is not physics, chemistry, biology or puzzle': 2 })
  })

  it('the released set: questions without the instruction that was put around them', async () => {
    const system = 'Your role … <|begin_of_thought|> …'
    const turn = (user: string, assistant: string) => ({
      system,
      conversations: [
        { from: 'user', value: user },
        { from: 'assistant', value: assistant },
      ],
    })
    const data = [
      turn(
        'Return your final response within \\boxed{{}}. What is 1+1?',
        '<|begin_of_solution|>\\boxed{2}<|end_of_solution|>',
      ),
      turn(
        'Generate an executable Python function generated from the given prompt. The function should take stdin as input and print the output. Simply call the function after the definition.Read n.\n',
        '```python\nx\n```',
      ),
      turn('Why is the sky blue?', 'Because.'),
    ]
    await serve({
      id: 'NovaSky-AI/Sky-T1_data_17k',
      card: { license: 'apache-2.0' },
      files: { 'Sky-T1_data_17k.json': JSON.stringify(data, null, 4) },
    })
    expect(await problems('sky-t1')).toMatchObject([
      { kind: 'math', domain: 'math', prompt: 'What is 1+1?', answer: '2' },
      { kind: 'code', domain: 'code', prompt: 'Read n.' },
      { kind: 'math', domain: 'science', prompt: 'Why is the sky blue?' },
    ])
  })
})

describe('sources()', () => {
  it('lists every name with where it is and what is taken of it', () => {
    const all = sources()
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'numina:amc_aime',
        'numina:math',
        'numina:olympiads',
        'apps',
        'taco:medium',
        'taco:test',
        'still2:science',
        'sky-t1',
        'math500',
        'aime24',
        'aime25',
        'amc23',
        'gsm8k',
        'livecodebench',
        'livecodebench:release_v2',
        'livecodebench:release_v6:hard',
        'gpqa',
      ]),
    )
    for (const row of all)
      expect(row).toMatchObject({
        hub: expect.stringMatching(/^[\w-]+\/[\w.-]+/),
        split: expect.stringMatching(/^(train|test)$/),
        files: expect.stringMatching(/\S/),
        about: expect.stringMatching(/\S/),
      })
    expect(sources('numina:olympiads')[0]!.filters).toBe(
      'source is olympiads · the first 20,000 · a box in the solution · difficulty 9–9 (NovaSky-AI/labeled_numina_difficulty_859K)',
    )
    expect(() => sources('nothing')).toThrow(Stopped)
    const shown = (all as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]!()
    expect(shown['text/plain']).toContain('numina:math')
    expect(shown['text/html']).toContain('gated')
  })
})
