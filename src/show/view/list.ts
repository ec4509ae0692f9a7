// Many rows as a list that filters and opens into traces.
import { deflateSync } from 'node:zlib'
import type { Judged, Problem } from '../../rows.js'
import { Stopped } from '../../stopped.js'
import { escapeHtml } from '../html.js'
import { save } from '../save.js'
import { listBehaviour } from './list-behaviour.js'
import { count, View } from './page.js'

/** One row of the list, as short as it can be: ten thousand of them travel with the page. */
interface Line {
  id: string
  /** How the question begins. */
  question: string
  sample: number | undefined
  model: string | undefined
  domain: string | undefined
  finish: string | undefined
  verdict: string
  repeats: string | undefined
  tokens: number | undefined
}

export interface RowsViewOptions {
  /** Bytes of texts, packed, that travel inside a notebook; the rest of the list opens by `view.trace`. @default 2,000,000 */
  texts?: number
  title?: string
}

/** Rows that stand in the page where no script runs. */
const STATIC = 20

/** A list of rows. `save` writes it with every text inside, as a page that needs no network. */
class RowsView extends View {
  readonly #rows: readonly Row[]
  readonly #options: RowsViewOptions

  constructor(rows: readonly Row[], options: RowsViewOptions) {
    super(html(rows, options), text(rows))
    this.#rows = rows
    this.#options = options
  }

  save(file: string): void {
    const whole = html(this.#rows, { ...this.#options, texts: Number.POSITIVE_INFINITY })
    const page = `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(titleOf(this.#rows, this.#options))}</title><style>:root{color-scheme:light dark}body{font:14px sans-serif;margin:1.5em}</style></head><body>${whole}</body></html>\n`
    save(file, page)
  }
}

type Row = Problem & Partial<Omit<Judged, keyof Problem>> & { repeats?: { kind: string } }

/**
 * Problems or answers as a list: filter by any word, by model, domain, verdict, ending and repetition; a row opens into
 * its texts.
 * Ten thousand rows scroll as ten do. The texts of the first rows travel with the notebook, up to
 * `options.texts` bytes packed; `.save('rows.html')` writes a page with all of them.
 *
 * @throws Stopped('no-rows') for none, Stopped('bad-call') for something that is no list of rows.
 * @example view.rows(asked)
 * @example view.rows(judged.filter((row) => !row.verdict.ok))
 */
export function rowsView(rows: Iterable<Problem>, options: RowsViewOptions = {}): RowsView {
  if (rows === null || typeof rows !== 'object' || !(Symbol.iterator in rows))
    throw new Stopped(
      'bad-call',
      `view.rows takes a list of rows, and got ${rows === null ? 'null' : typeof rows}.`,
      'view.rows(await verify(tidy))',
    )
  const all = [...rows] as Row[]
  if (all.length === 0) throw new Stopped('no-rows', 'There are no rows to list.', 'view.rows(judged)')
  const bare = all.findIndex((row) => typeof row?.id !== 'string')
  if (bare >= 0) throw new Stopped('bad-call', `Row ${bare} has no id.`, 'view.rows(await sample(…))')
  return new RowsView(all, options)
}

function lineOf(row: Row): Line {
  // A problem that nobody was asked has no verdict to wait for.
  const bare = row.text === undefined ? '' : 'not verified'
  const verdict = row.verdict ? (row.verdict.ok ? 'right' : row.verdict.why) : bare
  return {
    id: row.id,
    question: beginning(row.prompt),
    sample: row.sample,
    model: row.model,
    domain: row.domain,
    finish: row.finish,
    verdict,
    repeats: row.repeats?.kind,
    tokens: row.usage?.completion,
  }
}

/** A question's first words, on one line. */
function beginning(prompt: string | undefined): string {
  const line = (prompt ?? '')
    .slice(0, 4 * QUESTION)
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= QUESTION ? line : `${line.slice(0, QUESTION - 1).trimEnd()}…`
}

/** Characters of a question that stand in the list. */
const QUESTION = 80

/** What the opened row shows, in order: name and text. */
function textsOf(row: Row): [string, string][] {
  const parts: [string, string | undefined][] = [
    ['Prompt', row.prompt],
    ['Reasoning', row.reasoning],
    ['Thought', row.thought],
    ['Solution', row.solution],
    ['Answer', row.solution === undefined ? row.text : undefined],
    ['Right answer', row.answer],
    [
      'Verdict',
      row.verdict &&
        [row.verdict.ok ? `right: ${row.verdict.how}` : row.verdict.why, row.verdict.detail].filter(Boolean).join(', '),
    ],
    ['Failure', row.failure],
  ]
  return parts.filter((part): part is [string, string] => Boolean(part[1]))
}

const titleOf = (rows: readonly Row[], { title }: RowsViewOptions) => title ?? `${count(rows.length)} rows`

function html(rows: readonly Row[], options: RowsViewOptions): string {
  const { texts: budget = 2_000_000 } = options
  const lines = rows.map(lineOf)
  // Sixteen rows a packet: they share their prompts' words, and one packet opens in a moment.
  const packets: string[] = []
  let bytes = 0
  for (let start = 0; start < rows.length && bytes < budget; start += PACKET) {
    const packet = deflateSync(JSON.stringify(rows.slice(start, start + PACKET).map(textsOf))).toString('base64')
    bytes += packet.length
    if (bytes <= budget || packets.length === 0) packets.push(packet)
  }
  const data = { lines: columns(lines), packet: PACKET, packets }
  const json = JSON.stringify(data).replaceAll('<', '\\u003c')
  const title = titleOf(rows, options)
  const inside = Math.min(rows.length, packets.length * PACKET)
  const note =
    inside < rows.length
      ? `The first ${count(inside)} open here; view.trace(rows[i]) opens any, and .save('rows.html') writes all.`
      : ''
  return `<div class="skylab-rows" role="region" aria-label="${escapeHtml(title)}"><div><b>${escapeHtml(title)}</b> <span data-do="count" aria-live="polite" style="opacity:.8"></span></div><div data-do="tools" hidden style="margin:.3em 0"></div><div data-do="list">${table(lines.slice(0, STATIC))}${lines.length > STATIC ? `<div style="opacity:.8">… ${count(lines.length - STATIC)} more</div>` : ''}</div><div data-do="open"></div><div style="opacity:.8">${escapeHtml(note)}</div><script type="application/json" data-do="data">${json}</script></div><script>${listBehaviour}</script>`
}

const PACKET = 16

/** Column by column, values that recur by number: a tenth of the size. */
function columns(lines: readonly Line[]): {
  ids: string[]
  samples: (number | null)[]
  tokens: (number | null)[]
  questions: { names: string[]; of: number[] }
  facets: Record<string, { names: string[]; of: number[] }>
} {
  const facet = (key: 'question' | 'model' | 'domain' | 'finish' | 'verdict' | 'repeats') => {
    const names = [...new Set(lines.map((line) => line[key] ?? ''))]
    const place = new Map(names.map((name, i) => [name, i]))
    return { names, of: lines.map((line) => place.get(line[key] ?? '')!) }
  }
  return {
    ids: lines.map((line) => line.id),
    samples: lines.map((line) => line.sample ?? null),
    tokens: lines.map((line) => line.tokens ?? null),
    questions: facet('question'),
    facets: {
      model: facet('model'),
      domain: facet('domain'),
      finish: facet('finish'),
      verdict: facet('verdict'),
      repeats: facet('repeats'),
    },
  }
}

const COLUMNS: readonly [head: string, of: (line: Line) => string][] = [
  ['row', (line) => nameOf(line)],
  ['question', (line) => line.question],
  ['model', (line) => line.model ?? ''],
  ['domain', (line) => line.domain ?? ''],
  ['ending', (line) => line.finish ?? ''],
  ['verdict', (line) => line.verdict],
  ['repeats', (line) => line.repeats ?? ''],
  ['tokens', (line) => (line.tokens === undefined ? '' : count(line.tokens))],
]

/** The columns in which some line has something. */
const filled = (lines: readonly Line[]) => COLUMNS.filter(([, of]) => lines.some((line) => of(line) !== ''))

function table(lines: readonly Line[]): string {
  const columns = filled(lines)
  const cell = (value: string) => `<td style="text-align:left">${escapeHtml(value)}</td>`
  const body = lines.map((line) => `<tr>${columns.map(([, of]) => cell(of(line))).join('')}</tr>`)
  return `<table><thead><tr>${columns.map(([head]) => `<th style="text-align:left">${head}</th>`).join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`
}

const nameOf = (line: Line) => (line.sample === undefined ? line.id : `${line.id} · ${line.sample}`)

/** Characters of a column in a terminal, at most. */
const WIDEST: Record<string, number> = { row: 48, question: 56, model: 20 }

function text(rows: readonly Row[]): string {
  const lines = rows.slice(0, STATIC).map(lineOf)
  // The question is as long as there is room, so it stands last.
  const columns = filled(lines).sort(([a], [b]) => Number(a === 'question') - Number(b === 'question'))
  const cells = [columns.map(([head]) => head), ...lines.map((line) => columns.map(([, of]) => of(line)))]
  const widths = columns.map(([head], i) =>
    Math.min(WIDEST[head] ?? 16, Math.max(...cells.map((row) => row[i]!.length))),
  )
  const shortened = (value: string, width: number) => (value.length > width ? `${value.slice(0, width - 1)}…` : value)
  const shown = cells.map((row) =>
    row
      .map((value, i) => shortened(value, widths[i]!).padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
  const more = rows.length - lines.length
  return [
    `${count(rows.length)} rows`,
    ...shown,
    ...(more > 0
      ? [`… ${count(more)} more${rows.some((row) => row.text !== undefined) ? '; view.trace(rows[i]) opens one' : ''}`]
      : []),
  ].join('\n')
}
