// What a workspace holds and what it cost, as a small table.
import { dollars, escapeHtml, number } from './words.js'

export interface StageSummary {
  stage: string
  rows: number
  dollars: number
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
    const rows = this.#rows()
    const width = Math.max(...rows.map(([name]) => name.length))
    const lines = rows.map(([name, kept, cost]) => `  ${name.padEnd(width)}  ${kept.padStart(9)}  ${cost}`.trimEnd())
    return [`${this.name}: ${this.#money()}`, ...lines].join('\n')
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return this.display()
  }

  /** The summary as a line-by-line text and an HTML table. */
  display(): Record<string, string> {
    const cell = (text: string, align: string) => `<td style="text-align:${align}">${escapeHtml(text)}</td>`
    const body = this.#rows()
      .map(([name, kept, cost]) => `<tr>${cell(name, 'left')}${cell(kept, 'right')}${cell(cost, 'right')}</tr>`)
      .join('')
    return {
      'text/plain': this.toString(),
      'text/html':
        `<table><caption style="text-align:left">${escapeHtml(this.name)}: ${escapeHtml(this.#money())}</caption>` +
        `<thead><tr><th style="text-align:left">stage</th><th style="text-align:right">kept</th><th style="text-align:right">cost</th></tr></thead>` +
        `<tbody>${body}</tbody></table>`,
    }
  }

  #rows(): [string, string, string][] {
    const rows = this.stages.map(({ stage, rows: kept, dollars: cost }): [string, string, string] => [
      stage,
      number(kept),
      cost > 0 ? dollars(cost) : '',
    ])
    if (this.failed > 0) rows.push(['without an answer', '', dollars(this.failed)])
    return rows.length > 0 ? rows : [['nothing yet', '0', '']]
  }

  #money(): string {
    if (this.budget === undefined) return `${dollars(this.spent)} spent`
    return `${dollars(this.spent)} of ${dollars(this.budget)} spent`
  }
}
