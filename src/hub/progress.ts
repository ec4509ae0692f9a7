// How far a download has come, drawn in place.
import { type LiveDisplay, liveDisplay, type MimeBundle } from '../host.js'
import { duration, escapeHtml } from '../workspace/index.js'
import { megabytes } from './cache.js'

/** Milliseconds between two drawings. */
const BETWEEN = 200

export class ByteProgress {
  readonly #label: string
  readonly #total: number
  readonly #began = performance.now()
  #done = 0
  /** Bytes that were on disk already: they say nothing of the speed. */
  #first: number | undefined
  #drawn = 0
  #shown: LiveDisplay | undefined

  constructor(label: string, total: number) {
    this.#label = label
    this.#total = total
  }

  add(bytes: number): void {
    this.#done += bytes
    const now = performance.now()
    if (this.#first === undefined && now - this.#began > BETWEEN) this.#first = this.#done
    if (now - this.#drawn < BETWEEN) return
    this.#drawn = now
    if (this.#shown) this.#shown.update(this.bundle())
    else this.#shown = liveDisplay(this.bundle())
  }

  end(how: 'done' | 'interrupted' | 'stopped'): void {
    const bundle = this.bundle(how)
    if (this.#shown) this.#shown.end(bundle)
    else liveDisplay(bundle).end(bundle)
  }

  bundle(ended?: 'done' | 'interrupted' | 'stopped'): MimeBundle {
    const seconds = (performance.now() - this.#began) / 1000
    const fresh = this.#done - (this.#first ?? 0)
    const rate = seconds > 0.5 ? fresh / seconds : 0
    const parts = [
      ended === 'done' ? megabytes(this.#total) : `${megabytes(this.#done)} / ${megabytes(this.#total)}`,
      ...(ended === undefined ? [] : [ended === 'done' ? duration(seconds) : `${ended} after ${duration(seconds)}`]),
      ...(rate > 0 ? [`${megabytes(rate)}/s`] : []),
      ...(ended === undefined && rate > 0 ? [`${duration((this.#total - this.#done) / rate)} left`] : []),
    ]
    const share = Math.max(0, Math.min(1, this.#done / Math.max(1, this.#total)))
    return {
      'text/plain': [this.#label, ...parts].join(' · '),
      'text/html':
        '<div style="font-variant-numeric:tabular-nums;max-width:60em">' +
        `<b>${escapeHtml(this.#label)}</b> · ${escapeHtml(parts.join(' · '))}` +
        '<div style="height:4px;margin-top:4px;border-radius:2px;background:color-mix(in srgb, currentColor 15%, transparent)">' +
        `<div style="height:4px;border-radius:2px;background:currentColor;opacity:.7;width:${(share * 100).toFixed(1)}%"></div></div></div>`,
    }
  }
}
