import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { DISPLAY } from '../../src/host.js'
import { FRAME_MEMBERS } from '../../src/show/danfo.js'
import { danfo, table } from '../../src/show/index.js'

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

  it('is one row a score: what was measured, and not what became of each problem', () => {
    const scores = ['a', 'b'].map((model, i) => ({
      model,
      bench: 'aime24',
      value: 0.5,
      low: 0.4,
      high: 0.6 + i / 10,
      n: 2,
      k: 4,
      cutOff: i,
      tokens: 300,
      dollars: 0,
      settings: { temperature: 0.7, maxTokens: 512, dataset: { source: 'aime24', hash: 'abc' } },
      byProblem: { p1: 0.25, p2: 0.75 },
      outcomes: { p1: ['right'], p2: ['wrong'] },
      answers: { p1: [0], p2: [null] },
    }))
    const made = table(scores)
    const shown = ['model', 'bench', 'value', 'low', 'high', 'n', 'k', 'cutOff', 'tokens', 'dollars']
    expect(made.columns).toEqual([...shown, 'settings.temperature', 'settings.maxTokens'])
    const [, head, , first] = String(made).split('\n')
    expect(head).toMatch(/│ model │ bench +│ value \[low, high\] │ +n │ +k │ cutOff │ tokens │ dollars │$/)
    expect(first).toMatch(/│ a +│ aime24 │ +0\.5 \[0\.4, 0\.6\] │ 2 │ 4 │ +0 │ +300 │ +0 │$/)
    expect(String(made)).toContain('in all rows: settings.temperature 0.7, settings.maxTokens 512; not shown: ')
    expect(String(made)).toMatch(/byProblem, outcomes, answers/)
  })

  it('has what became of a row after its id, and settings last', () => {
    const judged = {
      id: 'p1',
      source: 'own',
      settings: { temperature: 0.7 },
      finish: 'stop',
      format: { ok: true, by: 'split' },
      verdict: { ok: false, why: 'wrong' },
      fate: { kept: false, why: 'wrong' },
      sample: 0,
    }
    expect(table([judged]).columns).toEqual(
      ['id', 'fate.kept', 'fate.why', 'verdict.ok', 'verdict.why', 'format.ok', 'finish', 'source', 'format.by', 'sample', 'settings.temperature'], // biome-ignore format: one line
    )
  })

  it('reads a tally of reasons as one cell', () => {
    const line = { stage: 'verified', came: 5, left: 2, lost: { wrong: 2, 'time-limit': 1 } }
    expect(String(table([line, { ...line, lost: {} }]))).toContain('│ 2 wrong, 1 time-limit │')
    // A field of that name that counts nothing is as any other.
    expect(table([{ lost: { luggage: 'blue' } }]).columns).toEqual(['lost.luggage'])
  })

  it.each<[string, unknown, string]>([
    ['a function', function rows() {}, 'table(rows(…))'],
    ['a promise', Promise.resolve([]), 'table(await …)'],
    ['an object that holds rows', { rows: [{ a: 1 }], groups: [{ b: 1 }] }, 'table(value.groups)'],
    ['an object with one list', { about: 'x', scores: [{ a: 1 }] }, 'table(value.scores)'],
    ['an object of objects', { a: { n: 1 }, b: { n: 2 } }, 'table(Object.values(value))'],
    ['one row', { name: 'x', rows: 3 }, 'table([value])'],
    ['nothing', null, 'table(await sample(…))'],
  ])('says where rows are in %s', (_, value, fix) => {
    expect(() => table(value as never)).toThrow(expect.objectContaining({ code: 'bad-call', fix }))
  })

  it('takes numbers, nothing, and a frame; and refuses what is no rows', () => {
    expect(table([]).shape).toEqual([0, 0])
    expect(String(table([]))).toBe('no rows')
    expect(String(table([1, 2]))).toContain('│     2 │')
    expect(() => table(5 as never)).toThrowError(/rows or a DataFrame/)
  })

  it('shows an interval beside its value, and keeps its columns', () => {
    const scores = [
      { bench: 'aime24', n: 30, value: 0.4333, low: 0.2738, high: 0.608 },
      { bench: 'math500', n: 500, value: 0.824, low: 0.788, high: 0.855 },
    ]
    const made = table(scores)
    expect(String(made)).toContain('│ 0.4333 [0.2738, 0.608] │')
    expect(String(made)).toContain('│ bench   │   n │      value [low, high] │')
    expect(String(made)).not.toContain('not shown')
    expect(made.columns).toEqual(['bench', 'n', 'value', 'low', 'high'])
    // Where it lies outside, it is no interval of that value.
    expect(String(table([{ value: 0.9, low: 0.1, high: 0.2 }]))).toContain('│ value │ low │ high │')
  })

  it('leaves the notebook whole: CSV, Markdown and LaTeX hold all rows', () => {
    const made = table(rows, { title: '50 % of R&D_1' })
    expect(made.toMarkdown().split('\n')).toHaveLength(32)
    const tex = made.toLaTeX()
    expect(tex.match(/ \\\\$/gm)).toHaveLength(31)
    expect(tex).toContain('\\caption{50 \\% of R\\&D\\_1}')
    expect(tex).toContain('\\begin{tabular}{llrr}')
    const folder = mkdtempSync(path.join(tmpdir(), 'skylab-table-'))
    for (const [ending, text] of [
      ['csv', made.toCSV()],
      ['md', `${made.toMarkdown()}\n`],
      ['tex', `${tex}\n`],
    ] as const) {
      made.save(path.join(folder, `rows.${ending}`))
      expect(readFileSync(path.join(folder, `rows.${ending}`), 'utf8')).toBe(text)
    }
    expect(() => made.save('rows.docx')).toThrowError(/rows\.docx/)
  })

  it('writes CSV with quotes where they are needed', () => {
    expect(table([{ a: 'x,"y"', b: null }]).toCSV()).toBe('a,b\r\n"x,""y""",\r\n')
  })
})

describe('a table is a danfo DataFrame', () => {
  it('and offers all that danfo has, before danfo is loaded', () => {
    const names = new Set<string>()
    for (let at = danfo().DataFrame.prototype as object; at !== Object.prototype; at = Object.getPrototypeOf(at))
      for (const name of Object.getOwnPropertyNames(at)) if (/^[a-z]/i.test(name)) names.add(name)
    const ours = [
      'constructor',
      'columns',
      'shape',
      'toString',
      'toCSV',
      'loadArrayIntoNdframe',
      'loadObjectIntoNdframe',
      'cumOps',
    ]
    expect([...FRAME_MEMBERS].sort()).toEqual([...names].filter((name) => !ours.includes(name)).sort())
    const made = table(rows)
    expect(made.groupby(['domain']).count().shape).toEqual([2, 4])
    expect(made.query(made.tokens.gt(250)).values.map((row) => row[0])).toEqual(['p26', 'p27', 'p28', 'p29'])
    expect(made.head(3).shape).toEqual([3, 4])
    expect(table(made, { title: 'again' }).shape).toEqual([30, 4])
  })

  it('sorts a hundred thousand rows as an array does, stable, the missing last', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => ({ place: i, key: i % 13 === 0 ? null : (i * 7919) % 1009 }))
    const there = many.filter((row) => row.key !== null)
    for (const ascending of [true, false]) {
      const sign = ascending ? 1 : -1
      const expected = [
        ...there.toSorted((a, b) => sign * (a.key! - b.key!)),
        ...many.filter((row) => row.key === null),
      ]
      const sorted = table(many).sortValues('key', { ascending })
      expect(sorted.values.map((row) => row[0])).toEqual(expected.map((row) => row.place))
      expect(sorted.index[0]).toBe(expected[0]!.place)
    }
    const words = table([{ word: 'b' }, { word: null }, { word: 'a' }])
    expect(words.sortValues('word').values).toEqual([['a'], ['b'], [null]])
    expect(words.column('word').sortValues().values).toEqual(['a', 'b', null])
    expect(() => words.sortValues('wrd')).toThrowError(/wrd/)
  })

  it('describes and averages what is there, as pandas does', () => {
    const made = table([
      { group: 'x', value: 3 },
      { group: 'y', value: 1 },
      { group: 'x', value: null },
      { group: 'x', value: 6 },
    ])
    // pandas 2.2: pd.Series([3, 1, None, 6]).describe() and .median(), .var()
    const described = made.describe()
    expect(described.index).toEqual(['count', 'mean', 'std', 'min', 'median', 'max', 'variance'])
    const numbers = described.values.map((row) => row[0])
    expect(numbers).toEqual([
      3,
      expect.closeTo(10 / 3, 12),
      expect.closeTo(2.516611478423583, 12),
      1,
      3,
      6,
      expect.closeTo(19 / 3, 12),
    ])
    const grouped = made.groupby(['group']).agg({ value: ['mean', 'count', 'sum', 'max'] })
    expect(grouped.values).toEqual([
      ['x', 4.5, 2, 9, 6],
      ['y', 1, 1, 1, 1],
    ])
    const running = made.groupby(['group']).cumSum()
    expect(running.values).toEqual([
      ['x', 3],
      ['x', Number.NaN],
      ['x', 9],
      ['y', 1],
    ])
  })

  it('keeps groups apart whose keys look alike when they are joined', () => {
    const made = table([
      { a: 'p-q', b: 'r', n: 1 },
      { a: 'p', b: 'q-r', n: 2 },
      { a: '10', b: 'z', n: 4 },
    ])
    const sums = made.groupby(['a', 'b']).sum()
    expect(sums.values).toEqual([
      ['p-q', 'r', 1],
      ['p', 'q-r', 2],
      ['10', 'z', 4],
    ])
    expect(made.groupby(['a', 'b']).getGroup(['p', 'q-r']).values).toEqual([['p', 'q-r', 2]])
  })

  it('merges in the order of its left side, and finds the pairs that two loops find', () => {
    const left = Array.from({ length: 60 }, (_, i) => ({ key: `${(i * 7) % 11}`, v: i }))
    const right = Array.from({ length: 25 }, (_, i) => ({ key: `${(i * 3) % 14}`, v: i + 100 }))
    const merged = (how: 'left' | 'right' | 'inner' | 'outer') =>
      danfo().merge({ left: table(left).frame, right: table(right).frame, on: ['key'], how })
    const pairs = left.flatMap((a) => right.filter((b) => b.key === a.key).map((b) => [a.key, a.v, b.v]))
    expect(merged('inner').values).toEqual(pairs)
    expect(merged('inner').columns).toEqual(['key', 'v', 'v_1'])
    const lonely = (own: typeof left, other: typeof left) => own.filter((a) => !other.some((b) => b.key === a.key))
    expect(merged('left').values.map((row) => row[1])).toEqual(
      left.flatMap((a) => Array(Math.max(1, right.filter((b) => b.key === a.key).length)).fill(a.v)),
    )
    expect(merged('right').shape[0]).toBe(pairs.length + lonely(right, left).length)
    expect(merged('outer').shape[0]).toBe(pairs.length + lonely(right, left).length + lonely(left, right).length)
  })
})

describe('table(rows).frame', () => {
  it('is a danfo DataFrame: grouped and described, with nulls in a number column', () => {
    const { frame } = table(rows)
    expect(frame.shape).toEqual([30, 4])
    expect(frame.dtypes).toEqual(['string', 'string', 'float32', 'float32'])
    const mean = (own: { tokens: number | null }[]) => own.reduce((sum, row) => sum + row.tokens!, 0) / own.length
    const math = (grouped: { values: unknown[][] }) => grouped.values.find((row) => row[0] === 'math')![1]
    // The mean of a group is that of the numbers which are there: a missing one is not zero.
    const known = rows.filter((row) => row.domain === 'math' && row.tokens !== null)
    expect(math(frame.groupby(['domain']).agg({ tokens: 'mean' }))).toBeCloseTo(mean(known), 9)
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
