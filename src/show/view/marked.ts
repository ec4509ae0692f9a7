// A text as HTML with everything that stands out marked, and the copies of a loop folded away.

import { escapeHtml } from '../html.js'
import { colored, count, marks } from './page.js'
import type { Loop, Ranges } from './ranges.js'

/** Copies of a loop that stay open at each end, and how long a copy has to be for each to have its own shade. */
const OPEN = 2
const SHADED = 12

export const turnColors = { doubt: '#CC79A7', check: '#56B4E9', alternative: '#009E73' } as const

/** Every character of the text, once and in order, so that search and copy find all of it. */
export function markedText(text: string, ranges: Ranges, id: string): string {
  const parts: string[] = []
  let at = 0
  for (const [i, loop] of ranges.loops.entries()) {
    if (loop.start < at) continue
    parts.push(plain(text, at, loop.start, ranges), copies(text, loop, `${id}-loop-${i}`, ranges))
    at = loop.end
  }
  parts.push(plain(text, at, text.length, ranges))
  return parts.join('')
}

/** Text outside loops: turns underlined, answers boxed. */
function plain(text: string, from: number, to: number, { turns, answers }: Ranges): string {
  const inside = [
    ...turns.map((turn) => ({ ...turn, style: `border-bottom:2px solid ${turnColors[turn.kind]}` })),
    ...answers.map((answer) => ({ ...answer, style: 'outline:2px solid #0072B2;border-radius:2px' })),
  ]
    .filter(({ start, end }) => start >= from && end <= to)
    .sort((a, b) => a.start - b.start)
  const parts: string[] = []
  let at = from
  for (const { start, end, style } of inside) {
    if (start < at) continue
    parts.push(escapeHtml(text.slice(at, start)), `<span style="${style}">${escapeHtml(text.slice(start, end))}</span>`)
    at = end
  }
  parts.push(escapeHtml(text.slice(at, to)))
  return parts.join('')
}

function copies(text: string, loop: Loop, id: string, ranges: Ranges): string {
  const { start, end, period } = loop
  const length = Math.max(1, Math.round(period ?? (end - start) / loop.count))
  const shade = Math.max(1, Math.ceil(SHADED / length)) * length
  const pieces: string[] = []
  for (let from = start; from < end; from += shade) {
    const to = Math.min(end, from + shade)
    pieces.push(colored(plain(text, from, to, ranges), pieces.length % 2 === 0 ? marks.loop : marks.loopAgain))
  }
  const label = period
    ? `the same ${count(period)} characters ${count(Math.floor(loop.count))} times`
    : `one template, about ${count(Math.round(loop.count))} times`
  const head = `<b id="${id}" style="user-select:none">⟦${label}⟧ </b>`
  if (pieces.length <= 2 * OPEN + 1) return head + pieces.join('')
  const middle = pieces.slice(OPEN, -OPEN)
  const folded = `<details style="display:inline"><summary style="display:inline;cursor:pointer;user-select:none"><b>[… ${count(middle.length)} more …]</b></summary>${middle.join('')}</details>`
  return head + pieces.slice(0, OPEN).join('') + folded + pieces.slice(-OPEN).join('')
}
