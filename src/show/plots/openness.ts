// The report's table of openness: who published what.
import { readFileSync } from 'node:fs'
import { fixture } from '../../fixtures.js'
import { Stopped } from '../../stopped.js'
import { Figure } from '../figure.js'
import { type FigureOptions, meaning, neutral, type Trace } from '../theme.js'
import { pageLayout, wrap } from './page.js'

interface OpennessFile {
  source: string
  rows: string[]
  models: Record<string, boolean[]>
}

/** Pixels for the names of the rows. */
const LEFT = 110

/** What of a release is public: 'data', 'code', 'report', 'mathematics', 'programs', 'weights'. */
export type Openness = Record<string, boolean>

export interface OpennessOptions extends FigureOptions {
  /** Releases of your own beside the report's: name → what is public. */
  with?: Record<string, Openness>
}

/** A dot for everything that is public, a ring for what is not: the report's five projects, and your own. */
export function opennessFigure(options: OpennessOptions = {}): Figure {
  const file = JSON.parse(readFileSync(fixture('openness.json'), 'utf8')) as OpennessFile
  const own = Object.entries(options.with ?? {}).map(
    ([name, open]) => [name, file.rows.map((row) => open[row])] as const,
  )
  for (const [name, open] of Object.entries(options.with ?? {})) {
    const unknown = Object.keys(open).find((row) => !file.rows.includes(row))
    if (unknown !== undefined)
      throw new Stopped(
        'bad-call',
        `${name} says something about ${JSON.stringify(unknown)}; the rows are ${file.rows.join(', ')}.`,
        `plot.openness({ with: { ${JSON.stringify(name)}: { data: true, code: true } } })`,
      )
  }
  const columns = [...own, ...Object.entries(file.models)]
  const dots = (open: boolean): Trace => {
    const places = columns.flatMap(([, column], x) =>
      file.rows.flatMap((_, i) => (column[i] === open ? [{ x, y: file.rows.length - 1 - i }] : [])),
    )
    return {
      type: 'scatter',
      mode: 'markers',
      name: open ? 'public' : 'not public',
      x: places.map(({ x }) => x),
      y: places.map(({ y }) => y),
      marker: {
        size: 13,
        color: open ? meaning.right : 'rgba(0,0,0,0)',
        line: { color: open ? meaning.right : neutral, width: 1.5 },
      },
      hoverinfo: 'text',
      hovertext: places.map(
        ({ x, y }) => `${columns[x]![0]}: ${file.rows[file.rows.length - 1 - y]} ${open ? 'public' : 'not public'}`,
      ),
    }
  }
  const page = pageLayout({
    options: { height: 330, ...options },
    title: 'What is public',
    legend: ['public', 'not public'],
    caption: `Published: ${file.source}; the rows “mathematics” and “programs” say which domains a project covers.`,
    left: LEFT,
    below: 54,
  })
  const room = (Number(page.width) - LEFT - 15) / columns.length - 8
  const all = columns.filter(([, column]) => column.every(Boolean)).map(([name]) => name)
  return new Figure({
    data: [dots(true), dots(false)],
    layout: {
      ...page,
      xaxis: {
        tickvals: columns.map((_, i) => i),
        ticktext: columns.map(([name]) => wrap(name.replaceAll('-', '- '), room).join('<br>').replaceAll('- ', '-')),
        tickangle: 0,
        range: [-0.5, columns.length - 0.5],
        zeroline: false,
        ticks: '',
      },
      yaxis: {
        tickvals: file.rows.map((_, i) => i),
        ticktext: file.rows.toReversed(),
        range: [-0.6, file.rows.length - 0.4],
        zeroline: false,
        ticks: '',
      },
    },
    summary: `openness: everything public in ${all.join(', ') || 'none'}, of ${columns.length} projects`,
  })
}
