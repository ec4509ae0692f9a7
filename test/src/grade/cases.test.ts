import { describe, expect, it } from 'vitest'
import { grade } from '../../../src/verify/math/index.js'
import { casesOf } from './cases.js'

for (const name of ['numbers', 'forms', 'extraction', 'choices', 'unseen']) {
  describe(name, () => {
    for (const [kind, cases] of Map.groupBy(casesOf(name), (one) => one.kind)) {
      it(`${kind} (${cases.length})`, () => {
        const wrong = cases.flatMap(({ gold, pred, equal, both }) =>
          (both
            ? [
                [gold, pred],
                [pred, gold],
              ]
            : [[gold, pred]]
          )
            .filter(([g, p]) => grade(g!, p!).equal !== equal)
            .map(([g, p]) => `${g} ${equal ? 'is' : 'is not'} ${p}, and the grader says ${grade(g!, p!).rule}`),
        )
        expect(wrong).toEqual([])
      })
    }
  })
}

describe('every verdict', () => {
  it('is the same the second time, and says what was compared and by which rule', () => {
    for (const { gold, pred } of [...casesOf('numbers'), ...casesOf('forms')]) {
      const found = grade(gold, pred)
      expect(grade(gold, pred)).toEqual(found)
      expect(found.rule).not.toBe('')
      expect(found.equal ? found.how : found.why).toBeTypeOf('string')
    }
  })

  it('holds for an answer against itself, boxed', () => {
    const wrong = [...casesOf('numbers'), ...casesOf('forms')]
      .flatMap(({ gold, pred }) => [gold, pred])
      .filter((text) => !/boxed|\\$/.test(text) && !grade(text, `So it is $\\boxed{${text}}$.`).equal)
    expect(wrong).toEqual([])
  })
})
