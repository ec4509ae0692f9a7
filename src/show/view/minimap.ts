// A whole trace as one bar: where it loops, where it turns round, where its answers stand.

import { escapeHtml } from '../html.js'
import { palette } from '../theme.js'
import { turnColors } from './marked.js'
import { count } from './page.js'
import type { Ranges } from './ranges.js'

/** One text of a trace, as the map draws it. */
export interface Part {
  /** 'Thought', 'Solution'. */
  name: string
  text: string
  ranges: Ranges
  /** Id of the element that holds it. */
  id: string
}

const WIDTH = 700
const HEIGHT = 26
const loopColor = palette[1]
const answerColor = palette[0]

/**
 * The map: one band a part, loops as blocks, turns as ticks, answers as full lines. It is an image with its data
 * inside, because JupyterLab strips inline SVG out of a notebook that is not trusted yet. A click goes to the place.
 */
export function minimap(parts: readonly Part[]): string {
  const total = parts.reduce((sum, { text }) => sum + text.length, 0)
  if (total === 0) return ''
  const svg = Buffer.from(drawing(parts, total)).toString('base64')
  const lengths = parts.map(({ id, text }) => `${id}:${text.length}`).join(' ')
  return `<img data-map="${lengths}" alt="${escapeHtml(describe(parts))}" title="A click goes to the place" src="data:image/svg+xml;base64,${svg}" style="width:100%;height:${HEIGHT}px;display:block;margin:.4em 0;cursor:pointer">`
}

function drawing(parts: readonly Part[], total: number): string {
  const x = (place: number) => ((WIDTH * place) / total).toFixed(1)
  const wide = (length: number, least: number) => Math.max(least, (WIDTH * length) / total).toFixed(1)
  const shapes: string[] = []
  let before = 0
  for (const [i, { text, ranges }] of parts.entries()) {
    const own = before
    // Inside a loop every turn is the same turn.
    const free = ranges.turns.filter(
      (turn) => !ranges.loops.some((loop) => turn.start >= loop.start && turn.end <= loop.end),
    )
    const turns = free.map(({ start, kind }) => [Math.round((WIDTH * (own + start)) / total), kind] as const)
    shapes.push(
      `<rect x="${x(own)}" width="${wide(text.length, 1)}" height="${HEIGHT}" fill="#808080" fill-opacity="${i % 2 === 0 ? 0.14 : 0.32}"/>`,
      ...ranges.loops.map(
        ({ start, end }) =>
          `<rect x="${x(own + start)}" width="${wide(end - start, 2)}" height="${HEIGHT}" fill="${loopColor}" fill-opacity=".75"/>`,
      ),
      ...ticks(turns).map(
        ([place, kind]) =>
          `<rect x="${place}" y="${HEIGHT / 2}" width="1" height="${HEIGHT / 2}" fill="${turnColors[kind]}"/>`,
      ),
      ...ranges.answers.map(
        ({ start }) => `<rect x="${x(own + start)}" width="2.5" height="${HEIGHT}" fill="${answerColor}"/>`,
      ),
    )
    before += text.length
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${shapes.join('')}</svg>`
}

/** At most one tick a pixel and kind. */
function ticks<Kind extends string>(all: (readonly [number, Kind])[]): (readonly [number, Kind])[] {
  return [...new Map(all.map((tick) => [tick.join(), tick])).values()]
}

/** The map in words, for a reader who cannot see it. */
export function describe(parts: readonly Part[]): string {
  const sum = (of: (ranges: Ranges) => number) => parts.reduce((all, { ranges }) => all + of(ranges), 0)
  const kinds = (kind: string) => sum(({ turns }) => turns.filter((turn) => turn.kind === kind).length)
  const loops = sum((ranges) => ranges.loops.length)
  const many = (n: number, one: string, more = `${one}s`) => `${count(n)} ${n === 1 ? one : more}`
  return `Map of the trace: ${parts.map(({ name, text }) => `${name} ${count(text.length)} characters`).join(', ')}; ${many(loops, 'loop')}, ${many(kinds('doubt'), 'doubt')}, ${many(kinds('check'), 'check')}, ${many(kinds('alternative'), 'new start')}, ${many(
    sum(({ answers }) => answers.length),
    'boxed answer',
  )}`
}

/** The map in characters, for a terminal: `·` text, `#` loop, `?` turns, `=` answer, `|` between parts. */
export function textMap(parts: readonly Part[], width = 72): string {
  const total = parts.reduce((sum, { text }) => sum + text.length, 0)
  if (total === 0) return ''
  return parts
    .map(({ text, ranges }) => {
      const cells = Math.max(1, Math.round((width * text.length) / total))
      const cell = (place: number) => Math.min(cells - 1, Math.floor((cells * place) / Math.max(1, text.length)))
      const bar = new Array<string>(cells).fill('·')
      for (const { start } of ranges.turns) bar[cell(start)] = '?'
      for (const { start, end } of ranges.loops) bar.fill('#', cell(start), cell(Math.max(start, end - 1)) + 1)
      for (const { start } of ranges.answers) bar[cell(start)] = '='
      return bar.join('')
    })
    .join('|')
}
