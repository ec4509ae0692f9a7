// Ablations on the practice machine: a real launcher, a stand-in for the trainer, answers from a server of the test.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mix } from '../../src/curate/index.js'
import { fileName, grid } from '../../src/evaluate/ablation/grid.js'
import { ablation, bench } from '../../src/evaluate/index.js'
import { problems as load } from '../../src/problems/index.js'
import { reformat } from '../../src/reformat/index.js'
import type { Judged, TrainingRow } from '../../src/rows.js'
import { model, practice, sample } from '../../src/sample/index.js'
import { verify } from '../../src/verify/index.js'
import { type Workspace, workspace } from '../../src/workspace/index.js'
import { chatServer, problems, type Server, say, testHost } from './sample-server.js'
import { stoppedBy } from './stopped-by.js'

describe('grid', () => {
  it('is every combination, named by its values', () => {
    expect(grid({ mix: ['math-only', '+apps'], base: ['Qwen/Q-7B', 'Qwen/Q-32B'] }).map(({ name }) => name)).toEqual([
      'math-only · Q-7B',
      'math-only · Q-32B',
      '+apps · Q-7B',
      '+apps · Q-32B',
    ])
    expect(grid({ learningRate: [1e-5, 2e-5] })[1]).toEqual({
      name: 'learningRate 0.00002',
      point: { learningRate: 2e-5 },
    })
    expect(fileName('data-mix', '+apps · 7B')).toBe('data-mix.apps-7B')
    expect(() => grid({})).toThrow('varies nothing')
    expect(() => grid({ mix: [] })).toThrow('vary.mix has no values')
    expect(() => grid({ mix: ['a', 'a'] })).toThrow('Two arms are called a')
  })
})

describe('ablation', () => {
  const host = testHost()
  let server: Server
  let folder: string
  let work: Workspace
  let judged: Judged[]

  beforeAll(async () => {
    // Right on all, on two thirds and on a third of the problems, by the name of the model.
    server = await chatServer(({ body }, response) => {
      const i = Number(/What is (\d+)/.exec(body.messages.at(-1)!.content)![1])
      const right = body.model === 'all' || (body.model === 'some' ? i % 3 > 0 : i % 3 === 0)
      say(response, `\\boxed{${right ? 2 * i : -1}}`)
    })
    folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-ablation-'))
    work = workspace(folder)
    const asked = (await load('practice')).filter(({ kind }) => kind === 'math').slice(0, 10)
    const raw = await sample(asked, { model: practice.teacher(), in: work })
    judged = await verify(await reformat(raw, { model: practice.reformatter(), in: work }))
  }, 60_000)
  afterAll(async () => {
    await work.close()
    await server.close()
    host.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const study = (more: { rows?: number; k?: number } = {}) =>
    ablation('sizes', {
      in: work,
      vary: { share: ['none', 'half', 'whole'] },
      data: ({ share }): PromiseLike<TrainingRow[]> | null =>
        share === 'none' ? null : mix(judged, { math: share === 'half' ? 2 : (more.rows ?? 100) }, { seed: 7 }),
      train: () => ({ base: 'Qwen/Qwen2.5-7B-Instruct', on: 'practice', practice: { seconds: 0.3 } }),
      model: ({ share }) => model({ none: 'few', half: 'some', whole: 'all' }[share]!, { baseURL: server.url }),
      benches: [bench({ name: 'sums', problems: problems(30) })],
      k: more.k ?? 1,
      against: 'previous',
    })

  it('says what is left and what it costs before it starts anything', async () => {
    const plan = await study().plan()
    expect(plan.map(({ arm, state }) => [arm, state])).toEqual([
      ['none', 'to score'],
      ['half', 'to train'],
      ['whole', 'to train'],
    ])
    expect(plan[0]).toMatchObject({ rows: null, data: null, hours: 0 })
    expect(plan[1]).toMatchObject({ rows: 2, steps: 3, dollars: 0 })
    expect(plan[1]!.hours).toBeGreaterThan(0)
    expect(plan[1]!.data).not.toBe(plan[2]!.data)
    expect(server.requests).toHaveLength(0)
    expect((await stoppedBy(study().compare())).message).toContain('0 of 3 arms are done')
  })

  it('goes arm by arm, and goes on in another object where it was', async () => {
    const first = await study().next()
    expect(first).toMatchObject({ arm: 'none', data: null, run: null, scores: [{ value: 10 / 30 }] })
    const second = await study().next()
    expect(second).toMatchObject({ arm: 'half', data: { rows: 2 }, run: { on: 'practice', checkpoint: null } })
    expect(second!.run!.id).toMatch(/^sizes\.half|^sizes-half/)
    expect(JSON.parse(readFileSync(second!.data!.file, 'utf8'))).toHaveLength(2)
    const asked = server.requests.length
    const third = study()
    expect((await third.plan()).map(({ state }) => state)).toEqual(['done', 'done', 'to train'])
    expect(await third.run({ together: true })).toHaveLength(3)
    expect(server.requests.length - asked).toBe(30)
    expect(await study().next()).toBeUndefined()
    expect(server.requests.length - asked).toBe(30)
  }, 60_000)

  it('compares each arm with the one before, paired, corrected over all', async () => {
    const rows = await study().compare()
    expect(rows.map(({ name, difference }) => [name, Math.round(difference * 30)])).toEqual([
      ['half − none', 10],
      ['whole − half', 10],
    ])
    // 20 problems only the second solves and 10 only the first; 10 and none.
    expect(rows.map(({ better, worse, test }) => [better, worse, test])).toEqual([
      [20, 10, 'McNemar exact'],
      [10, 0, 'McNemar exact'],
    ])
    expect(rows[1]!.p).toBeCloseTo(2 / 2 ** 10, 12)
    expect(rows[1]!.holm).toBeCloseTo(4 / 2 ** 10, 12)
    expect((await study().scores()).map(({ model }) => model)).toEqual(['none', 'half', 'whole'])
    expect(String(study())).toContain('sizes: 3 arms')
  })

  it('does an arm again whose data or settings are others', async () => {
    expect((await study({ rows: 3 }).plan()).map(({ state }) => state)).toEqual(['done', 'done', 'to train'])
    expect((await study({ k: 2 }).plan()).map(({ state }) => state)).toEqual(['to score', 'to train', 'to train'])
  })

  it("has the report's two, which run on the practice machine and say what their numbers are not", async () => {
    const mixes = ablation('data-mix', {
      rows: judged,
      in: work,
      k: 1,
      maxTokens: 512,
      train: { practice: { seconds: 0.3 } },
    })
    expect(mixes.arms.map(({ name }) => name)).toEqual(['base', 'math-only', '+apps', '+hard-both'])
    const sizes = ablation('model-size', { rows: judged, in: work })
    expect(sizes.arms.map(({ name }) => name)).toEqual([
      'Qwen2.5-7B-Instruct · trained false',
      'Qwen2.5-7B-Instruct · trained true',
      'Qwen2.5-Coder-14B-Instruct · trained false',
      'Qwen2.5-Coder-14B-Instruct · trained true',
      'Qwen2.5-32B-Instruct · trained false',
      'Qwen2.5-32B-Instruct · trained true',
    ])
    await mixes.next()
    const result = await mixes.next()
    expect(result).toMatchObject({ arm: 'math-only', standIn: expect.stringContaining('nothing was trained') })
    expect((await mixes.compare())[0]!.differs).toContain('nothing was trained')
  }, 120_000)

  it('refuses what cannot be: a name, no workspace, nothing that varies', async () => {
    expect(() => ablation('../x', { vary: { a: [1] }, in: work } as never)).toThrow('cannot be called "../x"')
    expect(() => ablation('x', { vary: { a: [1] } } as never)).toThrow('got no workspace')
    expect(() => ablation('datamix' as 'data-mix', { rows: judged, in: work })).toThrow(
      "none of the report's ablations",
    )
    const untrained = ablation('x', {
      in: work,
      vary: { a: [1] },
      data: () => mix(judged, { math: 1 }, { seed: 7 }),
      model: () => practice.small(),
      benches: ['practice:bench'],
    })
    expect((await stoppedBy(untrained.plan())).message).toContain('nothing says how it is trained')
  })
})
