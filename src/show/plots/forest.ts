// Differences with their intervals, one under the other: what an ablation found, and how surely.
import { Stopped } from '../../stopped.js'
import { Figure } from '../figure.js'
import { textWidth } from '../font.js'
import { type FigureOptions, type Layout, meaning, neutral } from '../theme.js'
import { pageLayout, wrap } from './page.js'
import { many } from './scores.js'

/** One line of the figure: what `compare` gives, or differences of your own. */
export interface ForestRow {
  /** What the line says. @default 'a − b' and the benchmark */
  name?: string
  a?: string
  b?: string
  bench?: string
  /** a − b, −1 … 1, with its 95 % interval. Without an interval (n not known) the mark is hollow. */
  difference: number
  low?: number | null
  high?: number | null
  p?: number | null
  /** p after correction for the number of comparisons; drawn in place of p where it is there. */
  holm?: number | null
  n?: number | null
}

/** Pixels of a line of a name at most, of the 700 of the figure. */
const WIDEST = 260

/**
 * A forest plot: each difference with its 95 % interval, around a line at zero. Filled where the interval leaves out
 * zero; p at the right, corrected for the number of comparisons where that is known.
 *
 * @param rows `await compare(scores, a, b)`, or of several pairs one after the other.
 */
export function forestFigure(rows: readonly ForestRow[], options: FigureOptions = {}): Figure {
  if (!Array.isArray(rows) || rows.some((row) => typeof row?.difference !== 'number'))
    throw new Stopped('bad-call', 'plot.forest(…) takes comparisons.', 'plot.forest(await compare(scores, a, b))')
  if (rows.length === 0)
    throw new Stopped('no-rows', 'There is no comparison to draw.', 'plot.forest(await compare(scores, a, b))')
  const names = labels(rows)
  // What is too long for the margin goes on in a second line, with the minus at its head.
  const broken = names.map((name) =>
    textWidth(name, 12) <= WIDEST ? [name] : name.split(/ (?=− )/).flatMap((part) => wrap(part, WIDEST)),
  )
  const left = 20 + Math.max(...broken.flat().map((line) => textWidth(line, 12)))
  const tall = Math.max(...broken.map((lines) => lines.length))
  const y = rows.map((_, i) => rows.length - 1 - i)
  const far = Math.max(
    0.02,
    ...rows.flatMap(({ difference, low, high }) => [difference, low ?? 0, high ?? 0].map(Math.abs)),
  )
  const corrected = rows.some(({ holm }) => typeof holm === 'number')
  const colors = rows.map(({ low, high }) => {
    if (low == null || high == null || (low <= 0 && high >= 0)) return neutral
    return low > 0 ? meaning.right : meaning.wrong
  })
  const beside: Layout[] = rows.map((row, i) => ({
    text: `${signed(row.difference)}${probability(row)}`,
    x: 1.01,
    xref: 'paper',
    xanchor: 'left',
    y: y[i],
  }))
  const right = 16 + Math.max(...beside.map(({ text }) => textWidth(String(text), 11)))
  const page = pageLayout({
    options: { height: 130 + (15 + 15 * tall) * rows.length, ...options },
    title: 'Differences',
    caption: `Percentage points, with 95 % intervals. Coloured where the interval leaves out zero; hollow where no interval is known. At the right: the difference${rows.some((row) => probability(row)) ? (corrected ? ' and p after Holm’s correction' : ' and p') : ''}.`,
    left,
    right,
    below: 46,
  })
  return new Figure({
    data: rows.map((row, i) => ({
      type: 'scatter',
      mode: 'markers',
      x: [points(row.difference)],
      y: [y[i]],
      marker: {
        color: row.low == null ? 'rgba(0,0,0,0)' : colors[i],
        size: 10,
        symbol: 'square',
        line: { color: colors[i], width: 1.5 },
      },
      ...(row.low != null &&
        row.high != null && {
          error_x: {
            type: 'data',
            symmetric: false,
            array: [points(row.high - row.difference)],
            arrayminus: [points(row.difference - row.low)],
            color: colors[i],
            thickness: 1.8,
            width: 5,
          },
        }),
      hovertext: [hover(row, names[i]!)],
      hoverinfo: 'text',
      showlegend: false,
      cliponaxis: false,
    })),
    layout: {
      ...page,
      xaxis: {
        title: { text: 'difference, percentage points' },
        range: [-points(far) * 1.08, points(far) * 1.08],
        tickangle: 0,
        nticks: 7,
        zeroline: true,
        zerolinecolor: neutral,
        zerolinewidth: 1.2,
      },
      yaxis: {
        tickvals: y,
        ticktext: broken.map((lines) => lines.join('<br>')),
        range: [-0.6, rows.length - 0.4],
        showgrid: false,
        zeroline: false,
        ticks: '',
      },
      annotations: [...(page.annotations as Layout[]), ...beside],
    },
    summary: `differences: ${rows.map((row, i) => `${names[i]} ${signed(row.difference)}`).join('; ')} percentage points (${many(rows.length, 'comparison')})`,
  })
}

/** What tells the lines apart: benchmark, pair, or both. */
function labels(rows: readonly ForestRow[]): string[] {
  const short = (model: string | undefined) => model?.split('/').at(-1)
  const pairs = new Set(rows.map(({ a, b }) => `${a} ${b}`))
  const benches = new Set(rows.map(({ bench }) => bench))
  return rows.map(({ name, a, b, bench }, i) => {
    if (name !== undefined) return name
    const pair = a !== undefined && b !== undefined ? `${short(a)} − ${short(b)}` : undefined
    if (pairs.size === 1 && bench !== undefined) return benches.size === 1 && pair ? `${pair}, ${bench}` : bench
    return [pair, benches.size > 1 ? bench : undefined].filter(Boolean).join(', ') || `${i + 1}`
  })
}

function points(share: number): number {
  return Math.round(share * 10_000) / 100
}

function signed(share: number): string {
  const value = (Math.abs(share) * 100).toFixed(1)
  return value === '0.0' ? '0.0' : `${share > 0 ? '+' : '−'}${value}`
}

function probability({ p, holm }: ForestRow): string {
  const value = holm ?? p
  if (value == null) return ''
  return value < 0.001 ? ', p < 0.001' : `, p ${value.toPrecision(2)}`
}

function hover(row: ForestRow, name: string): string {
  const interval =
    row.low == null || row.high == null
      ? 'no interval: n not known'
      : `95 % interval ${signed(row.low)} to ${signed(row.high)}`
  const p =
    row.p == null
      ? ''
      : `<br>p ${row.p.toPrecision(2)}${row.holm == null ? '' : `, after correction ${row.holm.toPrecision(2)}`}`
  return `${name}<br>${signed(row.difference)} percentage points, ${interval}${p}${row.n == null ? '' : `<br>${many(row.n, 'problem')}`}`
}
