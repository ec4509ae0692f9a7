import { describe, expect, it } from 'vitest'
import { benchesFor } from '../../src/evaluate/benches.js'
import { benches, compare, score } from '../../src/evaluate/index.js'
import { CATALOGUE } from '../../src/problems/catalogue.js'
import { findSource } from '../../src/problems/names.js'
import type { Judged } from '../../src/rows.js'

function judged(id: string, sample: number, ok: boolean, finish: 'stop' | 'length' = 'stop', model = 'one'): Judged {
  return {
    id,
    source: 'test',
    kind: 'math',
    domain: 'math',
    prompt: '1 + 1?',
    answer: '2',
    sample,
    model,
    asked: '1 + 1?',
    text: '2',
    finish,
    usage: { prompt: 5, completion: 10 + sample },
    dollars: 0,
    seconds: 1,
    settings: { temperature: 0.7, topP: null, maxTokens: 100, seed: 1, promptSet: 'skylab', promptHash: 'aa' },
    format: { ok: true, by: 'split' },
    verdict: ok
      ? { ok: true, how: 'exact' }
      : { ok: false, why: finish === 'length' ? 'cut-off' : 'wrong', detail: '' },
  }
}

describe('score', () => {
  it('averages over problems, not over samples, and keeps the settings it came from', () => {
    const rows = [judged('a', 0, true), judged('a', 1, true), judged('b', 0, false), judged('b', 1, false, 'length')]
    const result = score('bench', rows)
    expect(result).toMatchObject({ model: 'one', bench: 'bench', value: 0.5, n: 2, k: 2, cutOff: 1, tokens: 10.5 })
    expect(result.byProblem).toEqual({ a: 1, b: 0 })
    expect(result.low).toBeLessThan(0.5)
    expect(result.high).toBeGreaterThan(0.5)
    expect(result.settings).not.toHaveProperty('seed')
    expect(result.settings.grader).toMatch(/\S/)
  })
  it('refuses rows of two models, and an unequal number of samples', () => {
    expect(() => score('bench', [judged('a', 0, true), judged('a', 1, true, 'stop', 'two')])).toThrow(
      'The answers on bench come from 2 models: one, two.',
    )
    expect(() => score('bench', [judged('a', 0, true), judged('a', 1, true), judged('b', 0, true)])).toThrow(
      'between 1 and 2 answers',
    )
  })
  it('has nothing to say about nothing', () => expect(() => score('bench', [])).toThrow('no answers on bench'))
})

describe('compare', () => {
  const scores = [
    score(
      'bench',
      ['a', 'b', 'c'].map((id) => judged(id, 0, true)),
    ),
    score(
      'bench',
      ['a', 'b', 'c'].map((id) => judged(id, 0, id === 'a', 'stop', 'two')),
    ),
  ]
  it('pairs by problem', () => {
    const [row] = compare(scores, 'one', { id: 'two' })
    expect(row).toMatchObject({ bench: 'bench', a: 'one', b: 'two', n: 3, test: 'McNemar exact', p: 0.5, holm: 0.5 })
    expect(row!.difference).toBeCloseTo(2 / 3)
  })
  it('names what was scored where there is nothing in common', () => {
    expect(() => compare(scores, 'one', 'three')).toThrow(
      'one and three have no benchmark in common; there are scores of one, two.',
    )
  })
  it('says that one model stands on both sides', () => {
    expect(() => compare(scores, 'one', { id: 'one' })).toThrow(/^one stands on both sides/)
  })
})

describe('benchmarks', () => {
  it.each(Object.entries(benches))('%s has a source that there is', async (_, { problems }) => {
    for (const source of [problems].flat() as string[]) {
      const origin = await findSource(source)
      expect([...CATALOGUE.keys()]).toContain(origin.name)
    }
  })

  it('are told from a name that is only nearly theirs', async () => {
    expect(() => benchesFor(['maths500'])).toThrow(/no benchmark "maths500"; did you mean math500\?/)
    expect(benchesFor(['mine.jsonl', 'practice', 'numina:math']).map(({ name }) => name)).toEqual([
      'mine.jsonl',
      'practice',
      'numina:math',
    ])
  })
})
