// How every figure looks: one palette that colour-blind readers can tell apart, one neutral that can
// be read on white and on black paper, sizes that fit a notebook.

/** Okabe and Ito's palette (https://jfly.uni-koeln.de/color/), without black, which a dark page swallows. */
export const palette = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#B3A800'] as const

/** What stands for right, wrong, and cut off, in every figure. */
export const meaning = { right: '#009E73', wrong: '#D55E00', cutOff: '#E69F00', plain: '#0072B2' } as const

/** Contrast 4.4 : 1 on white and on JupyterLab's dark page alike: the same picture serves both. */
export const neutral = '#7a7a7a'
const faint = 'rgba(128,128,128,0.25)'

export const size = { width: 700, height: 380 } as const

/** A layout property and what plotly takes for it. */
export type Layout = Record<string, unknown>
export type Trace = Record<string, unknown>

const axis = {
  gridcolor: faint,
  linecolor: neutral,
  tickcolor: neutral,
  zerolinecolor: faint,
  automargin: true,
  title: { standoff: 10 },
}

/** The theme as a plotly template: whatever a figure's own layout says wins. */
export const template = {
  layout: {
    font: { family: 'sans-serif', size: 12, color: neutral },
    title: { font: { size: 15 }, x: 0.01, xanchor: 'left', y: 0.98, yanchor: 'top' },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    colorway: [...palette],
    margin: { l: 20, r: 20, t: 50, b: 20 },
    xaxis: axis,
    yaxis: axis,
    legend: {
      orientation: 'h',
      x: 0,
      xanchor: 'left',
      y: 1,
      yanchor: 'bottom',
      traceorder: 'normal',
      bgcolor: 'rgba(0,0,0,0)',
    },
    hoverlabel: { align: 'left' },
    annotationdefaults: { showarrow: false, font: { size: 11, color: neutral }, borderpad: 1 },
  },
} as const

/** What every figure may be told. */
export interface FigureOptions {
  title?: string
  /** Pixels. @default 700 */
  width?: number
  /** Pixels. @default 380 */
  height?: number
}
