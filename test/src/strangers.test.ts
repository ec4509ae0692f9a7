// What a stranger passes by mistake: every public call says so as a Stopped, and not as a TypeError of its inside.
import { describe, expect, it, vi } from 'vitest'
import * as skylab from '../../src/index.js'
import { judged } from './curate.data.js'

const { plot, view, Stopped } = skylab
const rows = [judged('set/1'), judged('set/2')]
const model = skylab.practice.teacher()

/** Calls of a list of rows, as they are typed; each is tried with something else for its rows. */
const ofRows: Record<string, (given: never) => unknown> = {
  blockRates: (given) => skylab.blockRates(given),
  compare: (given) => skylab.compare(given, 'a', 'b'),
  dataset: (given) => skylab.dataset(given, { name: 'x', dir: '/nowhere' } as never),
  deduplicate: (given) => skylab.deduplicate(given),
  decontaminate: (given) => skylab.decontaminate(given, { without: [[]] }),
  difficulty: (given) => skylab.difficulty(given, { model, in: {} as never }),
  difficultyAgreement: (given) => skylab.difficultyAgreement(given),
  dropped: (given) => skylab.dropped(given),
  flow: (given) => skylab.flow(given),
  inspectRepeats: (given) => skylab.inspectRepeats(given),
  label: (given) => skylab.label(given, { as: ['a', 'b'], in: {} as never }),
  mix: (given) => skylab.mix(given, { math: 1 }, { seed: 7 }),
  preferences: (given) => skylab.preferences(given),
  reformat: (given) => skylab.reformat(given),
  reformatEffect: (given) => skylab.reformatEffect(given, []),
  samplesCurve: (given) => skylab.samplesCurve(given),
  score: (given) => skylab.score('mine', given),
  verify: (given) => skylab.verify(given),
  'plot.flow': (given) => plot.flow(given),
  'plot.forest': (given) => plot.forest(given),
  'plot.lengths': (given) => plot.lengths(given),
  'plot.mix': (given) => plot.mix(given),
  'plot.onset': (given) => plot.onset(given),
  'plot.passk': (given) => plot.passk(given),
  'plot.problems': (given) => plot.problems(given),
  'plot.reformat': (given) => plot.reformat(given),
  'plot.repeats': (given) => plot.repeats(given),
  'plot.scores': (given) => plot.scores(given),
  'plot.shares': (given) => plot.shares(given),
  'plot.tokens': (given) => plot.tokens(given),
  'plot.wasted': (given) => plot.wasted(given),
  'view.overlaps': (given) => view.overlaps(given),
  'view.rows': (given) => view.rows(given),
}

const noRows: [string, unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a number', 5],
  ['an object', { id: 'set/1' }],
  ['a function', () => rows],
  ['a promise', Promise.resolve(rows)],
  ['a hole', [null]],
]

async function ends(call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    return error
  }
}

describe('a call that takes rows', () => {
  it.each(Object.keys(ofRows))('%s says what it got instead', async (name) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    for (const [what, given] of noRows) {
      const found = await ends(() => ofRows[name]!(given as never))
      expect(found, `${name}(${what})`).toBeInstanceOf(Stopped)
    }
  })

  it('names the call, what was passed and what to type', () => {
    expect(() => skylab.flow(undefined as never)).toThrow(
      expect.objectContaining({
        code: 'bad-call',
        message: 'flow takes rows, and got undefined.',
        fix: 'flow(await verify(rows))',
      }),
    )
    expect(() => plot.flow(skylab.verify([]) as never)).toThrow(
      expect.objectContaining({
        message: 'plot.flow takes rows, and got a promise or a step.',
        fix: 'Put await in front of it.',
      }),
    )
    expect(() => skylab.dropped([rows[0]!, null] as never)).toThrow('dropped takes rows, and number 1 of them is null.')
    expect(() => skylab.blockRates([{ id: 'a' }] as never)).toThrow(
      'blockRates: number 0 of the rows has no field verdict.',
    )
  })
})

describe('what names a group in a figure', () => {
  const inspected = skylab.inspectRepeats(rows).rows

  it.each([
    ['plot.repeats', 'by', (by: never) => plot.repeats(inspected, { by })],
    ['plot.repeats', 'over', (over: never) => plot.repeats(inspected, { over })],
    ['plot.onset', 'by', (by: never) => plot.onset(inspected, { by })],
  ] as const)('%s { %s } that gives nothing is said with its row', (call, option, draw) => {
    const gives = (value: unknown) => (() => value) as never
    expect(() => draw(gives(undefined))).toThrow(
      expect.objectContaining({
        code: 'bad-call',
        message: `${option} of ${call} gave undefined for the row set/1 of teacher; it names the group of every row.`,
        fix: `${call}(rows, { ${option}: (row) => row.model })`,
      }),
    )
    for (const value of [null, '', {}, true]) expect(() => draw(gives(value))).toThrow(Stopped)
    expect(() => draw('model' as never)).toThrow(`${option} of ${call} is 'model', and not a function of a row.`)
    // A number is a name too.
    expect(() => draw(gives(5))).not.toThrow()
  })
})

describe('one row, a text, a number, options', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'a problem for a trace',
      () => view.trace({ id: 'a', prompt: 'Why?' } as never),
      /view\.trace: the row has no text/,
    ],
    ['rows for one row', () => view.trace(rows as never), /takes one row, and got an array/],
    ['a row for a text', () => skylab.repeats(rows[0] as never), /repeats takes a text, and got an object with/],
    ['nothing for a text', () => skylab.markers(undefined as never), /markers takes a text, and got undefined/],
    ['nothing for measures', () => skylab.measureRepeats(undefined as never), /measureRepeats takes a text/],
    ['a row for a copy', () => skylab.copyOf('a', rows[0] as never), /copyOf takes a text/],
    ['a text for a rewrite', () => skylab.checkRewrite('a', 'b' as never, 'math'), /checkRewrite takes a text/],
    ['a number for shares', () => skylab.meanInterval(3 as never), /takes an array of numbers, and got 3/],
    ['a text among numbers', () => skylab.holm([0.1, 'x'] as never), /number 1 of them is 'x'/],
    ['more hits than there are', () => skylab.wilson(3, 2), /hits must be between 0 and n = 2, got 3/],
    ['a confidence in per cent', () => skylab.wilson(1, 2, 95), /normalQuantile: p must be between 0 and 1/],
    ['k above n', () => skylab.passAtK(2, 1, 3), /k must be between 1 and n = 2, got 3/],
    ['nothing for a score', () => skylab.passOf(undefined as never, 1), /passOf takes a score/],
    ['scores for their problems', () => skylab.pairedDifference(undefined as never, {}), /takes the byProblem of two/],
    ['nothing for counts', () => skylab.unpairedDifference(undefined as never, { hits: 1, n: 2 }), /takes counts/],
    ['nothing for a source', () => skylab.problems(undefined as never), /A source is undefined/],
    ['a text for options', () => skylab.problems('practice', 'x' as never), /The options of problems\(…\) are 'x'/],
    ['nothing for a program', () => skylab.judge(undefined as never), /judge takes a program and its tests/],
    ['nothing for a plan', () => skylab.trainingPlan(undefined as never), /none in undefined/],
    ['no options', () => skylab.difficulty([], undefined as never), /difficulty\(…\) got no model/],
    ['no labels', () => skylab.label([], undefined as never), /at least two labels/],
    ['bins of a text', () => plot.lengths(rows, { bins: 'many' as never }), /bins is 'many'/],
  ])('%s', async (_, call, what) => {
    const found = await ends(call)
    expect(found).toBeInstanceOf(Stopped)
    expect(String(found)).toMatch(what)
  })
})
