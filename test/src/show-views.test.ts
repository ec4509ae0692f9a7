import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { problems } from '../../src/problems/index.js'
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
    // The only script is the view's own.
    expect(html.match(/<script/g)).toHaveLength(1)
    expect(html).not.toContain('<script>alert')
    expect(html).toContain('&lt;script&gt;')
    expect(html).toContain('41 &lt;&gt; 42')
    expect(html).toMatch(/<details><summary><b>Thought/)
    expect(html).toMatch(/<details open><summary><b>Solution/)
    expect(text).toContain('not right: wrong, 41 <> 42; the answer is 42')
    expect(text).toContain('20 + 60 tokens')
  })

  it('says that an answer was cut off, and where it loops, and keeps all of it', () => {
    const before = 'I look at the question from every side. '
    const { html, text } = view.trace({
      ...sampled,
      finish: 'length',
      text: `begin ${before}${'So I check it again, and then once more. '.repeat(3000)}`,
    })
    expect(text).toContain('cut off at 16,384 tokens')
    expect(text).toContain('loops from character')
    expect(text).toMatch(/^·?#+ {3}· text/m)
    expect(html).toContain('the same 41 characters 3,000 times')
    expect(html).toContain('where it begins to repeat')
    // Every copy is in the page, so that search and copy find it; almost all of them folded.
    expect(html.match(/check it again/g)!.length).toBe(3000)
    expect(html.indexOf('<details style="display:inline">')).toBeGreaterThan(0)
    expect(text.length).toBeLessThan(8000)
  })

  it('draws a map with words for those who cannot see it', () => {
    const { html } = view.trace({ ...sampled, text: 'Wait. Let me check that. Alternatively, no. \\boxed{1}' })
    expect(html).toMatch(
      /alt="Map of the trace: Answer \d+ characters; 0 loops, 1 doubt, 1 check, 1 new start, 1 boxed answer"/,
    )
    expect(html).toContain('aria-label="Search in the trace; Enter goes to the next match"')
    const map = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html)![1]!
    expect(Buffer.from(map, 'base64').toString()).toContain('<rect')
  })

  it('leaves out the middle of what no page holds', () => {
    const { html } = view.trace({ ...sampled, text: Array.from({ length: 90_000 }, (_, i) => `${i} `).join('') })
    expect(html).toContain('characters left out')
  })
})

/** A question's first 80 characters on one line, as the list shows them. */
function beginningOf(prompt: string): string {
  const line = prompt.replace(/\s+/g, ' ').trim()
  return line.length <= 80 ? line : `${line.slice(0, 79).trimEnd()}…`
}

describe('view.rows', () => {
  const many = (n: number) =>
    Array.from({ length: n }, (_, i) => ({
      ...sampled,
      id: `practice/${i}`,
      verdict:
        i % 2 ? { ok: true as const, how: 'rational' } : { ok: false as const, why: 'wrong' as const, detail: '' },
    }))
  const dataOf = (html: string) => JSON.parse(/data-do="data">([^<]*)</.exec(html)![1]!)

  it('lists ten thousand rows in little space, the first ones readable without a script', () => {
    const { html, text } = view.rows(many(10_000), { texts: 20_000 })
    expect(html.length).toBeLessThan(700_000)
    expect(html).toContain('practice/19')
    expect(text.split('\n')).toHaveLength(23)
    const { lines, packets } = dataOf(html)
    expect(lines.ids).toHaveLength(10_000)
    expect(lines.facets.verdict.names).toEqual(['wrong', 'right'])
    expect(packets.join('').length).toBeLessThan(21_000)
    expect(html).toContain('view.trace(rows[i])')
  })

  it('carries the texts, which cannot leave their place', async () => {
    const { html } = view.rows(many(20))
    expect(html).not.toContain('<script>alert')
    const { packets } = dataOf(html)
    const texts = JSON.parse(inflateSync(Buffer.from(packets[1], 'base64')).toString())
    expect(texts[3]).toContainEqual(['Answer', sampled.text])
  })

  it('saves a page with every text', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
    try {
      const file = path.join(folder, 'rows.html')
      view.rows(many(200), { texts: 1 }).save(file)
      expect(dataOf(readFileSync(file, 'utf8')).packets).toHaveLength(13)
      expect(() => view.rows(many(1)).save(path.join(folder, 'no', 'rows.html'))).toThrow('could not be written')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('lists problems before anybody was asked, by what they ask', async () => {
    const asked = await problems('practice', { limit: 30 })
    const { html, text } = view.rows(asked)
    const [, heads, first] = text.split('\n')
    expect(heads).toMatch(/^row +domain +question$/)
    expect(first).toContain(asked[0]!.prompt.slice(0, 30).replace(/\s+/g, ' '))
    expect(text).not.toMatch(/not verified|undefined/)
    expect(html).toContain('<th style="text-align:left">question</th>')
    const { lines } = dataOf(html)
    expect(lines.questions.names[lines.questions.of[29]]).toBe(beginningOf(asked[29]!.prompt))
  })

  it('says what is wrong with a call', () => {
    expect(() => view.rows([])).toThrow('no rows to list')
    expect(() => view.rows(3 as never)).toThrow('takes a list of rows, and got number')
    expect(() => view.rows([{}] as never)).toThrow('Row 0 has no id')
  })
})

describe('view.compare', () => {
  it('marks what two answers share and says how much', () => {
    const shared = 'the product of six and seven is exactly forty two as everyone knows'
    const { html, text } = view.compare(
      { ...sampled, text: `First of all, ${shared}, I say.` },
      { ...sampled, sample: 2, text: `Another way goes here. But ${shared}, too. ${'More words of its own. '}` },
    )
    expect(text).toContain('Two answers to practice/one')
    expect(html.match(/everyone/g)).toHaveLength(2)
    expect(text).toMatch(/shared word for word \(8 words and more\): [6-9]\d % of the left, [4-6]\d % of the right/)
    expect(() => view.compare(sampled, undefined as never)).toThrow('takes two rows')
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
