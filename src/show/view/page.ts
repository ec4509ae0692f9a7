// What the three views of a row share: escaped text in boxes, and the same in a terminal.
import { inspect } from 'node:util'
import { DISPLAY, type MimeBundle } from '../../host.js'
import type { Sample } from '../../rows.js'
import { escapeHtml } from '../html.js'

/** A view of one row: HTML for a notebook, text for a terminal. */
export class View {
  readonly html: string
  readonly text: string

  constructor(html: string, text: string) {
    this.html = `<div class="skylab-view">${html}</div>`
    this.text = text
  }

  [DISPLAY](): MimeBundle {
    return { 'text/html': this.html, 'text/plain': this.text }
  }

  toString(): string {
    return this.text
  }

  [inspect.custom](): string {
    return this.text
  }
}

/** Characters of one text that a view shows: a notebook with a few views stays small. */
export const SHOWN = 12_000

/** Translucent, so that the page's own text colour stays readable on them, light or dark. */
export const marks = {
  added: 'rgba(0,158,115,.28)',
  moved: 'rgba(86,180,233,.30)',
  dropped: 'rgba(213,94,0,.25)',
  loop: 'rgba(230,159,0,.30)',
  loopAgain: 'rgba(230,159,0,.15)',
} as const

/** Text as it is, lines kept, already escaped HTML inside. */
export function block(html: string): string {
  return `<pre style="white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;margin:.3em 0;padding:.4em .8em;border-left:3px solid rgba(128,128,128,.4)">${html}</pre>`
}

/** A title that opens its text. */
export function folded(title: string, html: string, open = false): string {
  return `<details${open ? ' open' : ''}><summary><b>${escapeHtml(title)}</b></summary>${html}</details>`
}

export function colored(html: string, color: string, struck = false): string {
  return `<span style="background-color:${color}${struck ? ';text-decoration:line-through' : ''}">${html}</span>`
}

/** The middle of a long text left out, and said so. */
export function elided(text: string, most = SHOWN): string {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  return `${text.slice(0, half)}\n[… ${count(text.length - 2 * half)} characters left out …]\n${text.slice(-half)}`
}

/** 12345 → '12,345'. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** Which row it is, in one line. */
export function heading(row: Partial<Sample>): string {
  const parts = [
    row.id,
    row.sample !== undefined && `sample ${row.sample}`,
    row.model,
    row.domain && (row.subject ? `${row.domain} (${row.subject})` : row.domain),
  ]
  return parts.filter(Boolean).join(' · ')
}
