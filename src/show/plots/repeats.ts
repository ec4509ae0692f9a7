// How often answers go in circles, by model and domain, with intervals.

import type { Sample } from '../../rows.js'
import { meanInterval } from '../../stats/index.js'
import { Figure } from '../figure.js'
import { type FigureOptions, size } from '../theme.js'
import { barsLayout, groupedBars } from './bars.js'
import { checkInspected, groupedBy } from './inspected.js'
import { pageLayout, percent } from './page.js'
import { many } from './scores.js'

/** A sampled row with what `repeats` found in it. */
export type RepeatsRow = Pick<Sample, 'id' | 'model' | 'domain'> & { repeats: { kind: string } }

export interface RepeatsFigureOptions<Row extends RepeatsRow = RepeatsRow> extends FigureOptions {
  /** What a bar stands for. @default the model */
  by?: (row: Row) => string
  /** What stands along the x axis. @default the domain */
  over?: (row: Row) => string
}

/**
 * Share of answers that loop or circle: one group a domain, one bar a model, 95 % intervals over problems.
 *
 * @example plot.repeats(inspectRepeats(judged).rows, { by: (row) => sizeOf[row.model]!, over: (row) => row.source })
 */
export function repeatsFigure<Row extends RepeatsRow>(
  rows: readonly Row[],
  options: RepeatsFigureOptions<Row> = {},
): Figure {
  checkInspected(rows, 'plot.repeats')
  const by = groupedBy('plot.repeats', 'by', options.by ?? (({ model }: Row) => model), rows)
  const over = groupedBy('plot.repeats', 'over', options.over ?? (({ domain }: Row) => domain), rows)
  const models = [...new Set(rows.map(by))]
  const domains = [...new Set(rows.map(over))].sort()
  const bars = groupedBars({
    series: models.map((name) => ({ name })),
    groups: domains.map((name) => ({
      name,
      note: `n ${new Set(rows.filter((row) => over(row) === name).map((row) => row.id)).size}`,
    })),
    bars: models.flatMap((model) =>
      domains.flatMap((domain) => {
        const own = rows.filter((row) => by(row) === model && over(row) === domain)
        return own.length > 0 ? [{ series: model, group: domain, ...measured(model, domain, own) }] : []
      }),
    ),
    inside: (options.width ?? size.width) - 70,
    yTitle: 'answers that loop or circle',
  })
  const looping = rows.filter((row) => row.repeats.kind !== 'clean').length
  const page = pageLayout({
    options,
    title: `Repetition: ${looping} of ${many(rows.length, 'answer')}`,
    legend: bars.legend,
    caption: 'n: problems. Whiskers: 95 % interval over problems (Wilson where there is one answer a problem).',
    below: 12 + bars.tickLines * 15,
  })
  return new Figure({
    data: bars.data,
    layout: barsLayout(bars, page),
    summary: `repeats: ${looping} of ${rows.length} answers loop or circle; ${many(models.length, 'model')}, ${many(domains.length, 'group')}`,
  })
}

function measured(model: string, domain: string, rows: readonly RepeatsRow[]) {
  const hits = (some: readonly RepeatsRow[]) => some.filter((row) => row.repeats.kind !== 'clean').length
  const shares = [...Map.groupBy(rows, (row) => row.id).values()].map((own) => hits(own) / own.length)
  const { low, high } = meanInterval(shares)
  const value = shares.reduce((sum, share) => sum + share, 0) / shares.length
  const kinds = [...Map.groupBy(rows, (row) => row.repeats.kind)]
    .map(([kind, own]) => `${kind} ${own.length}`)
    .join(', ')
  return {
    value,
    low,
    high,
    label: `${(value * 100).toFixed(1)}`,
    hover: `${model}, ${domain}<br>${percent(value)}, 95 % interval ${percent(low)} to ${percent(high)}<br>${kinds}`,
  }
}
