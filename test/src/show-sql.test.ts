import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { DISPLAY, type MimeBundle } from '../../src/host.js'
import { sql } from '../../src/show/index.js'

const folder = mkdtempSync(path.join(tmpdir(), 'skylab-sql-test-'))
const file = (name: string, content: string | Buffer) => {
  const full = path.join(folder, name)
  writeFileSync(full, content)
  return full
}

const judged = Array.from({ length: 100 }, (_, i) => ({
  id: `p${i}`,
  domain: i % 3 === 0 ? 'code' : 'math',
  verdict: i % 2 === 0 ? { ok: true, how: 'exact' } : { ok: false, why: 'wrong' },
  seconds: i === 50 ? null : i / 4,
  tokens: i,
}))

describe('sql over rows', () => {
  it('groups, filters and averages nested fields; nulls are not zeros', async () => {
    const rows = await sql<{ domain: string; n: number; mean: number }>(
      'select domain, count(*) as n, avg(seconds) as mean from judged where verdict.ok group by domain order by domain',
      { judged },
    )
    const mean = (domain: string) => {
      const own = judged.filter((row) => row.domain === domain && row.verdict.ok && row.seconds !== null)
      return own.reduce((sum, row) => sum + row.seconds!, 0) / own.length
    }
    expect(rows).toEqual([
      { domain: 'code', n: 17, mean: expect.closeTo(mean('code'), 9) },
      { domain: 'math', n: 33, mean: expect.closeTo(mean('math'), 9) },
    ])
  })

  it('gives an ordinary array that shows itself as a table', async () => {
    const rows = await sql('select id, tokens from judged order by tokens desc limit 2', { judged })
    expect(rows.map((row) => row.id)).toEqual(['p99', 'p98'])
    expect(JSON.stringify(rows)).toBe('[{"id":"p99","tokens":99},{"id":"p98","tokens":98}]')
    const bundle = (rows as unknown as { [DISPLAY](): MimeBundle })[DISPLAY]()
    expect(bundle['text/plain']).toContain('│ p99 │     99 │')
  })

  it('reads no type into a text: dates, numbers and true stay what was written', async () => {
    const rows = [{ day: '2024-01-01', digits: '007', word: 'true', id: '550e8400-e29b-41d4-a716-446655440000' }]
    expect(await sql('select * from rows', { rows })).toEqual(rows)
    expect(await sql('select typeof(day) as a, typeof(digits) as b from rows', { rows })).toEqual([
      { a: 'VARCHAR', b: 'VARCHAR' },
    ])
  })

  it('keeps rows as they were: nesting, lists, unicode, whole numbers past 2^53, fields that only some rows have', async () => {
    const rows = [
      { a: { 'b "c\' d': [1, 2.5], e: 'línea\n"q" — 汉字' }, n: 9007199254740991 },
      { a: { e: null }, only: 'here', n: -1 },
    ]
    expect(await sql('select * from rows', { rows })).toEqual([
      { a: { 'b "c\' d': [1, 2.5], e: 'línea\n"q" — 汉字' }, n: 9007199254740991, only: null },
      { a: { 'b "c\' d': null, e: null }, n: -1, only: 'here' },
    ])
    expect(await sql('select sum(n::hugeint * 4096) as big from rows', { rows })).toEqual([
      { big: (2n ** 53n - 2n) * 4096n },
    ])
  })

  it('takes a field of several kinds as JSON text, and rows with more than two hundred fields', async () => {
    const rows = [{ x: 1 }, { x: 'one' }, { x: [1] }]
    expect((await sql<{ x: string }>('select x from rows', { rows })).map(({ x }) => x)).toEqual(['1', '"one"', '[1]'])
    const wide = [Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, i]))]
    expect(await sql('select f299 from wide', { wide })).toEqual([{ f299: 299 }])
  })

  it('takes an async iterable and no rows at all', async () => {
    async function* some() {
      for (const row of judged) yield row
    }
    expect(await sql('select count(*) as n from rows', { rows: some() })).toEqual([{ n: 100 }])
    expect(await sql('select count(*) as n from rows', { rows: [] })).toEqual([{ n: 0 }])
  })
})

describe('sql over files', () => {
  it('reads JSON Lines, CSV and what it wrote as Parquet, joined with rows', async () => {
    const lines = judged.map((row) => JSON.stringify(row)).join('\n')
    const jsonl = file('rows.jsonl', lines)
    const gz = file('rows.jsonl.gz', gzipSync(lines))
    const csv = file('prices.csv', 'domain,price\nmath,2\ncode,3\n')
    const parquet = path.join(folder, 'rows.parquet')
    await sql(`copy (select id, domain, tokens from t) to '${parquet}' (format parquet)`, { t: jsonl })
    const cost = 'select sum(price) as dollars from t join prices using (domain)'
    const expected = [{ dollars: 66 * 2 + 34 * 3 }]
    for (const t of [jsonl, gz, parquet]) expect(await sql(cost, { t, prices: csv })).toEqual(expected)
    expect(await sql(`select count(*) as n from '${parquet}'`)).toEqual([{ n: 100 }])
  })
})

describe('sql that cannot run', () => {
  it.each([
    ['selct * from t', {}, /DuckDB refused the query\. .*syntax error at or near "selct"/s],
    ['select * from judgd', { judged }, /judgd/],
    ['select nothing_here from judged', { judged }, /nothing_here/],
    ['', {}, /got "" for its query/],
    ['select 1', { t: 5 as never }, /got number for t/],
    ['select 1', { t: [1, 2] as never }, /Row 1 is 1/],
    ['select * from t', { t: 'gone.parquet' }, /no file gone\.parquet/],
    ['select * from t', { t: 'rows.docx' }, /cannot tell what "rows\.docx" is/],
  ])('%s', async (query, sources, message) => {
    const error = await sql(query, sources as never).catch((caught: Error) => caught)
    expect(String((error as Error).message)).toMatch(message)
    expect((error as { fix?: string }).fix).toBeTruthy()
  })

  it('ends at an interrupt', async () => {
    const stop = new AbortController()
    const key = Symbol.for('skylab.host')
    const before = (globalThis as Record<symbol, unknown>)[key]
    ;(globalThis as Record<symbol, unknown>)[key] = { display() {}, signal: () => stop.signal, prompt: async () => '' }
    try {
      const running = sql('select count(*) from range(100000000) a, range(100000) b where a.range % 7 = b.range % 11')
      setTimeout(() => stop.abort(new Error('interrupted')), 200)
      await expect(running).rejects.toMatchObject({ code: 'interrupted' })
    } finally {
      ;(globalThis as Record<symbol, unknown>)[key] = before
    }
  })
})
