// From problems to training rows, every loss named: the counts at each stage add up.

import type { Judged, TrainingRow } from '../../rows.js'
import { Stopped } from '../../stopped.js'
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
  error: 'no response',
  'over-quota': 'over the quota',
  'near-benchmark': 'near a benchmark',
  'second-answer': 'second answer',
}

/** Row flow (Sankey): problems → samples → formatted → right → in the mix, as far as the rows have come. */
export function flowFigure(rows: readonly (Judged | TrainingRow)[], options: FigureOptions = {}): Figure {
  if (rows.length === 0) throw new Stopped('no-rows', 'There are no rows to draw.', 'plot.flow(await verify(rows))')
  const problems = new Set(rows.map((row) => row.id)).size
  const stages = stagesOf(rows)
  const losses = stages.reduce((sum, stage) => sum + stage.lost.size, 0)
  const page = pageLayout({
    options: { height: Math.max(320, Math.min(640, 210 + losses * 22)), ...options },
    title: 'From problems to training rows',
    left: 12,
    right: 4,
    below: 14,
  })
  const margin = page.margin as Record<'l' | 'r' | 't' | 'b', number>
  margin.t += 14
  const inside = Number(page.width) - margin.l - margin.r
  const { trace, annotations } = sankey(problems, stages, { inside, height: Number(page.height) - margin.t - margin.b })
  return new Figure({
    data: [trace],
    layout: { ...page, annotations },
    summary: `flow: ${[many(problems, 'problem'), ...stages.map((stage) => `${stage.rows} ${stage.name}`)].join(' → ')}${lossesInWords(stages)}`,
  })
}

function stagesOf(rows: readonly (Judged | TrainingRow)[]): Stage[] {
  const names = ['samples', 'formatted', 'right', ...(rows.some((row) => 'fate' in row) ? ['in the mix'] : [])]
  const stages = names.map((name): Stage => ({ name, rows: 0, lost: new Map() }))
  for (const row of rows) {
    const why = [formatLoss(row), row.verdict.ok ? undefined : row.verdict.why, fateLoss(row)].slice(
      0,
      names.length - 1,
    )
    let at = why.findIndex((reason) => reason !== undefined)
    if (at < 0) at = names.length - 1
    for (const stage of stages.slice(0, at + 1)) stage.rows++
    const reason = why[at]
    if (reason !== undefined) stages[at]!.lost.set(reason, (stages[at]!.lost.get(reason) ?? 0) + 1)
  }
  return stages
}

function formatLoss(row: Judged | TrainingRow): string | undefined {
  if (row.finish === 'error') return 'error'
  // A row that was verified as it came, without the reformat step, has no format to lose.
  return row.format === undefined || row.format.ok ? undefined : row.format.why
}

function fateLoss(row: Judged | TrainingRow): string | undefined {
  return 'fate' in row && !row.fate.kept ? row.fate.why : undefined
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
