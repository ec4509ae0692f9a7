import { describe, expect, it } from 'vitest'
import { inspectRepeats, LoopGuard, markers, measureRepeats, repeats } from '../../src/repeats/index.js'
import type { Judged } from '../../src/rows.js'

const words =
  'number value result factor square triangle proof answer equation sum left right point line circle area prime root digit angle check given assume divide the a of and to so we if then that is for by on from not some every'.split(
    ' ',
  )

/** Prose that does not repeat, the same on every machine. */
function fresh(characters: number, seed = 1): string {
  let state = seed
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  let text = ''
  while (text.length < characters) text += `${words[next(words.length)]}${next(9) === 0 ? '. ' : ' '}`
  return text.slice(0, characters)
}

const enumeration = (n: number) =>
  Array.from({ length: n }, (_, i) => `   - \\( ${i * 10 + 6} \\) is not a perfect square, so it is left out.\n`).join(
    '',
  )

describe('near loops and enumerations', () => {
  it('leaves an enumeration that ends alone', () => {
    expect(repeats(`${fresh(800)}\n${enumeration(8)}\nSo the numbers are 16 and 36. ${fresh(900, 2)}`).kind).toBe(
      'clean',
    )
  })
  it('sees one that the text never leaves, or leaves very late', () => {
    expect(repeats(`${fresh(800)}\n${enumeration(15)}`)).toMatchObject({ kind: 'near-loop' })
    const late = repeats(`${fresh(800)}\n${enumeration(60)}\nSo there are none. ${fresh(900, 2)}`)
    expect(late.kind).toBe('near-loop')
    expect(late.start).toBeGreaterThan(700)
    expect(late.count).toBeGreaterThan(50)
  })
  it('sees a template with formulas that change', () => {
    const sum = (i: number) =>
      `The value of \\( ${'abcdefgh'[i % 8]}_{${i}} \\) in the equation \\( ${i}${'xyzuv'[i % 5]}^2 ${'+-'[i % 2]} ${i * 7} = ${'pqrst'[i % 5]} \\) is \\( \\boxed{${i % 3 === 0 ? `\\frac{${i}}{7}` : i}} \\).\n`
    const text = fresh(300) + Array.from({ length: 60 }, (_, i) => sum(i)).join('')
    expect(repeats(text).kind).toBe('near-loop')
  })
})

describe('circling', () => {
  /** The same eight thoughts in another order each time, between words of doubt. */
  const thoughts = Array.from({ length: 8 }, (_, i) => fresh(220, 40 + i).trim())
  const rounds = (n: number, doubt: string) =>
    Array.from({ length: n }, (_, i) =>
      [0, 3, 5, 1, 7, 2, 6, 4].map((k) => `${doubt}${thoughts[(k * (2 * i + 1) + i) % 8]}.`).join('\n\n'),
    ).join('\n\n')

  it('is the same reasoning again and again, without a template', () => {
    expect(repeats(`${fresh(600)}${rounds(2, 'Wait, maybe ')}`)).toMatchObject({ kind: 'circling', start: null })
  })
  it('is not a text that refers back once', () => {
    expect(repeats(`${fresh(5000)}Wait, ${thoughts[0]}. ${fresh(3000, 9)} Alternatively, ${thoughts[0]}.`).kind).toBe(
      'clean',
    )
  })
})

describe('LoopGuard', () => {
  const push = (guard: LoopGuard, text: string, piece = 7) => {
    for (let i = 0; i < text.length; i += piece) {
      const stop = guard.add(text.slice(i, i + piece))
      if (stop) return stop
    }
    return undefined
  }
  it.each([1, 30, 400, 1500])('stops soon after a loop of period %i has begun', (period) => {
    const unit = period === 1 ? '0' : `${fresh(period - 1, period)}§`
    const before = `${fresh(3000, 77)}¶`
    const text = before + unit.repeat(Math.ceil(20_000 / period))
    const stop = push(new LoopGuard(), text)!
    expect(stop.period).toBe(period)
    expect(stop.end).toBeLessThan(before.length + Math.max(4800, 4 * period) + 1600)
    expect(text.slice(stop.start, stop.start + period).repeat(3)).toBe(text.slice(stop.start, stop.start + 3 * period))
    expect(stop.start).toBeGreaterThanOrEqual(before.length)
  })
  it('lets everything else go on', () => {
    for (const text of [
      fresh(60_000),
      enumeration(300),
      `${fresh(900)}${'| 1 | 2 |\n'.repeat(60)}${fresh(3000, 3)}`,
      '',
    ]) {
      expect(push(new LoopGuard(), text, 333)).toBeUndefined()
    }
  })
})

describe('measureRepeats', () => {
  it('says where repetition sets in and what it wastes', () => {
    const before = `${fresh(3999)}¶`
    const unit = 'So the term is 7 again, and I should go back once more. '
    const text = before + unit.repeat(40)
    const { onset, wasted, novelty, rep, distinct, cutOff, loops } = measureRepeats(text, {
      finish: 'length',
      window: 100,
    })
    expect(onset).toBe(4000 + unit.length)
    expect(wasted).toBeCloseTo((39 * unit.length) / text.length, 2)
    expect(novelty[0]).toBe(1)
    expect(novelty.at(-1)).toBe(0)
    expect(cutOff).toBe(true)
    expect(loops).toHaveLength(1)
    expect(rep[20]).toBeGreaterThan(0.3)
    expect(distinct[1]).toBeCloseTo(1 - rep[1], 12)
  })
  it('is calm about nothing', () => {
    expect(measureRepeats('')).toMatchObject({ words: 0, onset: null, wasted: 0, novelty: [], cutOff: null })
    expect(measureRepeats(fresh(3000)).onset).toBeNull()
  })
})

describe('markers', () => {
  it('finds reflections by place and kind', () => {
    const text = "So x = 2. Wait, that's not right. Alternatively, perhaps y works. Let me double-check. 等等，再检查。"
    const { reflections, perThousand } = markers(text)
    expect(reflections.map((one) => [one.kind, text.slice(one.start, one.end)])).toEqual([
      ['doubt', 'Wait'],
      ['doubt', "that's not right"],
      ['alternative', 'Alternatively'],
      ['alternative', 'perhaps'],
      ['check', 'Let me double-check'],
      ['doubt', '等等'],
      ['check', '再检查'],
    ])
    expect(perThousand.doubt).toBeGreaterThan(perThousand.check)
  })
  it('does not read words inside words, or code', () => {
    expect(markers('The waiter is waiting. Maybelline.\n```python\n# wait, maybe\n```').reflections).toEqual([])
  })
  it('tells walking through an input from deriving', () => {
    const walk =
      'Let me walk through the sample input. n = 3, and the list is [2, 1, 3].\nWhen i = 0, stack = [2]. When i = 1, we pop 2 and push 1.'
    const derive = 'Therefore we have \\( x^2 - 4x + 4 = 0 \\), and factoring gives \\( (x-2)^2 = 0 \\), so, x = 2.'
    const found = markers(`${walk}\n\n${derive}\n\n${derive}\n\nThat is all.`)
    expect(found.passages.map((one) => one.kind)).toEqual(['walk-through', 'derivation'])
    expect(found.walkThrough + found.derivation).toBeLessThan(1)
    expect(found.passages[0]).toMatchObject({ start: 0, end: walk.length })
  })
})

describe('inspectRepeats', () => {
  const row = (id: string, more: Partial<Judged> = {}): Judged =>
    ({
      id,
      source: 'math500',
      kind: 'math',
      domain: 'math',
      prompt: 'What?',
      sample: 0,
      model: 'Sky-T1-7B',
      text: fresh(2000, id.length + 3),
      finish: 'stop',
      usage: { prompt: 10, completion: 500 },
      dollars: 1,
      seconds: 1,
      ...more,
    }) as Judged
  const looping = `${fresh(1000)}¶${'So the sum is even, and I check again. '.repeat(400)}`
  const rows = [
    row('a', { verdict: { ok: true, how: 'rational' } }),
    row('b', { text: looping, finish: 'length', verdict: { ok: false, why: 'cut-off', detail: '' } }),
    row('c', { verdict: { ok: false, why: 'wrong', detail: '' } }),
    row('d', { model: 'Sky-T1-32B', verdict: { ok: true, how: 'rational' } }),
    row('e', { finish: 'error', text: '' }),
  ]

  it('groups as asked, with intervals, accuracy and what stopping would have saved', () => {
    const { groups, rows: inspected } = inspectRepeats(rows, { by: ['size'] })
    expect(inspected).toHaveLength(4)
    expect(groups.map(({ size, n, looping }) => [size, n, looping])).toEqual([
      ['7B', 3, 1],
      ['32B', 1, 0],
    ])
    const small = groups[0]!
    expect(small.kinds).toEqual({ loop: 1, 'near-loop': 0, circling: 0, clean: 2 })
    expect(small.share.low).toBeLessThan(1 / 3)
    expect(small.share.high).toBeGreaterThan(1 / 3)
    expect(small.right!.clean.value).toBe(0.5)
    expect(small.right!.looping.value).toBe(0)
    expect(small.lost).toBeCloseTo(1 / 3)
    expect(small.saved).toMatchObject({ answers: 1, rightAnswers: 0 })
    expect(small.saved.tokens).toBeGreaterThan(300)
    expect(small.saved.dollars).toBeGreaterThan(0.6)
    expect(small.wasted).toBeGreaterThan(0.5)
  })
  it('groups by model and domain when not asked, and by correctness and finish', () => {
    expect(inspectRepeats(rows).groups.map(({ model, domain }) => `${model} ${domain}`)).toEqual([
      'Sky-T1-7B math',
      'Sky-T1-32B math',
    ])
    expect(
      inspectRepeats(rows, { by: ['correct', 'finish'] }).groups.map(({ correct, finish }) => `${correct} ${finish}`),
    ).toEqual(['right stop', 'wrong length', 'wrong stop'])
    expect(() => inspectRepeats(rows, { by: ['colour' as never] })).toThrow('cannot group by "colour"')
    // Lines of somebody's own file: what is missing, and how such a file is read.
    for (const [row, lacks] of [
      [{ prompt: 'p', answer: 'a' }, 'no id, no text, no usage.completion'],
      [{ id: 'a', text: 'b' }, 'no usage.completion'],
      [null, 'no id, no text'],
    ] as const)
      expect(() => inspectRepeats(new Set([row]) as never)).toThrow(
        expect.objectContaining({
          code: 'bad-data',
          message: expect.stringContaining(`Row 0 has ${lacks}`),
          fix: expect.stringContaining("inspectRepeats(await given('traces.jsonl'"),
        }),
      )
  })
})
