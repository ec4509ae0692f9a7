// Which problems a model gets right, and how often: one benchmark problem by problem.
import type { Score } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { Figure } from '../figure.js'
import { textWidth } from '../font.js'
import { type FigureOptions, type Layout, neutral } from '../theme.js'
import { pageLayout, percent } from './page.js'
import { checkScores } from './scored.js'
import { many } from './scores.js'

export interface ProblemsOptions extends FigureOptions {
  /** Which benchmark. @default the only one, else the one with the fewest problems */
  bench?: string
  /** Problems from the easiest to the hardest for these models, or in the benchmark's order. @default 'difficulty' */
  order?: 'difficulty' | 'given'
}

/** Nothing where no sample is right; else from a light to the full blue of the palette, the same on any page. */
const SCALE = [
  [0, 'rgba(0,0,0,0)'],
  [0.001, '#b9d9ec'],
  [1, '#0072B2'],
]

/** Problems up to which each cell says its count. */
const COUNTED = 40

/**
 * A heat map: a row a model, a column a problem, the colour the share of its k samples that are right. With up to 40
 * problems each cell holds the count. At the right: how many problems are right at least once, and every time.
 */
export function problemsFigure(scores: readonly Score[], options: ProblemsOptions = {}): Figure {
  checkScores(scores, 'plot.problems')
  const benches = [...new Set(scores.map(({ bench }) => bench))]
  const smallest = benches.toSorted((a, b) => problemsOf(scores, a) - problemsOf(scores, b))[0]!
  const bench = options.bench ?? smallest
  const own = scores.filter((score) => score.bench === bench)
  if (own.length === 0)
    throw new Stopped(
      'bad-call',
      `No score is of ${JSON.stringify(bench)}; there are ${benches.join(', ')}.`,
      `plot.problems(scores, { bench: ${JSON.stringify(smallest)} })`,
    )
  const ids = [...new Set(own.flatMap(({ byProblem }) => Object.keys(byProblem)))]
  const mean = (id: string) => own.reduce((sum, { byProblem }) => sum + (byProblem[id] ?? 0), 0) / own.length
  if (options.order !== 'given') ids.sort((a, b) => mean(b) - mean(a) || a.localeCompare(b, 'en', { numeric: true }))
  // plotly draws the first row at the bottom.
  const rows = own.toReversed()
  const shares = rows.map(({ byProblem }) => ids.map((id) => byProblem[id] ?? null))
  const right = (score: Score, share: number) => Math.round(share * score.k)
  const counts: Layout[] =
    ids.length > COUNTED
      ? []
      : rows.flatMap((score, y) =>
          ids.flatMap((id, x) => {
            const share = score.byProblem[id]
            if (share === undefined) return []
            const text = String(right(score, share))
            return [{ text, x, y, font: { size: 10, color: share === 0 ? neutral : share > 0.5 ? '#fff' : '#12303f' } }]
          }),
        )
  const beside: Layout[] = rows.map((score, y) => {
    const all = Object.values(score.byProblem)
    const once = all.filter((share) => share > 0).length
    const always = all.filter((share) => share > 1 - 1e-9).length
    return { text: score.k > 1 ? `${once} · ${always}` : String(once), x: 1.005, xref: 'paper', xanchor: 'left', y }
  })
  const left = 24 + Math.min(230, Math.max(...rows.map(({ model }) => textWidth(model, 12))))
  const several = own.some(({ k }) => k > 1)
  const page = pageLayout({
    options: { height: 128 + 34 * own.length, ...options },
    title: `${bench}, problem by problem`,
    caption: `${many(ids.length, 'problem')}, ${options.order === 'given' ? 'in their order' : 'from the easiest to the hardest'}; samples of each: ${[...new Set(own.map(({ k }) => k))].join(', ')}.${ids.length > COUNTED ? '' : ' In the cell: how many are right.'} At the right: problems right ${several ? 'at least once · every time' : 'once'}.`,
    left,
    right: 62,
    below: 30,
  })
  const width = (Number(page.width) - left - 62) / ids.length
  return new Figure({
    data: [
      {
        type: 'heatmap',
        z: shares.map((row) => row.map((share) => (share === null ? null : Math.round(share * 10_000) / 10_000))),
        x: ids.map((_, i) => i),
        y: rows.map((_, i) => i),
        zmin: 0,
        zmax: 1,
        colorscale: SCALE,
        showscale: false,
        xgap: width > 8 ? 1.5 : 0,
        ygap: 3,
        hoverinfo: 'text',
        hovertext: rows.map((score) =>
          ids.map((id) => {
            const share = score.byProblem[id]
            return share === undefined
              ? `${id}<br>${score.model}: not asked`
              : `${id}<br>${score.model}: ${right(score, share)} of ${score.k} right`
          }),
        ),
      },
    ],
    layout: {
      ...page,
      xaxis: { title: { text: 'problem' }, showticklabels: false, ticks: '', showgrid: false, zeroline: false },
      yaxis: {
        tickvals: rows.map((_, i) => i),
        ticktext: rows.map(({ model }) => shortened(model, left - 24)),
        showgrid: false,
        zeroline: false,
        ticks: 'outside',
        ticklen: 5,
        tickcolor: 'rgba(0,0,0,0)',
        range: [-0.5, rows.length - 0.5],
      },
      annotations: [...(page.annotations as Layout[]), ...counts, ...beside],
    },
    summary: `${bench} by problem: ${own.map((score) => `${score.model} ${percent(score.value)}`).join(', ')}; ${many(ids.length, 'problem')}`,
  })
}

function problemsOf(scores: readonly Score[], bench: string): number {
  return Math.max(...scores.filter((score) => score.bench === bench).map(({ n }) => n))
}

/** A model's name without its organisation where it would not fit, and cut where it still does not. */
function shortened(name: string, pixels: number): string {
  if (textWidth(name, 12) <= pixels) return name
  let text = name.split('/').at(-1)!
  while (textWidth(`${text}…`, 12) > pixels && text.length > 4) text = text.slice(0, -1)
  return text === name.split('/').at(-1) ? text : `${text}…`
}
