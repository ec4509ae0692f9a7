// An option that a call does not have stops it, before anything is sent.
import { describe, expect, it } from 'vitest'
import { dataset, evaluate, mix, model, problems, reformat, sample, workspace } from '../../src/index.js'
import { temporaryFolder } from '../tools.js'
import { stoppedBy } from './stopped-by.js'

const folder = temporaryFolder()
const work = workspace(folder.folder)
const m = model('m', { baseURL: 'http://127.0.0.1:9/v1' })

describe('an option that there is not', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'model',
      () => model('m', { baseUrl: 'http://127.0.0.1:9/v1' } as never),
      /has no option baseUrl; did you mean baseURL\?/,
    ],
    ['sample', () => sample([], { model: m, in: work, temprature: 0 } as never), /did you mean temperature\?/],
    ['reformat', () => reformat([], { modell: m } as never), /did you mean model\?/],
    ['problems', async () => await problems('practice', { limt: 2 } as never), /did you mean limit\?/],
    ['evaluate', () => evaluate(m, { benches: ['math500'], in: work, n: 4 } as never), /evaluate\(…\) has no option n/],
    ['mix', () => mix([], {}, { sead: 7 } as never), /did you mean seed\?/],
    ['dataset', () => dataset([], { name: 'x', in: work, format: 'json' } as never), /did you mean formats\?/],
  ])('%s', async (_, call, says) => {
    const error = await stoppedBy((async () => await call())())
    expect(error.code).toBe('bad-call')
    expect(error.message).toMatch(says)
    expect(error.fix).toMatch(/^one of /)
  })

  it('a seed of sample is a whole number', () => {
    expect(() => sample([], { model: m, in: work, seed: 'seven' as never })).toThrow('the seed "seven"')
  })

  it('prompts of your own give three texts', async () => {
    const prompts = { name: 'own', teacher: null, student: 'Think.', instruct: () => 'Answer.' } as never
    const asked = await problems('practice', { limit: 1 })
    const error = await stoppedBy((async () => await sample(asked, { model: m, in: work, prompts }))())
    expect(error).toMatchObject({ code: 'bad-call', message: expect.stringContaining('"Answer."') })
    expect(error.fix).toContain('question: problem.prompt')
  })
})
