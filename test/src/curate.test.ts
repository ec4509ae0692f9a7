import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mix } from '../../src/curate/index.js'
import type { TrainingRow } from '../../src/rows.js'
import { judged, many, problem } from './curate.data.js'
import { stoppedBy } from './stopped-by.js'
import { begin, end, folder } from './workspace-setting.js'

beforeEach(begin)
afterEach(end)

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
