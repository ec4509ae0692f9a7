// A window of dates is part of a benchmark: of its name, its problems, and of what a score says about them.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadBench } from '../../src/evaluate/bench.js'
import { bench, benches, liveCodeBench } from '../../src/evaluate/index.js'
import { temporaryFolder } from '../tools.js'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const file = path.join(folder.folder, 'contest.jsonl')
const dates = ['2024-05-01', '2024-08-01', '2024-11-30', '2025-01-04']
writeFileSync(
  file,
  dates
    .map((date, i) => `${JSON.stringify({ id: `p${i}`, question: `${i} + ${i}?`, answer: `${2 * i}`, date })}\n`)
    .join(''),
)

describe('a benchmark of a window', () => {
  it('holds the problems of its dates, both included, and says so', async () => {
    const late = await loadBench(bench({ name: 'late', problems: file, from: '2024-08-01', to: '2024-11-30' }))
    expect(late.problems.map(({ prompt }) => prompt)).toEqual(['1 + 1?', '2 + 2?'])
    expect(late.dataset).toMatchObject({ source: file, from: '2024-08-01', to: '2024-11-30' })
    const all = await loadBench(bench({ name: 'all', problems: file }))
    expect(all.problems).toHaveLength(4)
    expect(all.dataset).not.toHaveProperty('from')
    expect(all.dataset.hash).not.toBe(late.dataset.hash)
  })
  it('refuses a date that is none, and a window of problems without dates', async () => {
    await expect(loadBench(bench({ name: 'late', problems: file, from: 'August' }))).rejects.toMatchObject({
      code: 'bad-call',
      message: expect.stringContaining('"August"'),
    })
    expect(() => bench({ name: 'mine', problems: [{ prompt: '1 + 1?' }], from: '2024-08-01' })).toThrow('window')
  })
})

describe('LiveCodeBench', () => {
  it('is the benchmark of the report by default: same names, same problems', () => {
    expect(liveCodeBench()).toEqual([
      benches['livecodebench:easy'],
      benches['livecodebench:medium'],
      benches['livecodebench:hard'],
    ])
  })
  it('has release and window in its name', () => {
    const [hard, ...others] = liveCodeBench({ release: 5, from: '2024-08-01', difficulty: 'hard' })
    expect(others).toEqual([])
    expect(hard).toMatchObject({
      name: 'LiveCodeBench v5 hard, from 2024-08-01',
      problems: 'livecodebench:release_v5:hard',
      from: '2024-08-01',
    })
  })
  it('refuses a release that there is not', () => {
    expect(() => liveCodeBench({ release: 7 })).toThrow('releases 1 to 6, not 7')
  })
})
