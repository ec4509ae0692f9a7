import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Judged, practice, problems, type Sample, sample, verify, workspace } from '../../../src/index.js'
import { walk } from './walk.js'

const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-lesson-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('lesson 02', () => {
  let raw: Sample[]
  let judged: (Sample & Pick<Judged, 'verdict'>)[]
  beforeAll(async () => {
    raw = await sample(await problems('practice'), { model: practice.teacher(), in: workspace(folder), n: 2 })
    judged = await verify(raw.filter(({ kind }) => kind === 'math'))
  }, 60_000)

  it('02.1: right, of those that came to an end', async () => {
    const ended = judged.filter(({ finish }) => finish === 'stop')
    const right = ended.filter(({ verdict }) => verdict.ok).length
    const cut = judged.filter(({ finish }) => finish === 'length').length
    await walk('02.1', {
      rows: judged,
      right: right / ended.length,
      wrong: [
        [right / judged.length, /counts cut-off answers as wrong answers/],
        [(right + cut) / judged.length, /as right ones/],
        [ended.length / judged.length, /right or wrong/],
        [1 - right / ended.length, /the other part/],
        [(100 * right) / ended.length, /per cent/],
        [0, /Keep the rows/],
      ],
    })
  })

  it('02.2: the smallest limit', async () => {
    const sorted = (numbers: number[]) => numbers.sort((a, b) => a - b)
    const ended = raw.filter(({ finish }) => finish === 'stop')
    const lengths = sorted(ended.map(({ usage }) => usage.completion))
    const least = (all: number[]) =>
      all.find((length) => all.filter((one) => one <= length).length >= 0.8 * all.length)!
    await walk('02.2', {
      rows: raw,
      right: least(lengths),
      wrong: [
        [least(sorted(raw.map(({ usage }) => usage.completion))), /nobody knows/],
        [Math.round(lengths.reduce((sum, length) => sum + length, 0) / lengths.length), /mean/],
        [lengths[Math.ceil(lengths.length / 2) - 1], /median/],
        [lengths.at(-1), /the longest/],
        [least(sorted(ended.map(({ text }) => text.length))), /characters/],
        [least(lengths) + 1, /At a smaller limit/],
        [least(lengths) - 1, /fewer than four in five/],
        [least(lengths) + 0.5, /whole number/],
      ],
    })
  })
})
