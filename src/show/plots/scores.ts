// Scores of models on benchmarks, side by side, intervals always drawn.

import type { Score } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { passed, takesRows } from '../../taken.js'
import { Figure } from '../figure.js'
import { type FigureOptions, size } from '../theme.js'
import { barsLayout, groupedBars, type Mark } from './bars.js'
import { pageLayout, percent } from './page.js'
import { publishedFor } from './published.js'

export interface ScoresOptions extends FigureOptions {
  /**
   * Published numbers as marks beside the bars of their benchmark: true for those of the Sky-T1 report on
   * the same benchmarks, or your own (values 0 … 1). @default none
   */
  published?: boolean | { model: string; bench: string; value: number }[]
}

/** Grouped bars: one group a benchmark, one bar a model, with 95 % intervals, n and k, and the share cut off. */
export function scoresFigure(scores: readonly Score[], options: ScoresOptions = {}): Figure {
  const fix = 'plot.scores(await evaluate(models, { benches }))'
  takesRows('plot.scores', scores, { fix, what: 'scores', has: ['model', 'bench', 'value'] })
  if (scores.length === 0) throw new Stopped('no-rows', 'There are no scores to draw.', fix)
  const models = [...new Set(scores.map((score) => score.model))]
  const benches = [...new Set(scores.map((score) => score.bench))]
  const marks: Mark[] = publishedMarks(options.published ?? false, benches)
  const bars = groupedBars({
    series: models.map((name) => ({ name })),
    groups: benches.map((name) => ({ name, note: sizes(scores.filter((score) => score.bench === name)) })),
    bars: scores.map((score) => ({
      series: score.model,
      group: score.bench,
      value: score.value,
      low: score.low,
      high: score.high,
      cutOff: cutOffShare(score),
      label: (score.value * 100).toFixed(1),
      hover: hover(score),
    })),
    marks,
    cutOffName: 'cut off at the token limit, not right',
    inside: (options.width ?? size.width) - 70,
    yTitle: 'right',
  })
  const caption = `Whiskers: 95 % interval over problems.${marks.length > 0 ? ' Marks at the right: published by others, measured elsewhere.' : ''}`
  const page = pageLayout({ options, title: 'Scores', legend: bars.legend, caption, below: 12 + bars.tickLines * 15 })
  return new Figure({
    data: bars.data,
    layout: barsLayout(bars, page),
    summary: `bars: ${benches.join(', ')}; ${many(models.length, 'model')}, ${many(benches.length, 'benchmark')}`,
  })
}

function publishedMarks(published: NonNullable<ScoresOptions['published']>, benches: string[]): Mark[] {
  const numbers = published === true ? publishedFor(benches) : published === false ? [] : published
  if (!Array.isArray(numbers))
    throw new Stopped(
      'bad-call',
      `published of plot.scores is ${passed(numbers)}.`,
      "published: true, or published: [{ model: 'o1', bench: 'math500', value: 0.948 }]",
    )
  return numbers.map(({ model, bench, value }) => ({ name: `published: ${model}`, group: bench, value }))
}

function cutOffShare({ cutOff, n, k, value }: Score): number {
  // Rounding must not lift the pile above 1.
  return n * k === 0 ? 0 : Math.min(cutOff / (n * k), 1 - value)
}

/** 'n 30 · k 8', or the range where models differ. */
function sizes(scores: readonly Score[]): string {
  const range = (values: number[]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)]
    return low === high ? `${low}` : `${low}–${high}`
  }
  return `n ${range(scores.map((score) => score.n))} · k ${range(scores.map((score) => score.k))}`
}

function hover(score: Score): string {
  return [
    `${score.model} on ${score.bench}`,
    `${percent(score.value)} right, 95 % interval ${percent(score.low)} to ${percent(score.high)}`,
    `${score.n} problems, ${many(score.k, 'sample')} of each`,
    `${percent(cutOffShare(score))} cut off, ${Math.round(score.tokens)} tokens an answer`,
    `temperature ${score.settings.temperature ?? 'default'}, ${score.settings.maxTokens} tokens at most, grader ${score.settings.grader}`,
  ].join('<br>')
}

export function many(n: number, name: string): string {
  return `${n} ${name}${n === 1 ? '' : 's'}`
}
