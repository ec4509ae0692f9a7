// What the training set is made of: rows by domain and source, against the quota.

import type { TrainingRow } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { takesRows } from '../../taken.js'
import { Figure } from '../figure.js'
import { type FigureOptions, neutral, palette, size, type Trace } from '../theme.js'
import { count, faded, pageLayout } from './page.js'
import { many } from './scores.js'

export interface MixOptions extends FigureOptions {
  /** What was asked for, as it was given to `mix`: drawn as a line over each domain. */
  quota?: { math?: number; code?: number; science?: number }
}

/** Rows kept in the mix: one bar a domain, one colour a source, the quota as a mark. */
export function mixFigure(rows: readonly TrainingRow[], options: MixOptions = {}): Figure {
  options ??= {}
  takesRows('plot.mix', rows, { fix: 'plot.mix(await mix(judged, quota, { seed: 7 }))', has: ['fate'] })
  const kept = rows.filter((row) => row.fate.kept)
  const quota = options.quota ?? {}
  const domains = (['math', 'code', 'science'] as const).filter(
    (domain) => quota[domain] !== undefined || kept.some((row) => row.domain === domain),
  )
  if (domains.length === 0)
    throw new Stopped(
      'no-rows',
      `None of ${many(rows.length, 'row')} is in the mix, so there is nothing to draw.`,
      'plot.flow(rows)',
    )
  const sources = [...new Set(kept.map((row) => row.source))].sort()
  // Drawn from the top in the order of the mix.
  const places = domains.toReversed()
  const data: Trace[] = sources.map((source, i) => {
    const color = palette[i % palette.length]!
    return {
      type: 'bar',
      orientation: 'h',
      name: source,
      y: places,
      // null and not 0: a bar without length would still draw its outline.
      x: places.map((domain) => kept.filter((row) => row.domain === domain && row.source === source).length || null),
      marker: { color: faded(color, 0.55), line: { color, width: 1.5 } },
      width: 0.6,
      hovertemplate: `%{x} rows from ${source}<extra></extra>`,
    }
  })
  const asked = places.filter((domain) => quota[domain] !== undefined)
  if (asked.length > 0) {
    data.push({
      type: 'scatter',
      mode: 'markers',
      name: 'quota',
      x: asked.map((domain) => quota[domain]),
      y: asked,
      marker: { symbol: 'line-ns', size: 40, line: { width: 3, color: neutral }, color: neutral },
      hovertemplate: 'quota %{x}<extra></extra>',
      cliponaxis: false,
    })
  }
  const totals = places.map((domain) => kept.filter((row) => row.domain === domain).length)
  const most = Math.max(...totals, ...asked.map((domain) => quota[domain]!))
  const page = pageLayout({
    options,
    title: `The mix: ${many(kept.length, 'row')} of ${count(rows.length)}`,
    legend: data.map((trace) => String(trace.name)),
    below: 46,
    left: 70,
  })
  page.height = options.height ?? Number(page.height) - size.height + 150 + 62 * domains.length
  const labels = places.map((domain, i) => {
    const of = quota[domain] === undefined ? '' : ` of ${count(quota[domain]!)}`
    // Beyond the quota's mark where the two would meet.
    const x = Math.max(totals[i]!, Math.abs((quota[domain] ?? 0) - totals[i]!) < most * 0.18 ? (quota[domain] ?? 0) : 0)
    return { text: `${count(totals[i]!)}${of}`, x, y: domain, xanchor: 'left', xshift: 6 }
  })
  return new Figure({
    data,
    layout: {
      ...page,
      barmode: 'stack',
      xaxis: { title: { text: 'rows' }, range: [0, most * 1.18 || 1], zeroline: true },
      yaxis: { type: 'category', categoryarray: places, range: [-0.5, places.length - 0.5], showgrid: false },
      annotations: [...labels, ...(page.annotations as object[])],
    },
    summary: `mix: ${places
      .map((domain, i) => `${domain} ${totals[i]}${quota[domain] === undefined ? '' : ` of ${quota[domain]}`}`)
      .reverse()
      .join(', ')}; ${many(sources.length, 'source')}`,
  })
}
