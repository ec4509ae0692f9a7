// Quotas, presets, what is left out on purpose, and the account of every row.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mix, PRESETS } from '../../src/curate/index.js'
import { recipeOf } from '../../src/curate/recipe.js'
import { dropped, flow, STAGES } from '../../src/flow.js'
import type { Judged, TrainingRow } from '../../src/rows.js'
import { view } from '../../src/show/index.js'
import { Stopped } from '../../src/stopped.js'
import { judged, many, problem } from './curate.data.js'

const HOST = Symbol.for('skylab.host')
let said: string[]

beforeEach(() => {
  said = []
  const signal = new AbortController().signal
  Object.assign(globalThis, { [HOST]: { display() {}, signal: () => signal, prompt: () => Promise.resolve('') } })
  for (const way of ['log', 'warn'] as const)
    vi.spyOn(console, way).mockImplementation((line: unknown) => void said.push(String(line)))
})

afterEach(() => {
  delete (globalThis as Record<symbol, unknown>)[HOST]
  vi.restoreAllMocks()
})

const kept = (rows: TrainingRow[]) => rows.filter(({ fate }) => fate.kept)
const why = ({ fate }: TrainingRow) => (fate.kept ? 'kept' : fate.why)

describe('quotas', () => {
  const rows = [
    ...many(30, { source: 'numina:math', difficulty: 5 }, 'easy'),
    ...many(30, { source: 'numina:olympiads', difficulty: 9 }, 'hard'),
    ...many(30, { source: 'apps', domain: 'code', kind: 'code', thought: 'word '.repeat(400) }, 'apps'),
    ...many(10, { source: 'still2:puzzle', domain: 'science' }, 'still2'),
  ]

  it('by domain, source, difficulty and length, with what could not be met', async () => {
    const mixed = await mix(
      rows,
      [
        { name: 'hard', source: 'numina', difficulty: [9, 9], rows: 20 },
        { domain: 'math', rows: 25 },
        { source: ['apps', 'taco'], length: [300, 600], rows: 40 },
        { domain: 'science', difficulty: [1, 10], rows: 5 },
      ],
      { seed: 7 },
    )
    const by = (source: string) => kept(mixed).filter((row) => row.source === source).length
    expect([by('numina:olympiads') + by('numina:math'), by('apps'), by('still2:puzzle')]).toEqual([45, 30, 0])
    expect(kept(mixed).filter((row) => row.difficulty === 9).length).toBeGreaterThanOrEqual(20)
    expect(said.join('\n')).toContain('apps and taco, 300 to 600 tokens: 30 of 40 rows')
    expect(said.join('\n')).toContain('science, difficulty 1 to 10: 0 of 5 rows')
    expect(mixed.filter((row) => row.source === 'still2:puzzle').map(why)).toEqual(Array(10).fill('not-in-mix'))
    expect(dropped(mixed, 'over-quota')).toHaveLength(15)
    expect(recipeOf(mixed)!.parts[0]).toEqual({ name: 'hard', asked: 20, fitting: 30, taken: 20 })
  })

  it('a row belongs to one part, and a later part takes what an earlier one left', async () => {
    const mixed = await mix(
      rows,
      [
        { domain: 'math', rows: 50 },
        { source: 'numina', rows: 50 },
      ],
      { seed: 7 },
    )
    expect(kept(mixed)).toHaveLength(60)
    expect(said.join('\n')).toContain('numina: 10 of 50 rows; 50 more fit it and went to an earlier part')
  })

  it('the same seed takes the same rows, in whatever order they come', async () => {
    const take = async (given: Judged[], seed: number) =>
      kept(await mix(given, [{ domain: 'math', rows: 20 }], { seed }))
        .map(({ id, fate }) => `${fate.kept && fate.place} ${id}`)
        .sort()
    const once = await take(rows, 7)
    expect(await take([...rows].reverse(), 7)).toEqual(once)
    expect(await take(rows, 8)).not.toEqual(once)
  })

  it.each(Object.keys(PRESETS))('%s says how it differs from the report', async (name) => {
    const pool = [
      ...many(20, { source: 'numina:olympiads', difficulty: 9 }, 'a'),
      ...many(20, { source: 'apps', domain: 'code', kind: 'code' }, 'b'),
      ...many(20, { source: 'taco:medium', domain: 'code', kind: 'code' }, 'c'),
      ...many(20, { source: 'still2:physics', domain: 'science' }, 'd'),
    ]
    const mixed = await mix(pool, name, { seed: 7 })
    expect(said[0]).toContain(`mix ${name}, beside the report:`)
    expect(said.join('\n')).toMatch(/mix: not met/)
    const sources = [...new Set(kept(mixed).map(({ source }) => source.split(':')[0]))].sort()
    expect(sources).toEqual(
      {
        'math-only': ['numina'],
        '+apps': ['apps', 'numina'],
        '+hard-both': ['apps', 'numina', 'taco'],
        'sky-t1-17k': ['apps', 'numina', 'still2', 'taco'],
      }[name],
    )
    expect(recipeOf(mixed)).toMatchObject({ preset: name, differs: PRESETS[name]!.differs })
  })

  it('bad calls say what was given', async () => {
    const calls: [unknown, RegExp][] = [
      ['math', /no mix "math"; there are math-only/],
      [[], /list of parts is empty/],
      [[{ rows: 1, domian: 'math' }], /Part 1 .*"domian"/],
      [[{ rows: -1 }], /asks for -1 rows/],
      [[{ rows: 1, difficulty: [9, 1] }], /difficulty \[9,1\]/],
      [[{ rows: 1, domain: 'maths' }], /domain maths/],
    ]
    for (const [quota, what] of calls) expect(() => mix(rows, quota as never, { seed: 1 })).toThrow(what)
    expect(() => mix(rows, {}, { seed: 1, near: 2 })).toThrow(/near is 2/)
    expect(() => mix(rows, {}, { seed: 1, skip: ['gpqa'] })).toThrow(/skip names "gpqa"/)
    expect(() => mix(rows, {}, { seed: 1, otherNumbers: 'keep it' as never })).toThrow(/otherNumbers/)
  })
})

describe('a benchmark that is not there', () => {
  it('stops the mix and says how to go on; skip goes on', async () => {
    const without = ['nowhere/gpqa.jsonl', [problem('bench/1', 'Who is it that walks there in the night?')]]
    const stopped = await Promise.resolve(mix(many(3), {}, { seed: 1, without })).catch((error: unknown) => error)
    expect(stopped).toBeInstanceOf(Stopped)
    expect((stopped as Stopped).message).toMatch(/mix cannot compare the rows with "nowhere\/gpqa\.jsonl"/)
    expect((stopped as Stopped).fix).toMatch(/skip: \['nowhere\/gpqa\.jsonl'\]/)
    const mixed = await mix(many(3), {}, { seed: 1, without, skip: ['nowhere/gpqa.jsonl'] })
    expect(recipeOf(mixed)).toMatchObject({
      skipped: ['nowhere/gpqa.jsonl'],
      without: [{ name: 'bench', problems: 1 }],
    })
  })
})

describe('nearly the same', () => {
  const long = (animal: string, n = 84) =>
    `A farmer with ${n} hectares and one ${animal} divides the field among her four children so that each gets twice as much as the next one, and sells the rest to the mayor of the small town by the river. How much is it?`

  it('is a loss of its own, names its twin, and is kept where duplicates are', async () => {
    const rows = [judged('a/1', { prompt: long('cow') }), judged('a/2', { prompt: long('goat') })]
    const mixed = await mix(rows, {}, { seed: 1 })
    expect(mixed.map(why)).toEqual(['kept', 'near-duplicate'])
    expect(mixed[1]!.twin).toMatchObject({ id: 'a/1', how: 'near' })
    const both = await mix(rows, {}, { seed: 1, keepDuplicates: true })
    expect(both.map(why)).toEqual(['kept', 'kept'])
    expect(both[1]!.twin).toMatchObject({ id: 'a/1' })
    expect((await mix(rows, {}, { seed: 1, near: false })).map(why)).toEqual(['kept', 'kept'])
  })

  it('a benchmark’s problem with other numbers is kept with a flag, or dropped on request', async () => {
    const rows = [judged('a/1', { prompt: long('cow', 92), answer: '1' })]
    const without = [[problem('bench/1', long('cow'))]]
    const [flagged] = await mix(rows, {}, { seed: 1, without })
    expect(flagged).toMatchObject({ fate: { kept: true }, overlap: { item: 'bench/1', by: 'numbers' } })
    const [lost] = await mix(rows, {}, { seed: 1, without, otherNumbers: 'drop' })
    expect(why(lost!)).toBe('near-benchmark')
    expect(lost!.fate).toMatchObject({ detail: expect.stringContaining('but for its numbers') })
  })
})

describe('flow', () => {
  const fate = fc.constantFrom('right', 'wrong', 'cut-off', 'error', 'unformatted', 'loop', 'again')
  const row = fc.record({
    fate,
    source: fc.constantFrom('numina', 'apps', 'still2'),
    problem: fc.nat(12),
    prompt: fc.nat(12),
    sample: fc.nat(3),
  })

  it('counts add up at every stage, whatever the rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 60 }), async (drawn) => {
        const rows = drawn.map(({ fate, source, problem, prompt, sample }, i) =>
          judged(`${source}/${problem}`, {
            source,
            sample: fate === 'again' ? sample : i + 10,
            prompt: `Question ${prompt} of them`,
            text: fate === 'loop' ? 'loop' : 'text',
            domain: source === 'apps' ? 'code' : 'math',
            ...(fate === 'error' && { finish: 'error', verdict: { ok: false, why: 'failed', detail: '' } }),
            ...(fate === 'wrong' && { verdict: { ok: false, why: 'wrong', detail: '' } }),
            ...((fate === 'cut-off' || fate === 'unformatted') && {
              format: { ok: false, why: fate === 'cut-off' ? 'cut-off' : 'missing-marker', detail: '' },
              verdict: { ok: false, why: 'no-answer', detail: '' },
            }),
          }),
        )
        const mixed = await mix(rows, { math: 4 }, { seed: 1, looping: ({ text }) => text === 'loop' })
        const lines = flow(mixed)
        for (const line of lines) {
          const lost = Object.values(line.lost).reduce((sum, n) => sum + n, 0)
          expect(line.came).toBe(line.left + lost)
          expect(line.left).toBeGreaterThanOrEqual(0)
        }
        for (const source of new Set(lines.map((line) => line.source))) {
          const own = lines.filter((line) => line.source === source)
          expect(own[0]!.came).toBe(mixed.filter((one) => one.source === source).length)
          for (const [i, line] of own.entries()) if (i > 0) expect(line.came).toBe(own[i - 1]!.left)
          const rest = own.at(-1)!.left
          expect(rest).toBe(kept(mixed).filter((one) => one.source === source).length)
        }
        const lost = lines.flatMap((line) => Object.entries(line.lost))
        expect(lost.reduce((sum, [, n]) => sum + n, 0)).toBe(mixed.length - kept(mixed).length)
        expect(dropped(mixed)).toHaveLength(mixed.length - kept(mixed).length)
      }),
      { numRuns: 150 },
    )
  })

  it('begins with the rows of the files, where the problems tell them', () => {
    const account = [{ source: 'numina', held: 100, kept: 60, dropped: { 'no boxed answer': 30, difficulty: 10 } }]
    const lines = flow([judged('numina/1', { source: 'numina' })], { from: { account } })
    expect(lines[0]).toEqual({
      source: 'numina',
      stage: 'loaded',
      unit: 'rows',
      came: 100,
      left: 60,
      lost: { 'no boxed answer': 30, difficulty: 10 },
    })
    expect(lines.map(({ stage }) => stage)).toEqual(['loaded', 'sampled', 'formatted', 'verified'])
    expect(STAGES.map(({ name }) => name)).toContain('decontaminated')
  })

  it('has no stage of the format where no row was reformatted', () => {
    const { format: _, ...asItCame } = judged('a/1', { verdict: { ok: false, why: 'wrong', detail: '' } })
    const raw = [asItCame as Judged, judged('a/2')]
    expect(flow(raw.slice(0, 1)).map(({ stage, left }) => [stage, left])).toEqual([
      ['sampled', 1],
      ['verified', 0],
    ])
    expect(flow(raw).map(({ stage }) => stage)).toEqual(['sampled', 'formatted', 'verified'])
  })

  it('a dropped row can be looked at, by reason, source and stage', async () => {
    const mixed = await mix([...many(3, {}, 'a'), ...many(3, { source: 'other' }, 'b')], { math: 2 }, { seed: 3 })
    expect(dropped(mixed, 'over-quota')).toHaveLength(4)
    expect(dropped(mixed, 'over-quota', { source: 'other' }).every(({ source }) => source === 'other')).toBe(true)
    expect(dropped(mixed, undefined, { stage: 'mixed' })).toHaveLength(4)
    expect(dropped(mixed, 'wrong')).toEqual([])
  })
})

describe('view.overlaps', () => {
  const question = 'In how many ways can the nine tiles of this <b>square</b> be painted in two colours?'
  const mixed = () =>
    mix(
      [
        judged('a/1', { prompt: question.replace('nine', 'nine small') }),
        judged('a/2', { prompt: question }),
        judged('a/3', {
          prompt: `Here it comes, and it is not short at all: ${question} Think well about it, please.`,
        }),
        judged('a/4'),
      ],
      {},
      { seed: 1, without: [[problem('bench/1', question)]], keepDuplicates: true },
    )

  it('shows each pair with what both have, the least sure first', async () => {
    const shown = view.overlaps(await mixed())
    expect(shown.text).toMatch(/^3 of 4 rows repeat something: /)
    expect(shown.text).toMatch(/a\/2 is the benchmark's question bench\/1 \(100 % shared, left out\)/)
    expect(shown.text.indexOf('── a/2')).toBeGreaterThan(shown.text.indexOf('── a/1'))
    expect(shown.html).toContain('&lt;b&gt;square&lt;/b&gt;')
    expect(shown.html).not.toContain('<b>square</b>')
    expect(shown.html).toMatch(/background-color:rgba\(86,180,233,\.30\)">In how many ways can the nine tiles/)
  })

  it('shows one kind, and says where there is none', async () => {
    const rows = await mixed()
    expect(view.overlaps(rows, { only: 'whole' }).text).toMatch(/^1 of 4/)
    expect(view.overlaps(rows, { most: 1 }).text).toContain('… 2 more')
    expect(() => view.overlaps(rows, { only: 'near' })).toThrow(/None of the 4 rows shares anything of the kind near/)
    expect(() => view.overlaps(undefined as never)).toThrow(Stopped)
  })
})
