// A training set on the Hub: what is sent, what is not sent twice, and what never leaves.
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Dataset, dataset, mix, push } from '../../src/curate/index.js'
import { many } from './curate.data.js'
import { type PushHub, pushHub } from './push-server.js'

const HOST = Symbol.for('skylab.host')
let folder: string
let hub: PushHub
let shown: string

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-push-'))
  shown = ''
  const signal = new AbortController().signal
  const display = (bundle: unknown) => void (shown += JSON.stringify(bundle))
  Object.assign(globalThis, { [HOST]: { display, signal: () => signal, prompt: () => Promise.resolve('') } })
  hub = await pushHub()
  for (const name of ['HF_HUB_OFFLINE', 'HUGGING_FACE_HUB_TOKEN', 'HF_TOKEN_PATH']) vi.stubEnv(name, '')
  vi.stubEnv('HF_HOME', folder)
  vi.stubEnv('HF_ENDPOINT', hub.url)
  vi.stubEnv('HF_TOKEN', 'hf_writer')
})

afterEach(async () => {
  await hub.close()
  vi.unstubAllEnvs()
  delete (globalThis as Record<symbol, unknown>)[HOST]
  rmSync(folder, { recursive: true, force: true })
})

const written = async (n = 5): Promise<Dataset> =>
  dataset(await mix(many(n), {}, { seed: 7 }), {
    name: 'set',
    dir: folder,
    in: undefined as never,
    formats: ['json', 'parquet'],
  })
const text = (value: unknown) =>
  (value as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]!()['text/plain']!

describe('push', () => {
  it('a dry run lists every file with size and hash and the card, and sends nothing', async () => {
    const data = await written()
    vi.stubEnv('HF_TOKEN', '')
    const dry = await push(data, { to: 'me/set', dryRun: true })
    expect(hub.seen).toEqual([])
    expect(dry).toMatchObject({
      dryRun: true,
      private: true,
      card: readFileSync(path.join(folder, 'README.md'), 'utf8'),
    })
    expect(dry.files.map(({ path: name, sha256, size }) => [name, sha256, size])).toEqual(
      data.files.map(({ name, sha256, bytes }) => [name, sha256, bytes]),
    )
    for (const { name, sha256 } of data.files)
      expect(text(dry)).toMatch(new RegExp(`${name.replaceAll('.', '\\.')} .*${sha256}`))
    expect(text(dry)).toContain('# set')
  })

  it('pushes the card and the rows of a set after others were written into the same folder', async () => {
    const data = await written()
    const own = readFileSync(path.join(folder, 'README.md'), 'utf8')
    const other = await dataset(await mix(many(3), {}, { seed: 7 }), { name: 'other', dir: folder } as never)
    expect([data.card, other.card]).toEqual(['README.md', 'other.README.md'])
    expect((await written()).card).toBe('README.md')
    expect(readFileSync(path.join(folder, 'README.md'), 'utf8')).toBe(own)
    await push(data, { to: 'me/set' })
    await push(other, { to: 'me/other' })
    const sent = (id: string) => hub.repos.find((repo) => repo.id === id)!.files
    expect(String(sent('me/set')['README.md'])).toBe(own)
    expect(String(sent('me/other')['README.md'])).toContain('\npretty_name: other\n')
    expect(Object.keys(sent('me/other'))).not.toContain('other.README.md')
  })

  it('makes a private repository, stores large files, and commits all at once', async () => {
    const data = await written()
    const pushed = await push(data, { to: 'me/set' })
    expect(hub.repos[0]).toMatchObject({ id: 'me/set', private: true })
    for (const { name } of data.files)
      expect(Buffer.from(hub.repos[0]!.files[name]!).equals(readFileSync(path.join(folder, name)))).toBe(true)
    expect(hub.commits).toEqual([{ summary: 'set: 5 rows', files: data.files.map(({ name }) => name) }])
    expect(pushed.commit).toMatch(/^[0-9a-f]{40}$/)
    expect(Object.fromEntries(pushed.files.map(({ path: name, how }) => [name, how]))).toEqual({
      'set.json': 'sent',
      'set.parquet': 'sent',
      'dataset_info.json': 'in the commit',
      'README.md': 'sent',
    })
  })

  it('what is there is not sent again, and nothing changed is no commit', async () => {
    const data = await written()
    await push(data, { to: 'me/set' })
    const puts = hub.puts.length
    const again = await push(data, { to: 'me/set' })
    expect(hub.puts.length).toBe(puts)
    expect(hub.commits).toHaveLength(1)
    expect(again.files.every(({ how }) => how === 'there already')).toBe(true)
    const more = await written(6)
    await push(more, { to: 'me/set', message: 'one more' })
    expect(hub.commits[1]).toEqual({ summary: 'one more', files: expect.arrayContaining(['set.json', 'README.md']) })
    expect(hub.commits[1]!.files).not.toContain('dataset_info.json')
  })

  it('a push that broke off is finished by the same call, and nothing half is seen', async () => {
    const data = await written()
    const own = hub.before!
    hub.before = (seen, request, response) =>
      seen.path.endsWith('/commit/main') ? !!response.destroy() : own(seen, request, response)
    await expect(push(data, { to: 'me/set' })).rejects.toMatchObject({ code: 'no-server' })
    expect(Object.keys(hub.repos[0]!.files)).toEqual(['.gitattributes'])
    const puts = hub.puts.length
    hub.before = own
    const pushed = await push(data, { to: 'me/set' })
    expect(hub.puts.length).toBe(puts)
    expect(pushed.files.filter(({ how }) => how === 'stored already').length).toBe(puts)
    expect(Object.keys(hub.repos[0]!.files)).toContain('set.json')
  })

  it('large files go in parts, and a broken connection is tried again', async () => {
    hub.parts = 2500
    hub.breaks = 2
    const data = await written(20)
    await push(data, { to: 'me/set' })
    expect(hub.puts.filter((n) => n === 2500).length).toBeGreaterThan(3)
    expect(Buffer.from(hub.repos[0]!.files['set.json']!).equals(readFileSync(data.file))).toBe(true)
  }, 20_000)

  it('to an organisation, and public on request; one that is there stays as it is', async () => {
    const data = await written()
    expect(await push(data, { to: 'team/set', private: false })).toMatchObject({ private: false })
    expect(hub.repos[0]).toMatchObject({ id: 'team/set', private: false })
    expect(await push(data, { to: 'team/set' })).toMatchObject({ private: false })
  })

  it('nothing is sent where the Hub makes it public all the same', async () => {
    const data = await written()
    hub.careless = true
    await expect(push(data, { to: 'me/set' })).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('public'),
    })
    expect([hub.puts, hub.commits]).toEqual([[], []])
  })

  it('without a token, with a wrong one, or with a changed file it says so before anything is seen', async () => {
    const data = await written()
    vi.stubEnv('HF_TOKEN', '')
    await expect(push(data, { to: 'me/set' })).rejects.toMatchObject({
      code: 'no-key',
      fix: expect.stringContaining('HF_TOKEN'),
    })
    vi.stubEnv('HF_TOKEN', 'hf_good')
    await expect(push(data, { to: 'me/set' })).rejects.toMatchObject({ name: 'Stopped' })
    expect(hub.repos).toEqual([])
    vi.stubEnv('HF_TOKEN', 'hf_writer')
    appendFileSync(data.file, ' ')
    await expect(push(data, { to: 'me/set' })).rejects.toMatchObject({ code: 'bad-data' })
    rmSync(data.file)
    await expect(push(data, { to: 'me/set' })).rejects.toMatchObject({ code: 'no-file' })
    await expect(push(data, { to: 'set' })).rejects.toMatchObject({ code: 'bad-call' })
    await expect(push({} as never, { to: 'me/set' })).rejects.toMatchObject({ code: 'bad-call' })
  })

  it('the token goes to the Hub only, and stands in nothing that is shown or thrown', async () => {
    const data = await written()
    const pushed = await push(data, { to: 'me/set' })
    const failed = await push(data, { to: 'nobody/x'.repeat(1) }).catch((error: unknown) => error)
    expect(
      hub.seen.filter(({ host }) => host === 'storage').every(({ authorization }) => authorization === undefined),
    ).toBe(true)
    expect(
      hub.seen.filter(({ host }) => host === 'hub').every(({ authorization }) => authorization === 'Bearer hf_writer'),
    ).toBe(true)
    for (const said of [JSON.stringify(pushed), text(pushed), shown, String(failed)]) {
      expect(said).not.toContain('hf_writer')
      expect(said).not.toContain('signed')
    }
  })
})
