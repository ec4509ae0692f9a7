import { describe, expect, it } from 'vitest'
import { DISPLAY } from '../../src/host.js'
import { table } from '../../src/show/index.js'

const rows = Array.from({ length: 30 }, (_, i) => ({
  id: `p${i}`,
  domain: i % 2 ? 'math' : 'code',
  tokens: i % 5 ? i * 10 : null,
  prompt: 'a long text\nof two lines and <b>marks</b>',
  settings: { temperature: 0.7, deep: { er: 1 } },
}))

describe('table', () => {
  it('shows the first twenty rows with the whole size, and names what it leaves out', () => {
    const bundle = table(rows)[DISPLAY]()
    expect(Object.keys(bundle)).toEqual(['text/html', 'text/markdown', 'text/plain'])
    expect(String(bundle['text/html']).match(/<tr>/g)).toHaveLength(20)
    for (const form of Object.values(bundle)) {
      expect(form).toContain('30 rows × 4 columns, the first 20 shown; not shown: prompt')
      expect(form).toContain('settings.temperature')
    }
  })

  it('escapes what rows hold, in HTML and in Markdown', () => {
    const bundle = table([{ 'a<b': '<img src=x>', pipe: 'one|two' }])[DISPLAY]()
    expect(bundle['text/html']).not.toContain('<img')
    expect(bundle['text/markdown']).toContain('one\\|two')
  })

  it('shows a column that was asked for, however long, and refuses one that is not there', () => {
    expect(table(rows, { columns: ['id', 'prompt', 'settings.temperature'] }).columns).toEqual([
      'id',
      'prompt',
      'settings.temperature',
    ])
    expect(() => table(rows, { columns: ['id', 'promt'] })).toThrowError(/"promt"/)
  })

  it('says once what all rows of a wide table share', () => {
    const wide = [1, 2].map((i) => ({
      ...Object.fromEntries('abcdefgh'.split('').map((name) => [name, 'same'])),
      place: i,
    }))
    const text = String(table(wide))
    expect(text).toContain('in all rows: a same, b same')
    expect(text).toMatch(/│ place │/)
  })

  it('keeps a box narrow enough to read, and says which columns did not fit', () => {
    const wide = [Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`column_with_a_long_name_${i}`, i]))]
    const lines = String(table(wide)).split('\n')
    expect(Math.max(...lines.slice(0, -1).map((line) => line.length))).toBeLessThanOrEqual(140)
    expect(lines.at(-1)).toContain('not shown: column_with')
  })

  it('takes numbers, nothing, and a frame; and refuses what is no rows', () => {
    expect(table([]).shape).toEqual([0, 0])
    expect(String(table([1, 2]))).toContain('│     2 │')
    expect(() => table(5 as never)).toThrowError(/rows or a DataFrame/)
  })

  it('writes CSV with quotes where they are needed', () => {
    expect(table([{ a: 'x,"y"', b: null }]).toCSV()).toBe('a,b\r\n"x,""y""",\r\n')
  })
})

describe('table(rows).frame', () => {
  it('is a danfo DataFrame: grouped and described, with nulls in a number column', () => {
    const { frame } = table(rows)
    expect(frame.shape).toEqual([30, 4])
    expect(frame.dtypes).toEqual(['string', 'string', 'float32', 'float32'])
    const mean = (own: { tokens: number | null }[]) => own.reduce((sum, row) => sum + row.tokens!, 0) / own.length
    const math = (grouped: { values: unknown[][] }) => grouped.values.find((row) => row[0] === 'math')![1]
    // A group with a missing number has no mean, and not a wrong one; without that row it has.
    expect(math(frame.groupby(['domain']).agg({ tokens: 'mean' }))).toBeNaN()
    const known = rows.filter((row) => row.domain === 'math' && row.tokens !== null)
    expect(math(frame.dropNa().groupby(['domain']).agg({ tokens: 'mean' }))).toBeCloseTo(mean(known), 9)
    expect(() => frame.describe()).not.toThrow()
  })

  it('and what it computes show themselves as tables, and go into table again', () => {
    const counted = table(rows).frame.groupby(['domain']).count()
    const shown = (counted as unknown as { [DISPLAY](): Record<string, string> })[DISPLAY]()
    expect(shown['text/plain']).toContain('code')
    expect(String(table(counted))).toBe(shown['text/plain'])
    const column = table(rows).frame.tokens as { [DISPLAY](): Record<string, string> }
    expect(column[DISPLAY]()['text/plain']).toContain('│ tokens │')
  })

  it('prints nothing of its own when it is loaded', async () => {
    // In a fresh process, because here danfo is loaded by now.
    const { finish, root } = await import('../tools.js')
    const code = `import('${root}/dist/src/show/index.js').then(({ table }) => console.log(JSON.stringify(table([{ a: 1 }]).frame.shape)))`
    const { stdout, stderr } = await finish(process.execPath, ['-e', code])
    expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: '[1,1]', stderr: '' })
  })
})
