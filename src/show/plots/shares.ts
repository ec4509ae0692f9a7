// Shares with their intervals, one under the other: whatever was counted, by series.
import { Stopped } from '../../stopped.js'
import { Figure } from '../figure.js'
import { textWidth } from '../font.js'
import { type FigureOptions, palette } from '../theme.js'
import { pageLayout, percent } from './page.js'

/** One mark of the figure: what `wilson` and `meanInterval` give, with a name. */
export interface ShareRow {
  /** The line it stands on. */
  name: string
  /** What its colour stands for. @default one colour */
  series?: string
  /** 0 … 1, with its 95 % interval; drawn without one where it is not known. */
  value: number
  low?: number | null
  high?: number | null
  /** Of how many: said where the pointer is. */
  n?: number
}

export interface SharesOptions extends FigureOptions {
  /** What the share is of. @default 'share, with its 95 % interval' */
  axis?: string
  /** Where the numbers come from, below the figure. */
  caption?: string
}

const symbols = ['circle', 'diamond', 'square', 'triangle-up', 'cross', 'x'] as const
/** Pixels of a line with one mark on it, and what each further mark adds. */
const LINE = 30
const MARK = 9
/** Between the marks on a line, in lines. */
const APART = 0.24

/**
 * Shares with their 95 % intervals: a line a name, a colour and a mark a series. Lines stand in the order of the rows,
 * the first on top.
 *
 * @param rows `{ name, value, low, high }`, and `series` where several are compared.
 * @throws Stopped 'bad-call' for rows without a share, 'no-rows' for none.
 * @example plot.shares(Object.entries({ strict: 2, lenient: 9 }).map(([name, hits]) => ({ name, n: 30, ...wilson(hits, 30) })))
 */
export function sharesFigure(rows: readonly ShareRow[], options: SharesOptions = {}): Figure {
  const example = 'plot.shares([{ name, value, low, high }])'
  if (!Array.isArray(rows) || rows.some((row) => typeof row?.name !== 'string' || !(row.value >= 0 && row.value <= 1)))
    throw new Stopped('bad-call', 'plot.shares(…) takes rows with a name and a share from 0 to 1.', example)
  if (rows.length === 0) throw new Stopped('no-rows', 'There is no share to draw.', example)
  const names = [...new Set(rows.map(({ name }) => name))]
  const series = [...new Set(rows.map((row) => row.series ?? ''))]
  const place = new Map(names.map((name, i) => [name, names.length - 1 - i]))
  // On a line: in the order of the series, around its middle, as many as stand there.
  const onLine = Map.groupBy(rows, ({ name }) => name)
  const y = (row: ShareRow): number => {
    const beside = onLine.get(row.name)!
    return place.get(row.name)! + ((beside.length - 1) / 2 - beside.indexOf(row)) * APART
  }
  const most = Math.max(...[...onLine.values()].map(({ length }) => length))
  const end = Math.min(1, Math.max(0.05, 1.08 * Math.max(...rows.map(({ value, high }) => high ?? value))))
  const legend = series.length > 1 ? series : []
  const left = 20 + Math.min(300, Math.max(...names.map((name) => textWidth(name, 12))))
  const page = pageLayout({
    options,
    title: 'Shares',
    legend,
    ...(options.caption !== undefined && { caption: options.caption }),
    left,
    right: 24,
    below: 50,
  })
  const { t, b } = page.margin as { t: number; b: number }
  page.height = options.height ?? t + b + names.length * (LINE + MARK * (most - 1)) + 10
  return new Figure({
    data: series.map((one, i) => {
      const own = rows.filter((row) => (row.series ?? '') === one)
      const color = palette[i % palette.length]!
      return {
        type: 'scatter',
        mode: 'markers',
        name: one,
        x: own.map(({ value }) => short(value)),
        y: own.map((row) => short(y(row))),
        marker: { color, size: 9, symbol: symbols[i % symbols.length] },
        error_x: {
          type: 'data',
          symmetric: false,
          array: own.map(({ value, high }) => short(Math.max(0, (high ?? value) - value))),
          arrayminus: own.map(({ value, low }) => short(Math.max(0, value - (low ?? value)))),
          color,
          thickness: 1.7,
          width: 4,
        },
        hovertext: own.map(hover),
        hoverinfo: 'text',
        cliponaxis: false,
      }
    }),
    layout: {
      ...page,
      xaxis: {
        title: { text: options.axis ?? 'share, with its 95 % interval' },
        tickformat: '.0%',
        // A mark at zero does not touch the names.
        range: [short(-0.025 * end), short(end)],
        zeroline: true,
      },
      yaxis: {
        tickvals: names.map((name) => place.get(name)),
        ticktext: names,
        range: [-0.6, names.length - 0.4],
        showgrid: false,
        zeroline: false,
        ticks: '',
      },
    },
    summary: `shares: ${names
      .map(
        (name) =>
          `${name} ${onLine
            .get(name)!
            .map((row) => `${row.series ? `${row.series} ` : ''}${percent(row.value)}`)
            .join(', ')}`,
      )
      .join('; ')}`,
  })
}

function hover({ name, series, value, low, high, n }: ShareRow): string {
  const interval =
    low == null || high == null ? 'no interval is known' : `95 % interval ${percent(low)} to ${percent(high)}`
  return `${name}${series ? `, ${series}` : ''}<br>${percent(value)}${n === undefined ? '' : ` of ${n}`}, ${interval}`
}

function short(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
