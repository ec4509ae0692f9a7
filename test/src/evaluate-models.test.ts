// evaluate against a server: benchmarks of one's own, presets, resuming, judging again.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { benchesFor } from '../../src/evaluate/benches.js'
import { agreement, bench, benches, compare, evaluate, rescore } from '../../src/evaluate/index.js'
import { presetFor } from '../../src/evaluate/presets.js'
import type { Score } from '../../src/rows.js'
import { model, skylabPrompts } from '../../src/sample/index.js'
import { type Workspace, workspace } from '../../src/workspace/index.js'
import { chatServer, problems, type Server, say, testHost } from './sample-server.js'
import { stoppedBy } from './stopped-by.js'

let server: Server
let folder: string
let work: Workspace
const host = testHost()
/** Right for even problems and for every third sample; says the sum in words that differ and are equal. */
let answer = (question: string, seed: number): string => {
  const [, i] = /What is (\d+)/.exec(question) ?? []
  const right = Number(i) % 2 === 0 || seed % 3 === 0
  const value = right ? 2 * Number(i) : 2 * Number(i) + 1
  return seed % 2 ? `\\boxed{${value}}` : `\\boxed{${value}.0}`
}
const own = answer

beforeAll(async () => {
  server = await chatServer(
    ({ body }, response) => say(response, answer(body.messages.at(-1)!.content, body.seed)),
    ['m', 'NovaSky-AI/Sky-T1-mini', 'o1-mini'],
  )
})
afterAll(async () => {
  await server.close()
  host.remove()
})
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-evaluate-'))
  work = workspace(folder)
  server.requests.length = 0
  answer = own
})
afterEach(async () => {
  await work.close()
  rmSync(folder, { recursive: true, force: true })
})
const m = (id = 'm') => model(id, { baseURL: server.url })
const sums = (n = 6) => bench({ name: 'sums', problems: problems(n) })

describe('bench', () => {
  it('takes problems as a cell writes them, fills in the rest, and scores them like the built-in ones', async () => {
    const mine = bench({
      name: 'mine',
      problems: [
        { prompt: 'What is 2 + 2?', answer: '4' },
        { prompt: 'What is 3 + 3?', answer: '6' },
      ],
      k: 2,
    })
    const [got] = await evaluate(m(), { benches: [mine], in: work })
    expect(got).toMatchObject({ model: 'm', bench: 'mine', n: 2, k: 2 })
    expect(got!.settings).toMatchObject({ temperature: 0.7, maxTokens: 32_768, preset: 'plain', policy: 'strict' })
    expect(got!.settings.package).toMatch(/^skylab \d/)
    expect(got!.settings.endpoint).toBe(server.url)
    expect(got!.settings.dataset!.hash).toMatch(/^[0-9a-f]{16}$/)
    expect(Object.values(got!.outcomes!).flat()).toHaveLength(4)
    expect(await work.rows<Score>('scores')).toEqual([got])
  })
  it('asks in the words of the user, and its hash is that of the words without the question', async () => {
    const words = (before: string) =>
      bench({ name: 'mine', problems: problems(2), prompt: ({ prompt }) => `${before} ${prompt}` })
    const [one] = await evaluate(m(), { benches: [words('Compute:')], in: work })
    expect(server.requests.map(({ body }) => body.messages.at(-1)!.content).sort()).toEqual([
      'Compute: What is 0 + 0?',
      'Compute: What is 1 + 1?',
    ])
    const [other] = await evaluate(m(), { benches: [words('Say:')], in: work })
    expect(one!.settings.promptSet).toBe('own')
    expect(one!.settings.promptHash).toMatch(/^[0-9a-f]{16}$/)
    expect(other!.settings.promptHash).not.toBe(one!.settings.promptHash)
  })
  it('is judged by the verifier of the user, which may leave rows to ours', async () => {
    const all = bench({
      name: 'mine',
      problems: problems(4),
      verify: (row) => (row.id === 'test/1' ? true : undefined),
    })
    const [got] = await evaluate(m(), { benches: [all], in: work })
    expect(got!.byProblem['test/1']).toBe(1)
    expect(got!.byProblem['test/2']).toBe(1)
  })
  it('draws a limit that a larger one contains, and says so', async () => {
    const few = bench({ ...sums(20), limit: 3 })
    const more = bench({ ...sums(20), limit: 8 })
    const [a] = await evaluate(m(), { benches: [few], in: work })
    const [b] = await evaluate(m(), { benches: [more], in: work })
    expect(Object.keys(b!.byProblem)).toEqual(expect.arrayContaining(Object.keys(a!.byProblem)))
    expect(a!.settings.dataset).toMatchObject({ drawn: '3 of 20, seed 7' })
  })
  it('refuses what is no benchmark', async () => {
    expect(() => bench({ name: '', problems: 'x' })).toThrow('got "" for its name')
    expect(() => bench({ name: 'x', problems: 7 as never })).toThrow('got 7 for its problems')
    expect(() => bench({ name: 'x', problems: 'x', k: 0 })).toThrow('got k = 0')
    expect(() => bench({ name: 'x', problems: 'x', prompt: 'sufix' as never })).toThrow("'prefix', 'suffix'")
    expect(() => evaluate(m(), { benches: [sums(), sums()], in: work })).toThrow('Two benchmarks are called sums')
    expect(() => evaluate([], { benches: [sums()], in: work })).toThrow('got 0 models')
    const empty = await stoppedBy(evaluate(m(), { benches: [bench({ name: 'e', problems: [] })], in: work }))
    expect(empty.message).toBe('e holds no problem.')
    const blank = await stoppedBy(
      evaluate(m(), { benches: [bench({ name: 'b', problems: [{ prompt: ' ' }] })], in: work }),
    )
    expect(blank.message).toContain('Problem 1 of b has no question')
  })
})

describe('the built-in benchmarks', () => {
  it('are written with bench; the report is its six, k is 16 on AIME and 1 elsewhere', () => {
    expect(benchesFor(['report']).map(({ name, k = 1, temperature = 0 }) => [name, k, temperature])).toEqual([
      ['MATH-500', 1, 0],
      ['AIME24', 16, 0.7],
      ['LiveCodeBench easy', 1, 0],
      ['LiveCodeBench medium', 1, 0],
      ['LiveCodeBench hard', 1, 0],
      ['GPQA-Diamond', 1, 0.7],
    ])
    expect(Object.values(benches).map(({ name }) => name)).toEqual(expect.arrayContaining(['AIME25', 'AMC23', 'GSM8K']))
  })
})

describe('presets', () => {
  it('are found by the name of the model', () => {
    const names = (ids: string[]) => ids.map((id) => presetFor(id).name)
    expect(names(['NovaSky-AI/Sky-T1-32B-Preview', 'Qwen/Qwen2.5-7B-Instruct', 'Qwen/QwQ-32B-Preview'])).toEqual([
      'sky-t1',
      'qwen',
      'qwen',
    ])
    expect(names(['o1-preview', 'o3', 'gpt-4o-mini', 'gemma-3-270m'])).toEqual([
      'openai-reasoning',
      'openai-reasoning',
      'plain',
      'plain',
    ])
    expect(() => presetFor('m', { m: 'skyt1' as never })).toThrow('There is no preset "skyt1"')
  })
  it('give the student its system prompt, and the instruction after the question on AIME', async () => {
    const aime = bench({ ...benches.aime24, problems: problems(1), k: 1 })
    const [got] = await evaluate(m('NovaSky-AI/Sky-T1-mini'), { benches: [aime], in: work })
    const [system, user] = server.requests[0]!.body.messages
    expect(system).toEqual({ role: 'system', content: skylabPrompts.student })
    expect(user!.content).toBe('What is 0 + 0?\nReturn your final response within \\boxed{}')
    expect(server.requests[0]!.body.temperature).toBe(0.7)
    expect(got!.settings).toMatchObject({ preset: 'sky-t1', promptSet: 'skylab' })
    await evaluate(m(), {
      benches: [sums(1)],
      in: work,
      presets: { m: { name: 'bare', system: null, form: () => 'bare' } },
    })
    expect(server.requests[1]!.body.messages).toEqual([{ role: 'user', content: 'What is 0 + 0?' }])
  })
  it('leave the temperature to the server for reasoning models of OpenAI', async () => {
    await evaluate(m('o1-mini'), { benches: [sums(1)], in: work })
    expect(server.requests[0]!.body).not.toHaveProperty('temperature')
    expect(server.requests[0]!.body.messages.map(({ role }) => role)).toEqual(['user'])
  })
})

describe('evaluate', () => {
  it('asks nothing twice: a larger k asks for the rest, and a second call for nothing', async () => {
    await evaluate(m(), { benches: [sums()], in: work, k: 2 })
    expect(server.requests).toHaveLength(12)
    await evaluate(m(), { benches: [sums()], in: work, k: 4 })
    expect(server.requests).toHaveLength(24)
    const [again] = await evaluate(m(), { benches: [sums()], in: work, k: 4 })
    expect(server.requests).toHaveLength(24)
    expect(again!.k).toBe(4)
  })
  it('counts equal answers as one, however they are written', async () => {
    const [got] = await evaluate(m(), { benches: [sums(2)], in: work, k: 8, seed: 1 })
    // 1 + 1: right or not, written 2, 2.0, 3 or 3.0.
    expect(new Set(got!.answers!['test/1'])).toEqual(new Set([0, 1]))
    expect(new Set(got!.answers!['test/0'])).toEqual(new Set([0]))
  })
  it('stops rather than take a mean of what came back', async () => {
    answer = () => {
      throw new Error('no')
    }
    const broken = await chatServer((_request, response) => void response.writeHead(400).end('{}'))
    const stopped = await stoppedBy(
      evaluate(model('m', { baseURL: broken.url }), { benches: [sums()], in: work, k: 1 }),
    )
    expect(['bad-call', 'no-server']).toContain(stopped.code)
    await broken.close()
  })
})

describe('rescore', () => {
  it('judges stored answers again in another process, and asks nobody', async () => {
    answer = () => 'It is about a half: \\boxed{0.5}'
    const halves = bench({ name: 'halves', problems: [{ prompt: 'Half of 100?', answer: '50' }] })
    const [strict] = await evaluate(m(), { benches: [halves], in: work })
    expect(strict!.value).toBe(0)
    const asked = server.requests.length
    // The report's grader takes a number and a hundredth of it for the same.
    const [here] = await rescore([strict!], { policy: 'sky-t1' })
    expect(here).toMatchObject({ value: 1, settings: { policy: 'sky-t1' } })

    await work.close()
    const later = workspace(folder)
    const stored = (await later.rows<Score>('scores')).slice(0, 1)
    const [elsewhere] = await rescore(stored, { in: later, benches: [halves], policy: 'sky-t1' })
    expect(elsewhere).toMatchObject({ value: 1, settings: { ...here!.settings } })
    expect(server.requests).toHaveLength(asked)
    const other = bench({ ...halves, problems: [{ prompt: 'Half of 100?', answer: '51' }] })
    expect((await stoppedBy(rescore(stored, { in: later, benches: [other] }))).message).toContain('is not what it was')
    const unasked = [{ ...stored[0]!, settings: { ...stored[0]!.settings, temperature: 1 } }]
    expect((await stoppedBy(rescore(unasked, { in: later, benches: [halves] }))).code).toBe('no-rows')
    expect(server.requests).toHaveLength(asked)
    work = later
  })
  it('takes a grader of the user, under its name', async () => {
    const scores = await evaluate(m(), { benches: [sums()], in: work })
    const [kind] = await rescore(scores, {
      with: function always() {
        return true
      },
    })
    expect(kind).toMatchObject({ value: 1, settings: { grader: 'always' } })
  })
})

describe('agreement', () => {
  it('counts who says what, with kappa, and shows the rows that differ', async () => {
    const scores = await evaluate(m(), { benches: [sums(10)], in: work, k: 1 })
    const { pairs, differing } = await agreement(scores, {
      ours: { policy: 'strict' },
      even: (row) => Number(row.id.split('/')[1]) % 2 === 0,
      all: () => true,
    })
    const right = Object.values(scores[0]!.byProblem).filter((share) => share === 1).length
    const [first, second] = pairs
    expect(pairs).toHaveLength(3)
    expect(first).toMatchObject({
      a: 'ours',
      b: 'even',
      n: 10,
      both: 5,
      onlyA: right - 5,
      onlyB: 0,
      neither: 10 - right,
    })
    const [a, b] = [right / 10, 0.5]
    const chance = a * b + (1 - a) * (1 - b)
    expect(first!.kappa).toBeCloseTo((first!.agree - chance) / (1 - chance), 12)
    expect(second).toMatchObject({ a: 'ours', b: 'all', both: right, onlyB: 10 - right, neither: 0 })
    expect(differing.every(({ verdicts }) => new Set(Object.values(verdicts).map(({ ok }) => ok)).size === 2)).toBe(
      true,
    )
    expect(differing.length).toBe(5)
    expect((await stoppedBy(agreement(scores, { one: {} }))).message).toContain('got one grader')
  })
})

describe('compare', () => {
  const made = (
    id: string,
    k: number,
    more: Partial<Score['settings']> = {},
    byProblem = { a: 1, b: 0, c: 1 },
  ): Score => ({
    model: id,
    bench: 'sums',
    value: 0.5,
    low: 0,
    high: 1,
    n: 3,
    k,
    cutOff: 0,
    tokens: 1,
    settings: {
      temperature: 0,
      topP: null,
      maxTokens: 100,
      promptSet: 'skylab',
      promptHash: 'aa',
      grader: '3',
      policy: 'strict',
      preset: 'plain',
      dataset: { source: 's', hash: 'h1' },
      ...more,
    },
    byProblem,
  })
  it('refuses another grader, other data under the same ids, and no problem in common', () => {
    const one = made('x', 1)
    expect(() => compare([one, made('y', 1, { policy: 'sky-t1' })], 'x', 'y')).toThrow(
      'x and y cannot be compared on sums: they were judged differently: grader 3, strict and grader 3, sky-t1.',
    )
    expect(() => compare([one, made('y', 1, { dataset: { source: 's', hash: 'h2' } })], 'x', 'y')).toThrow(
      'problems with the same ids differ',
    )
    expect(() => compare([one, made('y', 1, {}, { d: 1, e: 1, f: 0 } as never)], 'x', 'y')).toThrow(
      'no problem in common (another release, window or draw)',
    )
    const [anyway] = compare([one, made('y', 1, { policy: 'sky-t1' })], 'x', 'y', { anyway: true })
    expect(anyway!.differs).toContain('judged differently')
  })
  it('says what else differs, counts what decides, and how many problems it would take', () => {
    const [row] = compare(
      [made('x', 4, { temperature: 0.7 }), made('y', 1, { promptHash: 'bb', preset: 'sky-t1' }, { a: 0, b: 0, c: 1 })],
      'x',
      'y',
    )
    expect(row!.differs).toBe('k 4 against 1; temperature 0.7 against 0; presets plain against sky-t1')
    expect(row).toMatchObject({ better: 1, worse: 0, n: 3 })
    expect(row!.needed).toBeGreaterThanOrEqual(6)
  })
  it('takes the pair that is most alike where there are several, and two settings of one model', () => {
    const scores = [made('x', 1), made('x', 8), made('y', 8)]
    expect(compare(scores, 'x', 'y')[0]!.differs).toBe('')
    const [self] = compare(
      [made('x', 1), made('x', 1, { promptHash: 'bb', preset: 'sky-t1' })],
      ({ settings }) => settings.preset === 'plain',
      ({ settings }) => settings.preset === 'sky-t1',
    )
    expect(self).toMatchObject({ a: 'x (plain)', b: 'x (sky-t1)', difference: 0, needed: null })
  })
})
