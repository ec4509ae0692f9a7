// Files and addresses as sources, and rows read one at a time.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { problems } from '../../src/problems/index.js'
import { entries } from '../../src/problems/open.js'
import type { Problem } from '../../src/rows.js'
import { Stopped } from '../../src/stopped.js'
import { begin, end, folder } from './hub-setting.js'
import { listening } from './listening.js'
import { parquetOf } from './parquet.js'
import { addsUp, lines } from './sources.data.js'
import { stoppedBy } from './stopped-by.js'

beforeEach(begin)
afterEach(end)

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
  }, 180_000)

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
