// A release: one folder with everything, checked against the report's table of openness, and its way to the Hub. The Hub
// is a stand-in that keeps what it is sent; the run is the practice machine's, which trains nothing and says so.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Release, release, upload } from '../../src/release/index.js'
import { checkOpenness } from '../../src/release/openness.js'
import type { Score } from '../../src/rows.js'
import { type Run, type TrainingData, train } from '../../src/train/index.js'
import { BASE, remove, temporary, writeSet } from './train.data.js'

let dir: string
let run: Run
let data: TrainingData & { rows: number }
const score: Score = {
  model: 'student',
  bench: 'math500',
  value: 0.824,
  low: 0.788,
  high: 0.855,
  n: 500,
  k: 1,
  cutOff: 3,
  tokens: 2124,
  settings: {
    temperature: 0,
    topP: null,
    maxTokens: 32_768,
    promptSet: 'skylab',
    promptHash: 'x',
    grader: 'strict 1',
  } as Score['settings'],
  byProblem: {},
}

beforeAll(async () => {
  dir = temporary()
  data = writeSet(path.join(dir, 'data')) as typeof data
  writeFileSync(path.join(dir, 'data', 'README.md'), '---\nlicense: apache-2.0\n---\n')
  run = await train(data, { base: BASE, on: 'practice', in: { dir }, practice: { seconds: 1 } })
  await run.wait()
  const code = path.join(dir, 'code')
  mkdirSync(code)
  const git = (...args: string[]) => execFileSync('git', ['-C', code, ...args], { stdio: 'ignore' })
  git('init', '-q')
  writeFileSync(path.join(code, 'a'), 'a')
  git('add', '.')
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'a')
  git('remote', 'add', 'origin', 'https://me:secret@git.example.org/me/code.git')
  writeFileSync(path.join(dir, 'report.ipynb'), '{}')
}, 60_000)
afterAll(() => remove(dir))

const make = (more: object = {}) =>
  release({ dir }, { name: 'student', data, run, scores: [score], code: path.join(dir, 'code'), ...more })

describe('release', () => {
  it('holds everything, with a hash for each file', async () => {
    const out = await make({ notebook: path.join(dir, 'report.ipynb'), licence: 'apache-2.0', weights: 'me/student' })
    expect(out.files.map((file) => file.path)).toEqual([
      'README.md',
      'code.json',
      'data/README.md',
      'data/dataset_info.json',
      'data/tiny.json',
      'report.ipynb',
      'scores.json',
      'training/curve.csv',
      'training/ds_z3_offload_config.json',
      'training/train.yaml',
    ])
    for (const file of out.files)
      expect(
        createHash('sha256')
          .update(readFileSync(path.join(out.dir, file.path)))
          .digest('hex'),
      ).toBe(file.sha256)
    expect(out.files.find((file) => file.path === 'data/tiny.json')!.sha256).toBe(data.sha256)
    const card = readFileSync(path.join(out.dir, 'README.md'), 'utf8')
    expect(card).toMatch(/^---\nlicense: apache-2\.0\nbase_model: Qwen\/Qwen2\.5-32B-Instruct\n/)
    expect(card).toContain(data.sha256)
    expect(card).toContain('| student | math500 | 82.4 % | 78.8 to 85.5 % | 500 | 1 | 0 | 32768 | strict 1 |')
    expect(card).toContain('For practice only')
    expect(card).toMatch(/commit `[0-9a-f]{40}`, https:\/\/git\.example\.org\/me\/code\./)
    // The name and the password of a remote go nowhere, and no folder of this machine does.
    for (const file of out.files) {
      const text = readFileSync(path.join(out.dir, file.path), 'utf8')
      expect(text).not.toContain('secret')
      expect(text).not.toContain(dir)
    }
    expect(readFileSync(path.join(out.dir, 'training/curve.csv'), 'utf8').split('\n').length).toBeGreaterThan(50)
  })

  it("is checked against the report's table, row by row", async () => {
    const out = await make({ notebook: path.join(dir, 'report.ipynb'), licence: 'apache-2.0', weights: 'me/student' })
    expect(out.openness).toEqual({
      data: true,
      code: true,
      report: true,
      mathematics: true,
      programs: false,
      // Nothing was trained, whatever is said of the weights.
      weights: false,
    })
    expect(out.open).toBe(false)
    expect(String(out)).toContain('✗ programs     no score on programs: evaluate(model, { benches: … })')
    writeFileSync(path.join(dir, 'code', 'a'), 'b')
    const changed = await make()
    expect(changed.openness).toMatchObject({ code: false, report: false })
    expect(String(changed)).toContain('changes that are not committed')
    execFileSync('git', ['-C', path.join(dir, 'code'), 'checkout', '-q', 'a'])
  })

  it('refuses data that the run was not trained on, and what is missing', async () => {
    await expect(make({ data: { ...data, sha256: 'f'.repeat(64) } })).rejects.toMatchObject({ code: 'bad-data' })
    await expect(make({ notebook: '/no/such.ipynb' })).rejects.toMatchObject({ code: 'no-file' })
    await expect(make({ name: '../up' })).rejects.toMatchObject({ code: 'bad-call' })
    await expect(make({ run: undefined })).rejects.toThrow(/got no run/)
  })
})

describe('the table of openness', () => {
  const fields = (names: string[], benches?: Record<string, 'mathematics' | 'programs'>) => {
    const scores = names.map((bench) => ({ ...score, bench }))
    const code = { url: null, commit: null, changed: false } as never
    const nothing = { notebook: undefined, weights: undefined, licence: undefined, trained: false }
    const all = checkOpenness({ data: '', code, scores, benches, ...nothing })
    return all.filter(({ what, open }) => open && /mathematics|programs/.test(what)).map(({ what }) => what)
  }
  it('knows benchmarks by their whole names, and takes no part of a word for one', () => {
    for (const name of [
      'math500',
      'MATH-500',
      'AIME24',
      'aime 2025',
      'AMC23',
      'gsm8k',
      'OlympiadBench',
      'Minerva math',
    ])
      expect(fields([name]), name).toEqual(['mathematics'])
    for (const name of [
      'LiveCodeBench easy',
      'livecodebench:hard',
      'HumanEval',
      'humaneval+',
      'mbpp',
      'TACO',
      'LeetCode',
    ])
      expect(fields([name]), name).toEqual(['programs'])
    for (const name of ['GPQA-Diamond', 'decoded', 'phone numbers', 'aftermath', 'mathilda', 'tacos', 'zipcodes'])
      expect(fields([name]), name).toEqual([])
    expect(fields(['GPQA-Diamond', 'AIME24', 'mbpp'])).toEqual(['mathematics', 'programs'])
  })

  it('takes the word of the user for benchmarks of their own', () => {
    expect(fields(['walks'])).toEqual([])
    expect(fields(['walks', 'robots'], { walks: 'mathematics', robots: 'programs' })).toEqual([
      'mathematics',
      'programs',
    ])
    expect(fields(['math500'], { math500: 'programs' })).toEqual(['programs'])
  })
})

describe('upload', () => {
  const before = { ...process.env }
  let hub: http.Server | undefined
  afterEach(() => {
    process.env = { ...before }
    hub?.close()
  })

  /** A stand-in for the Hub: JSON files go into the commit, everything else by LFS, as it says itself. */
  async function startHub() {
    const seen: { at: string; body: Buffer; token: string | undefined }[] = []
    hub = http.createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (chunk: Buffer) => parts.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(parts)
        const at = `${request.method} ${request.url}`
        seen.push({ at, body, token: request.headers.authorization })
        const answer = (value: unknown, status = 200) => {
          response.writeHead(status, { 'content-type': 'application/json' })
          response.end(JSON.stringify(value))
        }
        if (at.endsWith('/api/repos/create')) return answer({ error: 'exists' }, 409)
        if (at.includes('/preupload/')) {
          const { files } = JSON.parse(body.toString()) as { files: { path: string }[] }
          return answer({
            files: files.map((file) => ({
              path: file.path,
              uploadMode: file.path.endsWith('.csv') ? 'lfs' : 'regular',
            })),
          })
        }
        if (at.includes('/objects/batch')) {
          const { objects } = JSON.parse(body.toString()) as { objects: { oid: string }[] }
          const href = (oid: string) => `http://127.0.0.1:${(hub!.address() as AddressInfo).port}/store/${oid}`
          return answer({ objects: objects.map(({ oid }) => ({ oid, actions: { upload: { href: href(oid) } } })) })
        }
        answer({ commitUrl: 'https://hub.example.org/me/student/commit/1' })
      })
    })
    await new Promise<void>((done) => hub!.listen(0, '127.0.0.1', done))
    process.env.HF_ENDPOINT = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`
    delete process.env.HF_HUB_OFFLINE
    return seen
  }

  it('says by default what would be sent, and sends nothing', async () => {
    const seen = await startHub()
    const out = await make()
    const plan = await upload(out, { repo: 'me/student' })
    expect(plan.sent).toBe(false)
    expect(String(plan)).toMatch(/would go to me\/student; nothing was sent/)
    expect(String(plan)).toContain('training/train.yaml')
    expect(seen).toEqual([])
    await expect(upload(out, { repo: 'student' })).rejects.toMatchObject({ code: 'bad-call' })
  })

  it('sends each file once, small ones in the commit and large ones by LFS', async () => {
    const seen = await startHub()
    process.env.HF_TOKEN = 'hf_abcdefghijklmnopqrstuvwxyz'
    const out: Release = await make()
    const sent = await upload(out, { repo: 'me/student', dry: false })
    expect(sent.url).toBe('https://hub.example.org/me/student/commit/1')
    const lines = seen
      .find(({ at }) => at.includes('/commit/main'))!
      .body.toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string; value: { path: string; content?: string; oid?: string } })
    expect(lines[0]!.key).toBe('header')
    const files = lines.slice(1)
    expect(files.map(({ value }) => value.path)).toEqual(out.files.map((file) => file.path))
    for (const { key, value } of files) {
      const own = readFileSync(path.join(out.dir, value.path))
      if (key === 'file') expect(Buffer.from(value.content!, 'base64').equals(own)).toBe(true)
      else expect(seen.find(({ at }) => at === `PUT /store/${value.oid}`)!.body.equals(own)).toBe(true)
    }
    expect(files.filter(({ key }) => key === 'lfsFile').map(({ value }) => value.path)).toEqual(['training/curve.csv'])
    expect(String(sent)).not.toContain('hf_')
  })

  it('wants a token', async () => {
    await startHub()
    for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) delete process.env[name]
    process.env.HF_TOKEN_PATH = path.join(dir, 'none')
    await expect(upload(await make(), { repo: 'me/student', dry: false })).rejects.toMatchObject({ code: 'no-key' })
  })
})
