// How much of what was paid for says nothing new.

import { exactLoops, type Repeats, wastedCharacters } from '../../repeats/index.js'
import type { Sample } from '../../rows.js'
import { Figure } from '../figure.js'
import { type FigureOptions, size } from '../theme.js'
import { barsLayout, groupedBars } from './bars.js'
import { checkInspected } from './inspected.js'
import { pageLayout, percent } from './page.js'
import { many } from './scores.js'

export type WastedRow = Pick<Sample, 'id' | 'model' | 'source' | 'text' | 'usage'> & { repeats: Repeats }

/**
 * Share of the tokens that repeat what stood before, after the first copy: one group a source, one bar a model.
 * Tokens are taken to lie evenly over the characters of an answer; circling answers waste too, and are not counted.
 *
 * @param rows Rows with a `repeats` field: `inspectRepeats(samples).rows`.
 */
export function wastedFigure(rows: readonly WastedRow[], options: FigureOptions = {}): Figure {
  checkInspected(rows, 'plot.wasted')
  const tokens = (some: readonly WastedRow[]) => some.reduce((sum, row) => sum + row.usage.completion, 0)
  const models = [...new Set(rows.map((row) => row.model))]
  const sources = [...new Set(rows.map((row) => row.source))].sort()
  const bars = groupedBars({
    series: models.map((name) => ({ name })),
    groups: sources.map((name) => ({ name, note: `n ${rows.filter((row) => row.source === name).length}` })),
    bars: models.flatMap((model) =>
      sources.flatMap((source) => {
        const own = rows.filter((row) => row.model === model && row.source === source)
        if (tokens(own) === 0) return []
        const value = wastedTokens(own) / tokens(own)
        const hover = `${model}, ${source}<br>${percent(value)} of ${Math.round(tokens(own)).toLocaleString('en')} tokens in ${many(own.length, 'answer')}`
        return [{ series: model, group: source, value, label: (100 * value).toFixed(1), hover }]
      }),
    ),
    inside: (options.width ?? size.width) - 70,
    yTitle: 'tokens that repeat',
  })
  const share = wastedTokens(rows) / Math.max(1, tokens(rows))
  const page = pageLayout({
    options,
    title: `Wasted: ${percent(share)} of all tokens repeat what stood before`,
    legend: bars.legend,
    caption: 'n: answers. Copies of a loop after its first, as a share of all tokens sampled.',
    below: 12 + bars.tickLines * 15,
  })
  return new Figure({
    data: bars.data,
    layout: barsLayout(bars, page),
    summary: `wasted tokens: ${percent(share)} of all; ${many(models.length, 'model')}, ${many(sources.length, 'source')}`,
  })
}

function wastedTokens(rows: readonly WastedRow[]): number {
  return rows.reduce((sum, row) => {
    if (row.repeats.kind === 'clean' || row.text.length === 0) return sum
    return sum + (row.usage.completion * wastedCharacters(row.repeats, exactLoops(row.text))) / row.text.length
  }, 0)
}
