import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { problems } from '../../src/problems/index.js'
import { begin, end, folder, hub, serve } from './hub-setting.js'
import { parquetOf } from './parquet.js'
import { lines } from './sources.data.js'
import { stoppedBy } from './stopped-by.js'

beforeEach(begin)
afterEach(end)

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
