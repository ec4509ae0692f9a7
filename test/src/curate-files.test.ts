// What is written: forms, pairs, token counts, and the checker that reads it as the trainer does.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { duplicateKey, fileRows } from '../../src/curate/check-file.js'
import { estimated } from '../../src/curate/counting.js'
import { checkDataset, type conversation, dataset, mix, preferences, tokenCounter } from '../../src/curate/index.js'
import { pairConversation } from '../../src/curate/sharegpt.js'
import type { Judged } from '../../src/rows.js'
import { Stopped } from '../../src/stopped.js'
import { judged, many, problem } from './curate.data.js'

const HOST = Symbol.for('skylab.host')
let folder: string
const signal = new AbortController().signal

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  Object.assign(globalThis, { [HOST]: { display() {}, signal: () => signal, prompt: () => Promise.resolve('') } })
})

afterEach(() => {
  delete (globalThis as Record<symbol, unknown>)[HOST]
  rmSync(folder, { recursive: true, force: true })
})

const at = (name: string) => path.join(folder, name)
const hash = (name: string) =>
  createHash('sha256')
    .update(readFileSync(at(name)))
    .digest('hex')
const three = () => mix(many(3), {}, { seed: 7 })
const write = (rows: Awaited<ReturnType<typeof three>>, over: object = {}) =>
  dataset(rows, { name: 'set', dir: folder, in: undefined as never, ...over })

describe('forms', () => {
  it('JSON Lines, Parquet and chat messages hold the same rows, and each has its entry', async () => {
    const rows = await mix(
      [...many(3), judged('a/1', { thought: 'Ünï "x" 😀\n\n\\frac{1}{2}\u2028' })],
      {},
      { seed: 7 },
    )
    const made = await write(rows, { formats: ['json', 'jsonl', 'parquet', 'messages'] })
    const whole = JSON.parse(readFileSync(at('set.json'), 'utf8')) as ReturnType<typeof conversation>[]
    const read = async (name: string) => {
      const found: unknown[] = []
      for await (const { value } of fileRows(at(name))) found.push(value)
      return found
    }
    expect(await read('set.json')).toEqual(whole)
    expect(await read('set.jsonl')).toEqual(whole)
    expect(await read('set.parquet')).toEqual(whole)
    expect(await read('set.messages.jsonl')).toEqual(
      whole.map(({ system, conversations }) => ({
        messages: [
          { role: 'system', content: system },
          ...conversations.map(({ from, value }) => ({ role: from, content: value })),
        ],
      })),
    )
    for (const { name, sha256, bytes } of made.files) {
      expect(hash(name)).toBe(sha256)
      expect(readFileSync(at(name)).length).toBe(bytes)
    }
    expect(made.files.map(({ name }) => name)).toEqual([
      ...['set.json', 'set.jsonl', 'set.parquet', 'set.messages.jsonl'],
      ...['dataset_info.json', 'README.md'],
    ])
    expect(readdirSync(folder).sort()).toEqual(made.files.map(({ name }) => name).sort())
    const report = await checkDataset(folder)
    expect(report.faults).toEqual([])
    expect(report.entries.map(({ name, rows, trained }) => [name, rows, trained])).toEqual([
      ['set', 4, 4],
      ['set-jsonl', 4, 4],
      ['set-parquet', 4, 4],
      ['set-messages', 4, 4],
    ])
  })

  it('the same rows give the same bytes in every form', async () => {
    const formats = ['json', 'jsonl', 'parquet', 'messages']
    const one = await write(await three(), { formats })
    const two = await write(await mix(many(3).reverse(), {}, { seed: 7 }), { formats, dir: at('again') })
    expect(two.files).toEqual(one.files)
  })

  it('bad calls say what was given', async () => {
    const rows = await three()
    for (const over of [{ formats: [] }, { formats: ['csv'] }, { formats: 'json' }, { cutoff: 0 }, { tokens: 'qwen' }])
      await expect(write(rows, over)).rejects.toMatchObject({ code: 'bad-call' })
  })
})

describe('pairs', () => {
  const wrong = { verdict: { ok: false, why: 'wrong', detail: '' } } as const
  const words = (n: number, sample: number, over: Partial<Judged> = {}) =>
    judged('a/1', { sample, thought: `${'word '.repeat(n)}end`, ...over })

  it('the shortest right answer before the longest right one, and before a shorter wrong one', () => {
    const rows = [words(50, 0), words(10, 1), words(90, 2), words(5, 3, wrong), words(70, 4, wrong)]
    const pairs = preferences(rows)
    expect(pairs.map(({ kind, chosen, rejected }) => [kind, chosen.sample, rejected.sample])).toEqual([
      ['shortest-longest', 1, 2],
      ['right-wrong', 1, 3],
    ])
    expect(pairs[0]!.tokens.how).toContain('estimated')
    expect(pairs[0]!.tokens.chosen).toBeLessThan(pairs[0]!.tokens.rejected)
  })

  it('nothing is made of one right answer, of cut-off ones, or of answers that are too alike', () => {
    const cut = { verdict: { ok: false, why: 'cut-off', detail: '' } } as const
    expect(preferences([words(10, 0)])).toEqual([])
    expect(preferences([words(10, 0), words(5, 1, cut)])).toEqual([])
    expect(preferences([words(10, 0), words(12, 1)], { ratio: 2 })).toEqual([])
    expect(preferences([words(10, 0), words(5, 1, { ...wrong, thought: undefined })])).toEqual([])
  })

  it('the draw is the seed’s, and a larger one contains it', () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      [0, 1].map((sample) => judged(`p/${i}`, { sample, thought: 'w '.repeat(5 + sample * 9) })),
    ).flat()
    const ids = (n: number, seed: number) =>
      preferences(rows, { most: { 'shortest-longest': n }, seed }).map(({ id }) => id)
    expect(ids(10, 1)).toHaveLength(10)
    expect(ids(20, 1)).toEqual(expect.arrayContaining(ids(10, 1)))
    expect(ids(10, 2)).not.toEqual(ids(10, 1))
    expect(preferences([...rows].reverse()).map(({ id }) => id)).toEqual(preferences(rows).map(({ id }) => id))
  })

  it('are written as a ranking set, with a card of their own', async () => {
    const rows = [words(50, 0), words(10, 1), words(90, 2), words(5, 3, wrong)]
    const made = await dataset(preferences(rows), {
      name: 'flash',
      dir: folder,
      in: undefined as never,
      formats: ['json', 'parquet', 'messages'],
    })
    expect(made).toMatchObject({
      rows: 2,
      info: { ranking: true, columns: { chosen: 'chosen', rejected: 'rejected' } },
    })
    const [first] = JSON.parse(readFileSync(at('flash.json'), 'utf8')) as ReturnType<typeof pairConversation>[]
    expect(first).toEqual(pairConversation(rows[1]!, rows[2]!, first!.system))
    expect(first!.conversations.map(({ from }) => from)).toEqual(['user'])
    const report = await checkDataset(folder, { names: ['flash', 'flash-parquet'] })
    expect(report).toMatchObject({ ok: true, entries: [{ trained: 2 }, { trained: 2 }] })
    const card = readFileSync(at('README.md'), 'utf8')
    expect(card).toContain('2 pairs of answers for preference training')
    expect(card).toMatch(/\| shortest-longest \| 1 \| \d+ \| \d+ \|/)
  })

  it('bad calls say what was given', () => {
    for (const options of [{ kinds: ['best'] }, { most: { best: 1 } }, { most: { 'right-wrong': -1 } }, { ratio: 0 }])
      expect(() => preferences([], options as never)).toThrow(Stopped)
    expect(() => preferences(undefined as never)).toThrow(/undefined/)
  })
})

/** A small byte-level BPE with Qwen's way of cutting and its control tokens. */
function tokenizerFile(): string {
  const bytes = byteAlphabet()
  const merges = [
    ['t', 'h'],
    ['th', 'e'],
    ['Ġ', 'the'],
    ['i', 'n'],
    ['Ġ', 'w'],
    ['Ġw', 'o'],
    ['r', 'd'],
    ['Ġwo', 'rd'],
  ]
  const vocab = Object.fromEntries([...bytes, ...merges.map((pair) => pair.join(''))].map((token, i) => [token, i]))
  const special = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
  const split =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
  const size = Object.keys(vocab).length
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content, i) => ({
      id: size + i,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: split }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges: merges.map((pair) => pair.join(' ')),
    },
  }
  writeFileSync(at('tokenizer.json'), JSON.stringify(json))
  return at('tokenizer.json')
}

/** GPT-2's letters for the 256 bytes. */
function byteAlphabet(): string[] {
  const plain = [...Array(94).keys()]
    .map((i) => i + 33)
    .concat(
      [...Array(12).keys()].map((i) => i + 161),
      [...Array(82).keys()].map((i) => i + 174),
    )
  let next = 256
  return [...Array(256).keys()].map((byte) => String.fromCodePoint(plain.includes(byte) ? byte : next++))
}

describe('tokens', () => {
  it('are the tokenizer’s own, control tokens included, also where pieces are remembered', async () => {
    const counter = await tokenCounter(tokenizerFile())
    expect(counter.exact).toBe(true)
    expect(counter.how).toMatch(/counted by tokenizer\.json \(sha256 [0-9a-f]{16}…\)/)
    // Ġword is one token, each other byte one, each control token one.
    expect(counter.count(' word word')).toBe(2)
    expect(counter.count('<|im_start|> word<|im_end|>')).toBe(3)
    expect(counter.count('é')).toBe(2)
    expect(counter.count('the the')).toBe(2)
    const { Tokenizer } = await import('@huggingface/tokenizers')
    const own = new Tokenizer(JSON.parse(readFileSync(at('tokenizer.json'), 'utf8')), {})
    const texts = Array.from(
      { length: 120 },
      (_, i) => `Word ${i}: the ${'in the end '.repeat(i % 7)}\n\n x²+${i} 汉字 😀<|im_end|>\n`,
    )
    for (const text of texts)
      expect(counter.count(text)).toBe(own.encode(text, { add_special_tokens: false }).ids.length)
  })

  it('say how they were found in every place', async () => {
    const rows = await three()
    const estimate = await write(rows)
    expect(estimate.tokens).toMatchObject({ exact: false, overCount: 0, cutoff: 16_384 })
    expect(readFileSync(at('README.md'), 'utf8')).toContain('Tokens are estimated for Qwen (nine of ten')
    const counted = await write(rows, { tokens: await tokenCounter(tokenizerFile()) })
    expect(counted.tokens.exact).toBe(true)
    expect(readFileSync(at('README.md'), 'utf8')).toContain('Tokens are counted by tokenizer.json')
    expect(
      String(
        (counted as never as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]!()[
          'text/plain'
        ],
      ),
    ).toContain('counted by tokenizer.json')
  })

  it('rows over the cutoff are named, and are never silent', async () => {
    const rows = await mix([...many(2), judged('long/1', { thought: 'word '.repeat(20_000) })], {}, { seed: 7 })
    const made = await write(rows)
    const place = rows.find(({ id }) => id === 'long/1')!.fate
    expect(made.tokens.overCount).toBe(1)
    expect(place).toMatchObject({ place: made.tokens.over[0] })
    expect(readFileSync(at('README.md'), 'utf8')).toContain('**1 row is over the cutoff of 16,384 tokens**')
    const report = await checkDataset(folder)
    expect(report.faults).toMatchObject([{ severity: 'cut', row: made.tokens.over[0] }])
  })

  it('the estimate grows with the text, and is near what counting gives on words', () => {
    expect(estimated.count('')).toBe(0)
    const text = 'We need to find the sum of all positive integers n such that n divides 12. '.repeat(40)
    expect(estimated.count(text) / 40).toBeGreaterThan(17)
    expect(estimated.count(text) / 40).toBeLessThan(21)
    expect(estimated.count('求所有正整数。'.repeat(20))).toBeGreaterThan(60)
  })

  it('a file that is no tokenizer is said so', async () => {
    await expect(tokenCounter(at('no.json'))).rejects.toMatchObject({
      code: 'no-file',
      fix: expect.stringContaining('hf download'),
    })
    writeFileSync(at('bad.json'), '{}')
    await expect(tokenCounter(at('bad.json'))).rejects.toMatchObject({ code: 'bad-data' })
    await expect(tokenCounter(undefined as never)).rejects.toMatchObject({ code: 'bad-call' })
  })
})

describe('the checker', () => {
  const turn = (from: string, value: unknown) => ({ from, value })
  const answer = '<|begin_of_thought|>\n\nt\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\ns\n\n<|end_of_solution|>'
  const good = { system: 's', conversations: [turn('user', 'q'), turn('assistant', answer)] }
  const entry = {
    file_name: 'rows.jsonl',
    formatting: 'sharegpt',
    columns: { messages: 'conversations', system: 'system' },
    tags: { role_tag: 'from', content_tag: 'value', user_tag: 'user', assistant_tag: 'assistant' },
  }
  async function faultsOf(rows: (object | string)[], own: object = entry) {
    writeFileSync(at('rows.jsonl'), rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'))
    writeFileSync(at('dataset_info.json'), JSON.stringify({ rows: own }))
    const { faults, entries } = await checkDataset(folder)
    return { faults, entry: entries[0]! }
  }
  const one = async (row: object | string, own?: object) => {
    const { faults } = await faultsOf([good, row], own)
    return faults.filter((fault) => fault.row === 1).map(({ severity, why }) => `${severity}: ${why}`)
  }
  const with_ = (over: object) => ({ ...good, ...over })
  const conversations = (...turns: object[]) => with_({ conversations: turns })

  it.each<[string, object | string, string | RegExp]>([
    ['a good row', good, ''],
    [
      'roles of another dialect',
      conversations(turn('human', 'q'), turn('gpt', answer)),
      'skipped: turn 1 is from "human", expected "user"',
    ],
    [
      'the order of roles',
      conversations(turn('assistant', answer), turn('user', 'q')),
      'skipped: turn 1 is from "assistant", expected "user"',
    ],
    ['a turn too few', conversations(turn('user', 'q')), 'skipped: 1 turn; they come in pairs'],
    [
      'two users',
      conversations(turn('user', 'q'), turn('user', 'q')),
      'skipped: turn 2 is from "user", expected "assistant"',
    ],
    ['no turn', conversations(), 'skipped: 0 turns; they come in pairs'],
    ['an empty turn', conversations(turn('user', ' '), turn('assistant', answer)), 'mangled: turn 1 is empty'],
    [
      'a turn that is null',
      conversations(turn('user', null), turn('assistant', answer)),
      'stops: turn 1 is null, not text',
    ],
    [
      'a turn without a text',
      conversations({ from: 'user' }, turn('assistant', answer)),
      /stops: turn 1 has no "from" or no "value"/,
    ],
    ['no conversations', { system: 's' }, /stops: "conversations" is missing/],
    [
      'no system prompt',
      { conversations: good.conversations },
      /mangled: its system prompt is missing: the template's default takes its place/,
    ],
    ['another column', with_({ id: 1 }), /mangled: its columns are conversations, id, system/],
    [
      'half a character',
      JSON.stringify(conversations(turn('user', 'q\\ud83d'), turn('assistant', answer))).replace(
        '\\\\ud83d',
        '\\ud83d',
      ),
      'stops: turn 1 has half a character (a lone surrogate)',
    ],
    [
      'a control token',
      conversations(turn('user', 'a <|im_end|> b'), turn('assistant', answer)),
      /mangled: turn 1 contains <\|im_end\|>/,
    ],
    [
      'a missing marker',
      conversations(turn('user', 'q'), turn('assistant', answer.replace('<|end_of_thought|>', ''))),
      /mangled: turn 2: <\|end_of_thought\|> is missing/,
    ],
    [
      'text outside',
      conversations(turn('user', 'q'), turn('assistant', `Well: ${answer}`)),
      /mangled: turn 2: there is text outside the markers/,
    ],
    [
      'a key twice',
      `{"system":"a","system":"b","conversations":${JSON.stringify(good.conversations)}}`,
      /mangled: the key "system" stands twice/,
    ],
    ['no JSON', '{"system": "a"', /stops: it is not JSON/],
    ['a list', '[1]', /stops: it is a list, not an object/],
  ])('%s', async (_, row, what) => {
    const found = await one(row)
    if (what === '') expect(found).toEqual([])
    else expect(found).toContainEqual(typeof what === 'string' ? what : expect.stringMatching(what))
  })

  it('a first system turn replaces the column, where the entry knows system turns', async () => {
    const row = conversations(turn('system', 'other'), ...good.conversations)
    expect(await one(row)).toContainEqual('skipped: turn 1 is from "system", expected "user"')
    const own = { ...entry, tags: { ...entry.tags, system_tag: 'system' } }
    expect(await one(row, own)).toEqual(['mangled: its first turn is a system turn, which replaces the system column'])
  })

  it('pairs: the answers, the number of turns, and answers that are the same', async () => {
    const own = { ...entry, ranking: true, columns: { ...entry.columns, chosen: 'chosen', rejected: 'rejected' } }
    const other = answer.replace('\n\nt\n', '\n\nother\n')
    const pair = {
      system: 's',
      conversations: [turn('user', 'q')],
      chosen: turn('assistant', answer),
      rejected: turn('assistant', other),
    }
    const first = async (row: object) =>
      (await faultsOf([row], own)).faults.map(({ severity, why }) => `${severity}: ${why}`)
    expect(await first(pair)).toEqual([])
    expect(await first({ ...pair, rejected: pair.chosen })).toEqual([
      'mangled: both answers are the same: nothing is learned from them',
    ])
    expect(await first({ ...pair, chosen: null })).toContainEqual('skipped: chosen is no turn')
    expect(await first({ ...pair, chosen: turn('gpt', answer) })).toContainEqual(
      'stops: chosen is from "gpt", expected "assistant"',
    )
    expect(await first({ ...pair, conversations: good.conversations })).toContainEqual(
      expect.stringMatching(/^skipped: 2 turns/),
    )
  })

  it('the entry: tags, columns, file', async () => {
    expect((await faultsOf([good], { ...entry, tags: undefined })).faults[0]).toMatchObject({
      severity: 'skipped',
      row: 0,
    })
    expect(
      (await faultsOf([good], { ...entry, tags: { role_tag: 'from', content_tag: 'value' } })).faults[0],
    ).toMatchObject({ severity: 'mangled', why: expect.stringContaining('user_tag') })
    expect((await faultsOf([good], { ...entry, file_name: 'no.json' })).faults).toMatchObject([
      { severity: 'stops', why: 'the file no.json is not there' },
    ])
    expect((await faultsOf([good], { ...entry, formatting: undefined })).faults).toMatchObject([
      { severity: 'mangled' },
    ])
    expect((await faultsOf([good], { ...entry, ranking: true })).faults).toMatchObject([
      { severity: 'stops', why: expect.stringContaining('chosen and rejected') },
    ])
    expect((await faultsOf([{ conversations: good.conversations }])).faults.at(-1)).toMatchObject({
      severity: 'stops',
      why: 'no row has the column "system" (system)',
    })
  })

  it('names rows as LLaMA-Factory counts them, and their lines', async () => {
    writeFileSync(at('rows.jsonl'), JSON.stringify([good, good, { ...good, conversations: [] }], null, 2))
    writeFileSync(at('dataset_info.json'), JSON.stringify({ rows: entry }))
    const { faults, entries } = await checkDataset(folder)
    expect(faults).toMatchObject([{ row: 2, line: 28, severity: 'skipped' }])
    expect(entries[0]).toMatchObject({ rows: 3, trained: 2 })
  })

  it('a folder that is none, or has no entries that are read, is said so', async () => {
    await expect(checkDataset(at('nowhere'))).rejects.toMatchObject({ code: 'no-file' })
    writeFileSync(at('dataset_info.json'), '[]')
    await expect(checkDataset(folder)).rejects.toMatchObject({ code: 'bad-data' })
    mkdirSync(at('x'))
    writeFileSync(at('x/dataset_info.json'), '{}')
    expect((await checkDataset(at('x'), { names: ['set'] })).faults).toMatchObject([{ severity: 'stops' }])
    expect(existsSync(at('x/set.json'))).toBe(false)
  })

  it('finds keys that stand twice, and only in one object', () => {
    expect(duplicateKey('{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]}')).toBeUndefined()
    expect(duplicateKey('{"a":1,"b":{"c":2,"c":3}}')).toBe('c')
    expect(duplicateKey('{"a":"a:\\"a\\":","b":"a"}')).toBeUndefined()
  })

  it('finds nothing wrong in what dataset writes', async () => {
    await write(
      await mix(many(20), {}, { seed: 7, without: [[problem('b/1', 'What else is there to be asked, if anything?')]] }),
    )
    expect(await checkDataset(folder)).toMatchObject({ ok: true, faults: [] })
  })
})
