// Two answers side by side: what they share, and what each says alone.
import type { Sample } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { escapeHtml } from '../html.js'
import { colored, count, elided, heading, marks, View } from './page.js'
import { rangesOf } from './ranges.js'
import { factsOf, verdictOf } from './trace.js'

/** Words in a row that stand in both texts for a passage to count as shared. */
const GRAM = 8
/** Characters of each text. */
const MOST = 60_000

/**
 * Two rows side by side, most often two answers to one problem: how each ended, its verdict, and its text with the
 * passages marked that stand word for word in the other (eight words and more) and its loops.
 *
 * @example view.compare(samples[0], samples[1])
 */
export function pairView(a: Sample, b: Sample): View {
  for (const row of [a, b])
    if (row === null || typeof row !== 'object' || typeof row.text !== 'string')
      throw new Stopped('bad-call', 'view.compare takes two rows with a text.', 'view.compare(samples[0], samples[1])')
  const texts = [whole(a), whole(b)] as const
  const columns = [side(a, texts[0], texts[1]), side(b, texts[1], texts[0])]
  const same = a.id === b.id ? `Two answers to ${a.id}` : `${a.id} and ${b.id}`
  const shares = columns.map(({ share }) => `${(100 * share).toFixed(0)} %`)
  const note = `shared word for word (${GRAM} words and more): ${shares[0]} of the left, ${shares[1]} of the right`
  const html = `<div><b>${escapeHtml(same)}</b></div><div style="opacity:.8">${colored('shared', marks.moved)} ${colored('loop', marks.loop)} ${escapeHtml(note)}</div><div style="display:grid;grid-template-columns:1fr 1fr;gap:1em">${columns.map((column) => `<div style="min-width:0">${column.html}</div>`).join('')}</div>`
  return new View(html, [same, note, ...columns.map((column) => `\n${column.text}`)].join('\n'))
}

function side(row: Sample, text: string, other: string): { html: string; text: string; share: number } {
  const facts = [...factsOf(row)].join(' · ')
  const verdict = verdictOf(row)
  const shared = sharedSpans(text, other)
  const share = text === '' ? 0 : shared.reduce((sum, { start, end }) => sum + end - start, 0) / text.length
  const { loops } = rangesOf(text)
  const spans = [
    ...loops.map(({ start, end }) => ({ start, end, color: marks.loop })),
    ...shared.map((span) => ({ ...span, color: marks.moved })),
  ].sort((x, y) => x.start - y.start || y.end - x.end)
  const parts: string[] = []
  let at = 0
  for (const { start, end, color } of spans) {
    const from = Math.max(at, start)
    if (from >= end) continue
    parts.push(escapeHtml(text.slice(at, from)), colored(escapeHtml(text.slice(from, end)), color))
    at = end
  }
  parts.push(escapeHtml(text.slice(at)))
  const frame =
    'max-height:40em;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font-family:monospace;line-height:1.35;padding:.4em .8em;border-left:3px solid rgba(128,128,128,.4)'
  return {
    html: `<div><b>${escapeHtml(heading(row))}</b></div><div style="opacity:.8">${escapeHtml(facts)}</div>${verdict ? `<div>${colored(escapeHtml(verdict.text), verdict.ok ? marks.added : marks.dropped)}</div>` : ''}<div tabindex="0" style="${frame}">${parts.join('')}</div>`,
    text: [`── ${heading(row)} (${count(text.length)} characters)`, facts, verdict?.text, elided(text, 1600)]
      .filter(Boolean)
      .join('\n'),
    share,
  }
}

const whole = (row: Sample) => elided(row.reasoning ? `${row.reasoning}\n\n${row.text}` : row.text, MOST)

/** Maximal stretches of words whose every gram stands in the other text. */
function sharedSpans(text: string, other: string): { start: number; end: number }[] {
  const grams = new Set<string>()
  const theirs = other.match(/\S+/g) ?? []
  for (let i = 0; i + GRAM <= theirs.length; i++) grams.add(theirs.slice(i, i + GRAM).join(' '))
  const words = [...text.matchAll(/\S+/g)]
  const spans: { start: number; end: number }[] = []
  for (let i = 0; i + GRAM <= words.length; i++) {
    const gram = words.slice(i, i + GRAM)
    if (!grams.has(gram.map((word) => word[0]).join(' '))) continue
    const last = gram[GRAM - 1]!
    const [start, end] = [gram[0]!.index, last.index + last[0].length]
    const before = spans.at(-1)
    if (before && start <= before.end) before.end = end
    else spans.push({ start, end })
  }
  return spans
}
