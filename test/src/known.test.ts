// An option that a call does not have stops it, before anything is sent.
import { describe, expect, it } from 'vitest'
import {
  attach,
  bench,
  checkDataset,
  compare,
  dataset,
  decontaminate,
  deduplicate,
  difficulty,
  estimate,
  evaluate,
  inspectRepeats,
  label,
  mix,
  model,
  preferences,
  problems,
  push,
  reformat,
  rescore,
  sample,
  serve,
  train,
  verify,
  workspace,
} from '../../src/index.js'
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
    ['workspace', () => workspace(folder.folder, { bugdet: 10 } as never), /workspace\(…\) .* did you mean budget\?/],
    ['estimate', () => estimate([], { model: m, prob: 20 } as never), /did you mean probe\?/],
    ['verify', () => verify([], { polcy: 'exact' } as never), /did you mean policy\?/],
    ['inspectRepeats', () => inspectRepeats([], { bye: ['size'] } as never), /did you mean by\?/],
    ['deduplicate', () => deduplicate([], { nearr: 0.8 } as never), /did you mean near\?/],
    ['decontaminate', () => decontaminate([], { without: [[]], skp: [] } as never), /did you mean skip\?/],
    ['difficulty', () => difficulty([], { model: m, in: work, promt: '' } as never), /did you mean prompt\?/],
    ['preferences', () => preferences([], { kind: ['right-wrong'] } as never), /did you mean kinds\?/],
    [
      'push',
      () => push({ dir: '', files: [] } as never, { to: 'a/b', dryrun: true } as never),
      /did you mean dryRun\?/,
    ],
    ['label', () => label([], { as: ['a', 'b'], in: work, stag: 'x' } as never), /did you mean stage\?/],
    ['train', () => train({} as never, { in: work, on: 'practice', limits: 450 } as never), /did you mean limit\?/],
    ['serve', () => serve('x', { gpu: 8 } as never), /did you mean gpus\?/],
    ['attach', () => attach('x', { sshconfig: 'c' } as never), /did you mean sshConfig\?/],
    ['bench', () => bench({ name: 'x', problems: 'practice', maxtokens: 9 } as never), /did you mean maxTokens\?/],
    ['compare', () => compare([], 'a', 'b', { anway: true } as never), /did you mean anyway\?/],
    ['rescore', () => rescore([], { polcy: 'exact' } as never), /did you mean policy\?/],
    ['checkDataset', () => checkDataset('x', { cutof: 9 } as never), /did you mean cutoff\?/],
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
