// What reformatting did to the answers: how many could be read, and how many passed, before and after.
import type { Interval } from '../../stats/index.js'
import { Stopped } from '../../stopped.js'
import { takesRows } from '../../taken.js'
import { Figure } from '../figure.js'
import { type FigureOptions, palette, size } from '../theme.js'
import { barsLayout, groupedBars } from './bars.js'
import { pageLayout, percent } from './page.js'
import { many } from './scores.js'

/** One line of `reformatEffect`, as far as the figure reads it. */
export interface EffectLine {
  domain: string
  n: number
  parsed: { before: Interval; after: Interval }
  passed: { before: Interval; after: Interval }
}

export interface ReformatFigureOptions extends FigureOptions {
  /** The report's words on its coding problems as a mark beside ours. @default true */
  published?: boolean
}

/** What the report says of QwQ on APPS, judged by the last code block: "from about 25 % to over 90 %". */
const REPORT = { before: 0.25, after: 0.9 }

/**
 * Four bars a domain: answers with a solution that can be read, and answers that pass, before and after reformatting;
 * whiskers are 95 % intervals (Wilson). Beside code, what the report says of APPS.
 *
 * @param effect `reformatEffect(await verify(raw), await verify(tidy))`
 * @throws Stopped('no-rows') where there is nothing to draw.
 */
export function reformatFigure(effect: readonly EffectLine[], options: ReformatFigureOptions = {}): Figure {
  const fix = 'plot.reformat(reformatEffect(await verify(raw), await verify(tidy)))'
  takesRows('plot.reformat', effect, { fix, has: ['parsed', 'passed'] })
  if (!Array.isArray(effect) || effect.length === 0) throw new Stopped('no-rows', 'There is no effect to draw.', fix)
  const series = [
    { name: 'read before', of: (line: EffectLine) => line.parsed.before, color: palette[4] },
    { name: 'read after', of: (line: EffectLine) => line.parsed.after, color: palette[0] },
    { name: 'right before', of: (line: EffectLine) => line.passed.before, color: palette[1] },
    { name: 'right after', of: (line: EffectLine) => line.passed.after, color: palette[5] },
  ]
  const { published = true } = options
  const code = published ? effect.filter(({ domain }) => domain === 'code') : []
  const marks = code.flatMap(({ domain }) => [
    { name: 'report, before: about 25 %', group: domain, value: REPORT.before },
    { name: 'report, after: over 90 %', group: domain, value: REPORT.after },
  ])
  const bars = groupedBars({
    series: series.map(({ name, color }) => ({ name, color })),
    groups: effect.map(({ domain, n }) => ({ name: domain, note: `n ${n}` })),
    bars: effect.flatMap((line) =>
      series.map(({ name, of }) => {
        const { value, low, high } = of(line)
        const hover = `${line.domain}, ${name}<br>${percent(value)} of ${many(line.n, 'answer')}, 95 % interval ${percent(low)} to ${percent(high)}`
        return { series: name, group: line.domain, value, low, high, label: (100 * value).toFixed(0), hover }
      }),
    ),
    marks,
    inside: (options.width ?? size.width) - 70,
    yTitle: 'answers',
  })
  const caption = `Read: a box, a letter or a complete code block; afterwards, a format that held. Right before: a program is the last code block. Whiskers: 95 %.${marks.length > 0 ? ' Marks: the Sky-T1 report on APPS, where a block that did not compile counted as right.' : ''}`
  const page = pageLayout({
    options,
    title: 'What reformatting did',
    legend: bars.legend,
    caption,
    below: 12 + bars.tickLines * 15,
  })
  const summary = effect
    .map(
      ({ domain, n, passed }) =>
        `${domain} ${percent(passed.before.value)} → ${percent(passed.after.value)} right (n ${n})`,
    )
    .join(', ')
  return new Figure({ data: bars.data, layout: barsLayout(bars, page), summary: `reformatting: ${summary}` })
}
