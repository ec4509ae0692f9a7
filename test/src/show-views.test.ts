import { describe, expect, it } from 'vitest'
import { repeats } from '../../src/repeats/index.js'
import type { Formatted, Judged } from '../../src/rows.js'
import { view } from '../../src/show/index.js'
import { compareTexts } from '../../src/show/view/compare.js'

const sampled = {
  id: 'practice/one',
  source: 'practice',
  kind: 'math',
  domain: 'math',
  prompt: 'What is 6 × 7? <script>alert(1)</script>',
  answer: '42',
  sample: 1,
  model: 'practice-teacher',
  asked: 'What is 6 × 7?',
  text: 'First I multiply 6 by 7.\nWait, I check it: 7 + 7 + 7 + 7 + 7 + 7 = 42.\nSo the product of six and seven is exactly \\boxed{42}.',
  finish: 'stop',
  usage: { prompt: 20, completion: 60 },
  dollars: 0.0123,
  seconds: 1,
  settings: {
    temperature: 0.7,
    topP: 1,
    maxTokens: 16_384,
    seed: 1,
    promptSet: 'skylab',
    promptHash: '0123456789abcdef',
  },
} as const

const formatted: Formatted = {
  ...sampled,
  format: { ok: true, by: 'model', model: 'practice-reformatter' },
  thought: 'First I multiply 6 by 7.\nWait, I check it: 7 + 7 + 7 + 7 + 7 + 7 = 42.',
  solution: 'The result: so the product of six and seven is exactly \\boxed{42}.',
}

describe('view.trace', () => {
  it('shows prompt, thought, solution, verdict and tokens, and escapes all of it', () => {
    const row: Judged = { ...formatted, verdict: { ok: false, why: 'wrong', detail: '41 <> 42' } }
    const { html, text } = view.trace(row)
    expect(html).not.toContain('<script')
    expect(html).toContain('&lt;script&gt;')
    expect(html).toContain('41 &lt;&gt; 42')
    expect(html).toMatch(/<details><summary><b>Thought/)
    expect(html).toMatch(/<details open><summary><b>Solution/)
    expect(text).toContain('not right: wrong, 41 <> 42; the answer is 42')
    expect(text).toContain('20 + 60 tokens')
  })

  it('says that an answer was cut off, and leaves out the middle of a long one', () => {
    const { html, text } = view.trace({ ...sampled, finish: 'length', text: `begin ${'x'.repeat(100_000)} end` })
    expect(text).toContain('cut off at 16,384 tokens')
    expect(html).toContain('characters left out')
    expect(html.length).toBeLessThan(30_000)
  })
})

describe('compareTexts', () => {
  const before = (pieces: ReturnType<typeof compareTexts>) =>
    pieces
      .filter((p) => p.kind === 'kept' || p.kind === 'dropped')
      .map((p) => p.text)
      .join('')
  const after = (pieces: ReturnType<typeof compareTexts>) =>
    pieces
      .filter((p) => p.kind !== 'dropped')
      .map((p) => p.text)
      .join('')

  const solid = (text: string) => text.replace(/\s+/g, '')

  it('gives both texts back from its pieces, whatever they are', () => {
    let seed = 11
    const random = (n: number) => (seed = (seed * 16_807) % 2_147_483_647) % n
    for (let round = 0; round < 300; round++) {
      const words = () =>
        Array.from({ length: random(30) }, () => ['a ', 'bb ', 'c\n', 'dd\n\n', ' e'][random(5)]).join('')
      const [a, b] = [words(), words()]
      const pieces = compareTexts(a, b)
      // Space alone is no change, so the old text comes back up to its spaces.
      expect(solid(before(pieces))).toBe(solid(a))
      expect(after(pieces)).toBe(b)
    }
  })

  it('finds the one word that changed in a long text', () => {
    const text = Array.from({ length: 3000 }, (_, i) => `line ${i} of a trace`).join('\n')
    const pieces = compareTexts(text, text.replace('line 1500 of', 'line 1500 in'))
    expect(pieces.filter((p) => p.kind === 'dropped').map((p) => p.text.trim())).toEqual(['of'])
    expect(pieces.filter((p) => p.kind === 'added').map((p) => p.text.trim())).toEqual(['in'])
  })

  it('stays bounded on two long texts with nothing in common', () => {
    const text = (word: string) => Array.from({ length: 20_000 }, (_, i) => `${word}${i}`).join(' ')
    const pieces = compareTexts(text('a'), text('b'))
    expect(pieces.map((p) => p.kind).sort()).toEqual(['added', 'dropped'])
  })

  it('tells what was moved from what was written anew', () => {
    const passage = 'one two three four five six seven eight nine ten'
    const pieces = compareTexts(
      `${passage}\nmiddle that stays where it is\n`,
      `middle that stays where it is\nnew words here\n${passage}\n`,
    )
    expect(pieces.find((p) => p.kind === 'moved')?.text).toContain('two three four five six seven eight nine')
    expect(pieces.some((p) => p.kind === 'added' && p.text.includes('new words here'))).toBe(true)
  })
})

describe('view.diff', () => {
  it('marks what the reformatter kept and wrote, by section', () => {
    const { text, html } = view.diff(formatted)
    expect(text).toContain('rewritten by practice-reformatter')
    expect(text.indexOf('── Thought')).toBeLessThan(text.indexOf('── Solution'))
    expect(text).toMatch(/\{\+The result: so/)
    expect(html).toContain('text-decoration:line-through')
  })

  it('says why a row was not reformatted', () => {
    const { text } = view.diff({ ...sampled, format: { ok: false, why: 'missing-marker', detail: 'end_of_thought' } })
    expect(text).toContain('not reformatted: missing-marker, end_of_thought')
  })

  it('refuses a row that was never reformatted, with what to type', () => {
    expect(() => view.diff(sampled as unknown as Formatted)).toThrowError(/through reformat/)
  })
})

describe('view.repeats', () => {
  const loop = 'Wait, let me check this once more from the beginning. '
  const text = `The answer is 4.\n${loop.repeat(60)}`

  it('marks the loop, counts its copies, and leaves out the middle', () => {
    const { text: plain, html } = view.repeats({ ...sampled, text })
    expect(plain).toContain(`60 copies of ${loop.length} characters`)
    expect(plain).toContain('52 more copies')
    expect(plain).toContain('loop,')
    expect(html.length).toBeLessThan(text.length)
    expect(html).toContain('background-color')
  })

  it('takes the spans it is given and the repeats a row carries', () => {
    const row = { ...sampled, text, repeats: repeats(text) }
    expect(view.repeats(row, [{ start: 0, end: 10 }]).text).toContain('⟦The answer⟧')
  })

  it('shows a clean text without marks', () => {
    expect(view.repeats(sampled).text).not.toContain('⟦')
  })
})
