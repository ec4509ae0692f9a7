import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { practice, problems, sample, verify, workspace } from '../../../src/index.js'
import { walk } from './walk.js'

const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-lesson-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the tour', () => {
  it('00.1: problems that were never solved', async () => {
    const asked = (await problems('practice')).filter(({ kind }) => kind !== 'code')
    const all = await verify(sample(asked, { model: practice.teacher(), in: workspace(folder), n: 2 }))
    const times = (id: string) => all.filter((row) => row.id === id && row.verdict.ok).length
    const many = (holds: (id: string) => boolean) => asked.filter(({ id }) => holds(id)).length
    await walk('00.1', {
      rows: all,
      right: many((id) => times(id) === 0),
      wrong: [
        [all.filter(({ verdict }) => !verdict.ok).length, /Those are answers/],
        [many((id) => times(id) < 2), /missed at least once/],
        [many((id) => times(id) > 0), /that were solved/],
        [many((id) => all.every((row) => row.id !== id || row.finish === 'length')), /all cut off/],
        [all.filter((row) => row.sample === 0 && !row.verdict.ok).length, /first answer missed/],
        [999, /Group the rows/],
        [0.5, /whole number/],
      ],
    })
  }, 60_000)

  it('00.2: what the original lets in', () =>
    walk('00.2', {
      right: '64000',
      secrets: ['64000', '6.4', '6.40', '64,000'],
      wrong: [
        ['640', /gold answer itself/],
        ['640.0', /written otherwise/],
        ['641', /refuses it too/],
        ['about six hundred', /as a number/],
        [6.4, /Give a text/],
      ],
    }))
})
