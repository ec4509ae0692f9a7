// Bars of shares in groups: each with its interval, its number above it, and nothing overlapping.
//
// Places on the x axis are numbers that are worked out here, so that labels, marks and intervals
// stand exactly over their bars in the live figure and in the picture.
import { textWidth } from '../font.js'
import { type Layout, neutral, palette, type Trace } from '../theme.js'
import { faded, wrap } from './page.js'

export interface Bar {
  series: string
  group: string
  /** Shares, 0 … 1. */
  value: number
  /** Absent where nothing is known about the interval. */
  low?: number
  high?: number
  /** Share cut off, drawn on top of the bar, faint. */
  cutOff?: number
  /** What stands above the bar. */
  label: string
  /** What a pointer on the bar shows. */
  hover: string
}

export interface Group {
  name: string
  /** Under the name: n and k. */
  note?: string
}

export interface Mark {
  name: string
  group: string
  value: number
}

export interface BarsContent {
  series: { name: string; color?: string }[]
  groups: Group[]
  bars: Bar[]
  marks?: Mark[]
  /** Name of the faint part on top, in the legend. */
  cutOffName?: string
  /** Pixels from the left of the plot to its right. */
  inside: number
  yTitle: string
}

export interface Bars {
  data: Trace[]
  xaxis: Layout
  yaxis: Layout
  annotations: Layout[]
  legend: string[]
  /** Lines that the longest tick label takes. */
  tickLines: number
}

/** The layout of a page with bars on it. */
export function barsLayout(bars: Bars, page: Layout, more: readonly Layout[] = []): Layout {
  return {
    ...page,
    barmode: 'overlay',
    xaxis: bars.xaxis,
    yaxis: bars.yaxis,
    annotations: [...bars.annotations, ...more, ...(page.annotations as object[])],
  }
}

/** The size of annotations in the theme. */
const LABEL = 11
/** Share of a group's width that its bars take. */
const FILLED = 0.84
/** Pixels: a lone bar does not fill the figure. */
const WIDEST = 110

/** Traces, axes and labels of grouped bars; a layout joins them with the page around. */
export function groupedBars(content: BarsContent): Bars {
  const { series, groups, bars, marks = [], inside } = content
  const width = Math.min(FILLED / series.length, (WIDEST * groups.length) / inside)
  const placeOf = (bar: { series: string; group: string }) =>
    groups.findIndex((group) => group.name === bar.group) +
    (series.findIndex((one) => one.name === bar.series) - (series.length - 1) / 2) * width
  const data: Trace[] = []
  for (const [i, { name, color = palette[i % palette.length]! }] of series.entries()) {
    const own = bars.filter((bar) => bar.series === name)
    const known = own.filter((bar) => bar.low !== undefined)
    const rest = own.filter((bar) => bar.low === undefined)
    for (const some of [known, rest].filter((list) => list.length > 0)) {
      const first = data.every((trace) => trace.legendgroup !== name)
      data.push(barTrace(name, color, some, some.map(placeOf), width * 0.9, first))
    }
  }
  const cut = bars.filter((bar) => (bar.cutOff ?? 0) > 0)
  if (cut.length > 0) data.push(cutOffTrace(content.cutOffName ?? 'cut off', cut, cut.map(placeOf), width * 0.9))
  const markNames = [...new Set(marks.map((mark) => mark.name))]
  for (const [i, name] of markNames.entries()) {
    data.push(
      markTrace(
        name,
        i,
        palette[(series.length + i) % palette.length]!,
        marks.filter((mark) => mark.name === name),
        groups,
      ),
    )
  }
  const pitch = (inside / groups.length) * width
  const turned = bars.some((bar) => textWidth(bar.label, LABEL) > pitch)
  const top = Math.max(
    ...bars.map((bar) => Math.max(bar.high ?? 0, bar.value + (bar.cutOff ?? 0))),
    ...marks.map((mark) => mark.value),
    0.05,
  )
  const tickSize = fitting(
    groups.flatMap(({ name }) => name.split(' ')),
    inside / groups.length - 6,
  )
  const ticks = groups.map(({ name, note }) => [
    ...wrap(name, inside / groups.length - 6, tickSize),
    ...(note ? [note] : []),
  ])
  return {
    data,
    xaxis: {
      range: [-0.5, groups.length - 0.5],
      tickvals: groups.map((_, i) => i),
      ticktext: ticks.map((lines, i) => (groups[i]!.note ? small(lines) : lines.join('<br>'))),
      tickangle: 0,
      tickfont: { size: tickSize },
      showgrid: false,
      zeroline: false,
      fixedrange: true,
    },
    yaxis: {
      // Room above the highest whisker for its number; never past what a share can be by much.
      range: [0, top * (turned ? 1.2 : 1.12)],
      tickformat: '.0%',
      title: { text: content.yTitle },
      zeroline: true,
    },
    annotations: bars.map((bar) => label(bar, placeOf(bar), turned)),
    legend: [
      ...series.map((one) => one.name),
      ...(cut.length > 0 ? [content.cutOffName ?? 'cut off'] : []),
      ...markNames,
    ],
    tickLines: Math.max(...ticks.map((lines) => lines.length)),
  }
}

/** The largest size up to 12 at which the longest word fits, and not below 8. */
function fitting(words: string[], pixels: number): number {
  const widest = Math.max(...words.map((word) => textWidth(word, 12)))
  return Math.max(8, Math.min(12, Math.floor((12 * pixels) / widest)))
}

function barTrace(name: string, color: string, bars: Bar[], x: number[], width: number, showlegend: boolean): Trace {
  const known = bars.some((bar) => bar.low !== undefined)
  return {
    type: 'bar',
    name,
    legendgroup: name,
    showlegend,
    x: x.map(short),
    y: bars.map((bar) => short(bar.value)),
    width: short(width),
    hovertext: bars.map((bar) => bar.hover),
    hoverinfo: 'text',
    marker: { color: faded(color), line: { color, width: 1.5 } },
    ...(known && {
      error_y: {
        type: 'data',
        symmetric: false,
        array: bars.map((bar) => short(bar.high! - bar.value)),
        arrayminus: bars.map((bar) => short(bar.value - bar.low!)),
        color: neutral,
        thickness: 1.8,
        width: Math.max(2, Math.min(5, 60 * width)),
      },
    }),
  }
}

function cutOffTrace(name: string, bars: Bar[], x: number[], width: number): Trace {
  return {
    type: 'bar',
    name,
    x: x.map(short),
    base: bars.map((bar) => short(bar.value)),
    y: bars.map((bar) => short(bar.cutOff!)),
    width: short(width),
    hovertext: bars.map((bar) => bar.hover),
    hoverinfo: 'text',
    marker: { color: 'rgba(128,128,128,0.18)', line: { color: neutral, width: 0.8 } },
  }
}

const symbols = ['diamond', 'circle', 'square', 'triangle-up', 'cross', 'x'] as const

/** A mark in the gap after a group: a number to compare its bars with, which covers none of them. */
function markTrace(name: string, i: number, color: string, marks: Mark[], groups: Group[]): Trace {
  return {
    type: 'scatter',
    mode: 'markers',
    name,
    x: marks.map((mark) => groups.findIndex((group) => group.name === mark.group) + 0.46),
    y: marks.map((mark) => short(mark.value)),
    marker: { color, size: 9, symbol: symbols[i % symbols.length] },
    cliponaxis: false,
    hovertext: marks.map((mark) => `${mark.name}, ${(mark.value * 100).toFixed(1)} %`),
    hoverinfo: 'text',
  }
}

function label(bar: Bar, x: number, turned: boolean): Layout {
  return {
    text: bar.label,
    x: short(x),
    y: short(Math.max(bar.high ?? 0, bar.value + (bar.cutOff ?? 0))),
    yanchor: 'bottom',
    yshift: 2,
    ...(turned && { textangle: -90 }),
  }
}

function small(lines: string[]): string {
  return [...lines.slice(0, -1), `<span style="font-size:10px">${lines[lines.length - 1]}</span>`].join('<br>')
}

function short(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
