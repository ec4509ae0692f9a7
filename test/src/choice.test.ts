import { describe, expect, it } from 'vitest'
import { chosenLetter, isLetter } from '../../src/verify/choice/index.js'

describe('chosenLetter', () => {
  const cases: [string, string | undefined][] = [
    ['It is \\boxed{C}. That is a good choice', 'C'],
    ['The answer is (B).', 'B'],
    ['Answer: **D**', 'D'],
    ['Answer: "C"', 'C'],
    ['First I thought the answer is A. But the answer is D.', 'D'],
    ['\\boxed{\\text{(A)}}', 'A'],
    ['The correct option is C) Paris.', 'C'],
    ['答案是 B', 'B'],
    ['B) Pumps blood', 'B'],
    ['(C)', 'C'],
    ['The answer is a prime number.', undefined],
    ['The answer is A beautiful theorem.', undefined],
    ['A cat sat on a mat.', undefined],
    ['I think about it.', undefined],
  ]
  for (const [text, letter] of cases) it(`${letter ?? 'none'}: ${text}`, () => expect(chosenLetter(text)).toBe(letter))

  it('takes the text of one option for its letter, and of two for none', () => {
    expect(chosenLetter('\\boxed{42}', ['41', '42', '43'])).toBe('B')
    expect(chosenLetter('The answer is: nitrogen', ['Oxygen', 'Nitrogen'])).toBe('B')
    expect(chosenLetter('\\boxed{42}', ['42', '42'])).toBeUndefined()
  })

  it('reads a letter however it is wrapped', () => {
    for (const text of [
      'C',
      '(C)',
      'C.',
      '**C**',
      '$C$',
      '\\text{C}',
      '\\textbf{(C)}',
      '\\boxed{\\textbf{(C)}}',
      'C) Paris',
    ])
      expect(isLetter(text), text).toBe('C')
    for (const text of ['Cat', 'C*2', '\\mathrm{E}*2', 'AB', '', 'c']) expect(isLetter(text), text).toBeUndefined()
  })
})
