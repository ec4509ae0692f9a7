// What accuracy costs: right answers against the tokens that an answer takes.
import type { Score } from '../../rows.js'
import { Figure } from '../figure.js'
import { type FigureOptions, neutral, palette, type Trace } from '../theme.js'
import { count, pageLayout, percent } from './page.js'
import { checkScores } from './scored.js'
import { many } from './scores.js'

/** Told apart also where they lie on one another. */
const symbols = ['circle', 'square', 'diamond', 'triangle-up', 'cross', 'x', 'star', 'triangle-down'] as const

/**
 * Accuracy against mean tokens of an answer, one mark a model and benchmark, with 95 % intervals. A thin line joins the
 * models of one benchmark: where it is flat, the longer answers bought nothing. Tokens on a logarithmic axis.
 */
export function tokensFigure(scores: readonly Score[], options: FigureOptions = {}): Figure {
  checkScores(scores, 'plot.tokens')
  const models = [...new Set(scores.map(({ model }) => model))]
  const benches = [...new Set(scores.map(({ bench }) => bench))]
  const lines: Trace[] = benches.map((bench) => {
    const own = scores.filter((score) => score.bench === bench).toSorted((a, b) => a.tokens - b.tokens)
    return {
      type: 'scatter',
      mode: 'lines',
      x: own.map(({ tokens }) => tokens),
      y: own.map(({ value }) => value),
      line: { color: neutral, width: 1, dash: '2px,3px' },
      hoverinfo: 'skip',
      showlegend: false,
    }
  })
  const marks: Trace[] = scores.map((score) => {
    const color = palette[models.indexOf(score.model) % palette.length]!
    return {
      type: 'scatter',
      mode: 'markers',
      x: [score.tokens],
      y: [score.value],
      marker: { color, size: 10, symbol: symbols[benches.indexOf(score.bench) % symbols.length] },
      error_y: {
        type: 'data',
        symmetric: false,
        array: [score.high - score.value],
        arrayminus: [score.value - score.low],
        color,
        thickness: 1.2,
        width: 3,
      },
      hovertext: [
        `${score.model}, ${score.bench}<br>${percent(score.value)} right (95 % ${percent(score.low)} to ${percent(score.high)})<br>${count(score.tokens)} tokens an answer, n ${score.n}, k ${score.k}`,
      ],
      hoverinfo: 'text',
      cliponaxis: false,
      showlegend: false,
    }
  })
  const legend: Trace[] = [
    ...models.map((name, i) => key(name, { color: palette[i % palette.length], symbol: 'square' })),
    ...benches.map((name, i) => key(name, { color: neutral, symbol: symbols[i % symbols.length] })),
  ]
  const page = pageLayout({
    options,
    title: 'Right answers against the length of an answer',
    legend: legend.map(({ name }) => String(name)),
    caption: 'Colour: model; shape: benchmark. Whiskers: 95 % interval over problems.',
    below: 46,
  })
  const [least, most] = [Math.min, Math.max].map((of) => of(...scores.map(({ tokens }) => Math.max(1, tokens))))
  const ticks = roundNumbers(least! / 1.3, most! * 1.3)
  return new Figure({
    data: [...lines, ...marks, ...legend],
    layout: {
      ...page,
      xaxis: {
        title: { text: 'mean tokens of an answer' },
        type: 'log',
        range: [Math.log10(least! / 1.3), Math.log10(most! * 1.3)],
        tickvals: ticks,
        ticktext: ticks.map(count),
      },
      yaxis: { title: { text: 'right' }, tickformat: '.0%', range: [-0.02, 1.04] },
    },
    summary: `right answers against tokens: ${many(models.length, 'model')}, ${many(benches.length, 'benchmark')}`,
  })
}

/** An entry of the legend that stands for a colour or a shape. */
function key(name: string, marker: object): Trace {
  return {
    type: 'scatter',
    mode: 'markers',
    name,
    x: [null],
    y: [null],
    marker: { size: 9, ...marker },
    hoverinfo: 'skip',
  }
}

/** 1, 2 and 5 times the powers of ten between two numbers; where they are few, also between those. */
function roundNumbers(from: number, to: number): number[] {
  const powers = Array.from({ length: 12 }, (_, i) => 10 ** i)
  const within = (factors: number[]) =>
    powers.flatMap((power) => factors.map((factor) => factor * power)).filter((value) => value >= from && value <= to)
  const few = within([1, 2, 5])
  return few.length >= 3 ? few : within([1, 1.5, 2, 3, 5, 7])
}
