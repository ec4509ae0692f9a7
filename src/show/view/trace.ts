// One row from prompt to verdict.
import { createHash } from 'node:crypto'
import { type Repeats, repeats } from '../../repeats/index.js'
import type { Judged, Sample } from '../../rows.js'
import { takesRow } from '../../taken.js'
import { escapeHtml } from '../html.js'
import { behaviour } from './behaviour.js'
import { markedText, turnColors } from './marked.js'
import { minimap, type Part, textMap } from './minimap.js'
import { colored, count, elided, folded, heading, marks, View } from './page.js'
import { rangesOf } from './ranges.js'

/** Characters of all texts together that a page shows whole; from there on the middle of each is left out. */
const WHOLE = 400_000

/**
 * One row as a person reads it, at any stage: a map of the whole trace, thought and solution apart and foldable,
 * loops, turns ("Wait") and boxed answers marked, search, jumps to where a loop sets in and to the answer, copy.
 * Needs no network; where scripts may not run it is a page that folds.
 */
export function traceView(row: Sample | Judged): View {
  takesRow('view.trace', row, ['prompt', 'text'], 'view.trace((await sample(asked, { model }))[0])')
  const judged = row as Partial<Judged>
  const found = repeats(row.text)
  const facts = [...factsOf(judged), ...(found.kind === 'clean' ? [] : [saidOf(found)])]
  const verdict = verdictOf(judged)
  const texts = [...partsOf(judged)]
  const fits = texts.reduce((sum, { text }) => sum + text.length, 0) <= WHOLE
  const name = `trace-${createHash('sha256')
    .update(JSON.stringify([row.id, row.sample, row.model, row.text]))
    .digest('hex')
    .slice(0, 10)}`
  const parts = texts.map((part, i) => ({ ...part, text: fits ? part.text : elided(part.text), id: `${name}-${i}` }))
  const mapped: (Part & { open: boolean })[] = parts.map((part) => ({
    ...part,
    ranges: rangesOf(part.text, part.text === row.text ? found : undefined),
  }))
  const answers = mapped.filter((part) => part.name !== 'Prompt')
  const html = [
    `<div><b>${escapeHtml(heading(row))}</b></div>`,
    `<div style="opacity:.8">${escapeHtml(facts.join(' · '))}</div>`,
    verdict && `<div>${colored(escapeHtml(verdict.text), verdict.ok ? marks.added : marks.dropped)}</div>`,
    minimap(answers),
    tools(answers),
    ...mapped.map((part) => section(part)),
  ]
  const plain = [
    heading(row),
    facts.join(' · '),
    verdict?.text,
    textMap(answers) && `${textMap(answers)}   · text  # loop  ? turn  = answer`,
    ...texts.map(
      ({ name: title, text, open }) =>
        `\n── ${title} (${count(text.length)} characters)\n${elided(text, open ? 4000 : 1200)}`,
    ),
  ]
  const body = `<div class="skylab-trace" id="${name}" role="region" aria-label="${escapeHtml(`Trace of ${heading(row)}`)}">${html.filter(Boolean).join('')}</div><script>${behaviour}</script>`
  return new View(body, plain.filter(Boolean).join('\n'))
}

function saidOf({ kind, start, share, rep10 }: Repeats): string {
  if (kind === 'circling' || start === null)
    return `goes in circles (${Math.round(100 * rep10)} % of ten-word sequences stood before)`
  return `${kind === 'loop' ? 'loops' : 'loops with changes'} from character ${count(start)} (${Math.round(100 * share)} % of the text)`
}

/** The whole text, marked, in a frame that scrolls by itself and takes the keyboard. */
function section({ name, text, open, id, ranges }: Part & { open: boolean }): string {
  const frame =
    'max-height:34em;overflow:auto;resize:vertical;white-space:pre-wrap;overflow-wrap:anywhere;margin:.3em 0;padding:.4em .8em;border-left:3px solid rgba(128,128,128,.4);font-family:monospace;line-height:1.35'
  return folded(
    `${name} (${count(text.length)} characters)`,
    `<div id="${id}" data-text="${id}" tabindex="0" role="document" aria-label="${name}" style="${frame}">${markedText(text, ranges, id)}</div>`,
    open,
  )
}

/** Shown only where scripts run: a button that does nothing helps nobody. */
function tools(parts: readonly Part[]): string {
  const style =
    'font:inherit;color:inherit;background:transparent;border:1px solid rgba(128,128,128,.55);border-radius:4px;padding:.1em .6em;margin-right:.4em'
  const jump = (label: string, part: Part, place: number) =>
    `<button type="button" data-do="jump" data-to="${part.id}" data-share="${(place / Math.max(1, part.text.length)).toFixed(6)}" style="${style};cursor:pointer">${label}</button>`
  const loop = parts.find((part) => part.ranges.onset !== null)
  const answer = parts.findLast((part) => part.ranges.answers.length > 0)
  const buttons = [
    loop && jump('where it begins to repeat', loop, loop.ranges.onset!),
    answer && jump('last boxed answer', answer, answer.ranges.answers.at(-1)!.start),
    `<button type="button" data-do="copy" style="${style};cursor:pointer">copy</button>`,
  ]
  const legend = [
    colored('loop', marks.loop),
    ...Object.entries(turnColors).map(
      ([kind, color]) =>
        `<span style="border-bottom:2px solid ${color}">${kind === 'alternative' ? 'new start' : kind}</span>`,
    ),
    '<span style="outline:2px solid #0072B2;border-radius:2px">answer</span>',
  ]
  return `<div data-tools hidden style="margin:.3em 0"><input type="search" data-do="search" placeholder="search" aria-label="Search in the trace; Enter goes to the next match" style="${style};width:14em">${buttons.filter(Boolean).join('')}<span data-do="status" aria-live="polite" style="opacity:.8"></span></div><div style="opacity:.8;margin:.2em 0;word-spacing:.3em">${legend.join(' ')}</div>`
}

export function* factsOf(row: Partial<Judged>): Generator<string> {
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

export function verdictOf({ verdict, answer }: Partial<Judged>): { ok: boolean; text: string } | undefined {
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
