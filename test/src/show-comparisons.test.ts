import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Score } from '../../src/rows.js'
import { CanvasContext } from '../../src/show/canvas.js'
import { Figure, plot } from '../../src/show/index.js'
import { passAtK } from '../../src/stats/index.js'

function score(model: string, bench: string, counts: number[], k: number, tokens: number): Score {
  const value = counts.reduce((sum, c) => sum + c, 0) / (counts.length * k)
  return {
    model,
    bench,
    value,
    low: Math.max(0, value - 0.1),
    high: Math.min(1, value + 0.1),
    n: counts.length,
    k,
    cutOff: 0,
    tokens,
    settings: { temperature: 0.7, topP: 1, maxTokens: 16_384, promptSet: 'skylab', promptHash: '0', grader: '1' },
    byProblem: Object.fromEntries(counts.map((c, i) => [`${bench}/${i}`, c / k])),
  }
}

const scores = [
  score('org/large', 'aime24', [0, 4, 8, 1], 8, 7000),
  score('org/small', 'aime24', [0, 0, 8, 2], 8, 900),
  score('org/large', 'gsm8k', Array(300).fill(1), 1, 300),
]

describe('plot.tokens', () => {
  it('puts each score at its tokens and share, with its interval', async () => {
    const figure = plot.tokens(scores)
    const marks = figure.data.filter((trace) => trace.error_y) as unknown as { x: number[]; y: number[] }[]
    expect(marks.map(({ x, y }) => [x[0], y[0]])).toEqual(scores.map(({ tokens, value }) => [tokens, value]))
    const { xaxis } = figure.layout as { xaxis: { range: number[]; tickvals: number[]; ticktext: string[] } }
    expect(xaxis.tickvals).toEqual([500, 1000, 2000, 5000])
    expect(xaxis.ticktext).toEqual(['500', '1000', '2000', '5000'])
    for (const { tokens } of scores) {
      expect(Math.log10(tokens)).toBeGreaterThan(xaxis.range[0]!)
      expect(Math.log10(tokens)).toBeLessThan(xaxis.range[1]!)
    }
    expect(await figure.toSVG()).toContain('org/small')
  })

  it('says what it needs', () => {
    expect(() => plot.tokens([])).toThrowError(/no scores/)
    expect(() => plot.tokens([{ id: 1 }] as never)).toThrowError(/takes scores/)
  })
})

describe('plot.passk', () => {
  it('averages the unbiased estimate over problems, up to the samples that there are', () => {
    const figure = plot.passk(scores)
    const curves = figure.data.filter((trace) => trace.showlegend) as unknown as { name: string; y: number[] }[]
    expect(curves.map(({ name }) => name)).toEqual(['org/large', 'org/small'])
    const expected = [0, 4, 8, 1].map((c) => passAtK(8, c, 3)).reduce((sum, value) => sum + value, 0) / 4
    expect(curves[0]!.y).toHaveLength(8)
    expect(curves[0]!.y[2]).toBeCloseTo(expected, 4)
    expect(curves[0]!.y[7]).toBe(0.75)
    expect(curves[0]!.y).toEqual(curves[0]!.y.toSorted((a, b) => a - b))
  })

  it('draws no curve of one point', () => {
    expect(() => plot.passk([scores[2]!])).toThrowError(/k = 1/)
  })
})

describe('plot.problems', () => {
  it('sorts problems from easy to hard, and counts at the right', async () => {
    const figure = plot.problems(scores)
    const [map] = figure.data as unknown as { z: number[][]; hovertext: string[][] }[]
    // plotly's first row is the lowest.
    expect(map!.z).toEqual([
      [1, 0, 0.25, 0],
      [1, 0.5, 0.125, 0],
    ])
    expect(map!.hovertext[1]![1]).toBe('aime24/1<br>org/large: 4 of 8 right')
    const { annotations } = figure.layout as unknown as { annotations: { text: string }[] }
    expect(annotations.map(({ text }) => text)).toEqual(expect.arrayContaining(['3 · 1', '2 · 1', '8', '4']))
    const svg = await figure.toSVG()
    expect(svg).toMatch(/<image [^>]*href="data:image\/png;base64,/)
    expect((await figure.png()).length).toBeGreaterThan(3000)
  })

  it('takes another benchmark by name, without a number in each of 300 cells', () => {
    const figure = plot.problems(scores, { bench: 'gsm8k', order: 'given' })
    expect((figure.layout.annotations as unknown[]).length).toBeLessThan(4)
    expect(() => plot.problems(scores, { bench: 'aime' })).toThrowError(/aime24, gsm8k/)
  })
})

describe('plot.forest', () => {
  const rows = [
    { a: 'x/one', b: 'x/two', bench: 'aime24', difference: 0.2, low: 0.05, high: 0.35, p: 0.01, holm: 0.02, n: 30 },
    { a: 'x/one', b: 'x/two', bench: 'math500', difference: -0.01, low: -0.05, high: 0.03, p: 0.6, holm: 0.6, n: 500 },
    { a: 'x/one', b: 'x/two', bench: 'published', difference: 0.081 },
  ]

  it('draws each interval around its difference, coloured where zero is left out, hollow where none is known', async () => {
    const figure = plot.forest(rows)
    const traces = figure.data as unknown as {
      x: number[]
      error_x?: { array: number[]; arrayminus: number[] }
      marker: { color: string }
    }[]
    expect(traces.map(({ x }) => x[0])).toEqual([20, -1, 8.1])
    expect(traces[0]!.error_x!.array[0]).toBeCloseTo(15)
    expect(traces[0]!.error_x!.arrayminus[0]).toBeCloseTo(15)
    expect(traces[2]!.error_x).toBeUndefined()
    expect(new Set(traces.map(({ marker }) => marker.color)).size).toBe(3)
    const svg = await figure.toSVG()
    for (const text of ['+20.0, p 0.020', '−1.0, p 0.60', '+8.1', 'aime24']) expect(svg).toContain(text)
  })

  it('names a line by what tells it apart', () => {
    const names = (own: object[]) => (plot.forest(own as never).layout.yaxis as { ticktext: string[] }).ticktext
    expect(names(rows)).toEqual(['aime24', 'math500', 'published'])
    expect(names([rows[0]!])).toEqual(['one − two, aime24'])
    expect(names([{ ...rows[0]!, a: 'x/three' }, rows[0]!])).toEqual(['three − two', 'one − two'])
    expect(() => plot.forest([])).toThrowError(/no comparison/)
  })

  it('leaves half of the figure to the plot however long the names are', () => {
    const long = 'Qwen2.5-Coder-14B-Instruct, trained on APPS and hard maths'
    const { layout } = plot.forest([{ name: `${long} − ${long}`, difference: 0.1, low: 0, high: 0.2 }])
    expect((layout.yaxis as { ticktext: string[] }).ticktext[0]!.split('<br>').length).toBeGreaterThan(2)
    expect((layout.margin as { l: number }).l).toBeLessThan(300)
    expect((layout.annotations as { xshift: number }[])[0]!.xshift).toBeLessThan(-150)
  })
})

describe('plot.openness', () => {
  it('shows the report’s table, and a release of your own beside it', () => {
    const { data, summary } = plot.openness({ with: { mine: { data: true, code: true } } })
    const [open, closed] = data as unknown as { x: number[]; y: number[] }[]
    expect(summary).toBe('openness: everything public in Sky-T1-32B-Preview, of 6 projects')
    expect(open!.x.filter((x) => x === 0)).toHaveLength(2)
    // What nobody said of a release is neither public nor not.
    expect(closed!.x.filter((x) => x === 0)).toHaveLength(0)
    expect(open!.x.filter((x) => x === 1)).toHaveLength(6)
    expect(() => plot.openness({ with: { mine: { wieghts: true } } })).toThrowError(/wieghts/)
  })
})

describe('the canvas of heat maps', () => {
  it('fills pixels, keeps what is outside, and writes them as a PNG', () => {
    const context = new CanvasContext(3, 2)
    context.fillStyle = 'rgba(10,20,30,0.5)'
    context.fillRect(1, 0, 5, 1)
    const url = context.toDataURL()
    const file = Buffer.from(url.slice('data:image/png;base64,'.length), 'base64')
    expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([3, 2])
    const at = file.indexOf('IDAT')
    const rows = inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)))
    expect([...rows]).toEqual([0, 0, 0, 0, 0, 10, 20, 30, 128, 10, 20, 30, 128, 0, ...Array(12).fill(0)])
  })

  it('draws a heat map of one’s own, with gaps and without', async () => {
    for (const gap of [0, 2]) {
      const z = [
        [0, 1],
        [1, 0],
      ]
      const figure = new Figure({ data: [{ type: 'heatmap', z, xgap: gap, ygap: gap }], summary: 'a heat map' })
      expect(await figure.toSVG()).toContain('<image ')
    }
  })
})

describe('plot.shares', () => {
  const rows = [
    { name: 'off by one', series: 'strict', value: 0, low: 0, high: 0.09, n: 41 },
    { name: 'off by one', series: 'lenient', value: 0.5, low: 0.36, high: 0.64, n: 41 },
    { name: 'as it is', series: 'strict', value: 1, low: 0.91, high: 1, n: 41 },
  ]

  it('draws each share with its interval, the first line on top and marks on one line apart', async () => {
    const figure = plot.shares(rows, { title: 'Accepted', caption: 'Counted here.' })
    type Drawn = { name: string; x: number[]; y: number[]; error_x: { array: number[]; arrayminus: number[] } }
    const [strict, lenient] = figure.data as unknown as Drawn[]
    expect([strict!.name, lenient!.name]).toEqual(['strict', 'lenient'])
    expect(strict!.x).toEqual([0, 1])
    expect(strict!.error_x).toMatchObject({ array: [0.09, 0], arrayminus: [0, 0.09] })
    expect(lenient!.error_x).toMatchObject({ array: [0.14], arrayminus: [0.14] })
    // 'off by one' is the upper of two lines, with two marks on it; 'as it is' has one, in the middle.
    expect(strict!.y[0]).toBeGreaterThan(lenient!.y[0]!)
    expect((strict!.y[0]! + lenient!.y[0]!) / 2).toBe(1)
    expect(strict!.y[1]).toBe(0)
    expect(await figure.toSVG()).toContain('Counted here.')
    expect(figure.summary).toBe('shares: off by one strict 0.0 %, lenient 50.0 %; as it is strict 100.0 %')
  })

  it('has no legend for one series, no whisker where no interval is known, and an axis that fits', () => {
    const figure = plot.shares([{ name: 'a', value: 0.1 }])
    expect(figure.layout).toMatchObject({ showlegend: false, xaxis: { range: [-0.0027, 0.108] } })
    expect(figure.data[0]).toMatchObject({ error_x: { array: [0], arrayminus: [0] }, hovertext: ['a<br>10.0 %, no interval is known'] }) // biome-ignore format: one line
  })

  it('says what it needs', () => {
    expect(() => plot.shares([])).toThrowError(/no share to draw/)
    expect(() => plot.shares([{ name: 'a', value: 43.3 }])).toThrowError(/from 0 to 1/)
  })
})
