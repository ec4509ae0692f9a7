// From problems to training rows, every loss named: the counts at each stage add up.

import { type FlowLine, type FlowOptions, flow, STAGES } from '../../flow.js'
import type { Judged, TrainingRow } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { takesRows } from '../../taken.js'
import { Figure } from '../figure.js'
import { textWidth } from '../font.js'
import { type FigureOptions, type Layout, meaning, neutral, type Trace } from '../theme.js'
import { count, faded, pageLayout } from './page.js'
import { many } from './scores.js'

interface Stage {
  name: string
  rows: number
  /** Reason → rows lost on the way to the next stage. */
  lost: Map<string, number>
}

/** What a reason of a row is called in the figure. */
const words: Record<string, string> = {
  'no-sample': 'failed',
  'over-quota': 'over the quota',
  'not-in-mix': 'not asked for',
  'near-benchmark': 'near a benchmark',
  'near-duplicate': 'near duplicate',
  'second-answer': 'second answer',
}

export interface FlowFigureOptions extends FigureOptions, FlowOptions {
  /** Only the rows of this source. */
  source?: string
}

/**
 * Row flow (Sankey): problems → samples → formatted → right → clean → in the mix, as far as the rows have come.
 * `flow(rows)` has the same as a table, by source and every stage; `dropped(rows, why)` has the rows. With
 * `{ from: asked }` a line below says what loading left out.
 */
export function flowFigure(rows: readonly (Judged | TrainingRow)[], options: FlowFigureOptions = {}): Figure {
  options ??= {}
  takesRows('plot.flow', rows, { fix: 'plot.flow(await verify(rows))', has: ['id', 'source'] })
  const own = options.source === undefined ? rows : rows.filter(({ source }) => source === options.source)
  if (own.length === 0) throw new Stopped('no-rows', 'There are no rows to draw.', 'plot.flow(await verify(rows))')
  const problems = new Set(own.map((row) => row.id)).size
  const lines = flow(own, options)
  const stages = stagesOf(lines)
  const losses = stages.reduce((sum, stage) => sum + stage.lost.size, 0)
  const caption = loading(lines.filter(({ stage }) => stage === 'loaded'))
  const page = pageLayout({
    options: { height: Math.max(320, Math.min(640, 210 + losses * 22)), ...options },
    title: options.source ? `From problems to training rows: ${options.source}` : 'From problems to training rows',
    left: 12,
    right: 4,
    below: 14,
    ...(caption && { caption }),
  })
  const margin = page.margin as Record<'l' | 'r' | 't' | 'b', number>
  margin.t += 14
  const inside = Number(page.width) - margin.l - margin.r
  const { trace, annotations } = sankey(problems, stages, { inside, height: Number(page.height) - margin.t - margin.b })
  return new Figure({
    data: [trace],
    layout: { ...page, annotations: [...annotations, ...(page.annotations as Layout[])] },
    summary: `flow: ${[many(problems, 'problem'), ...stages.map((stage) => `${stage.rows} ${stage.name}`)].join(' → ')}${lossesInWords(stages)}${caption ? `; ${caption}` : ''}`,
  })
}

/**
 * Samples, formatted, right and in the mix; between the last two what is different and clean, where any was not: more
 * columns than that would stand in each other's way. The table has all stages.
 */
function stagesOf(lines: FlowLine[]): Stage[] {
  const reached = STAGES.slice(1).filter(({ name }) => lines.some(({ stage }) => stage === name))
  const sum = (stage: string, key: 'came' | 'left'): number =>
    lines.filter((line) => line.stage === stage).reduce((total, line) => total + line[key], 0)
  const stages: Stage[] = [{ name: 'samples', rows: sum('sampled', 'came'), lost: new Map() }]
  let waiting = false
  for (const { name, into } of reached) {
    const { lost } = stages.at(-1)!
    for (const line of lines.filter(({ stage }) => stage === name))
      for (const [why, n] of Object.entries(line.lost)) {
        lost.set(why, (lost.get(why) ?? 0) + n)
        waiting = true
      }
    const own = name === 'formatted' || name === 'verified' || name === 'mixed'
    if (own || (name === 'decontaminated' && waiting))
      stages.push({ name: into, rows: sum(name, 'left'), lost: new Map() })
    if (own) waiting = false
  }
  return stages
}

/** What was left out before a problem was asked: too much of it to be drawn to scale. */
function loading(lines: FlowLine[]): string {
  const left = lines.filter(({ lost }) => Object.keys(lost).length > 0)
  return left.length === 0
    ? ''
    : `Loaded: ${left
        .map(
          ({ source, came, left, lost }) =>
            `${count(left)} of ${count(came)} rows of ${source} (${Object.entries(lost)
              .map(([why, n]) => `${count(n)} ${named(why)}`)
              .join(', ')})`,
        )
        .join('; ')}.`
}

interface Node {
  label: string
  rows: number
  color: string
  column: number
  from: number
  /** One of the stages along the top, and not a loss. */
  main: boolean
}

const THICKNESS = 14

/** Main stages along the top, each loss below the stage after the one that it left. */
function sankey(
  problems: number,
  stages: Stage[],
  page: { inside: number; height: number },
): { trace: Trace; annotations: Layout[] } {
  const nodes: Node[] = [
    { label: many(problems, 'problem'), rows: stages[0]!.rows, color: neutral, column: 0, from: -1, main: true },
  ]
  for (const [i, { name, rows }] of stages.entries()) {
    const color = i === stages.length - 1 ? meaning.right : meaning.plain
    nodes.push({
      label: rows === 1 ? `1 ${name.replace(/s$/, '')}` : `${count(rows)} ${name}`,
      rows,
      color,
      column: i + 1,
      from: i,
      main: true,
    })
  }
  // After all main stages, so that they come first in their column and in what leaves a stage.
  for (const [i, { lost }] of stages.entries()) {
    for (const [why, n] of [...lost].sort((a, b) => b[1] - a[1])) {
      const color = why === 'cut-off' ? meaning.cutOff : meaning.wrong
      nodes.push({ label: `${count(n)} ${named(why)}`, rows: n, color, column: i + 2, from: i + 1, main: false })
    }
  }
  const shown = nodes.filter((node) => node.rows > 0)
  const columns = [...new Set(shown.map((node) => node.column))].sort((a, b) => a - b)
  const inColumn = (column: number) => shown.filter((node) => node.column === column)
  // plotly makes rows as high as the fullest column allows; the same sum here says where each node ends up.
  const pad = Math.min(24, page.height / 2 / Math.max(...columns.map((column) => inColumn(column).length)))
  const scale = Math.min(
    ...columns.map((column) => (page.height - (inColumn(column).length - 1) * pad) / sum(inColumn(column))),
  )
  const room = Math.max(...inColumn(columns[columns.length - 1]!).map((node) => textWidth(node.label, 11))) + 14
  const domain = 1 - room / page.inside
  const x = (node: Node) => between(columns.indexOf(node.column) / Math.max(1, columns.length - 1))
  const top = (node: Node) => {
    const list = inColumn(node.column)
    return list.slice(0, Math.max(0, list.indexOf(node))).reduce((y, above) => y + above.rows * scale + pad, 0)
  }
  const links = shown.filter((node) => node.from >= 0)
  const trace = {
    type: 'sankey',
    arrangement: 'fixed',
    domain: { x: [0, domain] },
    node: {
      align: 'left',
      sort: 'input',
      label: shown.map((node) => node.label),
      color: shown.map((node) => node.color),
      x: shown.map(x),
      y: shown.map((node) => between((top(node) + (node.rows * scale) / 2) / page.height)),
      pad,
      thickness: THICKNESS,
      line: { width: 0 },
      hovertemplate: '%{label}<extra></extra>',
    },
    link: {
      sort: 'input',
      source: links.map((node) => shown.indexOf(nodes[node.from]!)),
      target: links.map((node) => shown.indexOf(node)),
      value: links.map((node) => node.rows),
      color: links.map((node) => faded(node.color, 0.32)),
      hovertemplate: '%{value} rows<extra></extra>',
    },
    // The labels are annotations: plotly would put those of the last column over the flow.
    textfont: { size: 1, color: 'rgba(0,0,0,0)', shadow: 'none' },
  }
  // A stage that no row reached has no node, and is named all the same.
  const empty = nodes.filter((node) => node.rows === 0 && node.main && columns.includes(node.column))
  const annotations = [...shown, ...empty].map((node) => {
    const { main } = node
    return {
      text: node.label,
      xref: 'paper',
      yref: 'paper',
      x: x(node) * domain,
      y: 1 - (top(node) + (main ? 0 : (node.rows * scale) / 2)) / page.height,
      xanchor: 'left',
      yanchor: main ? 'bottom' : 'middle',
      xshift: main ? -THICKNESS / 2 - 1 : THICKNESS / 2 + 2,
      ...(main && { font: { size: 12, color: neutral } }),
    }
  })
  return { trace, annotations }
}

function sum(nodes: Node[]): number {
  return nodes.reduce((total, node) => total + node.rows, 0)
}

/** plotly takes 0 for "not given". */
function between(share: number): number {
  return Math.min(0.9999, Math.max(0.0001, share))
}

function named(why: string): string {
  return words[why] ?? why.replaceAll('-', ' ')
}

function lossesInWords(stages: Stage[]): string {
  const all = stages.flatMap((stage) => [...stage.lost].map(([why, n]) => `${named(why)} ${n}`))
  return all.length > 0 ? `; lost: ${all.join(', ')}` : ''
}
