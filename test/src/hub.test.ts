import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hubFiles, hubJson, hubRepo, matching } from '../../src/hub/index.js'
import { Stopped } from '../../src/stopped.js'
import type { FakeRepo } from './hub-server.js'
import { begin, drawn, end, folder, hub, serve, warned } from './hub-setting.js'
import { stoppedBy } from './stopped-by.js'

const big = randomBytes(300_000)
const dataset = (more: Partial<FakeRepo> = {}): FakeRepo => ({
  id: 'owner/set',
  card: { license: 'apache-2.0' },
  files: {
    'README.md': '---\nlicense: apache-2.0\n---\n',
    'data/a.jsonl': '{"problem":"1+1","answer":"2"}\n',
    'data/b.bin': big,
    'data/c d#.bin': randomBytes(2000),
    'e.txt': 'e',
  },
  ...more,
})

const start = (repo = dataset()) => serve(repo)

beforeEach(begin)
afterEach(end)

const inCache = (...names: string[]) => path.join(folder, 'hub', 'datasets--owner--set', ...names)
const blobs = () => readdirSync(inCache('blobs'))

describe('a repository', () => {
  it('is its commit, its licence and all its files, over several pages', async () => {
    await start()
    const repo = await hubRepo('owner/set')
    expect(repo).toMatchObject({
      id: 'owner/set',
      licence: 'apache-2.0',
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    })
    expect(repo.files.map(({ path: name }) => name)).toEqual([
      'README.md',
      'data/a.jsonl',
      'data/b.bin',
      'data/c d#.bin',
      'e.txt',
    ])
    expect(hub.seen.filter(({ path: name }) => name.includes('/tree/')).length).toBe(2)
  })

  it('is downloaded into the layout of Hugging Face’s client', async () => {
    await start()
    const repo = await hubRepo('owner/set')
    const places = await hubFiles(repo, repo.files)
    expect(readFileSync(places[2]!)).toEqual(big)
    expect(readFileSync(inCache('refs', 'main'), 'utf8')).toBe(repo.commit)
    expect(places[2]).toBe(inCache('snapshots', repo.commit, 'data', 'b.bin'))
    expect(readlinkSync(places[2]!)).toBe(path.join('..', '..', '..', 'blobs', repo.files[2]!.oid))
    expect(blobs().sort()).toEqual(repo.files.map(({ oid }) => oid).sort())
    expect(drawn).toMatch(/download owner\/set · .* kB · 0\.\d s/)
    hub.seen.length = 0
    await hubFiles(repo, repo.files)
    expect(hub.seen).toEqual([])
  })

  it('follows a renamed repository', async () => {
    await start(dataset({ formerly: 'owner/old' }))
    const repo = await hubRepo('owner/old')
    const [place] = await hubFiles(repo, [repo.files[2]!])
    expect(readFileSync(place!)).toEqual(big)
  })

  it('of a tag or a pull request is asked for by its name', async () => {
    await start(dataset({ revisions: { 'refs/pr/1': { 'x.txt': 'x' }, 'v1.0': { 'y.txt': 'y' } } }))
    expect((await hubRepo('owner/set', { revision: 'refs/pr/1' })).files.map(({ path: name }) => name)).toEqual([
      'x.txt',
    ])
    const tagged = await hubRepo('owner/set', { revision: 'v1.0' })
    expect(readFileSync((await hubFiles(tagged, tagged.files))[0]!, 'utf8')).toBe('y')
    expect(readFileSync(inCache('refs', 'refs', 'pr', '1'), 'utf8')).toMatch(/^[0-9a-f]{40}$/)
  })
})

describe('a broken line', () => {
  it('is continued by range, as often as bytes come', async () => {
    await start()
    hub.bytes = (bytes) => ({ bytes, cut: 100_000 })
    const repo = await hubRepo('owner/set')
    const [place] = await hubFiles(repo, [repo.files[2]!])
    expect(readFileSync(place!)).toEqual(big)
    expect(hub.seen.filter(({ host }) => host === 'storage').map(({ range }) => range)).toEqual([
      undefined,
      'bytes=100000-',
      'bytes=200000-',
    ])
  }, 20_000)

  it('starts over where a server ignores ranges', async () => {
    await start()
    let nth = 0
    hub.bytes = (bytes) => (nth++ === 0 ? { bytes, cut: 50_000 } : { bytes, status: 200 })
    const repo = await hubRepo('owner/set')
    const [place] = await hubFiles(repo, [repo.files[2]!])
    expect(readFileSync(place!)).toEqual(big)
  }, 20_000)

  it('leaves its part, which the next run continues', async () => {
    await start()
    const repo = await hubRepo('owner/set')
    const stop = new AbortController()
    hub.bytes = (bytes) => ({ bytes, pause: 30 })
    setTimeout(() => stop.abort(new Stopped('interrupted', 'Interrupted.', '')), 250)
    const error = await stoppedBy(hubFiles(repo, [repo.files[2]!], { signal: stop.signal }))
    expect(error.code).toBe('interrupted')
    expect(error.fix).toMatch(/continues/)
    expect(drawn).toMatch(/interrupted after/)
    const part = lstatSync(inCache('blobs', `${repo.files[2]!.oid}.skylab.incomplete`)).size
    expect(part).toBeGreaterThan(10_000)
    hub.bytes = undefined
    hub.seen.length = 0
    const [place] = await hubFiles(repo, [repo.files[2]!])
    expect(readFileSync(place!)).toEqual(big)
    expect(hub.seen.find(({ host }) => host === 'storage')!.range).toBe(`bytes=${part}-`)
    expect(readdirSync(path.join(folder, 'hub', '.locks', 'datasets--owner--set'))).toEqual([])
  })

  it('is not believed: bytes with another checksum are fetched once more, then refused', async () => {
    await start()
    let wrong = 1
    const changed = Buffer.from(big)
    changed[1234]! ^= 1
    hub.bytes = (bytes) => ({ bytes: bytes.length === big.length && wrong-- > 0 ? changed : bytes })
    const repo = await hubRepo('owner/set')
    expect(readFileSync((await hubFiles(repo, [repo.files[2]!]))[0]!)).toEqual(big)
    rmSync(inCache('snapshots'), { recursive: true })
    rmSync(inCache('blobs'), { recursive: true })
    wrong = 9
    const error = await stoppedBy(hubFiles(repo, [repo.files[2]!]))
    expect(error).toMatchObject({ code: 'bad-data', message: expect.stringContaining('data/b.bin') })
    expect(blobs()).toEqual([])
  })

  it('heals: a part that holds other bytes is thrown away', async () => {
    await start()
    const repo = await hubRepo('owner/set')
    mkdirSync(inCache('blobs'), { recursive: true })
    writeFileSync(inCache('blobs', `${repo.files[2]!.oid}.skylab.incomplete`), 'not these bytes')
    expect(readFileSync((await hubFiles(repo, [repo.files[2]!]))[0]!)).toEqual(big)
  })
})

describe('a busy server', () => {
  it('is given the time that it asks for', async () => {
    await start()
    let busy = 2
    hub.before = (_, __, response) => {
      if (busy-- <= 0) return false
      response.writeHead(429, busy === 1 ? { 'retry-after': '1' } : { ratelimit: '"api";r=0;t=1' }).end()
      return true
    }
    const began = performance.now()
    await hubRepo('owner/set')
    expect(performance.now() - began).toBeGreaterThan(1900)
  })

  it('is left alone where it asks for an hour, and where it stays broken', async () => {
    await start()
    hub.before = (_, __, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end()
      return true
    }
    const error = await stoppedBy(hubRepo('owner/set'))
    expect(error).toMatchObject({ code: 'no-server', message: expect.stringContaining('1 h') })
    expect(error.fix).toContain('HF_TOKEN')
    hub.before = (_, __, response) => {
      response.writeHead(503).end()
      return true
    }
    expect((await stoppedBy(hubRepo('owner/set'))).message).toContain('503')
  }, 20_000)

  it('that is none is said to be none', async () => {
    await start()
    hub.before = (_, __, response) => {
      response.end('<html>Please log in to the hotel network</html>')
      return true
    }
    expect(await stoppedBy(hubRepo('owner/set'))).toMatchObject({
      code: 'no-server',
      message: expect.stringContaining('hotel'),
    })
  })
})

describe('the token', () => {
  it('goes to the Hub and to nobody else, and stands in no file', async () => {
    await start(dataset({ gated: true }))
    vi.stubEnv('HF_TOKEN', ' hf_good\n')
    const repo = await hubRepo('owner/set')
    await hubFiles(repo, repo.files)
    const of = (where: string) =>
      new Set(hub.seen.filter(({ host }) => host === where).map(({ authorization }) => authorization))
    expect(of('hub')).toEqual(new Set(['Bearer hf_good']))
    expect(of('storage')).toEqual(new Set([undefined]))
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.length).toBeGreaterThan(5)
    for (const { parentPath, name } of files)
      expect(readFileSync(path.join(parentPath, name)).includes('hf_good')).toBe(false)
    expect(drawn).not.toContain('hf_good')
  })

  it('is read from the file of hf auth login, unless that is switched off', async () => {
    await start()
    writeFileSync(path.join(folder, 'token'), 'hf_good\n')
    expect((await hubJson<{ name: string }>('/api/whoami-v2')).value.name).toBe('someone')
    vi.stubEnv('HF_HUB_DISABLE_IMPLICIT_TOKEN', '1')
    expect((await stoppedBy(hubJson('/api/whoami-v2'))).code).toBe('bad-key')
  })

  const cases: [string, Partial<FakeRepo>, string | undefined, string, RegExp, RegExp][] = [
    ['wrong', {}, 'hf_expired_1', 'bad-key', /wrong or expired/, /settings\/tokens/],
    ['broken in two', {}, 'hf_go od', 'bad-key', /no token has/, /HF_TOKEN/],
    ['missing, gated', { gated: true }, undefined, 'no-key', /gated/, /Agree and access repository.*HF_TOKEN/],
    ['not let in', { gated: true }, 'hf_stranger', 'bad-key', /gated.*HF_TOKEN/, /datasets\/owner\/set/],
    ['missing, private', { private: true }, undefined, 'no-dataset', /or it is private/, /HF_TOKEN/],
  ]
  it.each(cases)('%s: says what to do and not what it is', async (_, more, token, code, what, fix) => {
    await start(dataset(more))
    if (token !== undefined) vi.stubEnv('HF_TOKEN', token)
    const error = await stoppedBy(hubRepo('owner/set'))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(what)
    expect(error.fix).toMatch(fix)
    if (token !== undefined) expect(`${error.stack}${JSON.stringify(error.cause)}`).not.toContain(token)
  })
})

describe('what is not there', () => {
  it('is named: a repository, a revision, a file', async () => {
    await start()
    expect(await stoppedBy(hubRepo('owner/other'))).toMatchObject({
      code: 'no-dataset',
      message: expect.stringContaining('owner/other'),
    })
    expect((await stoppedBy(hubRepo('owner/set', { revision: 'v9' }))).message).toContain('no revision "v9"')
    const repo = await hubRepo('owner/set')
    const error = await stoppedBy(hubFiles(repo, [{ path: 'gone.txt', size: 3, oid: 'ab', sum: 'git' }]))
    expect(error).toMatchObject({ code: 'no-file', message: expect.stringContaining('gone.txt') })
    for (const id of ['../../etc', 'a/b/c', 'a b', '']) expect((await stoppedBy(hubRepo(id))).code).toBe('bad-call')
  })

  it('lies outside of its folder: refused', async () => {
    await start()
    hub.before = (seen, _, response) => {
      if (!seen.path.includes('/tree/')) return false
      response.end(JSON.stringify([{ type: 'file', path: '../../evil', size: 1, oid: 'ab' }]))
      return true
    }
    expect((await stoppedBy(hubRepo('owner/set'))).code).toBe('bad-data')
  })
})

describe('without a network', () => {
  it('uses what was downloaded, and says so', async () => {
    await start()
    const repo = await hubRepo('owner/set')
    await hubFiles(repo, repo.files)
    await hub.close()
    const again = await hubRepo('owner/set')
    expect(again).toEqual(repo)
    expect(warned.join()).toMatch(/cannot be reached.*taken as it was downloaded/)
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    expect(readFileSync((await hubFiles(await hubRepo('owner/set'), repo.files))[2]!)).toEqual(big)
  }, 20_000)

  it('with HF_HUB_OFFLINE sends nothing, and names what is missing', async () => {
    await start()
    const repo = await hubRepo('owner/set')
    await hubFiles(repo, [repo.files[1]!])
    hub.seen.length = 0
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    const error = await stoppedBy(hubFiles(await hubRepo('owner/set'), repo.files.slice(0, 3)))
    expect(error.message).toContain('README.md, data/b.bin of owner/set are not in the cache')
    expect(error.fix).toContain('hf download owner/set --repo-type dataset')
    expect((await stoppedBy(hubRepo('owner/never'))).message).toContain('HF_HUB_OFFLINE')
    expect(hub.seen).toEqual([])
  })

  it('a commit that was listed once is not asked for again', async () => {
    await start()
    const { commit } = await hubRepo('owner/set')
    hub.seen.length = 0
    expect((await hubRepo('owner/set', { revision: commit })).files.length).toBe(5)
    expect(hub.seen).toEqual([])
  })
})

describe('two at once', () => {
  const script = (name: string) => `
    import { hubRepo, hubFiles } from ${JSON.stringify(path.resolve('dist/src/hub/index.js'))}
    const repo = await hubRepo('owner/set')
    const [place] = await hubFiles(repo, repo.files.filter(({ path }) => path === 'data/b.bin'))
    const { readFileSync } = await import('node:fs')
    console.log(${JSON.stringify(name)}, readFileSync(place).length)`

  it('download a file once', async () => {
    await start()
    hub.bytes = (bytes) => ({ bytes, pause: 40 })
    const run = (name: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script(name)], { env: { ...process.env } })
    const outputs = await Promise.all([run('a'), run('b'), run('c')])
    expect(outputs.map(({ stdout }) => stdout.trim().split(' ')[1])).toEqual(['300000', '300000', '300000'])
    expect(hub.seen.filter(({ host }) => host === 'storage').length).toBe(1)
  }, 30_000)

  it('one that was killed leaves its part and its lock to the next', async () => {
    await start()
    hub.bytes = (bytes) => ({ bytes, pause: 60 })
    const child = spawn(process.execPath, ['--input-type=module', '-e', script('x')], {
      env: { ...process.env },
      stdio: 'ignore',
    })
    const part = () => (existsSync(inCache('blobs')) ? blobs().filter((name) => name.endsWith('incomplete')) : [])
    await vi.waitFor(() => expect(lstatSync(inCache('blobs', part()[0]!)).size).toBeGreaterThan(40_000), {
      timeout: 25_000,
    })
    child.kill('SIGKILL')
    await new Promise((resolve) => child.on('exit', resolve))
    hub.bytes = undefined
    hub.seen.length = 0
    const repo = await hubRepo('owner/set')
    expect(readFileSync((await hubFiles(repo, [repo.files[2]!]))[0]!)).toEqual(big)
    expect(hub.seen.find(({ host }) => host === 'storage')!.range).toMatch(/^bytes=\d{5,}-$/)
  }, 30_000)
})

describe('patterns', () => {
  const files = [
    'data/train-00000-of-00002.parquet',
    'data/train-00001-of-00002.parquet',
    'data/test.parquet',
    'train.jsonl',
    'a/b/c.csv',
    'ALL/x[1].txt',
  ].map((name) => ({ path: name }))
  it.each([
    ['data/train-*', 2],
    ['**/*.parquet', 3],
    ['**', 6],
    ['*.jsonl', 1],
    ['data/t{rain,est}*', 3],
    ['a/?/c.csv', 1],
    ['data/train-0000[0-1]-of-*', 2],
    ['train.jsonl', 1],
    ['data', 0],
  ])('%s', (pattern, n) => {
    expect(matching(files, [pattern]).length).toBe(n)
  })
})
