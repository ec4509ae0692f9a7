// What more samples would find: pass@k for every k up to the samples that were drawn.
import type { Score } from '../../rows.js'
import { meanInterval, passAtK } from '../../stats/index.js'
import { Stopped } from '../../stopped.js'
import { Figure } from '../figure.js'
import { type FigureOptions, palette, type Trace } from '../theme.js'
import { band } from './band.js'
import { pageLayout, percent } from './page.js'
import { checkScores } from './scored.js'
import { many } from './scores.js'

const dashes = ['solid', '7px,4px', '2px,3px', '9px,3px,2px,3px'] as const

/**
 * Curves of unbiased pass@k (Chen et al. 2021, arXiv 2107.03374), k from 1 to the samples of a problem: a colour a model,
 * a dash pattern a benchmark. Shaded: 95 % interval over problems.
 *
 * @throws Stopped 'no-rows' where every score has one sample of a problem: there is no curve of one point.
 */
export function passkFigure(scores: readonly Score[], options: FigureOptions = {}): Figure {
  checkScores(scores, 'plot.passk')
  const own = scores.filter(({ k }) => k > 1)
  if (own.length === 0)
    throw new Stopped(
      'no-rows',
      `Every one of ${many(scores.length, 'score')} has k = 1: pass@k needs several samples of a problem.`,
      'evaluate(models, { benches, k: 8, in: work })',
    )
  const models = [...new Set(own.map(({ model }) => model))]
  const benches = [...new Set(own.map(({ bench }) => bench))]
  const most = Math.max(...own.map(({ k }) => k))
  const data = own.flatMap((score): Trace[] => {
    const color = palette[models.indexOf(score.model) % palette.length]!
    const name = benches.length > 1 ? `${score.model}, ${score.bench}` : score.model
    const points = curve(score).map(({ k, mean, low, high }) => ({
      x: k,
      y: short(mean),
      low: short(low),
      high: short(high),
      hover: `${name}<br>pass@${k} ${percent(mean)} (95 % ${percent(low)} to ${percent(high)})<br>${many(score.n, 'problem')}, ${score.k} samples of each`,
    }))
    const dash = dashes[benches.indexOf(score.bench) % dashes.length]
    return band(name, color, points, { dash }, { mode: 'lines+markers', marker: { color, size: 5 } })
  })
  const page = pageLayout({
    options,
    title: benches.length === 1 ? `pass@k on ${benches[0]}` : 'pass@k',
    legend: data.filter(({ showlegend }) => showlegend).map(({ name }) => String(name)),
    caption: `At least one of k samples right, the unbiased estimate from all samples; ${[...new Set(own.map(({ bench, n }) => `${bench} n ${n}`))].join(', ')}. Shaded: 95 % interval over problems.`,
    below: 46,
  })
  return new Figure({
    data,
    layout: {
      ...page,
      xaxis: { title: { text: 'k' }, dtick: most <= 16 ? 1 : undefined, range: [0.8, most + 0.2], zeroline: false },
      yaxis: { title: { text: 'pass@k' }, tickformat: '.0%', range: [-0.02, 1.04] },
    },
    summary: `pass@k up to ${most}: ${own.map((score) => `${score.model} on ${score.bench} ${percent(curve(score).at(-1)!.mean)} at k ${score.k}`).join('; ')}`,
  })
}

function curve({ byProblem, k: samples }: Score): { k: number; mean: number; low: number; high: number }[] {
  const right = Object.values(byProblem).map((share) => Math.round(share * samples))
  return Array.from({ length: samples }, (_, i) => {
    const each = right.map((c) => passAtK(samples, c, i + 1))
    const mean = each.reduce((sum, value) => sum + value, 0) / each.length
    const { low, high } = meanInterval(each)
    return { k: i + 1, mean, low: Math.max(0, Math.min(low, mean)), high: Math.min(1, Math.max(high, mean)) }
  })
}

function short(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
