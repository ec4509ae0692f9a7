import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { problems } from '../../src/problems/index.js'
import { begin, end, warnings, write } from './problems-setting.js'
import { stoppedBy } from './stopped-by.js'

beforeEach(begin)
afterEach(end)

describe('formats, read from the content', () => {
  const rows = [
    { question: 'What is 1+1?', answer: '2' },
    { question: 'What is 2+2?', answer: '4' },
  ]
  const answers = async (file: string) => (await problems(file)).map(({ answer }) => answer)

  it.each([
    ['JSON lines', rows.map((row) => JSON.stringify(row)).join('\n')],
    [
      'JSON lines with CR LF, blank lines and a byte order mark',
      `\uFEFF${rows.map((row) => JSON.stringify(row)).join('\r\n\r\n')}\r\n`,
    ],
    ['a JSON array on one line', JSON.stringify(rows)],
    ['a JSON array over many lines', JSON.stringify(rows, null, 2)],
    ['an object that holds the rows', JSON.stringify({ data: rows }, null, 2)],
    ['an object that holds the rows on one line', JSON.stringify({ data: rows })],
    ['the rows of the Hub’s viewer', JSON.stringify({ rows: rows.map((row) => ({ row })) })],
    [
      'columns',
      JSON.stringify({ question: rows.map((row) => row.question), answer: rows.map((row) => row.answer) }, null, 1),
    ],
    ['CSV', 'question,answer\nWhat is 1+1?,2\nWhat is 2+2?,4\n'],
    ['CSV with CR LF and quotes', '"question","answer"\r\n"What is 1+1?","2"\r\n"What is 2+2?","4"\r\n'],
    ['TSV', 'question\tanswer\nWhat is 1+1?\t2\nWhat is 2+2?\t4'],
    ['semicolons', 'question;answer\nWhat is 1+1?;2\nWhat is 2+2?;4'],
  ])('%s', async (_, content) => {
    expect(await answers(write('any.name', content))).toEqual(['2', '4'])
    expect(await answers(write('any.gz', gzipSync(content)))).toEqual(['2', '4'])
    expect(warnings).toEqual([])
  })

  it('keeps line ends, commas and doubled quotes inside a quoted CSV cell', async () => {
    const [problem] = await problems(write('a.csv', 'id,problem,answer\n7,"One, ""two""\nthree?",3\n'))
    expect(problem).toMatchObject({ id: 'a/7', prompt: 'One, "two"\nthree?', answer: '3' })
  })

  it('reads brackets, quotes and escapes inside the texts of a JSON array', async () => {
    const odd = [
      { problem: 'a ] } , [ { " \\ "', answer: '1' },
      { problem: '\\"', answer: '2' },
    ]
    expect((await problems(write('a.json', JSON.stringify(odd)))).map(({ prompt }) => prompt)).toEqual(
      odd.map(({ problem }) => problem),
    )
  })

  it('reads a row that is longer than a read from the disk', async () => {
    const long = 'x y '.repeat(100_000).trim()
    expect(
      (await problems(write('a.json', JSON.stringify([{ problem: long, answer: '1' }, ...rows]))))[0]?.prompt,
    ).toBe(long)
  })

  it.each([
    ['an empty file', '', 'bad-data', /is empty/],
    ['white space', ' \n\n', 'bad-data', /is empty/],
    ['an empty array', '[]', 'bad-data', /holds no row/],
    ['a CSV header alone', 'question,answer\n', 'bad-data', /holds no row/],
    ['bytes', Buffer.from([1, 0, 0, 3]), 'bad-data', /not text/],
    ['Parquet', 'PAR1....', 'bad-data', /Parquet/],
    ['a zip archive', 'PK\x03\x04...', 'bad-data', /zip/],
    ['prose', 'Once upon a time,\nthere was a file.\n', 'bad-data', /the first line has 2 \(Once upon a time, \)/],
    ['a damaged gzip file', gzipSync(JSON.stringify(rows)).subarray(0, 40), 'bad-data', /damaged gzip/],
  ])('stops at %s', async (_, content, code, what) => {
    const stopped = await stoppedBy(problems(write('bad.jsonl', content)))
    expect(stopped.code).toBe(code)
    expect(stopped.message).toMatch(what)
    expect(stopped.message).toContain('bad.jsonl')
    expect(stopped.fix).not.toBe('')
  })
})

describe('bad rows', () => {
  it('are left out and named by file and line, and the rest goes on', async () => {
    const lines = [
      '{"problem":"A?","answer":"1"}',
      '{"problem":"B?","ans',
      '[1]',
      '{"problem":"C?","answer":null}',
      '{"answer":"5"}',
      '{"problem":"D?","answer":"2"}',
    ]
    const rows = await problems(write('some.jsonl', lines.join('\n')))
    expect(rows.map(({ prompt }) => prompt)).toEqual(['A?', 'D?'])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^some: 4 rows of 6 left out/)
    expect(warnings[0]).toMatch(/line 2: not JSON/)
    expect(warnings[0]).toMatch(/line 3: it is \[1\]/)
    expect(warnings[0]).toMatch(/line 4: no answer: answer is null/)
    expect(warnings[0]).toMatch(/and 1 more/)
  })

  it('stop the run where there is no other, with the first line and its fields', async () => {
    const stopped = await stoppedBy(
      problems(
        write('x.jsonl', [
          { code: 'f', output: '1' },
          { code: 'g', output: '2' },
        ]),
      ),
    )
    expect(stopped.code).toBe('bad-data')
    expect(stopped.message).toMatch(/None of the 2 rows .* Line 1: no question: its fields are code, output/)
    expect(stopped.fix).toContain('fields')
  })

  it('a torn array keeps the rows before the tear', async () => {
    const whole = JSON.stringify(
      [
        { problem: 'A?', answer: '1' },
        { problem: 'B?', answer: '2' },
      ],
      null,
      1,
    )
    const rows = await problems(write('torn.json', whole.slice(0, -12)))
    expect(rows).toHaveLength(1)
    expect(warnings[0]).toMatch(/line 6: not JSON/)
  })

  it('a CSV row with a column too many is one', async () => {
    expect(await problems(write('a.csv', 'question,answer\nA?,1\nB?,2,3\n'))).toHaveLength(1)
    expect(warnings[0]).toMatch(/line 3: it has 3 columns, the first line has 2 \(question, answer\)/)
  })
})
