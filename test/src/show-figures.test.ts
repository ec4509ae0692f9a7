import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { DISPLAY, type MimeBundle } from '../../src/host.js'
import { repeats } from '../../src/repeats/index.js'
import type { Score, TrainingRow } from '../../src/rows.js'
import { boxOf } from '../../src/show/boxes.js'
import { compact } from '../../src/show/compact.js'
import { textWidth } from '../../src/show/font.js'
import { Figure, plot } from '../../src/show/index.js'
import { wilson } from '../../src/stats/index.js'

const folder = mkdtempSync(path.join(os.tmpdir(), 'skylab-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  delete (globalThis as Record<symbol, unknown>)[Symbol.for('skylab.host')]
})

const settings = {
  temperature: 0.7,
  topP: 1,
  maxTokens: 16_384,
  promptSet: 'skylab',
  promptHash: '0123456789abcdef',
} as const

/** Rows in which each loss of the recipe stands once or twice. */
function trainingRows(): TrainingRow[] {
  const row = (i: number, extra: object): TrainingRow =>
    ({
      id: `p${i >> 1}`,
      source: i % 3 ? 'numina' : 'apps',
      kind: i % 3 ? 'math' : 'code',
      domain: i % 3 ? 'math' : 'code',
      prompt: 'question',
      sample: i % 2,
      model: 'teacher',
      asked: 'question',
      text: 'answer',
      finish: 'stop',
      usage: { prompt: 10, completion: 100 * (i + 1) },
      dollars: null,
      seconds: 1,
      settings: { ...settings, seed: i },
      format: { ok: true, by: 'split' },
      verdict: { ok: true, how: 'exact' },
      fate: { kept: true, place: i },
      ...extra,
    }) as TrainingRow
  const no = (why: string) => ({ ok: false, why, detail: '' })
  return [
    ...[0, 1, 2, 3].map((i) => row(i, {})),
    row(4, {
      finish: 'error',
      format: no('no-sample'),
      verdict: no('no-answer'),
      fate: { kept: false, why: 'no-answer', detail: '' },
    }),
    row(5, {
      finish: 'length',
      format: no('cut-off'),
      verdict: no('cut-off'),
      fate: { kept: false, why: 'cut-off', detail: '' },
    }),
    row(6, { verdict: no('wrong'), fate: { kept: false, why: 'wrong', detail: '' } }),
    row(7, { fate: { kept: false, why: 'duplicate', detail: '' } }),
  ]
}

const score = (model: string, bench: string, value: number): Score => ({
  model,
  bench,
  value,
  low: Math.max(0, value - 0.1),
  high: Math.min(1, value + 0.15),
  n: 30,
  k: 4,
  cutOff: 12,
  tokens: 900,
  settings: { ...settings, grader: 'g1' },
  byProblem: {},
})

describe('a figure', () => {
  const figure = plot.published()

  it('shows itself in every form at once, with the picture inside the HTML', async () => {
    const bundle = await figure[DISPLAY]()
    expect(Object.keys(bundle)).toEqual(['application/vnd.plotly.v1+json', 'text/html', 'image/svg+xml', 'text/plain'])
    const live = bundle['application/vnd.plotly.v1+json'] as { data: unknown[]; layout: object }
    expect(live.data.length).toBeGreaterThan(3)
    const inside = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(bundle['text/html'] as string)?.[1]
    expect(Buffer.from(inside!, 'base64').toString()).toBe(bundle['image/svg+xml'])
    expect(bundle['text/html']).not.toContain('<script')
    expect(bundle['text/plain']).not.toContain('\n')
    // Eight of them stay well under the megabyte of a committed notebook.
    expect(JSON.stringify(bundle).length).toBeLessThan(60_000)
  })

  it('gives the same bytes for the same picture', async () => {
    expect(await plot.published().toSVG()).toBe(await figure.toSVG())
  })

  it('keeps every label inside the picture', async () => {
    const svg = await figure.toSVG()
    const texts = [...svg.matchAll(/<text([^>]*)>([^<]+)<\/text>/g)]
    expect(texts.length).toBeGreaterThan(30)
    for (const [, attributes, label] of texts) {
      const at = /translate\(([-\d.]+),?([-\d.]*)\)/.exec(attributes!)
      if (!at || /rotate/.test(attributes!)) continue
      const width = textWidth(label!, Number(/font-size="([\d.]+)"/.exec(attributes!)?.[1] ?? 12))
      const x = Number(at[1]) + Number(/ x="([-\d.]+)"/.exec(attributes!)?.[1] ?? 0)
      const left = /text-anchor="middle"/.test(attributes!)
        ? x - width / 2
        : /text-anchor="end"/.test(attributes!)
          ? x - width
          : x
      expect(left, label).toBeGreaterThanOrEqual(-0.5)
    }
  })

  it('is written as SVG, PNG and a page that loads nothing', async () => {
    for (const ending of ['svg', 'png', 'html']) await figure.save(path.join(folder, `figure.${ending}`))
    expect(readFileSync(path.join(folder, 'figure.svg'), 'utf8')).toMatch(/^<svg [^>]*width="700"/)
    const png = readFileSync(path.join(folder, 'figure.png'))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1400, 760])
    const page = readFileSync(path.join(folder, 'figure.html'), 'utf8')
    expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)="https?:/)
    expect(page).toContain('Plotly.newPlot')
    await expect(figure.save('figure.gif')).rejects.toMatchObject({ code: 'bad-call' })
    await expect(figure.toPNG(path.join(folder, 'missing/figure.png'))).rejects.toMatchObject({ code: 'disk' })
  })

  it('draws its letters in the PNG with the font of the package', async () => {
    const text = new Figure({ data: [], layout: { title: { text: 'Letters' }, width: 200, height: 100 }, summary: 's' })
    const blank = new Figure({ data: [], layout: { width: 200, height: 100 }, summary: 's' })
    expect((await text.png()).length).toBeGreaterThan((await blank.png()).length + 500)
  })

  it('is drawn again after its layout was changed by hand', async () => {
    const own = plot.ablations()
    const before = await own.toSVG()
    own.layout.title = { text: 'My own title' }
    expect(await own.toSVG()).not.toBe(before)
    expect(await own.toSVG()).toContain('My own title')
  })
})

describe('compact', () => {
  it('drops what nobody sees, rounds, and keeps what is drawn', () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><defs id="d1"><clipPath id="unused"><rect width="1" height="1"/></clipPath></defs>' +
      '<g class="empty"/><g class="a"><path d="M0.123456,1L2,3" style="opacity: 1; fill: rgb(0, 114, 178); font-family: Open Sans;"/></g>' +
      '<rect width="9" height="9" style="fill: rgb(1, 2, 3); fill-opacity: 0;"/><text x="0" y="0" style="fill: rgb(0, 0, 0)">a &amp; b</text></svg>'
    expect(compact(svg, 'x < y')).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" font-family="sans-serif" role="img"><title>x &lt; y</title>' +
        '<path d="M0.1,1L2,3" fill="#0072b2"/><text fill="#000000">a &amp; b</text></svg>',
    )
  })
})

describe('text measures', () => {
  it('are those of the font: wide letters wider than narrow ones, and lengths add up', () => {
    expect(textWidth('W', 10)).toBeGreaterThan(3 * textWidth('i', 10))
    expect(textWidth('ab', 12)).toBeCloseTo(textWidth('a', 12) + textWidth('b', 12), 9)
    // DejaVu Sans: 'A' is 1401 of 2048 units wide.
    expect(textWidth('A', 2048)).toBe(1401)
  })

  it('turn and move with the transforms around a text', async () => {
    const { JSDOM } = await import('jsdom')
    const { window } = new JSDOM(
      '<svg><g><text transform="rotate(-90)" style="font-size: 10px">wide label</text></g></svg>',
    )
    const [group, text] = [window.document.querySelector('g')!, window.document.querySelector('text')!]
    const [flat, turned] = [boxOf(text), boxOf(group)]
    expect(turned.right - turned.left).toBeCloseTo(flat.bottom - flat.top, 6)
    expect(turned.bottom - turned.top).toBeCloseTo(flat.right - flat.left, 6)
  })
})

describe('plot.flow', () => {
  it('adds up: what leaves a stage is what goes on and every loss by name', () => {
    const rows = trainingRows()
    const { node, link } = plot.flow(rows).data[0] as unknown as {
      node: { label: string[] }
      link: { source: number[]; target: number[]; value: number[] }
    }
    expect(node.label).toEqual(
      expect.arrayContaining([
        '4 problems',
        '8 samples',
        '6 formatted',
        '5 right',
        '4 in the mix',
        '1 cut off',
        '1 failed',
        '1 wrong',
        '1 duplicate',
      ]),
    )
    const sum = (end: number[], at: number) =>
      link.value.reduce((total, value, i) => total + (end[i] === at ? value : 0), 0)
    for (const [i, label] of node.label.entries()) {
      const [into, out] = [sum(link.target, i), sum(link.source, i)]
      if (into > 0 && out > 0) expect(out, label).toBe(into)
      if (into > 0) expect(into, label).toBe(Number.parseInt(label, 10))
    }
  })

  it('ends at "right" for rows that were not mixed yet, and draws', async () => {
    const rows = trainingRows().map(({ fate: _, ...row }) => row)
    const figure = plot.flow(rows)
    expect(figure.summary).toContain('→ 5 right; lost')
    expect(await figure.toSVG()).toContain('5 right')
  })

  it('says nothing of a format where no row was reformatted', () => {
    const rows = trainingRows().flatMap(({ fate: _, format, ...row }) => (format.ok ? [row as never] : []))
    const figure = plot.flow(rows)
    expect(figure.summary).not.toContain('formatted')
    expect(figure.summary).toMatch(/\d samples → \d right/)
  })

  it('says what to do where there are no rows', () => {
    expect(() => plot.flow([])).toThrowError(/no rows/)
  })
})

describe('plot.scores', () => {
  const figure = plot.scores([score('a', 'MATH-500', 0.9), score('b', 'MATH-500', 0.5), score('a', 'mine', 0)], {
    published: true,
  })

  it('draws an asymmetric interval on every bar, n and k under it, and starts at 0', () => {
    const bars = figure.data.filter((trace) => trace.error_y) as unknown as {
      y: number[]
      error_y: { array: number[]; arrayminus: number[] }
    }[]
    expect(bars.flatMap((trace) => trace.y)).toEqual([0.9, 0, 0.5])
    expect(bars[0]!.error_y.array[0]).toBeCloseTo(0.1)
    expect(bars[0]!.error_y.arrayminus).toEqual([0.1, 0])
    const { xaxis, yaxis } = figure.layout as { xaxis: { ticktext: string[] }; yaxis: { range: number[] } }
    expect(xaxis.ticktext[0]).toContain('n 30 · k 4')
    expect(yaxis.range[0]).toBe(0)
  })

  it('shows the share cut off apart, and published numbers only where asked, named published', () => {
    expect(figure.data.some((trace) => String(trace.name).startsWith('cut off'))).toBe(true)
    expect(figure.data.map((trace) => trace.name)).toContain('published: Sky-T1-32B-Preview')
    expect(
      plot.scores([score('a', 'MATH-500', 0.9)]).data.some((trace) => String(trace.name).includes('published')),
    ).toBe(false)
  })
})

describe('plot.published and plot.ablations', () => {
  const file = JSON.parse(readFileSync(new URL('../../fixtures/published.json', import.meta.url), 'utf8'))

  it('stand on numbers with a source, and counts that give the printed percentage', () => {
    expect(file.results).toHaveLength(24)
    for (const one of [
      ...file.results,
      ...file.ablations['data-mix'].arms,
      ...file.ablations['model-size'].arms,
      ...file.reruns,
    ]) {
      expect(one.label).toBe('published')
      expect(file.sources[one.source], one.source).toBeTruthy()
      if (one.hits != null) expect(Math.abs((100 * one.hits) / one.n - one.percent)).toBeLessThan(0.06)
    }
  })

  it('draw an interval only where n is known', () => {
    const bars = plot.published().data as unknown as { y: number[]; error_y?: { array: number[] } }[]
    const [known, unknown] = [bars.filter((trace) => trace.error_y), bars.filter((trace) => !trace.error_y)]
    expect(known.flatMap((trace) => trace.y)).toHaveLength(22)
    expect(unknown.flatMap((trace) => trace.y).sort()).toEqual([0.568, 0.752])
    const aime = known[0]!.y.indexOf(0.433)
    expect(known[0]!.error_y!.array[aime]).toBeCloseTo(wilson(13, 30).high - 0.433, 4)
  })

  it('name themselves published in the picture', async () => {
    expect(await plot.published().toSVG()).toContain('as published')
    expect(await plot.ablations().toSVG()).toContain('as published')
  })
})

describe('plot.mix, plot.lengths, plot.repeats', () => {
  it('count what is in the mix against the quota', () => {
    const figure = plot.mix(trainingRows(), { quota: { math: 4, code: 2, science: 1 } })
    expect(figure.summary).toBe('mix: math 2 of 4, code 2 of 2, science 0 of 1; 2 sources')
    expect(figure.data.at(-1)).toMatchObject({ name: 'quota', x: [1, 2, 4] })
  })

  it('put every answer into a bin, those cut off apart', () => {
    const figure = plot.lengths(trainingRows())
    const total = figure.data.flatMap((trace) => trace.y as number[]).reduce((sum, n) => sum + n, 0)
    expect(total).toBe(7)
    expect(figure.data.at(-1)!.name).toBe('cut off at the token limit (1)')
    expect(() => plot.lengths([])).toThrowError(/no length to draw/)
  })

  it('give the share of looping answers by model and domain, with Wilson intervals', () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      id: `p${i}`,
      model: 'small',
      domain: 'math' as const,
      repeats: { kind: i < 5 ? 'loop' : 'clean' },
    }))
    const bar = plot.repeats(rows).data[0] as unknown as { y: number[]; error_y: { array: number[] } }
    expect(bar.y).toEqual([0.25])
    expect(bar.error_y.array[0]).toBeCloseTo(wilson(5, 20).high - 0.25, 4)
    expect(() => plot.repeats([{ id: 'p', model: 'm', domain: 'math' } as never])).toThrowError(/no repeats field/)
  })
})

describe('plot.loss', () => {
  function recorder() {
    const seen: { bundle: MimeBundle; options: { id: string; final?: boolean } }[] = []
    const controller = new AbortController()
    const host = {
      display: (bundle: MimeBundle, options: { id: string }) => void seen.push({ bundle, options }),
      signal: () => controller.signal,
    }
    ;(globalThis as Record<symbol, unknown>)[Symbol.for('skylab.host')] = host
    return { seen, controller }
  }
  const step = (i: number) => ({ step: i, total: 10, epoch: i / 5, loss: 1 / i, lr: 1e-5, seconds: i, eta: 10 - i })

  it('draws in one place while steps come, and ends with the figure and the origin of the log', async () => {
    const { seen } = recorder()
    const began = Date.now()
    const curve = await plot.loss({
      label: 'practice run',
      logOrigin: 'a recorded log',
      async *steps() {
        for (let i = 1; i <= 10; i++) {
          await new Promise((resolve) => setTimeout(resolve, 30))
          yield step(i)
        }
      },
    })
    expect(curve.steps).toHaveLength(10)
    expect(new Set(seen.map((one) => one.options.id)).size).toBe(1)
    expect(seen.at(-1)!.options.final).toBe(true)
    expect(seen.at(-1)!.bundle['image/svg+xml']).toContain('Log: a recorded log')
    expect(String(curve.figure.summary)).toContain('loss 1.000 → 0.100')
    // First state, first figure, last figure, and at most one more in half a second each.
    expect(seen.length).toBeLessThanOrEqual(4 + (Date.now() - began) / 500)
    // The curve stands there already: the result is a line of text.
    expect(Object.keys(curve[DISPLAY]())).toEqual(['text/plain'])
  })

  it('lets go of a run that logs nothing more when the cell is interrupted', async () => {
    const { controller } = recorder()
    const curve = plot.loss({
      async *steps() {
        yield step(1)
        setTimeout(() => controller.abort(), 20)
        await new Promise(() => undefined)
      },
    })
    expect((await curve).steps).toHaveLength(1)
  })

  it('says so where a run never logged a loss, and where it was given no run', async () => {
    recorder()
    await expect(plot.loss({ id: 'k3f9', steps: async function* () {} })).rejects.toMatchObject({ code: 'no-rows' })
    await expect(plot.loss({} as never)).rejects.toMatchObject({ code: 'bad-call' })
  })
})

describe('plot.onset and plot.wasted', () => {
  const clean = {
    kind: 'clean' as const,
    start: null,
    end: null,
    period: null,
    count: null,
    share: 0,
    rep4: 0,
    rep10: 0,
    compression: 2,
  }
  const row = (id: string, model: string, text: string) => ({
    id,
    model,
    source: 'bench',
    domain: 'math' as const,
    text,
    usage: { prompt: 1, completion: 100 },
    repeats: text.length > 500 ? { ...clean, ...repeats(text) } : clean,
  })
  const loop = 'So I go back and look at the sum once more. '.repeat(50)
  const rows = [
    ...Array.from({ length: 9 }, (_, i) => row(`p${i}`, 'large', 'The sum is 7.')),
    row('p9', 'large', loop),
    row('p0', 'small', loop),
    row('p1', 'small', 'The sum is 8.'),
  ]

  it('counts an answer that ended as one that never repeats', async () => {
    const figure = plot.onset(rows)
    expect(figure.summary).toContain('2 of 12 answers')
    const lines = figure.data.filter((trace) => trace.name !== undefined) as unknown as {
      name: string
      x: number[]
      y: number[]
    }[]
    expect(lines.map((line) => line.name)).toEqual(['large (1 of 10)', 'small (1 of 2)'])
    expect(lines.map((line) => line.y.at(-1))).toEqual([0.9, 0.5])
    expect(lines[0]!.x[1]).toBe(44)
    expect(await figure.toSVG()).toContain('not yet repeating')
    expect(() => plot.onset([])).toThrow('no rows')
  })

  it('says which share of the tokens repeats', () => {
    const figure = plot.wasted(rows)
    expect(figure.summary).toContain('16.3 % of all')
    const bars = figure.data[0] as unknown as { y: number[] }
    expect(bars.y[0]).toBeCloseTo(0.098, 2)
    expect(() => plot.wasted([{ id: 'x' } as never])).toThrow('no repeats field')
  })
})
