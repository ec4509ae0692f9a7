// Why a row is right or wrong: what was found on both sides, how it was read, and the rule that decided.
import type { Compared, Judged } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { escapeHtml } from '../html.js'
import { colored, elided, folded, heading, marks, View } from './page.js'

/** Characters of the response's end that are shown. */
const ENDING = 400

/**
 * The verdict on a judged row: the answers as they were found in gold and response, what was read in them, the rule
 * that decided; for code the tests' outcome. The end of the response is folded below.
 *
 * @throws Stopped 'bad-call' for a row that was not judged.
 * @example view.verdict(judged[0])
 */
export function verdictView(row: Judged): View {
  const verdict = row?.verdict
  if (verdict === null || typeof verdict !== 'object' || typeof verdict.ok !== 'boolean')
    throw new Stopped(
      'bad-call',
      `view.verdict takes a row with a verdict, and got ${row?.id ? `${row.id} without one` : typeof row}.`,
      'view.verdict((await verify(rows))[0])',
    )
  const { compared } = verdict
  const title = verdict.ok ? `right: ${verdict.how}` : `not right: ${verdict.why}`
  const rule = compared?.rule ?? verdict.detail ?? ''
  const lines = compared ? sides(compared) : []
  const detail = compared ? '' : (verdict.detail ?? '')
  const notes = [
    compared && compared.policy !== 'choice' && `policy ${compared.policy}`,
    compared?.by && FOUND[compared.by],
  ]
    .filter(Boolean)
    .join(' · ')
  const text = row.solution ?? row.text ?? ''
  const ending = text.length > ENDING ? `…${text.slice(-ENDING)}` : text
  const cell = (value: string, tag = 'td') =>
    `<${tag} style="text-align:left;vertical-align:top;padding:2px 12px 2px 0;overflow-wrap:anywhere">${value}</${tag}>`
  const code = (value: string | undefined) =>
    value === undefined ? '<i>nothing</i>' : `<code>${escapeHtml(elided(value, 600))}</code>`
  // A letter is read as it stands.
  const read = lines.some(({ form }) => form !== undefined)
  const table = compared
    ? `<table style="border-collapse:collapse;margin:.4em 0"><thead><tr>${cell('', 'th')}${cell('as found', 'th')}${read ? cell('as read', 'th') : ''}</tr></thead><tbody>${lines
        .map(
          ({ side, found, form }) =>
            `<tr>${cell(`<b>${side}</b>`)}${cell(code(found))}${read ? cell(code(form)) : ''}</tr>`,
        )
        .join('')}</tbody></table>`
    : ''
  const html = [
    `<div><b>${escapeHtml(heading(row))}</b></div>`,
    `<div>${colored(`<b>${escapeHtml(title)}</b>`, verdict.ok ? marks.added : marks.dropped)} ${escapeHtml(rule)}</div>`,
    table,
    notes && `<div style="opacity:.8">${escapeHtml(notes)}</div>`,
    ending && folded('The end of the response', `<pre style="white-space:pre-wrap">${escapeHtml(ending)}</pre>`),
  ]
  const width = Math.max(8, ...lines.map(({ found }) => Math.min(40, (found ?? 'nothing').length)))
  const plain = [
    heading(row),
    `${title}${rule ? ` — ${rule}` : ''}`,
    ...lines.map(
      ({ side, found, form }) =>
        `  ${side.padEnd(9)} ${(found ?? 'nothing').padEnd(width)}${form === undefined ? '' : `  read as ${form}`}`,
    ),
    detail && detail !== rule && `  ${detail}`,
    notes && `  ${notes}`,
  ]
  return new View(html.filter(Boolean).join(''), plain.filter(Boolean).join('\n'))
}

/** How an answer was found, in words. */
const FOUND: Record<string, string> = {
  boxed: 'found in the last \\boxed',
  stated: 'found where the response states its answer',
  marked: 'found after ####',
  mathematics: 'found as the last formula',
  bold: 'found in bold',
  whole: 'the whole response is the answer',
  none: 'no answer is stated',
}

interface Side {
  side: string
  found: string | undefined
  form: string | undefined
}

const sides = (compared: Compared): Side[] => [
  { side: 'expected', found: compared.gold, form: compared.goldForm },
  { side: 'found', found: compared.pred, form: compared.predForm },
]
