// How far a step has come: one line of text and one bar, redrawn in place at most ten times a second.
import { randomUUID } from 'node:crypto'
import { host, type MimeBundle } from '../host.js'
import { count, dollars, duration, escapeHtml, number } from './words.js'

/** Milliseconds between two drawings: ten a second. */
const BETWEEN = 100
/** While no row finishes, the line is redrawn this often, so that a reader sees that time passes. */
const IDLE = 1000

/** Something to read under the bar, folded away: a title and the text as it is. */
export interface Aside {
  title: string
  text: string
}

export interface Tally {
  /** Why the row is lost; undefined where it is not. */
  lost?: string
  /** What it cost now; null where nobody knows, undefined where nothing is paid for. */
  dollars?: number | null
  /** Tokens that were generated for it now. */
  tokens?: number
  /** It was on disk already. */
  reused?: boolean
}

/** Draws one step's progress through the host, and leaves its last state standing. */
export class Progress {
  readonly #label: string
  readonly #total: number | undefined
  readonly #id = `skylab-progress-${randomUUID()}`
  readonly #began = performance.now()
  readonly #host = host()
  readonly #lost = new Map<string, number>()
  #done = 0
  #reused = 0
  #tokens = 0
  #dollars = 0
  #paid = false
  #priceless = false
  #aside: Aside | undefined
  #drawn = 0
  #shown = false
  #ended: string | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(label: string, total?: number) {
    this.#label = label
    this.#total = total
    this.#draw()
  }

  /** Counts one finished row. */
  add(tally: Tally = {}): void {
    this.#done++
    if (tally.reused) this.#reused++
    if (tally.lost !== undefined) this.#lost.set(tally.lost, (this.#lost.get(tally.lost) ?? 0) + 1)
    if (!tally.reused) {
      this.#tokens += tally.tokens ?? 0
      if (tally.dollars !== undefined) this.#paid = true
      if (tally.dollars === null) this.#priceless = true
      this.#dollars += tally.dollars ?? 0
    }
    if (performance.now() - this.#drawn >= BETWEEN) this.#draw()
  }

  /** Puts a folded text under the bar. */
  aside(aside: Aside): void {
    this.#aside = aside
  }

  get done(): number {
    return this.#done
  }

  /** Draws the last state. @param how "done" or what ended it early: "interrupted", "stopped". */
  end(how: 'done' | 'interrupted' | 'stopped'): void {
    if (this.#ended !== undefined) return
    this.#ended = how
    this.#draw()
  }

  /** The state as one bundle: a line of text, and a bar that takes its colours from the page. */
  bundle(): MimeBundle {
    const parts = this.#parts()
    const line = parts.join(' · ')
    const share = this.#total ? Math.min(1, this.#done / this.#total) : this.#ended === 'done' ? 1 : 0
    const percent = (share * 100).toFixed(1)
    const bar =
      this.#total === undefined && this.#ended === undefined
        ? ''
        : '<div style="height:4px;margin-top:4px;border-radius:2px;background:color-mix(in srgb, currentColor 15%, transparent)">' +
          `<div style="height:4px;border-radius:2px;background:currentColor;opacity:.7;width:${percent}%"></div></div>`
    const aside = this.#aside
      ? `<details style="margin-top:4px"><summary style="cursor:pointer">${escapeHtml(this.#aside.title)}</summary>` +
        `<pre style="white-space:pre-wrap;margin:4px 0 0">${escapeHtml(this.#aside.text)}</pre></details>`
      : ''
    return {
      'text/plain': line,
      'text/html':
        '<div style="font-variant-numeric:tabular-nums;max-width:60em">' +
        `<b>${escapeHtml(parts[0] ?? '')}</b>${parts.length > 1 ? ` · ${escapeHtml(parts.slice(1).join(' · '))}` : ''}${bar}${aside}</div>`,
    }
  }

  #parts(): string[] {
    const seconds = (performance.now() - this.#began) / 1000
    const fresh = this.#done - this.#reused
    const rate = seconds > 0 ? fresh / seconds : 0
    const whole = this.#total === undefined ? number(this.#done) : `${number(this.#done)} / ${number(this.#total)}`
    const parts = [`${this.#label}  ${whole}`]
    if (this.#ended !== undefined) {
      const early = this.#ended !== 'done'
      parts.push(early ? `${this.#ended} after ${duration(seconds)}` : duration(seconds))
    } else if (fresh > 0) {
      parts.push(rate >= 1 ? `${rate.toFixed(1)}/s` : `${duration(1 / rate)} each`)
    }
    if (this.#tokens > 0 && seconds > 0) parts.push(`${number(Math.round(this.#tokens / seconds))} tokens/s`)
    if (this.#ended === undefined && fresh > 0 && this.#total !== undefined && this.#done < this.#total)
      parts.push(`${duration((this.#total - this.#done) / rate)} left`)
    if (this.#reused > 0) parts.push(`${number(this.#reused)} from disk`)
    if (this.#paid) parts.push(this.#priceless ? 'price unknown' : dollars(this.#dollars))
    const lost = [...this.#lost].sort((a, b) => b[1] - a[1])
    const all = lost.reduce((sum, [, n]) => sum + n, 0)
    if (all > 0) parts.push(`${count(all, 'row')} lost: ${lost.map(([why, n]) => `${number(n)} ${why}`).join(', ')}`)
    return parts
  }

  #draw(): void {
    clearTimeout(this.#timer)
    this.#drawn = performance.now()
    const options = { id: this.#id, update: this.#shown, final: this.#ended !== undefined }
    this.#shown = true
    // A front end that went away must not end a step that is being paid for.
    Promise.resolve()
      .then(() => this.#host.display(this.bundle(), options))
      .catch(() => undefined)
    if (this.#ended !== undefined) return
    this.#timer = setTimeout(() => this.#draw(), IDLE)
    this.#timer.unref()
  }
}
