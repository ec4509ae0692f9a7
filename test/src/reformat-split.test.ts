import { describe, expect, it } from 'vitest'
import { fences, split } from '../../src/reformat/index.js'
import type { Problem } from '../../src/rows.js'
import { block, math, python } from './reformat.data.js'

describe('the splitter', () => {
  it.each([
    [
      'a heading',
      'Hm.\n\nSo it is 42.\n\n**Final Answer**\n\nThe answer is $\\boxed{42}$.',
      'The answer is $\\boxed{42}$.',
    ],
    ['a heading of another kind', 'Hm.\n\n### Final Answer:\nThe answer is \\boxed{42}', 'The answer is \\boxed{42}'],
    [
      'a heading with a bare formula',
      'Hm.\n\nSo it is 42.\n\n**Final Answer**\n\n\\[ \\boxed{42} \\]',
      'So it is 42.\n\n\\[ \\boxed{42} \\]',
    ],
    [
      'a heading in the middle, taken back later',
      '**Final Answer**\n\nIt is \\boxed{41}.\n\nWait.\n\n**Final Answer**\n\nIt is \\boxed{42}.',
      'It is \\boxed{42}.',
    ],
    [
      'a heading without a box under it',
      'It is \\boxed{42}.\n\n**Final Answer**\n\nSee above.',
      'It is \\boxed{42}.\n\n**Final Answer**\n\nSee above.',
    ],
    ['no heading', 'Hm.\n\nWell.\n\nSo the answer is \\boxed{42}.', 'So the answer is \\boxed{42}.'],
    [
      'no heading, a bare formula',
      'Hm.\n\nSo the area is\n\n\\[\\boxed{\\text{42}}\\]',
      'So the area is\n\n\\[\\boxed{\\text{42}}\\]',
    ],
    [
      'an answer below half a code block',
      'Hm.\n\n```python\nx = 1\n\nprint(x)\n```\nThe value is \\boxed{42}.',
      'The value is \\boxed{42}.',
    ],
    ['one endless paragraph', `${'and so on\n'.repeat(1000)}it is \\boxed{42}`, 'it is \\boxed{42}'],
  ])('mathematics: %s', (_, text, solution) => {
    expect(split({ text }, math)).toEqual({ thought: text, solution })
  })

  it.each([
    ['I have no idea.', math, /no \\boxed/],
    ['It is \\boxed{}.', math, /no \\boxed/],
    ['```python\nprint(1)', python, /no complete code block/],
    ['```output\n1\n```', python, /no complete code block/],
    ['<think>Hm', math, /never ends/],
    ['<think>Hm</think>  ', math, /nothing follows/],
  ])('says why there is no solution in %j', (text, problem, why) => {
    expect(split({ text }, problem)).toMatch(why)
  })

  it('choice: a box, or a letter that is named as the answer', () => {
    expect(split({ text: 'Hm.\n\nIt is \\boxed{B}.' }, { kind: 'choice' })).toMatchObject({
      solution: 'It is \\boxed{B}.',
    })
    expect(split({ text: 'Hm.\n\nSo the answer is (C).' }, { kind: 'choice' })).toMatchObject({
      solution: 'So the answer is (C).',
    })
    expect(split({ text: 'Perhaps B.' }, { kind: 'choice' })).toMatch(/no letter/)
  })

  it('code: the last block that is a program, not the example after it', () => {
    const program = 'n = int(input())\nprint(n)'
    const text = `First try:\n\n${block('def f():\n  pass')}\n\nBetter:\n\n${block(program)}\n\nFor example:\n\n${block('print(f(3))')}\n\nprints\n\n${block('3', '')}`
    expect(split({ text }, python)).toEqual({ thought: text, solution: block(program) })
  })

  it('code: the block that defines what the tests call', () => {
    const called = {
      kind: 'code',
      language: 'python',
      tests: [{ fn: 'add', args: [], returns: 1 }],
    } satisfies Partial<Problem>
    const right = 'def add(a, b):\n    return a + b'
    expect(
      split({ text: `${block(right)}\n\nTest:\n\n${block('def main():\n    print(add(1, 2))')}` }, called),
    ).toMatchObject({ solution: block(right) })
    const arrow = 'const add = (a, b) => a + b'
    expect(
      split(
        { text: `${block(arrow, 'js')}\n\n${block('console.log(add(1, 2))', 'js')}` },
        { ...called, language: 'javascript' },
      ),
    ).toMatchObject({ solution: block(arrow, 'js') })
  })

  it('code: only blocks of its language, and a fence in a list loses its indentation', () => {
    const text = `1. Do:\n\n   ${block('x = input()\n   print(x)')
      .split('\n')
      .join('\n   ')
      .replace('\n      print', '\n   print')}\n\n${block('cin >> x;', 'cpp')}`
    expect(split({ text }, python)).toMatchObject({ solution: block('x = input()\nprint(x)') })
  })

  it('reasoning that is kept apart, or stands in <think>, is the thought', () => {
    const parts = { thought: 'Hm.', solution: 'It is \\boxed{42}.' }
    expect(split({ text: 'It is \\boxed{42}.', reasoning: 'Hm.' }, math)).toEqual(parts)
    expect(split({ text: '<think>\nHm.\n</think>\n\nIt is \\boxed{42}.' }, math)).toEqual(parts)
    expect(split({ text: 'Hm.</think>It is \\boxed{42}.' }, math)).toEqual(parts)
    expect(split({ text: `Here:\n\n${block('print(input())')}`, reasoning: 'Hm.' }, python)).toEqual({
      thought: 'Hm.',
      solution: `Here:\n\n${block('print(input())')}`,
    })
  })
})

describe('fences', () => {
  it('reads complete blocks only', () => {
    expect(
      fences('a\n```py\nx\n\ny\n```\n~~~\nz\n~~~\n```js\nnever closed').map(({ language, code }) => [language, code]),
    ).toEqual([
      ['py', 'x\n\ny'],
      ['', 'z'],
    ])
    expect(fences('````md\n```\ninside\n```\n````').map(({ code }) => code)).toEqual(['```\ninside\n```'])
    expect(fences('```\n```').map(({ code }) => code)).toEqual([''])
  })
})
