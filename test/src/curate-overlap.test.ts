// Same and nearly the same: problems among each other, and problems beside benchmarks.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NEAR, Seen } from '../../src/curate/duplicates.js'
import { Benchmarks, decontaminate, deduplicate } from '../../src/curate/index.js'
import { jaccard, shinglesOf } from '../../src/curate/minhash.js'
import { hashOf, Scan } from '../../src/curate/scan.js'
import { scan, tokenise } from '../../src/curate/tokens.js'
import { benchmarkPrompts } from '../../src/problems/index.js'
import type { Problem } from '../../src/rows.js'
import { problem, random } from './curate.data.js'

const data = fileURLToPath(new URL('../../../shared/data', import.meta.url))
const absent = !existsSync(data)
const spelled = (text: string) => tokenise(text).all.join(' ')

describe('tokens', () => {
  it.each([
    ['\\frac{a+b}{c}', '(a+b)/c'],
    ['\\dfrac{1}{2}', '1/2'],
    ['\\frac12', '1 / 2'],
    ['\\frac{\\frac{1}{2}}{3}', '1/2/3'],
    ['x^2', 'x²'],
    ['x^{10}', 'x^10'],
    ['60^\\circ', '60°'],
    ['60^{\\circ}', '60°'],
    ['\\sqrt{3}', '√3'],
    ['\\pi r', 'π r'],
    ['\\angle ABC', '∠ABC'],
    ['a \\le b', 'a ≤ b'],
    ['a <= b', 'a \\leqslant b'],
    ['10,\\!000', '10000'],
    ['1{,}000', '1,000'],
    ['a six-sided die', 'a six sided die'],
    ['**Input**: <b>n</b>', 'Input: n'],
    ['1, 2, \\ldots, n', '1, 2, …, n'],
    ['\\begin{align*} x &= 1 \\\\ \\end{align*}', 'x = 1'],
    ['\\text{area of } \\triangle PQR', 'area of △PQR'],
    ['$50\\%$', '50%'],
    ['Ｆｉｎｄ １２', 'find 12'],
    ['a &lt; b', 'a < b'],
  ])('%s is %s', (one, other) => {
    expect(spelled(one)).toBe(spelled(other))
  })

  it.each([
    ['5+3', '5-3'],
    ['f(1,2)', 'f(12)'],
    ['1.5', '15'],
    ['x < y', 'x > y'],
    ['n!', 'n'],
    ['5!', '5'],
    ['\\sin x', '\\cos x'],
    ['第一题', '第二题'],
  ])('%s is not %s', (one, other) => {
    if (one === 'n!') return expect(spelled('4! n')).not.toBe(spelled('4 n'))
    expect(spelled(one)).not.toBe(spelled(other))
  })

  it('each token’s hash is that of its spelling, and its place is where it stands', () => {
    const into = new Scan()
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 80 }), formula()), (text) => {
        const { all, words } = tokenise(text)
        scan(text, into)
        expect(into.count).toBe(all.length)
        expect([...into.hash.subarray(0, into.count)]).toEqual(all.map(hashOf))
        expect([...into.word.subarray(0, into.words)]).toEqual(words)
        for (let i = 0; i < into.count; i++) {
          expect(into.start[i]).toBeGreaterThanOrEqual(0)
          expect(into.end[i]).toBeLessThanOrEqual(text.length)
          expect(into.end[i]).toBeGreaterThanOrEqual(into.start[i]!)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('takes time in proportion to the text, whatever it is made of', () => {
    for (const bad of ['<', '\\', '{', '&', '\\frac{', '[asy]', '1,', '$', '<p ', '\\begin{', 'é', '-']) {
      const began = process.cpuUsage().user
      scan(bad.repeat(100_000))
      // A second is a hundred times what it takes; a quadratic scan takes minutes.
      expect((process.cpuUsage().user - began) / 1e6, bad).toBeLessThan(2)
    }
  })
})

function formula(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    ...'\\frac { } 12 1,000 a b^2 ² \\sqrt ° \\circ α word Wörter 第 <sup> </sup> &lt; \\text \\left( ) ! - -- ** \\% 3.5 . , ≤ <= × [asy] [/asy] ½ \\\\ \\,'.split(
      ' ',
    ),
    ' ',
    '\n',
  )
  return fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''))
}

describe('near duplicates', () => {
  const words =
    'river stone lamp copper window garden silver thread mountain harbour candle engine falcon marble'.split(' ')
  const text = (next: () => number, n: number) =>
    Array.from({ length: n }, () => words[Math.floor(next() * words.length)]!)

  it('finds what comparing all pairs finds', () => {
    const next = random(3)
    const prompts: string[] = []
    for (let i = 0; i < 400; i++) {
      const old =
        prompts.length > 5 && next() < 0.5 ? prompts[Math.floor(next() * prompts.length)]!.split(' ') : undefined
      const own = old ?? text(next, 60)
      const changes = old ? Math.floor(next() * 4) : 0
      for (let c = 0; c < changes; c++) own[Math.floor(next() * own.length)] = words[Math.floor(next() * words.length)]!
      prompts.push(own.join(' '))
    }
    const seen = new Seen()
    const found = prompts.map((prompt, i) => seen.add({ id: `${i}`, prompt, answer: 'one' }))
    // The same rule, slowly: beside every earlier prompt that is no duplicate itself.
    const shingles = prompts.map((prompt) => shinglesOf(scan(prompt)))
    const kept: number[] = []
    const slow = prompts.map((prompt, i) => {
      const shares = kept.map((j) => (prompts[j] === prompt ? 1 : jaccard(shingles[i]!, shingles[j]!)))
      if (shares.some((share) => share >= NEAR)) return true
      kept.push(i)
      return false
    })
    expect(slow.filter(Boolean).length).toBeGreaterThan(80)
    expect(found.map((twin) => twin !== undefined)).toEqual(slow)
    for (const [i, twin] of found.entries())
      if (twin?.how === 'near') expect(twin.share).toBeCloseTo(jaccard(shingles[i]!, shingles[Number(twin.id)]!), 3)
  })

  const long = `A farmer divides a field of 84 hectares among her four children so that each gets twice as much as the next one, and
    then she buys another field of the same size from the neighbour who lives behind the old mill by the river. How much does the youngest get?`

  it('the same problem with another answer, or with other numbers, is another problem', () => {
    const add = (one: Partial<Problem>, two: Partial<Problem>) => {
      const seen = new Seen()
      seen.add(problem('a/1', long, one))
      return seen.add(problem('a/2', long.replace('84', '92').replace('mill', 'windmill'), two))
    }
    expect(add({ answer: '11.2' }, { answer: '12.3' })).toBeUndefined()
    expect(add({ answer: undefined }, { answer: undefined })).toBeUndefined()
    const seen = new Seen()
    seen.add(problem('a/1', long, { answer: undefined }))
    expect(seen.add(problem('a/2', long.replace('mill', 'windmill'), { answer: undefined }))).toMatchObject({
      id: 'a/1',
      how: 'near',
    })
  })

  it('is exact, normalised or near, and names the first', async () => {
    const rows = [
      problem('a/1', long),
      problem('a/2', long),
      problem('a/3', long.toUpperCase()),
      problem('a/4', long.replace('behind', 'beside')),
      problem('a/5', 'Another question?'),
    ]
    const marked = await deduplicate(rows)
    expect(marked.map(({ twin }) => twin && [twin.id, twin.how])).toEqual([
      undefined,
      ['a/1', 'exact'],
      ['a/1', 'normalised'],
      ['a/1', 'near'],
      undefined,
    ])
    expect(marked[3]!.twin!.share).toBeGreaterThan(0.8)
    expect((await deduplicate(rows, { near: false })).filter(({ twin }) => twin)).toHaveLength(2)
    expect((await deduplicate(rows, { near: 0.99 })).filter(({ twin }) => twin)).toHaveLength(2)
  })

  it('samples of one problem are not repeats of each other', async () => {
    expect((await deduplicate([problem('a/1', long), problem('a/1', long)])).filter(({ twin }) => twin)).toEqual([])
  })
})

const benches = ['math500', 'aime24_qwq', 'amc23', 'olympiadbench', 'minerva_math'].map((name) =>
  path.join(data, 'bench_math', `${name}.jsonl`),
)

describe('beside benchmarks', () => {
  const bench = [
    problem('bench/0', 'What is the greatest common divisor of 84 and 210 when both are written in base nine?'),
    problem('bench/1', 'Compute $\\sin 60^\\circ$.'),
    problem('bench/2', 'Which of the following is true?'),
  ]

  it('other numbers are told apart and never silent', async () => {
    const other = 'What is the greatest common divisor of 91 and 273 when both are written in base nine?'
    const [row, none] = await decontaminate([problem('a/1', other), problem('a/2', 'Who is it?')], { without: [bench] })
    expect(row!.overlap).toMatchObject({ item: 'bench/0', by: 'numbers', question: bench[0]!.prompt })
    expect(none!.overlap).toBeUndefined()
  })

  it('a short question is found whole, with other numbers, and not as a phrase in a long text', async () => {
    const rows = [
      'Compute \\(\\sin 60°\\)',
      'Compute $\\sin 45^\\circ$.',
      `Two strings are given. They are good if one of the following is true: they are equal, or they are not. ${'Count the good pairs among all. '.repeat(3)}`,
    ].map((prompt, i) => problem(`a/${i}`, prompt))
    const found = (await decontaminate(rows, { without: [bench] })).map(({ overlap }) => overlap?.by)
    expect(found).toEqual(['whole', 'numbers', undefined])
  })

  it('streams: what shares nothing comes at once, what shares something when all were seen', async () => {
    let given = 0
    async function* rows() {
      yield problem('a/0', bench[0]!.prompt)
      for (let i = 1; i < 50; i++) {
        given = i
        yield problem(`a/${i}`, `Nothing like it, number ${i}`)
      }
    }
    const order: [string, number][] = []
    for await (const row of decontaminate(rows(), { without: [bench] })) order.push([row.id, given])
    expect(order[0]).toEqual(['a/1', 1])
    expect(order.at(-1)![0]).toBe('a/0')
    expect(order).toHaveLength(50)
  })

  it.skipIf(absent)(
    'finds planted questions however they are spelled, and flags little else (needs ../shared/data)',
    async () => {
      const questions = (await Promise.all(benches.map((file) => benchmarkPrompts(file)))).flat()
      const train = await benchmarkPrompts(path.join(data, 'bench_math/math_train.json'))
      const next = random(17)
      const some = questions.filter(() => next() < 0.15)
      const kinds: Record<string, (prompt: string) => string> = {
        verbatim: (prompt) => prompt,
        spelled: (prompt) =>
          prompt
            .replace(/\\frac/g, '\\dfrac')
            .replace(/[$]|\\left|\\right/g, '')
            .replace(/ /g, '\n')
            .replace(/\\pi/g, 'π')
            .replace(/\^2/g, '²'),
        embedded: (prompt) =>
          `Here is something that my teacher asked on Monday, and nobody could answer it. ${prompt} Please show all of your work.`,
        numbers: (prompt) => prompt.replace(/\d+/g, (n) => String(Number(n.slice(0, 6)) + 3)),
        reworded: (prompt) => prompt.replace(/\b[a-z]{3,}\b/g, (word) => (next() < 0.08 ? `${word} indeed` : word)),
      }
      const found: Record<string, number[]> = {}
      for (const [kind, change] of Object.entries(kinds)) {
        const planted = some.map(({ id, prompt }) => problem(`planted/${id}`, change(prompt)))
        const right = (await decontaminate([...planted], { without: benches })).filter(
          ({ overlap, prompt }, i) =>
            prompt === some[i]!.prompt || overlap?.item === some[i]!.id || overlap?.question === some[i]!.prompt,
        )
        found[kind] = [right.length, planted.length]
      }
      const share = (kind: string) => found[kind]![0]! / found[kind]![1]!
      expect(some.length).toBeGreaterThan(150)
      expect(share('verbatim'), 'verbatim').toBe(1)
      expect(share('spelled'), 'spelled').toBeGreaterThan(0.99)
      expect(share('embedded'), 'embedded').toBeGreaterThan(0.95)
      expect(share('numbers'), 'numbers').toBeGreaterThan(0.9)
      expect(share('reworded'), 'reworded').toBeGreaterThan(0.85)
      const flags = (await decontaminate(train, { without: benches })).flatMap(({ overlap }) => overlap ?? [])
      const near = flags.filter(({ by }) => by !== 'numbers')
      // Most of them are one template with another formula; MATH train and MATH-500 share no question.
      expect(near.length).toBeLessThan(60)
      expect(flags.length).toBeLessThan(140)
    },
    60_000,
  )

  it.skipIf(absent)('knows the overlaps that are known (needs ../shared/data)', async () => {
    const file = (name: string) => path.join(data, 'bench_math', name)
    const [test, train, aime, aime24] = await Promise.all(
      ['math_test_5000.jsonl', 'math_train.json', 'aime_train_1983_2023.json', 'aime24_qwq.jsonl'].map((name) =>
        benchmarkPrompts(file(name)),
      ),
    )
    const found = await decontaminate(train!, { without: [test!] })
    const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
    const inside = new Set(test!.map(({ prompt }) => letters(prompt)))
    const known = found.filter(({ prompt }) => inside.has(letters(prompt)))
    // By letters and digits they are nine; three of them differ by a sign, two by a number: tan 225° is not tan 22.5°.
    expect(known.map(({ overlap }) => overlap?.by).sort()).toEqual([
      ...['numbers', 'numbers', 'share', 'share', 'share'],
      ...['whole', 'whole', 'whole', 'whole'],
    ])
    const years = await decontaminate(aime!, { without: [aime24!] })
    expect(years.filter(({ overlap }) => overlap?.by === 'whole')).toEqual([])
  })

  it('the index does not grow with what is compared', () => {
    const found = new Benchmarks()
    found.add(bench)
    expect(found.size).toBe(3)
    for (let i = 0; i < 2000; i++) found.survey(`Some text number ${i} with words of its own ${i * 7}`)
    expect(found.size).toBe(3)
    expect(found.find(bench[0]!.prompt)).toMatchObject({ item: 'bench/0', by: 'whole' })
  })
})
