import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { align } from '../../src/reformat/align.js'
import {
  checkRewrite,
  copyOf,
  fences,
  findParts,
  hasMarker,
  MARKERS,
  readMarkers,
  reformat,
  reformatEffect,
  reformatMessages,
  skylabReformat,
  skyT1Reformat,
  split,
  traceOf,
  withMarkers,
} from '../../src/reformat/index.js'
import type { Format, Problem, Sample, Verdict } from '../../src/rows.js'
import { model, recordingKey, seedFor } from '../../src/sample/index.js'
import { plot } from '../../src/show/index.js'
import { Stopped } from '../../src/stopped.js'
import { type Workspace, workspace } from '../../src/workspace/index.js'

const HOST = Symbol.for('skylab.host')
const sky = fileURLToPath(new URL('../../../shared/data/sky_outputs', import.meta.url))
let folder: string
let work: Workspace

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
  work = workspace(path.join(folder, 'w'))
  const signal = new AbortController().signal
  Object.assign(globalThis, { [HOST]: { display() {}, signal: () => signal, prompt: () => Promise.resolve('') } })
})

afterEach(async () => {
  await work.close()
  delete (globalThis as Record<symbol, unknown>)[HOST]
  rmSync(folder, { recursive: true, force: true })
})

function row(over: Partial<Sample> = {}): Sample {
  return {
    id: 'set/1',
    source: 'set',
    kind: 'math',
    domain: 'math',
    prompt: 'What is 6 times 7?',
    answer: '42',
    sample: 0,
    model: 'teacher',
    asked: 'What is 6 times 7?',
    text: 'I think.\n\n**Final Answer**\n\nSix times seven is \\boxed{42}.',
    finish: 'stop',
    usage: { prompt: 1, completion: 1 },
    dollars: 0,
    seconds: 1,
    settings: { temperature: 0.7, topP: null, maxTokens: 100, seed: 1, promptSet: 'skylab', promptHash: '0' },
    ...over,
  }
}

const math = { kind: 'math' } as const
const python = {
  kind: 'code',
  language: 'python',
  tests: [{ stdin: '1', stdout: '1' }],
} as const satisfies Partial<Problem>
const block = (code: string, language = 'python') => `\`\`\`${language}\n${code}\n\`\`\``
const trace =
  'Let me think about it step by step, since the numbers are small. Six sevens are forty two. Wait, is that so? Seven and seven is fourteen, and three times fourteen is forty two. Yes.\n\nSo the answer is \\boxed{42}.'

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

describe('reformat', () => {
  it('without a model: markers as they are, else the splitter; rows keep every field and their order', async () => {
    const marked = withMarkers({ thought: 'Hm.', solution: '\\boxed{42}' })
    const rows = [
      row(),
      row({ sample: 1, text: marked }),
      row({ sample: 2, text: 'No idea.' }),
      row({ sample: 3, text: 'It is \\boxed{4', finish: 'length' }),
      row({ sample: 4, text: '', finish: 'error', failure: 'status 500' }),
      row({ sample: 5, text: marked.replace(MARKERS[3], '') }),
      row({ sample: 6, text: marked, finish: 'length' }),
      row({ sample: 7, text: '' }),
    ]
    const done = await reformat(rows)
    expect(done.map(({ format }) => (format.ok ? format.by : format.why))).toEqual([
      'split',
      'markers',
      'no-answer',
      'cut-off',
      'no-sample',
      'missing-marker',
      'cut-off',
      'no-answer',
    ])
    expect(done[0]).toMatchObject({ ...rows[0], thought: rows[0]!.text, solution: 'Six times seven is \\boxed{42}.' })
    expect(done[1]).toMatchObject({ thought: 'Hm.', solution: '\\boxed{42}' })
    expect(done[4]!.format).toMatchObject({ detail: 'status 500' })
    for (const [i, one] of done.entries()) {
      expect(one).toMatchObject(rows[i]!)
      if (!one.format.ok) expect(one).not.toHaveProperty('thought')
    }
  })

  it('takes an async iterable and gives rows as they finish', async () => {
    async function* rows() {
      yield row()
      yield row({ sample: 1 })
    }
    const seen: number[] = []
    for await (const one of reformat(rows())) seen.push(one.sample)
    expect(seen.sort()).toEqual([0, 1])
  })

  /** What a model would answer, as a recording that is replayed over HTTP. */
  function recorded(answers: [Sample, string, ('stop' | 'length')?][]): string {
    const lines = answers.map(([sample, content, finish = 'stop']) => {
      const messages = reformatMessages(traceOf(sample), sample)
      const seed = seedFor(sample.id, sample.sample)
      return {
        key: recordingKey('rewriter', messages, seed),
        model: 'rewriter',
        messages,
        seed,
        index: 0,
        answer: { content, finish, usage: { prompt: 10, completion: 10 } },
        for: { stage: 'reformat', problem: sample.id, sample: sample.sample },
        origin: 'written for this project',
      }
    })
    const file = path.join(folder, 'rewriter.jsonl')
    writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
    return file
  }

  it('with a model: each rewrite is checked, kept on disk, and nothing stands in for a bad one', async () => {
    const rows = [0, 1, 2, 3, 4, 5].map((sample) => row({ sample, text: trace }))
    rows[3]!.finish = 'length'
    rows[4]!.text = withMarkers({ thought: 'Hm.', solution: '\\boxed{42}' })
    rows[5]!.reasoning = 'First I wondered what to do with a question as short as this one.'
    const good = withMarkers({ thought: trace, solution: 'It is \\boxed{42}.' })
    const replay = recorded([
      [rows[0]!, good],
      [rows[1]!, 'Of course! Here it is.'],
      [rows[2]!, good, 'length'],
      [rows[5]!, withMarkers({ thought: `${rows[5]!.reasoning}\n\n${trace}`, solution: 'It is \\boxed{42}.' })],
    ])
    const rewriter = model('rewriter', { replay })
    const done = await reformat(rows, { model: rewriter, in: work })
    expect(done.map(({ format }) => (format.ok ? format.by : format.why))).toEqual([
      'model',
      'missing-marker',
      'cut-off',
      'cut-off',
      'markers',
      'model',
    ])
    expect(done[0]).toMatchObject({
      thought: trace,
      solution: 'It is \\boxed{42}.',
      format: { ok: true, by: 'model', model: 'rewriter' },
    })
    expect(done[5]!.thought).toMatch(/^First I wondered/)
    expect(done[0]!.format).toMatchObject({ copy: { score: 1, edits: 0 }, promptSet: 'skylab' })
    expect(done[0]!.format).toHaveProperty('promptHash', skylabReformat.hash)
    expect(skylabReformat.hash).toMatch(/^[0-9a-f]{16}$/)
    // A refused rewrite can be looked at, and is no field of the row that anything reads.
    expect(done[1]!.format).toMatchObject({ rewrite: 'Of course! Here it is.' })
    expect(done[1]).not.toHaveProperty('solution')
    // The two that were not sent left nothing in the journal; a second run asks nobody.
    expect(await work.rows('reformat')).toHaveLength(4)
    rmSync(replay)
    writeFileSync(replay, '')
    expect(await reformat(rows, { model: rewriter, in: work })).toEqual(done)
  })

  it('the splitter first: the model is asked only where it finds nothing, and once', async () => {
    const unboxed = trace.replace('\\boxed{42}', '42')
    const rows = [
      row({ text: trace }),
      row({ sample: 1, text: unboxed }),
      row({ sample: 2, text: `${MARKERS[0]}\n\n${trace}` }),
      row({ sample: 3, text: trace, finish: 'length' }),
    ]
    const replay = recorded([
      [rows[1]!, withMarkers({ thought: unboxed, solution: 'It is \\boxed{42}.' })],
      [rows[2]!, withMarkers({ thought: trace, solution: 'It is \\boxed{42}.' })],
    ])
    const rewriter = model('rewriter', { replay })
    const done = await reformat(rows, { model: rewriter, split: 'first', in: work })
    expect(done.map(({ format }) => (format.ok ? format.by : format.why))).toEqual([
      'split',
      'model',
      'model',
      'cut-off',
    ])
    expect(await work.rows('reformat')).toHaveLength(2)
    writeFileSync(replay, '')
    expect(await reformat(rows, { model: rewriter, split: 'first', in: work })).toEqual(done)
    expect(await reformat(rows)).toMatchObject([
      { format: { by: 'split' } },
      { format: { why: 'no-answer' } },
      { format: { why: 'missing-marker' } },
      { format: { why: 'cut-off' } },
    ])
    expect(() => reformat(rows, { split: 'never' })).toThrow(/no model/)
    expect(() => reformat(rows, { model: rewriter, split: 'last' as never })).toThrow(/split is "last"/)
  })

  it('bad calls say what was given', () => {
    for (const call of [
      () => reformat(null as never),
      () => reformat([], { model: 'x' as never }),
      () => reformat([], { maxTokens: 0 }),
      () => reformat([], { in: {} as never }),
    ]) {
      expect(call).toThrow(Stopped)
    }
  })

  it('the prompt asks for the four markers and, for code, one block', () => {
    const [system, user] = reformatMessages('THE TRACE', { kind: 'code' })
    expect(system!.role).toBe('system')
    for (const marker of MARKERS) expect(user!.content.split(marker)).toHaveLength(2)
    expect(user!.content).toMatch(/exactly one fenced code block/)
    expect(user!.content).toMatch(/word for word/)
    expect(user!.content).toContain('THE TRACE')
    expect(reformatMessages('x', { kind: 'math' })[1]!.content).not.toMatch(/code block/)
  })

  it("the original's prompt is read from a checkout, and refused where it is another", async () => {
    const scripts = path.join(folder, 'SkyThought/scripts')
    mkdirSync(scripts, { recursive: true })
    const write = (prompt: string) =>
      writeFileSync(
        path.join(scripts, 'prompts.py'),
        `other = "x"\nconvert_prompt = "${prompt}"\nconvert_prompt_example = (  # noqa\n    "a\\n"\n    "b"  # noqa\n)\n`,
      )
    write('Convert \\\n{example} {{and}} {content}')
    await expect(skyT1Reformat(path.join(folder, 'SkyThought'))).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(/convert_prompt in .* begins with [0-9a-f]{16}, not with 5468bea73cd9edbd/),
    })
    await expect(skyT1Reformat(path.join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'no-file' })
    writeFileSync(path.join(scripts, 'prompts.py'), 'x = 1\n')
    await expect(skyT1Reformat(path.join(scripts, 'prompts.py'))).rejects.toThrow(/has no text convert_prompt/)
    expect(() => reformat([], { prompts: 'sky-t1' as never })).toThrow(/prompts is "sky-t1"/)
  })

  it.skipIf(!process.env.SKYLAB_SKYTHOUGHT)(
    'the real one asks for the slip (SKYLAB_SKYTHOUGHT names a checkout)',
    async () => {
      const prompts = await skyT1Reformat(process.env.SKYLAB_SKYTHOUGHT!)
      const [system, user] = prompts.messages('THE {TRACE}', math)
      expect(system!.content).toBe('You are a solution format convertor.')
      expect(user!.content).toContain('<|begin_of_slow_thought|>')
      expect(user!.content).toContain('THE {TRACE}')
      expect(user!.content.length).toBeGreaterThan(4034 + 850)
      expect(prompts.slow).toBe(true)
    },
  )

  it('stray markers are not sent', () => {
    expect(traceOf(row({ text: `${MARKERS[0]}\n\nHm. \\boxed{1}` }))).toBe('Hm. \\boxed{1}')
    expect(traceOf(row({ text: ' as it is \n' }))).toBe(' as it is \n')
  })
})

describe('the effect of reformatting', () => {
  const judged = (over: Partial<Sample>, verdict: Verdict, format?: Format) => ({
    ...row(over),
    verdict,
    ...(format && { format }),
  })
  const right = { ok: true as const, how: 'tests' }
  const wrong = (why: 'wrong' | 'no-answer' | 'altered-thought') => ({ ok: false as const, why, detail: '' })
  const split = { ok: true as const, by: 'split' as const }
  const code = { kind: 'code', domain: 'code' } as const
  const tried = [{ block: 2, why: 'wrong' as const, passed: 0 }]
  const before = [
    judged({ ...code, sample: 0 }, { ...right, tried }),
    judged({ ...code, sample: 1 }, right),
    judged({ ...code, sample: 2 }, wrong('no-answer')),
    judged({ sample: 3 }, right),
    judged({ sample: 9 }, right),
  ]
  const after = [
    judged({ ...code, sample: 2 }, wrong('wrong'), split),
    judged({ ...code, sample: 0 }, right, split),
    judged({ ...code, sample: 1 }, right, split),
    judged({ sample: 3 }, wrong('altered-thought'), { ok: false, why: 'altered-thought', detail: '' }),
  ]

  it('pairs the answers, and before counts a program only by its last block', () => {
    const effect = reformatEffect(before, after)
    expect(effect.map(({ domain, n, won, lost }) => [domain, n, won, lost])).toEqual([
      ['math', 1, 0, 1],
      ['code', 3, 1, 0],
      ['all', 4, 1, 1],
    ])
    const [, own] = effect
    expect(own!.passed.before.value).toBeCloseTo(1 / 3)
    expect(own!.passed.after.value).toBeCloseTo(2 / 3)
    expect(own!.parsed.before.value).toBeCloseTo(2 / 3)
    expect(own!.parsed.after.value).toBe(1)
    expect(own!.passed.after.low).toBeLessThan(2 / 3)
    expect(reformatEffect([], after)).toEqual([])
  })

  it('is drawn, with what the report says beside code alone', () => {
    const figure = plot.reformat(reformatEffect(before, after))
    expect(figure.summary).toMatch(/code 33.* → 66.* right \(n 3\)/)
    expect(JSON.stringify(figure)).toContain('report, after: over 90 %')
    expect(JSON.stringify(plot.reformat(reformatEffect(before, after).slice(0, 1)))).not.toContain('report, after')
    expect(() => plot.reformat([])).toThrow(/no effect/)
  })
})

describe('real answers', () => {
  it.skipIf(!existsSync(sky))(
    'every response of the Sky-T1 students is split or refused with a reason (needs ../shared/data)',
    () => {
      const counts = { markers: 0, broken: 0, split: 0, refused: 0 }
      for (const file of readdirSync(sky).filter((name) => /__(math500|aime24)\.jsonl\.gz$/.test(name))) {
        for (const line of gunzipSync(readFileSync(path.join(sky, file)))
          .toString()
          .trim()
          .split('\n')) {
          const { response } = JSON.parse(line) as { response: string }
          if (hasMarker(response)) {
            const parts = readMarkers(response)
            counts[typeof parts === 'string' ? 'broken' : 'markers']++
            continue
          }
          const parts = split({ text: response }, math)
          counts[typeof parts === 'string' ? 'refused' : 'split']++
          if (typeof parts === 'string') continue
          expect(parts.thought).toBe(response)
          expect(parts.solution.length).toBeLessThanOrEqual(4000)
          expect(parts.solution).toContain('\\boxed')
        }
      }
      // Of the runs' 3,310 responses; the rest have no box, or a tag that is missing.
      expect(counts.markers).toBe(351)
      expect(counts.broken).toBe(296)
      expect(counts.split).toBeGreaterThan(2300)
    },
  )
})

describe('the fixtures', () => {
  const lines = <T>(name: string): T[] => {
    const file = fileURLToPath(new URL(`../../fixtures/${name}.jsonl`, import.meta.url))
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as T)
  }
  interface Written {
    problem: string
    sample: number
    content: string
    finish: 'stop' | 'length'
    label?: string
    fault?: string
  }
  const asked = new Map(lines<Problem>('problems').map((problem) => [problem.id, problem]))
  const teacher = new Map(lines<Written>('teacher').map((answer) => [`${answer.problem} ${answer.sample}`, answer]))
  const whys: Record<string, string> = {
    'missing-marker': 'missing-marker',
    'altered-thought': 'altered-thought',
    truncated: 'cut-off',
    'answer-changed': 'answer-changed',
    'two-solutions': 'two-solutions',
    // The rewrite dropped the case of a line that stands alone: no fault of form, so it says how the program differs.
    'changed-program': '',
  }
  interface Recorded {
    for: { problem: string; sample: number }
    answer: { content: string; finish: 'stop' | 'length' }
  }
  const rewrites = new Map(
    lines<Recorded>('recordings/reformatter').map(({ for: { problem, sample }, answer }) => [
      `${problem} ${sample}`,
      answer,
    ]),
  )

  it('written rewrites fail as they are labelled, and only they', () => {
    const faults = new Set<string>()
    for (const rewrite of lines<Written>('reformatted')) {
      const name = `${rewrite.problem} ${rewrite.sample}`
      const original = teacher.get(name)!
      const checked = checkRewrite(original.content, rewrites.get(name)!, asked.get(rewrite.problem)!.kind)
      if (rewrite.fault !== undefined) faults.add(rewrite.fault)
      if (rewrite.fault === 'changed-program')
        expect(checked, name).toMatchObject({ program: expect.stringContaining('1 line is not in it') })
      else if (rewrite.fault !== undefined) {
        expect(checked, name).toMatchObject({ ok: false, why: whys[rewrite.fault] })
      } else if (original.label !== 'unparseable') expect(checked, name).toHaveProperty('solution')
    }
    expect([...faults].sort()).toEqual(Object.keys(whys).sort())
  })

  it('the splitter finds a solution in every finished answer of the teacher that has one', () => {
    for (const answer of teacher.values()) {
      const problem = asked.get(answer.problem)
      if (problem === undefined || answer.finish === 'length') continue
      const parts = split({ text: answer.content }, problem)
      if (answer.label === 'unparseable') expect(parts, answer.problem).toBeTypeOf('string')
      else expect(parts, answer.problem).toMatchObject({ thought: answer.content })
    }
  })
})
