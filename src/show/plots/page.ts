// What every figure has around its plot: title, legend in rows, caption, and room for each of them.
//
// The room is worked out from glyph widths and set, not left to plotly, so that the live figure and
// the static picture have the same layout.
import { textWidth } from '../font.js'
import { type FigureOptions, type Layout, size } from '../theme.js'

export interface Page {
  options: FigureOptions
  title: string
  /** Names in the legend, in order; none: no legend. */
  legend?: string[]
  /** A line or more under the figure: where the numbers come from. */
  caption?: string
  /** Pixels under the plot for tick labels and the axis title. @default 40 */
  below?: number
  /** Pixels beside the plot. @default 55 and 15 */
  left?: number
  right?: number
}

const LINE = 15
const LEGEND_ROW = 20
const CAPTION_INDENT = 70

/** Width, height, margins, title, legend and caption as layout properties. */
export function pageLayout({ options, title, legend = [], caption, below = 40, left = 55, right = 15 }: Page): Layout {
  const width = options.width ?? size.width
  const inside = width - left - right
  // Long names at the left move the plot, not the caption.
  const indent = Math.min(left, CAPTION_INDENT)
  const lines = caption ? wrap(caption, width - indent - 10, 11) : []
  const rows = legendRows(legend, inside)
  const top = 38 + rows * LEGEND_ROW
  return {
    width,
    // What stands around the plot makes the figure higher, not the plot lower.
    height: options.height ?? size.height + Math.max(0, rows - 1) * LEGEND_ROW + Math.max(0, lines.length - 2) * LINE,
    title: { text: options.title ?? title },
    margin: { l: left, r: right, t: top, b: below + (lines.length > 0 ? lines.length * LINE + 6 : 0) },
    showlegend: legend.length > 0,
    annotations: lines.length > 0 ? [captionBelow(lines, below, indent - left)] : [],
  }
}

/** plotly puts entries in one row where they fit, else in columns as wide as the widest. */
function legendRows(names: string[], inside: number): number {
  if (names.length === 0) return 0
  const widths = names.map((name) => 45 + textWidth(name, 12))
  if (widths.reduce((sum, one) => sum + one, 0) <= inside) return 1
  const columns = Math.max(1, Math.floor(inside / Math.max(...widths)))
  return Math.ceil(names.length / columns)
}

function captionBelow(lines: string[], below: number, shift: number): Layout {
  return {
    text: lines.join('<br>'),
    xref: 'paper',
    yref: 'paper',
    x: 0,
    y: 0,
    xanchor: 'left',
    yanchor: 'top',
    xshift: shift,
    yshift: -below,
    align: 'left',
  }
}

/** Breaks a text into lines no wider than `pixels`, at spaces. */
export function wrap(text: string, pixels: number, fontSize = 12): string[] {
  const lines: string[] = []
  let line = ''
  // A number and its percent sign stay together.
  for (const word of text.split(/ (?!%)/)) {
    const longer = line ? `${line} ${word}` : word
    if (line && textWidth(longer, fontSize) > pixels) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return line ? [...lines, line] : lines
}

/** A colour of the palette with less strength, for areas with something drawn on them. */
export function faded(color: string, strength = 0.42): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
  return `rgba(${r},${g},${b},${strength})`
}

/** 0.4333 → '43.3 %'. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** 12,345; numbers of four digits stay as they are. */
export function count(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+(?!\d))/g, n >= 10_000 ? ',' : '')
}
