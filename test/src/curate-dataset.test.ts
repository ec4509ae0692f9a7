// dataset: the files of a set, its entry and its card.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { conversation, conversationFault, dataset, mix } from '../../src/curate/index.js'
import { MARKERS, readMarkers, withMarkers } from '../../src/reformat/index.js'
import { skylabPrompts, studentSystem } from '../../src/sample/index.js'
import { judged, many, problem } from './curate.data.js'
import { stoppedBy } from './stopped-by.js'
import { begin, end, folder, work } from './workspace-setting.js'

beforeEach(begin)
afterEach(end)

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
