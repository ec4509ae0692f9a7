import { describe, expect, it } from 'vitest'
import { checkRewrite, findParts, hasMarker, MARKERS, readMarkers, withMarkers } from '../../src/reformat/index.js'
import type { Problem } from '../../src/rows.js'
import { block, trace } from './reformat.data.js'

describe('markers', () => {
  it('are read and written', () => {
    const parts = { thought: 'a\n\nb', solution: 'c' }
    const text = withMarkers(parts)
    expect(text.startsWith('<|begin_of_thought|>\n\na')).toBe(true)
    expect(readMarkers(text)).toEqual(parts)
    expect(readMarkers(`Sure!\n${text}\nDone.`)).toEqual(parts)
    expect(hasMarker('nothing')).toBe(false)
  })

  it.each([
    [withMarkers({ thought: 'a', solution: 'b' }).replace(MARKERS[1], ''), /end_of_thought\|> is missing/],
    [withMarkers({ thought: `a ${MARKERS[0]}`, solution: 'b' }), /begin_of_thought\|> stands 2 times/],
    [[MARKERS[2], 'b', MARKERS[3], MARKERS[0], 'a', MARKERS[1]].join('\n'), /begin_of_solution\|> stands before/],
    [withMarkers({ thought: ' ', solution: 'b' }), /thought is empty/],
    [withMarkers({ thought: 'a', solution: '' }), /solution is empty/],
  ])('faults are named', (text, fault) => {
    expect(readMarkers(text)).toMatch(fault)
  })
})

describe('the check of a rewrite', () => {
  const good = { thought: trace, solution: 'Six times seven is \\boxed{42}.' }
  const check = (parts: typeof good, kind: Problem['kind'] = 'math', original = trace) =>
    checkRewrite(original, { content: withMarkers(parts), finish: 'stop' }, kind)

  it('passes an exact copy, and one with other white space and a word in it', () => {
    expect(check(good)).toEqual({ ...good, copy: { score: 1, edits: 0 } })
    const close = { ...good, thought: trace.replace('\n\n', '\n').replace('Yes.', 'Yes!') }
    const long = { ...close, thought: `${trace} `.repeat(6) }
    expect(
      check({ ...long, thought: long.thought.replace('Wait', 'Hold on') }, 'math', `${trace} `.repeat(6)),
    ).toHaveProperty('thought')
  })

  it.each([
    ['cut-off', { content: withMarkers(good), finish: 'length' as const }],
    ['missing-marker', { content: 'Sorry, I cannot.', finish: 'stop' as const }],
    [
      'misspelt-marker',
      { content: withMarkers(good).replace('begin_of_thought', 'begin_of_slow_thought'), finish: 'stop' as const },
    ],
    ['altered-thought', { content: withMarkers({ ...good, thought: 'In short: 42.' }), finish: 'stop' as const }],
    ['altered-thought', { content: withMarkers({ ...good, thought: `${trace} ${trace}` }), finish: 'stop' as const }],
    [
      'altered-thought',
      { content: withMarkers({ ...good, thought: trace.split(' ').reverse().join(' ') }), finish: 'stop' as const },
    ],
    ['no-answer', { content: withMarkers({ ...good, solution: 'It is 42.' }), finish: 'stop' as const }],
    ['answer-changed', { content: withMarkers({ ...good, solution: 'It is \\boxed{43}.' }), finish: 'stop' as const }],
  ])('%s', (why, rewrite) => {
    expect(checkRewrite(trace, rewrite, 'math')).toMatchObject({ ok: false, why, detail: expect.stringMatching(/./) })
  })

  it('an answer may be written another way, not become another one', () => {
    const original = trace.replace('42', '\\dfrac{1}{2}').replace('42}', '42}')
    expect(check({ thought: original, solution: '\\[\\boxed{ \\frac{1}{2} }\\]' }, 'math', original)).toHaveProperty(
      'solution',
    )
    const unboxed = trace.replace('\\boxed{42}', '42')
    expect(check({ thought: unboxed, solution: 'It is \\boxed{42}.' }, 'math', unboxed)).toHaveProperty('solution')
    expect(check({ thought: unboxed, solution: 'It is \\boxed{43}.' }, 'math', unboxed)).toMatchObject({
      why: 'answer-changed',
    })
    expect(check({ thought: unboxed, solution: 'It is 42.' }, 'math', unboxed)).toHaveProperty('solution')
  })

  it('code has exactly one block, and it is a program of the trace or says how it differs', () => {
    const code = 'n = int(input())\nfor i in range(n):\n    print(i * i)'
    const original = `Let me count.\n\n${block('print(1)')}\n\nNo, all of them:\n\n${block(code)}\n\nThat will do.`
    const with_ = (solution: string) => check({ thought: original, solution }, 'code', original)
    expect(with_(block(code))).toEqual({ thought: original, solution: block(code), copy: { score: 1, edits: 0 } })
    expect(with_(block(`${code}  \n`))).not.toHaveProperty('program')
    expect(with_(`${block(code)}\n\n${block(code)}`)).toMatchObject({ why: 'two-solutions' })
    expect(with_('print(1)')).toMatchObject({ why: 'no-answer' })
    expect(with_(block(code.replace('i * i', 'i + i')))).toMatchObject({
      program: expect.stringMatching(/% of block 2 of 2; 1 line is not in it: print\(i \+ i\)/),
    })
    expect(with_(block('import sys\nprint(sum(map(int, sys.stdin.read().split())))'))).toMatchObject({
      why: 'answer-changed',
      detail: expect.stringMatching(/none of the trace's/),
    })
    expect(check({ thought: trace, solution: block(code) }, 'code')).toMatchObject({ why: 'answer-changed' })
  })

  it('the answer is compared by value, and two different boxes are two solutions', () => {
    const half = trace.replaceAll('42', '0.5')
    expect(check({ thought: half, solution: 'It is \\boxed{\\frac12}.' }, 'math', half)).toHaveProperty('copy')
    expect(check({ ...good, solution: 'First \\boxed{41}.\n\nNo: \\boxed{42}.' })).toMatchObject({ ok: false })
    expect(check({ ...good, solution: 'It is \\boxed{42}. So \\boxed{42}.' })).toHaveProperty('copy')
    const letter = trace.replaceAll('42', 'B')
    expect(check({ thought: letter, solution: '\\boxed{C}' }, 'choice', letter)).toMatchObject({
      why: 'answer-changed',
    })
    expect(check({ thought: letter, solution: '\\boxed{(B)}' }, 'choice', letter)).toHaveProperty('copy')
  })
})

describe('markers as models write them', () => {
  const [b, e, s, x] = MARKERS
  const whole = withMarkers({ thought: trace, solution: 'It is \\boxed{42}.' })
  it.each<[string, string, string]>([
    ['a marker in a sentence of the thought', whole.replace('Yes.', `Yes, ${e} comes next.`), 'repeated-marker'],
    ['all of them in a code block', whole.replace('Yes.', block(MARKERS.join('\n'), '')), 'repeated-marker'],
    ['the whole twice', `${whole}\n\n${whole}`, 'repeated-marker'],
    ['nested', [b, b, 'Hm.', e, e, s, '42', x].join('\n'), 'repeated-marker'],
    ['sections exchanged', [s, '42', x, b, 'Hm.', e].join('\n'), 'misplaced-marker'],
    ['the solution inside the thought', [b, 'Hm.', s, '42', x, e].join('\n'), 'misplaced-marker'],
    ['spaces', whole.replace(b, '<| begin_of_thought |>'), 'misspelt-marker'],
    ['no bars', whole.replace(b, '<begin_of_thought>'), 'misspelt-marker'],
    ['wide bars', whole.replace(s, '<｜begin_of_solution｜>'), 'misspelt-marker'],
    ['escaped', whole.replace(x, '&lt;|end_of_solution|&gt;'), 'misspelt-marker'],
    ['capitals', whole.replace(b, '<|BEGIN_OF_THOUGHT|>'), 'misspelt-marker'],
    ['translated', whole.replace(b, '<|思考开始|>').replace(e, '<|思考结束|>'), 'misspelt-marker'],
    ['in German', whole.replace(s, '<|beginn_der_lösung|>'), 'misspelt-marker'],
    ['as headings', whole.replace(b, '**Begin of Thought**'), 'misspelt-marker'],
    [
      'the slip of the original prompt',
      whole.replaceAll('_thought|>', '_slow_thought|>').replaceAll('<|begin_of_slow', '<|begin_of_slow'),
      'misspelt-marker',
    ],
    ['chat tokens only', whole.replace(x, '<|im_end|>'), 'missing-marker'],
    ['an inequality is no marker', whole.replace(x, 'and |a| < |b|, |c| > 1'), 'missing-marker'],
    ['nothing but the markers', MARKERS.join('\n'), 'empty-section'],
  ])('%s', (_, text, why) => {
    expect(findParts(text)).toMatchObject({ why })
    expect(checkRewrite(trace, { content: text, finish: 'stop' }, 'math')).toMatchObject({ ok: false, why })
  })

  it("the slip of the original's prompt is read where it was asked for, both markers of it or none", () => {
    const slip = whole.replace(b, '<|begin_of_slow_thought|>').replace(e, '<|end_of_slow_thought|>')
    expect(findParts(slip, { slow: true })).toEqual({ thought: trace, solution: 'It is \\boxed{42}.' })
    expect(checkRewrite(trace, { content: slip, finish: 'stop' }, 'math', { slow: true })).toHaveProperty('copy')
    expect(findParts(whole.replace(b, '<|begin_of_slow_thought|>'), { slow: true })).toMatchObject({
      why: 'misspelt-marker',
    })
  })
})
