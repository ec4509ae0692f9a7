import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { align } from '../../src/reformat/align.js'
import { checkRewrite, copyOf, withMarkers } from '../../src/reformat/index.js'

describe('a copy', () => {
  const steps = Array.from(
    { length: 30 },
    (_, i) =>
      `Step ${i}: since ${i} times ${i + 3} is ${i * (i + 3)}, the value \\(x_{${i}}\\) is "${i % 7}", and we go on.`,
  )
  const long = steps.join('\n\n')

  it('may have other white space, delimiters, quotes, emphasis, case, and a typo', () => {
    for (const copy of [
      long,
      long.replaceAll('\n\n', ' '),
      long.replaceAll('\\(', '$').replaceAll('\\)', '$'),
      long.replaceAll('"', '”'),
      long.replaceAll('value', '**value**').replaceAll('Step', 'step'),
      long.replace('value', 'vlaue').replace('since', 'as'),
    ])
      expect(copyOf(long, copy)).not.toHaveProperty('fault')
    expect(copyOf(long, long.replaceAll('\n\n', ' '))).toEqual({ score: 1, edits: [] })
    expect(copyOf('', '')).toEqual({ score: 1, edits: [] })
  })

  it.each<[string, string, RegExp]>([
    ['one digit', long.replace('is 40,', 'is 41,'), /a number is not the original's: “0” became “1”/],
    ['a digit more', long.replace('is 40,', 'is 400,'), /a number is not the original's/],
    ['a step left out', [...steps.slice(0, 12), ...steps.slice(13)].join('\n\n'), /are left out: “/],
    [
      'a step put in',
      [...steps.slice(0, 12), 'But is it clear that every one of these holds?', ...steps.slice(12)].join('\n\n'),
      /are put in: “But is it clear/,
    ],
    [
      'a summary',
      'We compute every value in turn and find that all of them are as they should be.',
      /% of it is the original's/,
    ],
    ['in another order', [...steps.slice(15), ...steps.slice(0, 15)].join('\n\n'), /% of it is/],
    ['twice', `${long}\n\n${long}`, /% of it is/],
    ['nothing', '', /% of it is/],
  ])('is none: %s', (_, copy, fault) => {
    expect(copyOf(long, copy).fault).toMatch(fault)
  })

  it('may leave the last words to the solution, and no other', () => {
    const closed = `${long}\n\n**Final Answer**\n\n\\[ \\boxed{29} \\]`
    expect(copyOf(closed, long)).toMatchObject({ score: 1, edits: [{ is: '' }] })
    expect(copyOf(closed, long).fault).toBeUndefined()
    expect(copyOf(closed, steps.slice(0, -4).join('\n\n')).fault).toMatch(/%|left out/)
  })

  it('says where it differs', () => {
    const { edits } = copyOf(long, long.replace('Step 3: since', 'Step 3: because'))
    expect(edits).toMatchObject([{ was: 'since', is: 'because' }])
    expect(long.slice(edits[0]!.start, edits[0]!.end)).toBe('since')
  })

  it('any texts: the score is a share, a text is its own copy, edits name places of the original', () => {
    const word = fc.constantFrom(
      'a',
      'b',
      'wait',
      '7',
      '12',
      '\\(',
      '\\)',
      '$',
      ' ',
      '\n',
      '“',
      '```',
      '中',
      '<|end_of_thought|>',
      '{',
      '\u0000',
      '👩‍🔬',
    )
    const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(' '))
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(copyOf(one, one)).toEqual({ score: 1, edits: [] })
        const { score, edits, fault } = copyOf(one, other)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(1)
        for (const { start, end, was } of edits) expect(one.slice(start, end)).toBe(was)
        if (edits.length === 0) expect(fault).toBeUndefined()
        const checked = checkRewrite(
          one,
          { content: withMarkers({ thought: other, solution: '\\boxed{1}' }), finish: 'stop' },
          'math',
        )
        if ('ok' in checked) expect(checked.detail).not.toBe('')
      }),
      { numRuns: 300, seed: 7 },
    )
  })

  it('the runs of an alignment are in order and true, and as many as the longest common subsequence where that is known', () => {
    const key = fc.constantFrom('a', 'b', 'c')
    const longest = (one: string[], other: string[]): number => {
      let row = new Array<number>(other.length + 1).fill(0)
      for (const x of one) {
        const next = [0]
        for (let j = 0; j < other.length; j++) next.push(x === other[j] ? row[j]! + 1 : Math.max(next[j]!, row[j + 1]!))
        row = next
      }
      return row.at(-1)!
    }
    fc.assert(
      fc.property(fc.array(key, { maxLength: 40 }), fc.array(key, { maxLength: 40 }), (one, other) => {
        const tokens = (keys: string[]) => keys.map((key, i) => ({ key, start: i, end: i + 1 }))
        const runs = align(tokens(one), tokens(other))
        let [a, b, sum] = [0, 0, 0]
        for (const run of runs) {
          expect(run.a).toBeGreaterThanOrEqual(a)
          expect(run.b).toBeGreaterThanOrEqual(b)
          expect(one.slice(run.a, run.a + run.n)).toEqual(other.slice(run.b, run.b + run.n))
          a = run.a + run.n
          b = run.b + run.n
          sum += run.n
        }
        expect(sum).toBe(longest(one, other))
      }),
      { numRuns: 300, seed: 7 },
    )
  })
})
