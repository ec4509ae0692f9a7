// When answers begin to repeat: the share that is still saying something new, over their length.

import { type Repeats, repeatOnset } from '../../repeats/index.js'
import type { Sample } from '../../rows.js'
import { wilson } from '../../stats/index.js'
import { Figure } from '../figure.js'
import { type FigureOptions, palette, type Trace } from '../theme.js'
import { band } from './band.js'
import { checkInspected, groupedBy } from './inspected.js'
import { count, pageLayout, percent } from './page.js'
import { many } from './scores.js'

/** A row with its text, or with its length in characters where the text is not at hand. */
export type OnsetRow = Pick<Sample, 'id' | 'model'> & { repeats: Pick<Repeats, 'kind' | 'start' | 'end' | 'count'> } & (
    | { text: string }
    | { length: number }
  )

const lengthOf = (row: OnsetRow) => ('length' in row ? row.length : row.text.length)

export interface OnsetOptions<Row extends OnsetRow = OnsetRow> extends FigureOptions {
  /** What a curve stands for. @default the model */
  by?: (row: Row) => string
}

/** One step of a survival curve. */
interface Step {
  /** Characters. */
  at: number
  share: number
  low: number
  high: number
}

/**
 * Survival curves: of all answers, the share that has not begun to repeat by a given character, one curve a model.
 * Shaded: 95 % Wilson intervals at each length. Circling answers have no single onset and count as not repeating.
 *
 * @param rows Rows with a `repeats` field: `inspectRepeats(samples).rows`.
 */
export function onsetFigure<Row extends OnsetRow>(rows: readonly Row[], options: OnsetOptions<Row> = {}): Figure {
  checkInspected(rows, 'plot.onset')
  const by = groupedBy('plot.onset', 'by', options.by ?? (({ model }: Row) => model), rows)
  const groups = [...Map.groupBy(rows, by)].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
  const longest = rows.reduce((most, row) => Math.max(most, lengthOf(row)), 1)
  const curves = groups.map(([name, own]) => ({
    name,
    own,
    steps: survival(own.map((row) => ({ length: lengthOf(row), onset: repeatOnset(row.repeats) }))),
  }))
  // From zero, unless everything happens in a narrow band at the top.
  const least = Math.min(...curves.flatMap(({ steps }) => steps.map(({ low }) => low)))
  const lowest = least > 0.75 ? Math.floor(least * 20) / 20 : 0
  // Nothing happens after the last onset, and the longest answer may be ten times as long.
  const latest = rows.reduce((most, row) => Math.max(most, repeatOnset(row.repeats) ?? 0), 0)
  const begun = rows.filter((row) => repeatOnset(row.repeats) !== null).length
  const data: Trace[] = curves.flatMap(({ name, own, steps }, i) => {
    const color = palette[i % palette.length]!
    const looping = own.filter((row) => repeatOnset(row.repeats) !== null).length
    const points = steps.map(({ at, share, low, high }) => ({
      x: at,
      y: share,
      low,
      high,
      hover: `${name}<br>${percent(share)} not repeating after ${count(at)} characters<br>95 % interval ${percent(low)} to ${percent(high)}`,
    }))
    return band(name, color, points, { shape: 'hv' }, { name: `${name} (${looping} of ${own.length})` })
  })
  const page = pageLayout({
    options,
    title: `When answers begin to repeat: ${begun} of ${many(rows.length, 'answer')} do`,
    legend: data.filter((trace) => trace.showlegend).map((trace) => String(trace.name)),
    caption:
      'Of all answers; one that ended without repeating never does. Shaded: 95 % interval. In the legend: answers that begin to repeat, of all.',
    below: 46,
  })
  return new Figure({
    data,
    layout: {
      ...page,
      xaxis: {
        title: { text: 'characters written' },
        range: [0, latest > 0 ? Math.min(longest, 1.3 * latest) : longest],
        zeroline: false,
      },
      yaxis: { title: { text: 'not yet repeating' }, range: [lowest, 1.02], tickformat: '.0%' },
    },
    summary: `onset of repetition: ${begun} of ${rows.length} answers begin to repeat; ${many(groups.length, 'curve')}`,
  })
}

/**
 * Share of all answers that have not begun to repeat, a step at every onset and one at the end. An answer that ended
 * counts as one that never repeats, for it never will: taking it out of the count (Kaplan and Meier) would say how
 * it might have gone on, and eleven loops among a thousand short answers would look like every second one.
 */
function survival(answers: readonly { length: number; onset: number | null }[]): Step[] {
  const onsets = answers.flatMap(({ onset }) => (onset === null ? [] : [onset])).sort((a, b) => a - b)
  const steps: Step[] = [stepAt(0, 0, answers.length)]
  for (const [i, at] of onsets.entries()) if (onsets[i + 1] !== at) steps.push(stepAt(at, i + 1, answers.length))
  const end = answers.reduce((most, { length }) => Math.max(most, length), 0)
  const last = steps.at(-1)!
  return end > last.at ? [...steps, { ...last, at: end }] : steps
}

function stepAt(at: number, begun: number, n: number): Step {
  const { low, high } = wilson(n - begun, n)
  return { at, share: (n - begun) / n, low, high }
}
