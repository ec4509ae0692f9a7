// What a workspace holds and what it cost, as a small table.
import type { Usage } from '../rows.js'
import { bytes, count, dollars, escapeHtml, number } from './words.js'

export interface StageSummary {
  stage: string
  /** Answers that came, and requests that brought none. */
  asked: number
  /** Questions that have an answer on disk. */
  rows: number
  /** Answers that were taken from the disk instead of asked for. */
  reused: number
  /** Requests that brought no answer, after all that was tried. */
  failed: number
  tokens: Usage
  /** What the kept answers cost. */
  dollars: number
  /** What was paid for no answer: broken, interrupted and failed requests. */
  lost: number
  /** When the first answer was kept; undefined where that was not noted. */
  since: Date | undefined
  /** On disk. */
  bytes: number
  /** Pieces of its file that are no whole lines. */
  damaged: number
}

export class Summary {
  /** The workspace's folder, as it was named. */
  readonly name: string
  readonly stages: StageSummary[]
  /** Dollars over all stages, failed requests that were billed included. */
  readonly spent: number
  readonly budget: number | undefined
  /** Dollars for requests that brought no answer. */
  readonly failed: number

  constructor(name: string, stages: StageSummary[], failed: number, budget: number | undefined) {
    this.name = name
    this.stages = stages
    this.failed = failed
    this.budget = budget
    this.spent = stages.reduce((sum, stage) => sum + stage.dollars, failed)
  }

  toString(): string {
    const table = [HEADS, ...this.#rows()]
    const widths = HEADS.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
    const lines = table.map((row) =>
      `  ${row.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join('  ')}`.trimEnd(),
    )
    return [`${this.name}: ${this.#money()}`, ...lines, ...this.#damaged()].join('\n')
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return this.display()
  }

  /** The summary as a text and an HTML table, which takes its colours from the page. */
  display(): Record<string, string> {
    const cell =
      (tag: string, style = '') =>
      (text: string, column: number) =>
        `<${tag} style="text-align:${column === 0 ? 'left' : 'right'}${style}">${escapeHtml(text)}</${tag}>`
    const rows = this.#rows()
    const body = rows.map((row, n) => {
      const total = n > 0 && n === this.stages.length
      const style = total ? ';border-top:1px solid color-mix(in srgb, currentColor 40%, transparent)' : ''
      return `<tr>${row.map(cell('td', style)).join('')}</tr>`
    })
    const notes = this.#damaged().map((note) => `<div>${escapeHtml(note.trim())}</div>`)
    return {
      'text/plain': this.toString(),
      'text/html':
        `<table style="font-variant-numeric:tabular-nums"><caption style="text-align:left"><b>${escapeHtml(this.name)}</b>: ${escapeHtml(this.#money())}</caption>` +
        `<thead><tr>${HEADS.map(cell('th')).join('')}</tr></thead><tbody>${body.join('')}</tbody></table>${notes.join('')}`,
    }
  }

  #rows(): string[][] {
    if (this.stages.length === 0) return [['nothing yet', '', '0', '', '', '', '', '', '', '', '']]
    const rows = this.stages.map(rowOf)
    if (this.stages.length > 1) rows.push(rowOf(this.#total()))
    return rows
  }

  #total(): StageSummary {
    const sum = (of: (stage: StageSummary) => number) => this.stages.reduce((all, stage) => all + of(stage), 0)
    const first = Math.min(...this.stages.map(({ since }) => since?.getTime() ?? Number.POSITIVE_INFINITY))
    return {
      stage: 'together',
      asked: sum(({ asked }) => asked),
      rows: sum(({ rows }) => rows),
      reused: sum(({ reused }) => reused),
      failed: sum(({ failed }) => failed),
      tokens: { prompt: sum(({ tokens }) => tokens.prompt), completion: sum(({ tokens }) => tokens.completion) },
      dollars: sum(({ dollars }) => dollars),
      lost: this.failed,
      since: Number.isFinite(first) ? new Date(first) : undefined,
      bytes: sum((stage) => stage.bytes),
      damaged: 0,
    }
  }

  #damaged(): string[] {
    return this.stages
      .filter(({ damaged }) => damaged > 0)
      .map(
        ({ stage, damaged }) =>
          `  ${stage}: ${count(damaged, 'piece')} of its file ${damaged === 1 ? 'is no whole line' : 'are no whole lines'} (torn by a kill, or damaged on the disk); nothing was thrown away`,
      )
  }

  #money(): string {
    if (this.budget === undefined) return `${dollars(this.spent)} spent`
    return `${dollars(this.spent)} of ${dollars(this.budget)} spent`
  }
}

const HEADS = [
  'stage',
  'asked',
  'kept',
  'from disk',
  'failed',
  'tokens in',
  'tokens out',
  'cost',
  'for nothing',
  'since',
  'on disk',
]

function rowOf(stage: StageSummary): string[] {
  const some = (n: number) => (n > 0 ? number(n) : '')
  return [
    stage.stage,
    number(stage.asked),
    number(stage.rows),
    some(stage.reused),
    some(stage.failed),
    some(stage.tokens.prompt),
    some(stage.tokens.completion),
    stage.dollars > 0 ? dollars(stage.dollars) : '',
    stage.lost > 0 ? dollars(stage.lost) : '',
    stage.since ? minute(stage.since) : '',
    bytes(stage.bytes),
  ]
}

/** A moment to the minute, in the reader's own time. */
function minute(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`
}
