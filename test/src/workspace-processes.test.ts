// Several processes in one workspace: what one asks no other asks, money is counted together, the dead hold nothing.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Stopped } from '../../src/stopped.js'
import { Budget } from '../../src/workspace/budget.js'
import { workspace } from '../../src/workspace/index.js'
import { Peers } from '../../src/workspace/peers.js'

const library = new URL('../../dist/src/workspace/index.js', import.meta.url).href
let folder: string
const opened: { close(): unknown }[] = []

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
})

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
  rmSync(folder, { recursive: true, force: true })
})

const dir = () => path.join(folder, 'w')
const here = (name = 'w') => {
  const work = workspace(path.join(folder, name))
  opened.push(work)
  return work
}
const peers = () => {
  const made = new Peers(path.join(folder, 'live'))
  opened.push(made)
  return made
}
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A process that runs a piece of code with `work`, the workspace. */
function child(code: string, as?: number) {
  const script = `const { workspace } = await import(${JSON.stringify(library)}); const work = workspace(${JSON.stringify(dir())}); ${code}`
  const started = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(as !== undefined && { uid: as, gid: as }),
  })
  let said = ''
  started.stdout.on('data', (chunk) => {
    said += chunk
  })
  started.stderr.on('data', (chunk) => {
    said += chunk
  })
  return { started, said: () => said, ended: new Promise((resolve) => started.on('close', resolve)) }
}

describe('claims', () => {
  it('are held by one at a time, who came first, and pass on when they are given back', async () => {
    const [a, b] = [peers(), peers()]
    const both = await Promise.all([a.claim('x'), b.claim('x')])
    expect(both.filter(Boolean)).toHaveLength(1)
    const [first, second] = both[0] ? [a, b] : [b, a]
    expect(await second.claim('y')).toBe(true)
    let free = false
    const waiting = second.free('x').then(() => {
      free = true
    })
    await wait(150)
    expect(free).toBe(false)
    first.release('x')
    await waiting
    expect(await second.claim('x')).toBe(true)
    expect(await first.claim('x')).toBe(false)
  })

  it('of a process that is gone hold nobody up, whatever it left behind', async () => {
    const a = peers()
    expect(await a.claim('x')).toBe(true)
    const cards = readdirSync(path.join(folder, 'live')).filter((name) => name.endsWith('.json'))
    const card = JSON.parse(readFileSync(path.join(folder, 'live', cards[0]!), 'utf8'))
    const ghost = path.join(folder, 'live', 'deadbeef00.json')
    // The same number, but another process had it: it began at another time.
    writeFileSync(ghost, JSON.stringify({ ...card, began: '1' }))
    const log = path.join(folder, 'live', 'log')
    writeFileSync(log, `+ y deadbeef00 1\n$ 99 deadbeef00 2\n+ torn dead`, { flag: 'a' })
    const b = peers()
    expect(await b.claim('y')).toBe(true)
    expect(await b.claim('x')).toBe(false)
    expect(b.aside()).toBe(0)
    expect(b.others).toBe(true)
    expect(existsSync(ghost)).toBe(false)
  })

  it('end their waiting when they are told to', async () => {
    const [a, b] = [peers(), peers()]
    await a.claim('x')
    const stop = new AbortController()
    const waiting = b.free('x', stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })

  it('outlive the file that is begun anew when it is large', async () => {
    const a = peers()
    expect(await a.claim('held')).toBe(true)
    for (let round = 0; round < 12; round++) {
      const names = Array.from({ length: 2000 }, (_, i) => `a-rather-long-name-of-a-claim-${round}-${i}`)
      await Promise.all(names.map((name) => a.claim(name)))
      for (const name of names) a.release(name)
    }
    await wait(20)
    expect(existsSync(path.join(folder, 'live', 'log.old'))).toBe(true)
    const b = peers()
    expect(await b.claim('held')).toBe(false)
    expect(await b.claim('a-rather-long-name-of-a-claim-1-1')).toBe(true)
  })
})

describe('a budget of two processes', () => {
  it('is never set aside twice, and waits for the other to give back', async () => {
    const [a, b] = [peers(), peers()]
    await Promise.all([a.claim('a'), b.claim('b')])
    let spent = 0
    const [one, two] = [a, b].map((each) => new Budget('w', 1, () => spent, each)) as [Budget, Budget]
    const order: string[] = []
    const use = async (budget: Budget, name: string) => {
      const money = await budget.reserve(0.6)
      order.push(`${name} has`)
      await wait(60)
      spent += 0.1
      order.push(`${name} gives`)
      money.release()
    }
    await Promise.all([use(one, 'one'), use(two, 'two')])
    expect(order.map((text) => text.split(' ')[1])).toEqual(['has', 'gives', 'has', 'gives'])
    const stopped = await one.reserve(0.95).catch((error: unknown) => error)
    expect(stopped).toBeInstanceOf(Stopped)
    expect((stopped as Stopped).code).toBe('over-budget')
  })
})

describe('five processes in one workspace', () => {
  it('do each piece of work once, also where one of them is killed in the middle', async () => {
    const billed = path.join(folder, 'billed')
    writeFileSync(billed, '')
    const code = `
      import('node:fs').then(async ({ appendFileSync }) => {
        await Promise.all(Array.from({ length: 30 }, (_, n) => work.once('s', { n }, async () => {
          appendFileSync(${JSON.stringify(billed)}, process.pid + ' ' + n + '\\n')
          process.stdout.write('.')
          await new Promise((resolve) => setTimeout(resolve, 200 + 10 * n))
          return { value: { n, by: process.pid }, dollars: 1 }
        })))
        process.stdout.write('all')
      })`
    const all = Array.from({ length: 5 }, () => child(code))
    const working = await Promise.race(
      all.map(
        (each) => new Promise<(typeof all)[0]>((resolve) => each.started.stdout.once('data', () => resolve(each))),
      ),
    )
    await wait(250)
    working.started.kill('SIGKILL')
    await Promise.all(all.map(({ ended }) => ended))
    for (const each of all) if (each !== working) expect(each.said()).toMatch(/all$/)
    const work = here()
    const rows = await work.rows<{ n: number; by: number }>('s')
    expect(rows.map(({ n }) => n).sort((a, b) => a - b)).toEqual([...Array(30).keys()])
    const lines = readFileSync(billed, 'utf8').trim().split('\n')
    const ofTheDead = lines.filter((line) => line.startsWith(`${working.started.pid} `)).length
    const keptOfTheDead = rows.filter(({ by }) => by === working.started.pid).length
    // Paid for twice is only what was in flight in the process that was killed.
    expect(lines.length - 30).toBe(ofTheDead - keptOfTheDead)
    expect(work.spent()).toBe(30)
  }, 60_000)

  it.skipIf(process.getuid?.() !== 0)(
    'one that may only read, reads, and is told before it works',
    async () => {
      const work = here()
      await work.once('s', { q: 1 }, async () => ({ value: 'there', dollars: 1 }))
      await work.close()
      const { chmodSync } = await import('node:fs')
      for (const place of [folder, dir(), path.join(dir(), 'journal')]) chmodSync(place, 0o755)
      const code = `
      process.stdout.write(JSON.stringify(await work.rows('s')) + work.spent() + work.summary())
      let worked = false
      await work.once('s', { q: 2 }, async () => { worked = true; return { value: 2 } }).catch((error) => process.stdout.write(String(error)))
      process.stdout.write(' worked: ' + worked)`
      const reader = child(code, 65_534)
      await reader.ended
      expect(reader.said()).toMatch(/^\["there"\]1.*\$1\.00 spent/s)
      expect(reader.said()).toMatch(/cannot be written to \(EACCES\).*chmod -R u\+w.* worked: false$/s)
    },
    30_000,
  )
})

describe('a workspace as one file', () => {
  it('goes to another machine and back, with cost and ledger, and nothing is taken twice', async () => {
    const one = here()
    for (let n = 0; n < 50; n++)
      await one.once('sample', { n }, async () => ({
        value: { n, text: 'naïve 日本' },
        dollars: 0.5,
        tokens: { prompt: 3, completion: 4 },
      }))
    await one.compress()
    await one.once('reformat', { n: 1 }, async () => ({ value: 'tidy' }))
    await one.charge('sample', 2)
    const file = path.join(folder, 'one.jsonl.gz')
    const written = await one.export(file)
    expect(String(written)).toMatch(/^52 lines written to \S+one\.jsonl\.gz \(reformat 1, sample 50, ledger 1\)$/)

    const two = here('x')
    await two.once('sample', { n: 7 }, async () => ({ value: 'mine', dollars: 0.25 }))
    expect((await two.import(file)).rows).toEqual({ reformat: 1, sample: 49, ledger: 1 })
    expect(String(await two.import(file))).toMatch(/^0 lines taken from .*; 52 lines known already$/)
    expect(two.kept('sample', { n: 7 })).toBe('mine')
    expect(two.kept('sample', { n: 8 })).toEqual({ n: 8, text: 'naïve 日本' })
    expect(two.spent()).toBe(49 * 0.5 + 0.25 + 2)
    const again = path.join(folder, 'two.jsonl.gz')
    await two.export(again)
    expect((await one.import(again)).rows).toEqual({})
    const sample = two.summary().stages.find(({ stage }) => stage === 'sample')!
    expect(sample.tokens).toEqual({ prompt: 49 * 3, completion: 49 * 4 })
    expect(sample.lost).toBe(2)
  })

  it('holds no secret of the environment, no name of this machine, and no path', async () => {
    process.env.SOME_PROVIDER_KEY = 'very-secret-value-1'
    try {
      const work = here()
      await work.once('sample', { n: 1 }, async () => ({
        value: { text: 'my key is very-secret-value-1!' },
        dollars: 1,
      }))
      const file = path.join(folder, 'out.jsonl.gz')
      expect((await work.export(file)).hidden).toBe(1)
      const { gunzipSync } = await import('node:zlib')
      const text = gunzipSync(readFileSync(file)).toString()
      expect(text).not.toContain('very-secret-value-1')
      expect(text).toContain('my key is [secret]!')
      for (const name of [os.hostname(), folder, os.userInfo().username]) expect(text).not.toContain(`"${name}`)
      const other = here('x')
      await other.import(file)
      expect(await other.rows('sample')).toEqual([{ text: 'my key is [secret]!' }])
    } finally {
      delete process.env.SOME_PROVIDER_KEY
    }
  })

  it('that was cut off gives what it holds and says so; another file is refused', async () => {
    const work = here()
    for (let n = 0; n < 200; n++) await work.once('s', { n }, async () => ({ value: `${n} ${Math.random()}` }))
    const file = path.join(folder, 'out.jsonl.gz')
    await work.export(file)
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.subarray(0, bytes.length / 2))
    const other = here('x')
    const stopped = (await other.import(file).catch((error: unknown) => error)) as Stopped
    expect([stopped.code, stopped.message]).toEqual([
      'bad-data',
      expect.stringMatching(/ends in the middle\. \d+ answers/),
    ])
    const some = (await other.rows('s')).length
    expect(some).toBeGreaterThan(20)
    writeFileSync(file, bytes)
    expect((await other.import(file)).rows).toEqual({ s: 200 - some })
    mkdirSync(path.join(folder, 'y'))
    for (const [content, code] of [
      [Buffer.from('hello'), 'bad-data'],
      [gzipSync('{"a":1}\n'), 'bad-data'],
      [gzipSync('{"skylab":"workspace","version":9}\n'), 'bad-data'],
    ] as const) {
      writeFileSync(file, content)
      await expect(other.import(file)).rejects.toMatchObject({ code })
    }
    await expect(other.import(path.join(folder, 'none'))).rejects.toMatchObject({ code: 'no-file' })
    await expect(other.export(path.join(folder, 'none', 'x.gz'))).rejects.toMatchObject({ code: 'disk' })
  })
})
