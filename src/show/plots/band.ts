// A curve with the band of its interval.
import type { Trace } from '../theme.js'
import { faded } from './page.js'

export interface BandPoint {
  x: number
  y: number
  low: number
  high: number
  hover: string
}

/** The three traces of a curve: both edges of its interval, the area between them filled, and the line itself. */
export function band(
  name: string,
  color: string,
  points: readonly BandPoint[],
  line: Trace = {},
  more: Trace = {},
): Trace[] {
  const trace = (y: number[], own: Trace): Trace => ({
    type: 'scatter',
    mode: 'lines',
    x: points.map(({ x }) => x),
    y,
    line: { color: 'rgba(0,0,0,0)', width: 0, ...(line.shape !== undefined && { shape: line.shape }) },
    hoverinfo: 'skip',
    showlegend: false,
    legendgroup: name,
    ...own,
  })
  return [
    trace(
      points.map(({ high }) => high),
      {},
    ),
    trace(
      points.map(({ low }) => low),
      { fill: 'tonexty', fillcolor: faded(color, 0.16) },
    ),
    trace(
      points.map(({ y }) => y),
      {
        name,
        showlegend: true,
        line: { color, width: 2, ...line },
        hoverinfo: 'text',
        hovertext: points.map(({ hover }) => hover),
        ...more,
      },
    ),
  ]
}
