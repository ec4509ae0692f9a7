// The report's own numbers as figures: published by others, and named so wherever they stand.
import { type PublishedRow, published } from '../../published.js'
import { Figure } from '../figure.js'
import { type FigureOptions, meaning, neutral, size } from '../theme.js'
import { type Bar, barsLayout, groupedBars } from './bars.js'
import { pageLayout } from './page.js'

/** The report's results: four models on six benchmarks. Intervals only where the number of problems is known. */
export function publishedFigure(options: FigureOptions = {}): Figure {
  const { results, sources } = published()
  const models = [...new Set(results.map((one) => one.model))]
  const benches = [...new Set(results.map((one) => one.bench))]
  const bars = groupedBars({
    series: models.map((name) => ({ name })),
    groups: benches.map((name) => {
      const group = results.filter((one) => one.bench === name)
      const known = group.filter(({ n }) => n !== null)
      if (known.length === 0) return { name, note: 'n not known' }
      // Two of the report's numbers on GPQA-Diamond fit no count of its 198 problems.
      return {
        name,
        note: `n ${known[0]!.n}${known.length < group.length ? ` for ${known.length} of ${group.length}` : ''}`,
      }
    }),
    bars: results.map((one) => ({ ...bar(one), series: one.model, group: one.bench })),
    inside: (options.width ?? size.width) - 70,
    yTitle: 'right (published)',
  })
  const caption = `Published: ${sources.report}. Whiskers: 95 % Wilson interval, where n is known; one sample a problem.`
  const page = pageLayout({
    options,
    title: 'Sky-T1 report: results as published',
    legend: bars.legend,
    caption,
    below: 12 + bars.tickLines * 15,
  })
  return new Figure({
    data: bars.data,
    layout: barsLayout(bars, page),
    summary: `bars: ${benches.join(', ')}; ${models.length} models, ${benches.length} benchmarks, published by the Sky-T1 report`,
  })
}

/** The report's two ablations: model size on LiveCodeBench, data mix on AIME24 (n = 30). */
export function ablationsFigure(options: FigureOptions = {}): Figure {
  const { ablations, sources } = published()
  const panels = [ablations['model-size'], ablations['data-mix']]
  const arms = panels.flatMap((panel, i) =>
    panel.arms.map((arm) => ({ ...arm, panel: panel.bench, series: `series${i}` })),
  )
  const groups = arms.map((arm) => ({ name: `${arm.name}`, ...(arm.n && { note: `${arm.hits} of ${arm.n}` }) }))
  const inside = (options.width ?? size.width) - 70
  const bars = groupedBars({
    series: [{ name: 'arm', color: meaning.plain }],
    groups,
    bars: arms.map((arm) => ({ ...bar(arm), series: 'arm', group: arm.name })),
    inside,
    yTitle: 'right (published)',
  })
  bars.data = bars.data.map((trace) => ({ ...trace, showlegend: false }))
  const caption = `Published: ${sources.report}. ${panels.map((panel) => `${panel.title}: ${panel.model}; ${panel.note}`).join(' ')} Whiskers: 95 % Wilson interval.`
  const page = pageLayout({
    options,
    title: 'Sky-T1 report: two ablations as published',
    caption,
    below: 12 + bars.tickLines * 15,
  })
  const split = panels[0]!.arms.length - 0.5
  const headers = panels.map((panel, i) => ({
    text: `${panel.title}: ${panel.bench}`,
    x: i === 0 ? -0.48 : split + 0.02,
    xanchor: 'left',
    yref: 'paper',
    y: 1,
    yanchor: 'bottom',
  }))
  const divider = {
    type: 'line',
    x0: split,
    x1: split,
    yref: 'paper',
    y0: 0,
    y1: 1.08,
    line: { color: neutral, width: 1, dash: '2px,3px' },
  }
  ;(page.margin as { t: number }).t += 18
  return new Figure({
    data: bars.data,
    layout: { ...barsLayout(bars, page, headers), shapes: [divider] },
    summary:
      'bars: two ablations published by the Sky-T1 report, LiveCodeBench 42.6 → 46.3 and AIME24 16.7 → 43.3 → 36.7 → 43.3 (n = 30)',
  })
}

/** Published numbers in the colours and names of a score figure. */
export function publishedFor(benches: string[]): { model: string; bench: string; value: number }[] {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')
  return published().results.flatMap((one) => {
    const bench = benches.find((name) => plain(name) === plain(one.bench))
    return bench ? [{ model: one.model, bench, value: one.percent / 100 }] : []
  })
}

function bar(one: PublishedRow): Omit<Bar, 'series' | 'group'> {
  const { low, high, value } = one
  const known = low !== null && high !== null
  const counted = known
    ? `${one.hits} of ${one.n}, 95 % ${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)}`
    : 'n not known'
  return {
    value,
    ...(known && { low, high }),
    label: one.percent.toFixed(1),
    hover: `${one.percent.toFixed(1)} % published, ${counted}${one.note ? `<br>${one.note}` : ''}`,
  }
}
