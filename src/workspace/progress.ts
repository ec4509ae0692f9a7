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

/** What is under way besides finished rows, asked whenever the line is drawn. */
export interface Live {
  /** In the line: "212 at once". */
  parts?: string[]
  /** Tokens that have come in all, those of unfinished rows included: for the rate. */
  tokens?: number
  /** Dollars that no finished row accounts for. */
  dollars?: number
  /** Lines below it: a server that is gone. */
  lines?: string[]
  /** In the line, and at the end too: "tokens of 12 answers estimated". */
  notes?: string[]
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

/** The rates are those of so many seconds, or of so many rows where these take longer. */
const WINDOW = { seconds: 60, rows: 20 }
/** Points of time that are kept for it. */
const POINTS = 60

/** How far it was at a point of time. */
interface Point {
  at: number
  fresh: number
  tokens: number
}

/** Draws one step's progress through the host, and leaves its last state standing. */
export class Progress {
  readonly #label: string
  readonly #total: number | undefined
  readonly #id = `skylab-progress-${randomUUID()}`
  readonly #began = performance.now()
  readonly #host = host()
  readonly #lost = new Map<string, number>()
  readonly #live: (() => Live | undefined) | undefined
  #points: Point[] = []
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
  #kept: string | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param live What is under way, asked at every drawing. */
  constructor(label: string, total?: number, live?: () => Live | undefined) {
    this.#label = label
    this.#total = total
    this.#live = live
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

  /**
   * Draws the last state.
   * @param how "done" or what ended it early: "interrupted", "stopped".
   * @param kept Where the finished rows of an interrupted step are.
   */
  end(how: 'done' | 'interrupted' | 'stopped', kept?: string): void {
    if (this.#ended !== undefined) return
    this.#ended = how
    this.#kept = how === 'interrupted' && this.#done > 0 ? kept : undefined
    this.#draw()
  }

  /** The state as one bundle: a line of text, and a bar that takes its colours from the page. */
  bundle(): MimeBundle {
    const live = this.#live?.() ?? {}
    const parts = this.#parts(live)
    const below = this.#ended === undefined ? (live.lines ?? []) : []
    const share = this.#total ? Math.min(1, this.#done / this.#total) : this.#ended === 'done' ? 1 : 0
    const percent = (share * 100).toFixed(1)
    const bar =
      this.#total === undefined && this.#ended === undefined
        ? ''
        : '<div style="height:4px;margin-top:4px;border-radius:2px;background:color-mix(in srgb, currentColor 15%, transparent)">' +
          `<div style="height:4px;border-radius:2px;background:currentColor;opacity:.7;width:${percent}%"></div></div>`
    const lines = below
      .map((line) => `<div style="margin-top:3px;font-size:.9em;opacity:.75">${escapeHtml(line)}</div>`)
      .join('')
    const aside = this.#aside
      ? `<details style="margin-top:4px"><summary style="cursor:pointer">${escapeHtml(this.#aside.title)}</summary>` +
        `<pre style="white-space:pre-wrap;margin:4px 0 0">${escapeHtml(this.#aside.text)}</pre></details>`
      : ''
    return {
      'text/plain': [parts.join(' · '), ...below.map((line) => `  ${line}`)].join('\n'),
      'text/html':
        '<div style="font-variant-numeric:tabular-nums;max-width:60em">' +
        `<b>${escapeHtml(parts[0] ?? '')}</b>${parts.length > 1 ? ` · ${escapeHtml(parts.slice(1).join(' · '))}` : ''}${bar}${lines}${aside}</div>`,
    }
  }

  #parts(live: Live): string[] {
    const now = performance.now()
    const seconds = (now - this.#began) / 1000
    const fresh = this.#done - this.#reused
    const tokens = Math.max(this.#tokens, live.tokens ?? 0)
    const speed = this.#speed({ at: now, fresh, tokens })
    const whole = this.#total === undefined ? number(this.#done) : `${number(this.#done)} / ${number(this.#total)}`
    const parts = [`${this.#label}  ${whole}`]
    if (this.#ended !== undefined) {
      const early = this.#ended !== 'done'
      parts.push(early ? `${this.#ended} after ${duration(seconds)}` : duration(seconds))
    } else if (speed.rows > 0) {
      parts.push(speed.rows >= 1 ? `${rate(speed.rows)}/s` : `${duration(1 / speed.rows)} each`)
    }
    if (tokens > 0 && speed.tokens >= 0.5) parts.push(`${number(Math.round(speed.tokens))} tokens/s`)
    if (this.#ended === undefined && speed.rows > 0 && this.#total !== undefined && this.#done < this.#total)
      parts.push(`${duration((this.#total - this.#done) / speed.rows)} left`)
    if (this.#ended === undefined) parts.push(...(live.parts ?? []))
    if (this.#reused > 0) parts.push(`${number(this.#reused)} from disk`)
    if (this.#paid || live.dollars)
      parts.push(this.#priceless ? 'price unknown' : dollars(this.#dollars + (live.dollars ?? 0)))
    parts.push(...(live.notes ?? []))
    const lost = [...this.#lost].sort((a, b) => b[1] - a[1])
    const all = lost.reduce((sum, [, n]) => sum + n, 0)
    if (all > 0) parts.push(`${count(all, 'row')} lost: ${lost.map(([why, n]) => `${number(n)} ${why}`).join(', ')}`)
    if (this.#kept !== undefined) parts.push(`kept in ${this.#kept}: run it again and it goes on`)
    return parts
  }

  /** Rows and tokens a second: of late while it runs, over all once it has ended. */
  #speed(now: Point): { rows: number; tokens: number } {
    const last = this.#points.at(-1)
    if (!last || now.at - last.at >= (WINDOW.seconds * 1000) / POINTS) this.#points.push(now)
    const from = this.#points.findLast(
      ({ at, fresh }) => now.at - at >= WINDOW.seconds * 1000 && now.fresh - fresh >= WINDOW.rows,
    )
    if (from) this.#points = this.#points.slice(this.#points.indexOf(from))
    // A row that takes hours must not fill the memory with points.
    if (this.#points.length > 4 * POINTS) this.#points = this.#points.filter((_, i) => i % 2 === 0)
    const since = (this.#ended === undefined && from) || { at: this.#began, fresh: 0, tokens: 0 }
    const seconds = Math.max(1e-3, (now.at - since.at) / 1000)
    return { rows: (now.fresh - since.fresh) / seconds, tokens: (now.tokens - since.tokens) / seconds }
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

function rate(perSecond: number): string {
  return perSecond >= 100 ? number(Math.round(perSecond)) : perSecond.toFixed(1)
}
