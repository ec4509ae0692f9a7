import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grade } from '../../../src/verify/math/index.js'
import { different, expression, mutant, rewritten, type Shape, text, tokens } from './shapes.js'

/** Runs of each property here; `npm run bench -- grade-fuzz` runs a million. */
const RUNS = 700

describe('for any expression', () => {
  it('a form that is equal by algebra is equal, both ways', () => {
    fc.assert(
      fc.property(expression, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (shape: Shape, choices) => {
        const one = text(shape, choices)
        const two = text(rewritten(shape, choices), [...choices].reverse())
        expect(grade(one, `\\boxed{${two}}`).equal, `${one} and ${two}`).toBe(true)
        expect(grade(two, `\\boxed{${one}}`).equal, `${two} and ${one}`).toBe(true)
      }),
      { numRuns: RUNS, seed: 1 },
    )
  }, 60_000)

  it('a mutant of another value is never equal', () => {
    fc.assert(
      fc.property(expression, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (shape, choices) => {
        const changed = mutant(shape, choices)
        fc.pre(different(shape, changed))
        const one = text(shape, choices)
        const two = text(changed, choices)
        expect(grade(one, `\\boxed{${two}}`).equal, `${one} and ${two}`).toBe(false)
        expect(grade(two, `\\boxed{${one}}`).equal, `${two} and ${one}`).toBe(false)
      }),
      { numRuns: RUNS, seed: 2 },
    )
  }, 60_000)

  it('lists, tuples, sets and intervals notice a changed, dropped or moved element and another bracket', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 6 }),
        fc.nat(),
        (values, at) => {
          const k = at % values.length
          const changed = values.with(k, values[k]! + 101)
          const dropped = values.toSpliced(k, 1)
          const moved = values.toReversed()
          const list = values.join(',')
          for (const [open, close] of [
            ['', ''],
            ['(', ')'],
            ['\\{', '\\}'],
          ] as const) {
            const of = (some: number[]) => `${open}${some.join(', ')}${close}`
            expect(grade(`${open}${list}${close}`, of(values)).equal).toBe(true)
            expect(grade(of(values), of(changed)).equal, of(values)).toBe(false)
            expect(grade(of(values), of(dropped)).equal, of(values)).toBe(false)
            expect(grade(of(values), of(moved)).equal, of(values)).toBe(open !== '(')
          }
          const [low, high] = [Math.min(...values), Math.max(...values)]
          const intervals = ['[', '('].flatMap((open) => [']', ')'].map((close) => `${open}${low},${high}${close}`))
          for (const one of intervals) {
            for (const two of intervals) expect(grade(one, two).equal, `${one} ${two}`).toBe(one === two)
          }
        },
      ),
      { numRuns: RUNS / 5, seed: 3 },
    )
  }, 60_000)
})

describe('for any text', () => {
  it('there is a verdict, the same each time and the same both ways where nothing is rounded', () => {
    fc.assert(
      fc.property(tokens, tokens, (one, two) => {
        const forward = grade(one, two)
        expect(grade(one, two)).toEqual(forward)
        const backward = grade(two, one)
        if (
          forward.how !== 'rounded' &&
          backward.how !== 'rounded' &&
          forward.by === 'whole' &&
          backward.by === 'whole'
        )
          expect(backward.equal, `${one} | ${two}`).toBe(forward.equal)
        for (const policy of ['exact', 'sky-t1'] as const)
          expect(typeof grade(one, two, { policy }).equal).toBe('boolean')
      }),
      { numRuns: 3 * RUNS, seed: 4 },
    )
  }, 60_000)

  it('words that every object has are words', () => {
    for (const word of ['constructor', 'valueOf', 'toString', '__proto__', 'hasOwnProperty'])
      for (const form of [word, `5 ${word}`, `\\${word}`, `\\text{${word}}`, `3\\text{ ${word}}`])
        expect(grade(form, form).equal).toBe(grade(form, form).equal)
  })

  it('random characters of any alphabet too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }), (one, two) => {
        expect(typeof grade(one, two).equal).toBe('boolean')
        expect(typeof grade(two, one, { policy: 'sky-t1' }).equal).toBe('boolean')
      }),
      { numRuns: RUNS, seed: 5 },
    )
  }, 60_000)
})
