// Public datasets by name, on rows that were written here in their published shapes, served by a Hub of our own.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { problems, type SourceAccount, sources } from '../../src/problems/index.js'
import { entries } from '../../src/problems/open.js'
import type { Problem } from '../../src/rows.js'
import { Stopped } from '../../src/stopped.js'
import type { FakeRepo } from './hub-server.js'
import { begin, end, folder, hub, serve } from './hub-setting.js'
import { listening } from './listening.js'
import { parquetOf } from './parquet.js'
import { stoppedBy } from './stopped-by.js'

beforeEach(begin)
afterEach(end)

const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n')

/** What holds of every account. */
function addsUp(account: SourceAccount): SourceAccount {
  expect(Object.values(account.dropped).reduce((sum, n) => sum + n, account.kept)).toBe(account.held)
  return account
}

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

describe('any dataset of the Hub', () => {
  const row = (n: number) => ({ question: `Q${n}`, final: n })
  it('takes what its card says of configurations and splits', async () => {
    const configs = [
      { config_name: 'easy', data_files: [{ split: 'train', path: 'easy/*.jsonl' }] },
      {
        config_name: 'default',
        default: true,
        data_files: [
          { split: 'train', path: ['a.jsonl', 'b.jsonl'] },
          { split: 'test', path: 'c.jsonl' },
        ],
      },
    ]
    await serve({
      id: 'owner/name',
      card: { license: ['mit', 'cc-by-4.0'], configs },
      files: {
        'a.jsonl': lines([row(1)]),
        'b.jsonl': lines([row(2)]),
        'c.jsonl': lines([row(3)]),
        'easy/x.jsonl': lines([row(4)]),
      },
    })
    const read = async (options: object) =>
      (await problems('owner/name', { fields: { prompt: 'question', answer: 'final' }, ...options })).map(
        ({ answer, licence }) => `${answer} ${licence}`,
      )
    expect(await read({ split: 'train' })).toEqual(['1 mit, cc-by-4.0', '2 mit, cc-by-4.0'])
    expect(await read({ split: 'test' })).toEqual(['3 mit, cc-by-4.0'])
    expect(await read({ config: 'easy' })).toEqual(['4 mit, cc-by-4.0'])
    expect(await read({ files: 'b.*' })).toEqual(['2 mit, cc-by-4.0'])
    expect((await stoppedBy(problems('owner/name'))).fix).toBe("problems('owner/name', { split: 'train' })")
    expect((await stoppedBy(problems('owner/name', { config: 'hard' }))).message).toMatch(
      /no configuration "hard": easy, default/,
    )
    expect((await stoppedBy(problems('owner/name', { split: 'train' }))).message).toMatch(
      /no answer: its fields are question, final/,
    )
    expect((await stoppedBy(problems('owner/name', { files: '*.csv' }))).message).toMatch(
      /has no file \*\.csv .* it holds a\.jsonl/,
    )
  })

  it('else what file names say, else the Hub’s own conversion', async () => {
    await serve(
      {
        id: 'owner/names',
        files: {
          'data/train-00000.jsonl': lines([{ question: 'A', answer: 1 }]),
          'data/validation.csv': 'question,answer\nB,2\n',
        },
      },
      {
        id: 'owner/script',
        files: { 'script.py': 'x', 'x.arrow': 'y' },
        revisions: {
          'refs/convert/parquet': {
            'all/train/0000.parquet': await parquetOf([{ question: 'C', answer: 3 }]),
            'all/partial-test/0000.parquet': await parquetOf([{ question: 'D', answer: 4 }]),
          },
        },
      },
      { id: 'owner/nothing', files: { 'x.bin': 'y' } },
    )
    expect((await problems('owner/names', { split: 'validation' })).map(({ answer }) => answer)).toEqual(['2'])
    expect((await stoppedBy(problems('owner/names'))).message).toContain('several splits: train, validation')
    expect((await problems('owner/script', { split: 'train' })).map(({ answer }) => answer)).toEqual(['3'])
    expect((await stoppedBy(problems('owner/script', { split: 'test' }))).message).toContain('only a part')
    expect((await stoppedBy(problems('owner/nothing'))).code).toBe('no-file')
  })

  it('by an hf:// address and by its page, at a revision', async () => {
    await serve({
      id: 'owner/name',
      files: { 'a.jsonl': lines([{ question: 'A', answer: 1 }]) },
      revisions: { v1: { 'a.jsonl': lines([{ question: 'A', answer: 0 }]) } },
    })
    for (const [source, answer] of [
      ['hf://datasets/owner/name/a.jsonl', '1'],
      ['hf://datasets/owner/name@v1/a.jsonl', '0'],
      ['hf://datasets/owner/name@v1', '0'],
      [`${hub.url}/datasets/owner/name`, '1'],
      [`${hub.url}/datasets/owner/name/blob/v1/a.jsonl`, '0'],
      [`${hub.url}/datasets/owner/name/resolve/main/a.jsonl?download=true`, '1'],
    ] as const) {
      const rows = await problems(source)
      expect(
        rows.map((row) => row.answer),
        source,
      ).toEqual([answer])
    }
    const pinned = await problems('owner/name', { revision: 'v1' })
    expect(pinned.account[0]!.hub).toMatchObject({ revision: 'v1' })
    expect(pinned[0]!.provenance).toContain(pinned.account[0]!.hub!.commit)
  })

  it('without a network is what was downloaded', async () => {
    await serve({ id: 'owner/name', files: { 'a.jsonl': lines([{ question: 'A', answer: 1 }]) } })
    const online = await problems('owner/name')
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    hub.seen.length = 0
    expect(await problems('owner/name')).toEqual(online)
    expect(hub.seen).toEqual([])
  })

  it('of which a cache holds only some parts is not taken for whole', async () => {
    const commit = 'a'.repeat(40)
    const at = path.join(folder, 'hub', 'datasets--owner--name')
    mkdirSync(path.join(at, 'refs'), { recursive: true })
    mkdirSync(path.join(at, 'snapshots', commit, 'data'), { recursive: true })
    writeFileSync(path.join(at, 'refs', 'main'), commit)
    writeFileSync(
      path.join(at, 'snapshots', commit, 'data', 'train-00001-of-00003.jsonl'),
      lines([{ question: 'A', answer: 1 }]),
    )
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    const error = await stoppedBy(problems('owner/name'))
    expect(error.message).toMatch(/1 of 3 parts are here/)
    expect(error.fix).toContain('hf download owner/name')
  })
})

describe('files', () => {
  const rows = [
    { question: 'A?', answer: 8.0, big: 12345678901n, list: [{ x: 1 }] },
    { question: 'B?', answer: 2.5, big: 2n, list: [] },
  ]

  it.each([
    ['in JavaScript', 1e9],
    ['by DuckDB', 0],
  ])('Parquet %s: numbers, lists and structs as JSON has them', async (_, large) => {
    const file = path.join(folder, 'x.parquet')
    writeFileSync(file, await parquetOf(rows))
    const read = []
    for await (const entry of entries(file, { large })) read.push(entry)
    expect(read).toEqual([
      { line: 1, record: { question: 'A?', answer: 8, big: 12345678901, list: [{ x: 1 }] } },
      { line: 2, record: { question: 'B?', answer: 2.5, big: 2, list: [] } },
    ])
    const some = []
    let skipped = 0
    for await (const entry of entries(file, {
      large,
      columns: ['question'],
      where: { question: 'B?' },
      onSkipped: (n) => (skipped += n),
    }))
      some.push(entry)
    expect(some.at(-1)).toEqual({ line: 2, record: { question: 'B?' } })
    expect(skipped).toBe(large === 0 ? 1 : 0)
  })

  it('damaged Parquet, Arrow and zstd files say so', async () => {
    const whole = await parquetOf(rows)
    const write = (name: string, bytes: Buffer) => {
      writeFileSync(path.join(folder, name), bytes)
      return path.join(folder, name)
    }
    expect((await stoppedBy(problems(write('torn.parquet', whole.subarray(0, whole.length - 40))))).message).toMatch(
      /damaged Parquet/,
    )
    expect((await stoppedBy(problems(write('a.arrow', Buffer.from('ARROW1\0\0'))))).message).toMatch(/Arrow file/)
    const zst = zlib.zstdCompressSync(Buffer.from(lines([{ question: 'A?', answer: 1 }])))
    expect((await problems(write('b.jsonl.zst', zst)))[0]).toMatchObject({
      id: expect.stringMatching(/^b\//),
      answer: '1',
    })
    expect((await stoppedBy(problems(write('c.jsonl.zst', zst.subarray(0, 20))))).message).toMatch(/damaged zstd/)
  })

  it('a zstd file that is torn anywhere is not taken for a whole one', async () => {
    const text = Array.from({ length: 30_000 }, (_, i) =>
      JSON.stringify({ question: `${createHash('sha1').update(String(i)).digest('hex')}?`, answer: i }),
    ).join('\n')
    const checksum = { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }
    const frames = Buffer.concat([
      zlib.zstdCompressSync(text.slice(0, 900_000)),
      Buffer.from('502a4d1803000000616263', 'hex'),
      zlib.zstdCompressSync(text.slice(900_000), checksum),
    ])
    const whole = path.join(folder, 'w.jsonl.zst')
    writeFileSync(whole, frames)
    expect(await problems(whole)).toHaveLength(30_000)
    for (const cut of [1, 2, 5, 6, 1000, 300_000, 700_000]) {
      writeFileSync(whole, frames.subarray(0, frames.length - cut))
      expect((await stoppedBy(problems(whole))).message, String(cut)).toMatch(/damaged zstd/)
    }
  })

  it('an address: fetched without a token, and removed', async () => {
    vi.stubEnv('HF_TOKEN', 'hf_good')
    let seen: string | undefined = 'nothing came'
    const server = createServer((request, response) => {
      seen = request.headers.authorization
      if (request.url?.includes('gone')) response.writeHead(404).end()
      else response.end(lines([{ question: 'A?', answer: 1 }]))
    })
    const { url: at, close } = await listening(server)
    const got = await problems(`${at}/set.jsonl?key=secret`)
    expect(got[0]).toMatchObject({ source: 'set', answer: '1' })
    expect(seen).toBeUndefined()
    expect(JSON.stringify(got.account)).not.toContain('secret')
    expect((await stoppedBy(problems(`${at}/gone.jsonl?key=secret`))).message).toMatch(
      /404 for http[^?]*gone\.jsonl\.$/,
    )
    await close()
  })

  it('the account has the sha256 of what was read', async () => {
    const file = path.join(folder, 'x.jsonl.gz')
    writeFileSync(
      file,
      zlib.gzipSync(
        lines([
          { question: 'A?', answer: 1 },
          { question: '?', x: 1 },
        ]),
      ),
    )
    const { account } = await problems(file)
    expect(addsUp(account[0]!)).toEqual({
      source: 'x',
      files: [
        {
          file,
          size: readFileSync(file).length,
          sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
        },
      ],
      held: 2,
      dropped: { 'no answer': 1 },
      examples: { 'no answer': [{ place: 'line 2', why: 'no answer: its fields are question, x' }] },
      kept: 1,
      untested: 0,
    })
  })
})

describe('one at a time', () => {
  const write = (n: number) => {
    const file = path.join(folder, 'many.jsonl')
    writeFileSync(
      file,
      lines(
        Array.from({ length: n }, (_, i) => ({
          id: i % 7 === 3 ? 1 : i,
          problem: `What is ${i % 50 === 9 ? 9 : i}?`,
          answer: i % 50 === 9 ? 9 : i,
        })),
      ),
    )
    return file
  }

  it('gives the same rows with the same ids as all at once', async () => {
    const file = write(400)
    const all = await problems(file)
    const read = problems(file)
    const rows: Problem[] = []
    for await (const row of read) rows.push(row)
    expect(rows).toEqual([...all])
    expect(read.account).toEqual(all.account)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(400)
    expect((await stoppedBy(read)).message).toContain('already read')
  })

  it('a draw is the same whatever is around it, and its account says what was not drawn', async () => {
    const file = write(300)
    const all = await problems(file)
    const rank = ({ id }: Problem) => createHash('sha256').update(`7\n${id}`).digest('hex')
    const best = [...all].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, 25)
    const drawn = await problems(file, { limit: 25 })
    expect(drawn.map(({ id }) => id)).toEqual(all.filter((row) => best.includes(row)).map(({ id }) => id))
    expect(addsUp(drawn.account[0]!).dropped).toEqual({ 'not drawn (limit 25)': 275 })
    const each = await problems([{ source: file, limit: 3 }, 'practice'], { limit: 5 })
    expect(each.account.map(({ kept }) => kept)).toEqual([3, 5])
  })

  it('can be ended early, and interrupted', async () => {
    const file = write(5000)
    let n = 0
    for await (const _ of problems(file)) if (++n === 10) break
    expect(n).toBe(10)
    const stop = new AbortController()
    ;(globalThis as Record<symbol, unknown>)[Symbol.for('skylab.host')] = {
      display: () => {},
      signal: () => stop.signal,
      prompt: async () => '',
    }
    try {
      const read = problems(file)
      const error = await stoppedBy(
        (async () => {
          for await (const _ of read) stop.abort(new Stopped('interrupted', 'Interrupted.', ''))
        })(),
      )
      expect(error).toMatchObject({
        code: 'interrupted',
        message: expect.stringMatching(/many was interrupted after \d row/),
      })
    } finally {
      delete (globalThis as Record<symbol, unknown>)[Symbol.for('skylab.host')]
    }
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
