// An option that a call does not have stops it, before anything is sent.
import { describe, expect, it } from 'vitest'
import {
  attach,
  batches,
  bench,
  bootstrap,
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
  mcnemarPower,
  mix,
  model,
  offered,
  plot,
  preferences,
  preview,
  problems,
  push,
  reformat,
  rescore,
  sample,
  serve,
  skyT1Reformat,
  table,
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

describe('options that are null or left out', () => {
  const rows = [{ id: 'a/1', source: 'a', domain: 'math', kind: 'math', prompt: 'A?', answer: '1' }] as never
  it.each<[string, () => unknown, RegExp]>([
    ['sample', () => sample(rows, undefined as never), /^sample\(…\) got no options/],
    ['sample', () => sample(rows, null as never), /^The options of sample\(…\) are null/],
    ['estimate', () => estimate(rows, undefined as never), /^estimate\(…\) got no options/],
    ['estimate', () => estimate(5 as never, { model: m }), /^estimate takes problems, and got 5/],
    ['batches', () => batches(undefined as never, work), /^batches\(…\) takes a model, and got undefined/],
    ['batches', () => batches(m, undefined as never), /^batches\(…\) takes a workspace, and got undefined/],
    ['offered', () => offered(undefined as never), /^offered takes a text, and got undefined/],
    ['preview', () => preview({ prompt: 'A?' } as never, null as never), /^The options of preview\(…\) are null/],
    ['workspace', () => workspace(folder.folder, null as never), /^The options of workspace\(…\) are null/],
    ['model', () => model('m', null as never), /^The options of model\('m', …\) are null/],
    ['reformat', () => reformat([], null as never), /^The options of reformat\(…\) are null/],
    ['bootstrap', () => bootstrap([0, 1], null as never), /^The options of bootstrap\(…\) are null/],
    ['bootstrap', () => bootstrap([0, 1], { resamples: 1e15 }), /resamples is 1000000000000000; .* 2 to 1,000,000/],
    ['mcnemarPower', () => mcnemarPower(0.1, 0.05, 30, null as never), /^The options of mcnemarPower\(…\) are null/],
    ['mcnemarPower', () => mcnemarPower(0.1, 0.05, -1), /whole number from 0 on, got -1/],
    ['table', () => table([], { title: 5 as never }), /^title of table\(…\) takes a text, and got 5/],
    ['table', () => table([{ id: 1 }], { columns: 'id' as never }), /^columns of table\(…\) is 'id'; it is a list/],
    ['skyT1Reformat', () => skyT1Reformat(5 as never), /^skyT1Reformat takes a text, and got 5/],
    [
      'plot.scores',
      () => plot.scores([{ model: 'a', bench: 'b', value: 1 }] as never, { published: 'x' as never }),
      /^published of plot\.scores is 'x'/,
    ],
    ['decontaminate', () => decontaminate(rows, { without: [null as never] }), /number 0 of them is null/],
  ])('%s', async (_, call, says) => {
    const error = await stoppedBy((async () => await call())())
    expect(error.code).toBe('bad-call')
    expect(error.message).toMatch(says)
    expect(error.fix).toMatch(/\S/)
  })

  it('estimate counts a million samples without drawing one, and looks for no more kept ones than it can', async () => {
    const many = await estimate(rows, { model: m, n: 1_000_000 })
    const one = await estimate(rows, { model: m })
    expect(many.requests).toBe(1_000_000)
    expect(many.promptTokens).toBe(1_000_000 * one.promptTokens)
    await work.once('sample', { question: 1 }, async () => ({ value: 1 }))
    expect((await estimate(rows, { model: m, in: work, n: 3 })).requests).toBe(3)
    const error = await stoppedBy(estimate(rows, { model: m, in: work, n: 6_000_000 }))
    expect(error.message).toMatch(/would look for 6,000,000 answers/)
  })
})
