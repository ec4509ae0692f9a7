// Reading rows one at a time and keeping the reader's verdicts: the report's "manual inspection", made repeatable.

import { createHash } from 'node:crypto'
import { bundleOf, DISPLAY, host, type MimeBundle } from '../host.js'
import { checkKnown, type Known } from '../known.js'
import { repeats } from '../repeats/index.js'
import type { Sample } from '../rows.js'
import { type Interval, wilson } from '../stats/index.js'
import { Stopped } from '../stopped.js'
import { takesRows } from '../taken.js'
import type { Workspace } from '../workspace/index.js'
import { escapeHtml } from './html.js'
import { count, heading } from './view/page.js'
import { traceView } from './view/trace.js'

type Row = Pick<Sample, 'id' | 'text'> & Partial<Sample>

export interface LabelOptions<R extends Row> {
  /** The verdicts to choose from: `['loop', 'near-loop', 'circling', 'clean']`. */
  as: string[]
  /** Where the verdicts are kept: a row that was read once is not asked again. */
  in: Workspace
  /** The journal's name; another reader takes another. @default 'label' */
  stage?: string
  /** What is shown of a row. @default the trace, without any detector's verdict: the reader should not know it */
  show?: (row: R) => unknown
  /** What the labels are compared with. @default `repeats(row.text).kind` where `as` has its kinds, else nothing */
  detector?: (row: R) => string
}

/** A row and what its reader called it. */
export type Labelled<R extends Row> = R & { label: string; detected?: string }

interface Kept {
  problem: string
  sample: number | null
  label: string
  at: string
}

/**
 * Shows one row after the other and asks for its label; works in Jupyter, the REPL and a terminal. Every verdict
 * is on disk before the next row is shown: stop at any time, and the same cell goes on from there.
 *
 * Answers: the number or the beginning of a label; `s` leaves a row for later, `b` takes the last one back, `q` ends.
 *
 * @returns The labelled rows, and, where there is a detector, its precision and recall for every label with 95 %
 * Wilson intervals. Shows itself.
 * @throws Stopped('bad-call') for fewer than two labels or rows without text, Stopped('no-host') where nobody can answer.
 * @example const read = await label(samples, { as: ['loop', 'near-loop', 'circling', 'clean'], in: work })
 */
export async function label<R extends Row>(rows: Iterable<R>, options: LabelOptions<R>): Promise<Labels<R>> {
  takesRows('label', rows, { fix: "label(rows, { as: ['loop', 'clean'], in: work })" })
  check(options?.as, options?.in)
  checkKnown<object>('label(…)', options, OPTIONS)
  const { as, in: work, stage = 'label', show = traceOf } = options
  const all = [...rows]
  const bare = all.find((row) => typeof row?.text !== 'string')
  if (bare)
    throw new Stopped(
      'bad-call',
      `label(…) takes rows with a text, and ${bare.id ?? 'one'} has none.`,
      'label(samples, …)',
    )
  const detector =
    options.detector ?? (as.some((name) => KINDS.includes(name)) ? (row: R) => repeats(row.text).kind : undefined)
  const key = (row: R) => ({
    problem: row.id,
    sample: row.sample ?? null,
    model: row.model ?? null,
    text: createHash('sha256').update(row.text).digest('hex').slice(0, 32),
    as,
  })
  const known = new Map<R, { label: string; turn: number }>()
  for (const row of all) {
    // A journal only grows: a verdict that was taken back is followed by the next turn's.
    for (let turn = 0; ; turn++) {
      const kept = work.kept<Kept>(stage, { ...key(row), turn })
      if (!kept) break
      known.set(row, { label: kept.label, turn })
    }
  }
  let at = all.findIndex((row) => !known.has(row))
  const asked: number[] = []
  while (at >= 0 && at < all.length) {
    const row = all[at]!
    await host().display(await bundleOf(show(row)))
    const answer = await choose(as, `${at + 1} of ${count(all.length)}`)
    if (answer === 'stop') break
    if (answer === 'back') {
      at = asked.pop() ?? at
      continue
    }
    if (answer !== 'skip') {
      const kept = { problem: row.id, sample: row.sample ?? null, label: answer, at: new Date().toISOString() }
      const turn = (known.get(row)?.turn ?? -1) + 1
      await work.once<Kept>(stage, { ...key(row), turn }, async () => ({ value: kept }))
      known.set(row, { label: answer, turn })
    }
    asked.push(at)
    at = all.findIndex((other, i) => i > at && !known.has(other))
  }
  return new Labels(
    all
      .filter((row) => known.has(row))
      .map((row) => ({ ...row, label: known.get(row)!.label, ...(detector && { detected: detector(row) }) })),
    as,
    all.length,
  )
}

const KINDS = ['loop', 'near-loop', 'circling', 'clean']

const traceOf = (row: Row): unknown =>
  typeof row.prompt === 'string' ? traceView(row as Sample) : { 'text/plain': `${heading(row)}\n${row.text}` }

/** Asks until the answer is one of the labels, or a command. */
async function choose(as: string[], place: string): Promise<string> {
  const menu = as.map((name, i) => `${i + 1} ${name}`).join('   ')
  for (let hint = ''; ; ) {
    const answer = (await host().prompt(`${hint}${place}:  ${menu}   s skip  b back  q stop > `)).trim().toLowerCase()
    const command = { s: 'skip', b: 'back', q: 'stop' }[answer]
    if (command) return command
    const exact = as.find((name) => name.toLowerCase() === answer) ?? as[Number(answer) - 1]
    if (exact) return exact
    const begun = answer ? as.filter((name) => name.toLowerCase().startsWith(answer)) : []
    if (begun.length === 1) return begun[0]!
    hint = `${JSON.stringify(answer)} is no label. `
  }
}

/** Of one label: how often the detector was right when it said so, and how many it found. */
export interface Agreement {
  label: string
  /** Rows that the reader called this, that the detector called this, that both did. */
  read: number
  detected: number
  both: number
  precision: Interval
  recall: Interval
}

/** What a reader said, beside what a detector says. */
export class Labels<R extends Row = Row> {
  readonly rows: Labelled<R>[]
  /** Rows that were given, read or not. */
  readonly given: number
  readonly #as: string[]

  constructor(rows: Labelled<R>[], as: string[], given: number) {
    this.rows = rows
    this.given = given
    this.#as = as
  }

  /** Precision and recall of the detector for every label that anyone gave; empty without a detector. */
  get agreement(): Agreement[] {
    const judged = this.rows.filter((row) => row.detected !== undefined)
    return this.#as.flatMap((name) => {
      const read = judged.filter((row) => row.label === name).length
      const detected = judged.filter((row) => row.detected === name).length
      const both = judged.filter((row) => row.label === name && row.detected === name).length
      if (read + detected === 0) return []
      return [{ label: name, read, detected, both, precision: wilson(both, detected), recall: wilson(both, read) }]
    })
  }

  toString(): string {
    const head = `${count(this.rows.length)} of ${count(this.given)} rows read`
    const lines = this.agreement.map(
      ({ label, read, detected, precision, recall }) =>
        `  ${label.padEnd(12)} read ${String(read).padStart(4)}  detected ${String(detected).padStart(4)}  precision ${shown(precision)}  recall ${shown(recall)}`,
    )
    return [head, ...lines].join('\n')
  }

  [DISPLAY](): MimeBundle {
    const cell = (text: string | number) => `<td style="text-align:right">${escapeHtml(String(text))}</td>`
    const body = this.agreement.map(
      ({ label, read, detected, precision, recall }) =>
        `<tr><td style="text-align:left">${escapeHtml(label)}</td>${[read, detected, shown(precision), shown(recall)].map(cell).join('')}</tr>`,
    )
    const heads = ['read', 'detected', 'precision', 'recall'].map((name) => `<th style="text-align:right">${name}</th>`)
    const caption = `${count(this.rows.length)} of ${count(this.given)} rows read; 95 % Wilson intervals`
    return {
      'text/plain': this.toString(),
      'text/html': `<table><caption style="text-align:left">${caption}</caption><thead><tr><th style="text-align:left">label</th>${heads.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`,
    }
  }
}

function shown({ value, low, high }: Interval): string {
  if (Number.isNaN(value)) return 'none to judge'
  return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
}

function check(as: string[], work: Workspace): void {
  if (!Array.isArray(as) || new Set(as).size < 2 || as.some((name) => typeof name !== 'string' || name.trim() === ''))
    throw new Stopped(
      'bad-call',
      `label(…) needs at least two labels, and got ${JSON.stringify(as)}.`,
      "label(rows, { as: ['loop', 'clean'], in: work })",
    )
  if (typeof work?.once !== 'function')
    throw new Stopped(
      'bad-call',
      'label(…) got no workspace.',
      "label(rows, { as: ['loop', 'clean'], in: workspace('runs/read') })",
    )
}

const OPTIONS: Known<Required<LabelOptions<Row>>> = {
  as: true,
  in: true,
  stage: true,
  show: true,
  detector: true,
}
