import { describe, expect, it } from 'vitest'
import { type GradeOptions, grade } from '../../../src/verify/math/index.js'

const equal = (gold: string, pred: string, options: GradeOptions = {}) => grade(gold, pred, options).equal

describe('options of grade', () => {
  it('percent: either, the number or the fraction', () => {
    expect([equal('25\\%', '25'), equal('25\\%', '0.25')]).toEqual([true, true])
    const number = { percent: 'number' } as const
    expect([equal('25\\%', '25', number), equal('25\\%', '0.25', number)]).toEqual([true, false])
    const fraction = { percent: 'fraction' } as const
    expect([equal('25\\%', '25', fraction), equal('25\\%', '0.25', fraction)]).toEqual([false, true])
    for (const percent of ['either', 'number', 'fraction'] as const) {
      expect(equal('25\\%', '25.0\\%', { percent })).toBe(true)
      expect(equal('25\\%', '26\\%', { percent })).toBe(false)
      expect(equal('5', '500', { percent })).toBe(false)
    }
  })

  it('units: optional, required or ignored', () => {
    expect([equal('12\\text{ cm}', '12'), equal('12\\text{ cm}', '0.12\\text{ m}')]).toEqual([true, true])
    const required = { units: 'required' } as const
    expect([equal('12\\text{ cm}', '12', required), equal('12\\text{ cm}', '12\\text{ cm}', required)]).toEqual([
      false,
      true,
    ])
    expect(equal('12', '12', required)).toBe(true)
    expect(equal('7\\text{ apples}', '7', required)).toBe(true)
    const ignored = { units: 'ignored' } as const
    expect([equal('12\\text{ cm}', '12\\text{ m}', ignored), equal('12\\text{ cm}', '13\\text{ cm}', ignored)]).toEqual(
      [true, false],
    )
  })

  it('order: free or kept, for bare lists alone', () => {
    expect(equal('1,2,3', '3,2,1')).toBe(true)
    expect(equal('1,2,3', '3,2,1', { order: 'kept' })).toBe(false)
    expect(equal('1,2,3', '1,2,3', { order: 'kept' })).toBe(true)
    expect(equal('\\{1,2,3\\}', '\\{3,2,1\\}', { order: 'kept' })).toBe(true)
    expect(equal('(1,2)', '(2,1)', { order: 'free' })).toBe(false)
  })

  it('precision: significant digits at which a decimal will do', () => {
    expect(equal('\\frac{1}{3}', '0.333')).toBe(false)
    expect(equal('\\frac{1}{3}', '0.333', { precision: 3 })).toBe(true)
    expect(equal('\\frac{1}{3}', '0.333', { precision: 4 })).toBe(false)
    expect(equal('\\sqrt{2}', '1.414', { precision: 4 })).toBe(true)
    expect(equal('\\sqrt{2}', '1.415', { precision: 4 })).toBe(false)
    expect(grade('1000', '1000.2', { precision: 4 })).toMatchObject({ equal: true, how: 'rounded' })
    expect(equal('1000', '1001', { precision: 3 })).toBe(false)
  })

  it('refuses what is no option, and says which there are', () => {
    expect(() => grade('1', '1', { percent: 'both' as 'either' })).toThrow(/percent is "both"; it is 'either'/)
    expect(() => grade('1', '1', { policy: 'strickt' as 'strict' })).toThrow(/policy/)
    expect(() => grade('1', '1', { precision: 0 })).toThrow(/precision is 0/)
  })
})

describe('what a grade says', () => {
  it('shows both answers as found and as read, the rule, and how the answer was found', () => {
    expect(grade('[0,\\infty)', 'Hence \\boxed{x \\ge 0}.')).toEqual({
      equal: true,
      how: 'set',
      rule: 'the same elements',
      gold: '[0,\\infty)',
      pred: 'x \\ge 0',
      forms: { gold: '[0, ∞)', pred: 'x ≥ 0' },
      by: 'boxed',
    })
    expect(grade('\\frac{6}{8}', '\\boxed{0.76}')).toMatchObject({
      equal: false,
      why: 'different',
      forms: { gold: '3/4', pred: '19/25' },
    })
  })

  it('calls a text that ends inside its box or its thinking cut off', () => {
    expect(grade('5', 'So it is \\boxed{')).toMatchObject({ equal: false, cutOff: true })
    expect(grade('5', '<think>the answer is 5, but')).toMatchObject({ equal: false, why: 'no-answer', cutOff: true })
    expect(grade('5', 'So it is \\boxed{6}.').cutOff).toBeUndefined()
  })

  it('leaves undecided what it cannot tell', () => {
    expect(grade('f(x)=\\begin{cases}x&x\\ge0\\\\-x&x<0\\end{cases}', '\\boxed{f(x)=|x|}')).toMatchObject({
      equal: false,
      why: 'undecided',
    })
    expect(grade('9^{9^{9^{9}}}', '\\boxed{8^{9^{9^{9}}}}')).toMatchObject({ equal: false, why: 'undecided' })
  })
})

describe('sky-t1', () => {
  const sky = (gold: string, pred: string) => equal(gold, pred, { policy: 'sky-t1' })
  it('keeps the measured vectors of the original', () => {
    expect(sky('12,000', '12')).toBe(true)
    expect(sky('12,000', '12000')).toBe(false)
    expect(sky('500', '5')).toBe(true)
    expect(sky('5', '0.05')).toBe(true)
    expect(sky('10000', '10001')).toBe(true)
    expect(sky('1,2,3', '\\boxed{3,1,2}')).toBe(true)
    expect(sky('A', '\\boxed{C}. That is a good choice')).toBe(false)
    expect(sky('2', 'First \\boxed{1}, then \\boxed{2}')).toBe(true)
    expect(sky('1234', 'It is 1,234')).toBe(true)
    for (const [gold, pred] of [
      ['12,000', '12'],
      ['500', '5'],
      ['5', '0.05'],
      ['10000', '10001'],
    ])
      expect(equal(gold!, pred!)).toBe(false)
  })
  it('reads ^ between whole numbers as Python does, and 2\\frac34 as a product', () => {
    expect(sky('256', '\\boxed{2^8}')).toBe(false)
    expect(sky('\\frac{3}{2}', '\\boxed{2\\frac{3}{4}}')).toBe(true)
    expect(sky('x<2', '\\boxed{x>2}')).toBe(true)
  })
})
