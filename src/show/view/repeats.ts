// A text with the passages marked in which it goes in circles.

import { exactLoops, type Repeats, repeats } from '../../repeats/index.js'
import type { Sample } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { escapeHtml } from '../html.js'
import { block, colored, count, elided, heading, marks, View } from './page.js'

/** A marked passage: from and to in UTF-16 code units, and the length of one copy where it is known. */
export interface Span {
  start: number
  end: number
  period?: number | null
}

/** Characters shown of a text before, between and after its loops, and of one copy of a loop. */
const BETWEEN = 1500
const COPY = 800

/**
 * The answer with its looping passages marked, one copy after the other, their number counted and the
 * copies in the middle left out.
 *
 * @param spans What to mark. @default what `repeats` finds in the text
 */
export function repeatsView(row: Pick<Sample, 'text'> & Partial<Sample> & { repeats?: Repeats }, spans?: Span[]): View {
  if (row === null || typeof row !== 'object' || typeof row.text !== 'string') {
    throw new Stopped('bad-call', 'view.repeats takes a row with a text.', 'view.repeats(samples[0])')
  }
  const found = row.repeats ?? repeats(row.text)
  const shown = (spans ?? spansOf(row.text, found)).toSorted((a, b) => a.start - b.start)
  const facts = `${found.kind}, ${(found.share * 100).toFixed(0)} % of ${count(row.text.length)} characters inside; rep-10 ${found.rep10.toFixed(2)}, packs ${found.compression.toFixed(1)} : 1`
  const [html, plain]: [string[], string[]] = [[], []]
  let at = 0
  for (const span of shown) {
    if (span.start < at) continue
    const before = elided(row.text.slice(at, span.start), BETWEEN)
    const copies = copiesOf(row.text, span)
    html.push(escapeHtml(before), copies.html)
    plain.push(before, copies.plain)
    at = span.end
  }
  const rest = elided(row.text.slice(at), BETWEEN)
  html.push(escapeHtml(rest))
  plain.push(rest)
  return new View(
    `<div><b>${escapeHtml(heading(row))}</b></div><div style="opacity:.8">${escapeHtml(facts)}</div>${block(html.join(''))}`,
    [heading(row), facts, '', plain.join('')].filter((line) => line !== undefined).join('\n'),
  )
}

function spansOf(text: string, found: Repeats): Span[] {
  const exact = exactLoops(text)
  if (exact.length > 0) return exact
  return found.start === null || found.end === null
    ? []
    : [{ start: found.start, end: found.end, period: found.period }]
}

function copiesOf(text: string, { start, end, period }: Span): { html: string; plain: string } {
  const whole = text.slice(start, end)
  if (!period || end - start < 2 * period) {
    const one = elided(whole, 2 * COPY)
    return { html: colored(escapeHtml(one), marks.loop), plain: `⟦${one}⟧` }
  }
  const times = (end - start) / period
  const copies: string[] = []
  for (let from = 0; from < whole.length; from += period) copies.push(whole.slice(from, from + period))
  // A short copy is shown often enough to be seen as a loop; the middle is counted.
  const each = Math.max(1, Math.min(4, Math.floor((2 * COPY) / period)))
  const note = `[… ${count(Math.max(0, copies.length - 2 * each))} more copies …]`
  const middle = copies.length > 2 * each
  const first = middle ? copies.slice(0, each) : copies
  const last = middle ? copies.slice(-each) : []
  const tint = (copy: string, i: number) =>
    colored(escapeHtml(elided(copy, COPY)), i % 2 === 0 ? marks.loop : marks.loopAgain)
  const label = `${Number.isInteger(times) ? times : times.toFixed(1)} copies of ${count(period)} characters`
  return {
    html: `<b>⟦${label}:</b> ${first.map(tint).join('')}${middle ? `\n<b>${note}</b>\n` : ''}${last.map((copy, i) => tint(copy, copies.length - last.length + i)).join('')}<b>⟧</b>`,
    plain: `⟦${label}: ${[...first, ...(middle ? [`\n${note}\n`] : []), ...last].map((copy) => elided(copy, COPY)).join('')}⟧`,
  }
}
