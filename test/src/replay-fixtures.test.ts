// The recordings of the default run fit the prompts as they are: no request of it meets a 404.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { model, type Recording, recordingFault, sample } from '../../src/sample/index.js'
import { workspace } from '../../src/workspace/index.js'
import { problem, testHost } from './sample-server.js'

interface Rewriting {
  rewritten(folder: string): { files: Map<string, string>; faults: string[] }
}

// Plain JavaScript on dist/, as `npm run fixtures` runs it.
const script = new URL('../fixtures/rewrite.mjs', import.meta.url).href
const { rewritten } = (await import(script)) as Rewriting

const ours = fileURLToPath(new URL('../../fixtures', import.meta.url))
const read = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Recording)

describe('the recordings in fixtures/', () => {
  it('are what npm run fixtures writes from the problems, the answers and the prompts of today', () => {
    const { files, faults } = rewritten(ours)
    expect(faults).toEqual([])
    for (const [name, text] of files) {
      // Compared line by line, so that a failure names the orphan and not the whole file.
      const onDisk = read(readFileSync(path.join(ours, name), 'utf8'))
      const expected = read(text)
      expect(onDisk.map(({ key, for: { problem: id, sample: k } }) => `${name} ${id} ${k} ${key}`)).toEqual(
        expected.map(({ key, for: { problem: id, sample: k } }) => `${name} ${id} ${k} ${key}`),
      )
      expect(onDisk).toEqual(expected)
      for (const recording of onDisk) expect(recordingFault(recording)).toBeUndefined()
      expect(new Set(onDisk.map(({ key }) => key)).size).toBe(onDisk.length)
    }
  })

  it('say what they are: written for this project, or recorded from a named model, server and day', () => {
    for (const name of ['teacher', 'reformatter'])
      for (const { origin } of read(readFileSync(path.join(ours, `recordings/${name}.jsonl`), 'utf8')))
        expect(origin).toMatch(/^written for this project/)
    for (const { origin } of read(readFileSync(path.join(ours, 'recordings/small.jsonl'), 'utf8')))
      expect(origin).toMatch(/^recorded: [^,]+, \S+, \d{4}-\d\d-\d\d/)
  })
})

describe('npm run fixtures', () => {
  let folder: string
  let host: ReturnType<typeof testHost>

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
    host = testHost()
    mkdirSync(path.join(folder, 'recordings'))
    put('problems.jsonl', [problem(1), problem(2)])
    put('bench.jsonl', [problem(9, { source: 'practice:bench' })])
    put(
      'teacher.jsonl',
      [1, 2, 9].flatMap((i) =>
        [0, 1].map((k) => ({
          problem: `test/${i}`,
          sample: k,
          content: `thinking ${i} ${k} \\boxed{${2 * i}}`,
          finish: k ? 'stop' : 'length',
          label: 'right',
        })),
      ),
    )
    put(
      'reformatted.jsonl',
      [1, 2].map((i) => ({
        problem: `test/${i}`,
        sample: 1,
        content: '<|begin_of_thought|>',
        finish: 'stop',
        fault: 'truncated',
      })),
    )
  })

  afterEach(async () => {
    await workspace(path.join(folder, 'w')).close()
    host.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const put = (name: string, lines: object[]) =>
    writeFileSync(path.join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

  it('writes recordings that sample finds', async () => {
    const { files, faults } = rewritten(folder)
    expect(faults).toEqual([])
    for (const [name, text] of files) writeFileSync(path.join(folder, name), text)
    const m = model('practice-teacher', { replay: path.join(folder, 'recordings/teacher.jsonl') })
    const rows = await sample([problem(1), problem(9)], { model: m, in: workspace(path.join(folder, 'w')), n: 2 })
    expect(rows.map(({ finish, text }) => [finish, text])).toEqual(
      [1, 9].flatMap((i) => [0, 1].map((k) => [k ? 'stop' : 'length', `thinking ${i} ${k} \\boxed{${2 * i}}`])),
    )
    expect(existsSync(path.join(folder, 'recordings/reformatter.jsonl'))).toBe(true)
  })

  it('gives a real answer the words and the key of today, and notes that they were others', async () => {
    const first = rewritten(folder).files.get('recordings/teacher.jsonl')!
    const real = { ...read(first)[1]!, model: 'small', origin: 'recorded: small, http://127.0.0.1:1/v1, 2026-11-22' }
    const old = {
      ...real,
      messages: [real.messages[0]!, { role: 'user' as const, content: 'older words' }],
      key: 'f'.repeat(32),
    }
    put('recordings/small.jsonl', [old])
    const renewed = read(rewritten(folder).files.get('recordings/small.jsonl')!)[0]!
    expect(recordingFault(renewed)).toBeUndefined()
    expect(renewed.messages).toEqual(real.messages)
    expect(renewed.answer).toEqual(old.answer)
    expect(renewed.origin).toBe(`${real.origin}; the prompt has been reworded since`)
    put('recordings/small.jsonl', [renewed])
    expect(read(rewritten(folder).files.get('recordings/small.jsonl')!)).toEqual([renewed])
  })

  it('names what is missing, left over or there twice', () => {
    put('problems.jsonl', [problem(1), problem(3), problem(3)])
    put('reformatted.jsonl', [{ problem: 'test/1', sample: 0, content: 'x', finish: 'stop' }])
    expect(rewritten(folder).faults.sort()).toEqual([
      'problems.jsonl: the id test/3 is there twice',
      'reformatted.jsonl: sample 0 of test/1 is never sent to a reformatter',
      'reformatted.jsonl: sample 1 of test/1 has no rewrite',
      'teacher.jsonl: test/3 has 0 of at least 2 answers',
      'teacher.jsonl: there is no problem test/2',
      'teacher.jsonl: there is no problem test/2',
    ])
  })
})
