// One row from prompt to verdict.
import type { Judged, Sample } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { escapeHtml } from '../html.js'
import { block, colored, count, elided, folded, heading, marks, View } from './page.js'

/** Prompt, thought (folded away), solution, verdict, how it ended and its tokens: of a row at any stage. */
export function traceView(row: Sample | Judged): View {
  if (row === null || typeof row !== 'object' || typeof row.prompt !== 'string') {
    throw new Stopped('bad-call', `view.trace takes a row with a prompt, and got ${typeof row}.`, 'view.trace(rows[0])')
  }
  const judged = row as Partial<Judged>
  const facts = [...factsOf(judged)]
  const verdict = verdictOf(judged)
  const parts = [...partsOf(judged)]
  const html = [
    `<div><b>${escapeHtml(heading(row))}</b></div>`,
    `<div style="opacity:.8">${escapeHtml(facts.join(' · '))}</div>`,
    verdict && `<div>${colored(escapeHtml(verdict.text), verdict.ok ? marks.added : marks.dropped)}</div>`,
    ...parts.map(({ name, text, open }) =>
      folded(`${name} (${count(text.length)} characters)`, block(escapeHtml(elided(text))), open),
    ),
  ]
  const plain = [
    heading(row),
    facts.join(' · '),
    verdict?.text,
    ...parts.map(
      ({ name, text, open }) => `\n── ${name} (${count(text.length)} characters)\n${elided(text, open ? 4000 : 1200)}`,
    ),
  ]
  return new View(html.filter(Boolean).join(''), plain.filter(Boolean).join('\n'))
}

function* factsOf(row: Partial<Judged>): Generator<string> {
  if (row.finish === 'stop') yield 'finished'
  if (row.finish === 'length') yield `cut off at ${count(row.settings?.maxTokens ?? row.usage?.completion ?? 0)} tokens`
  if (row.finish === 'error') yield `no answer: ${row.failure ?? 'unknown failure'}`
  if (row.usage) yield `${count(row.usage.prompt)} + ${count(row.usage.completion)} tokens`
  if (row.dollars) yield `$${row.dollars.toFixed(4)}`
  if (row.settings)
    yield `temperature ${row.settings.temperature ?? 'default'}, prompts ${row.settings.promptSet} ${row.settings.promptHash}`
  if (row.format)
    yield row.format.ok ? `split by ${row.format.by}` : `not split: ${row.format.why} ${row.format.detail}`.trim()
}

function verdictOf({ verdict, answer }: Partial<Judged>): { ok: boolean; text: string } | undefined {
  if (!verdict) return undefined
  const expected = answer === undefined ? '' : `; the answer is ${answer}`
  if (verdict.ok) return { ok: true, text: `right (${verdict.how})${expected}` }
  return { ok: false, text: `not right: ${verdict.why}${verdict.detail ? `, ${verdict.detail}` : ''}${expected}` }
}

function* partsOf(row: Partial<Judged>): Generator<{ name: string; text: string; open: boolean }> {
  yield { name: 'Prompt', text: row.prompt ?? '', open: true }
  if (row.reasoning) yield { name: 'Reasoning', text: row.reasoning, open: false }
  if (row.thought !== undefined) yield { name: 'Thought', text: row.thought, open: false }
  if (row.solution !== undefined) yield { name: 'Solution', text: row.solution, open: true }
  if (row.solution === undefined && row.text) yield { name: 'Answer', text: row.text, open: true }
}
