// How long the answers are, in tokens, with those that were cut off apart.

import { inspect } from 'node:util'
import type { Sample } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { takesRows } from '../../taken.js'
import { Figure } from '../figure.js'
import { type FigureOptions, meaning, palette, type Trace } from '../theme.js'
import { count, faded, pageLayout } from './page.js'
import { many } from './scores.js'

export interface LengthsOptions extends FigureOptions {
  /** What the colours stand for. @default 'domain', or 'model' where there are several */
  by?: 'domain' | 'model'
  /** @default 30 */
  bins?: number
}

/** Histogram of answer lengths in tokens, stacked by domain or model; answers cut off at the limit have their own colour. */
export function lengthsFigure(samples: readonly Sample[], options: LengthsOptions = {}): Figure {
  takesRows('plot.lengths', samples, { fix: 'plot.lengths(await sample(asked, { model }))', has: ['usage'] })
  const answered = samples.filter((row) => row.finish !== 'error')
  if (answered.length === 0)
    throw new Stopped(
      'no-rows',
      `None of ${many(samples.length, 'sample')} has an answer, so there is no length to draw.`,
      'plot.flow(rows)',
    )
  const { bins: most = 30 } = options
  if (!(Number.isInteger(most) && most > 0))
    throw new Stopped(
      'bad-call',
      `bins is ${inspect(most)}, not a whole number from 1 on.`,
      'plot.lengths(rows, { bins: 30 })',
    )
  const by = options.by ?? (new Set(answered.map((row) => row.model)).size > 1 ? 'model' : 'domain')
  const groups = [...new Set(answered.map((row) => row[by]))].sort()
  const longest = answered.reduce((most, row) => Math.max(most, row.usage.completion), 1)
  const step = niceStep(longest / most)
  const bins = Math.floor(longest / step) + 1
  const parts = [
    ...groups.map((name, i) => ({
      name,
      color: groupColors[i % groupColors.length]!,
      rows: answered.filter((row) => row[by] === name && row.finish !== 'length'),
    })),
    {
      name: 'cut off at the token limit',
      color: meaning.cutOff,
      rows: answered.filter((row) => row.finish === 'length'),
    },
  ].filter((part) => part.rows.length > 0)
  const data: Trace[] = parts.map(({ name, color, rows }) => {
    const counts = new Array<number>(bins).fill(0)
    for (const row of rows) counts[Math.floor(row.usage.completion / step)]!++
    return {
      type: 'bar',
      name: `${name} (${rows.length})`,
      x: counts.map((_, i) => (i + 0.5) * step),
      // null and not 0: a bar without height would still draw its outline.
      y: counts.map((n) => n || null),
      width: step,
      marker: { color: faded(color, 0.55), line: { color, width: 1 } },
      hovertext: counts.map(
        (n, i) => `${many(n, 'answer')} of ${count(i * step)} to ${count((i + 1) * step)} tokens<br>${name}`,
      ),
      hoverinfo: 'text',
    }
  })
  const middle = median(answered.map((row) => row.usage.completion))
  const page = pageLayout({
    options,
    title: `Length of ${many(answered.length, 'answer')}, median ${count(middle)} tokens`,
    legend: data.map((trace) => String(trace.name)),
    below: 46,
  })
  const cut = answered.filter((row) => row.finish === 'length').length
  return new Figure({
    data,
    layout: {
      ...page,
      barmode: 'stack',
      bargap: 0,
      xaxis: { title: { text: 'tokens' }, range: [0, bins * step], zeroline: false, showgrid: false },
      yaxis: { title: { text: 'answers' }, rangemode: 'tozero', zeroline: true },
    },
    summary: `lengths: ${many(answered.length, 'answer')}, median ${middle} tokens, longest ${longest}, ${cut} cut off; by ${by}`,
  })
}

/** Without the colour that stands for "cut off". */
const groupColors = palette.filter((color) => color !== meaning.cutOff)

/** 1, 2 or 5 times a power of ten, at least one token. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)))
  const times = [1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10
  return times * power
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : Math.round((sorted[middle - 1]! + sorted[middle]!) / 2)
}
