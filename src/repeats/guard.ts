// A watch on a text while it is written: says when it has begun to repeat itself and does not stop.

import { checkKnown } from '../known.js'
import { codeUnits } from './words.js'

export interface GuardRule {
  /** Characters that the repeating end must fill. @default 1600 */
  span?: number
  /** Copies in it. @default 4 */
  times?: number
  /** Characters between two looks. @default 800 */
  every?: number
}

/** Why a text was stopped. Places are in UTF-16 code units of the whole text. */
export interface LoopStop {
  start: number
  /** Where the text was when it was noticed. */
  end: number
  period: number
  count: number
}

/** Characters of the end that are looked at: loops with longer periods than a quarter of it go on. */
const WINDOW = 16_000
/** A loop of separators or digits may be a table or a number; it must be this many times longer. */
const BARE = 3

/**
 * Watches a stream for a loop at its end: one passage, character for character, at least `times` copies and
 * `span` characters. It looks at the last 16,000 characters every 800, in linear time, and costs about
 * 0.2 ms a look.
 *
 * The defaults were set on the 6,718 released Sky-T1 outputs: see what they would have stopped, rightly and
 * wrongly, with `npm run bench -- repeats`.
 *
 * @example
 * const guard = new LoopGuard()
 * for await (const piece of stream) if (guard.add(piece)) break
 */
export class LoopGuard {
  readonly #rule: Required<GuardRule>
  #tail = ''
  #length = 0
  #next: number

  constructor(rule: GuardRule = {}) {
    checkKnown('new LoopGuard(…)', rule, { span: true, times: true, every: true })
    const { span = 1600, times = 4, every = 800 } = rule
    this.#rule = { span, times, every }
    this.#next = span
  }

  /** Takes the next piece; gives the loop once the text is in one. */
  add(piece: string): LoopStop | undefined {
    this.#tail += piece
    this.#length += piece.length
    if (this.#length < this.#next) return undefined
    this.#next = this.#length + this.#rule.every
    if (this.#tail.length > WINDOW) this.#tail = this.#tail.slice(-WINDOW)
    return this.#look()
  }

  #look(): LoopStop | undefined {
    const { span, times } = this.#rule
    const found = endLoop(codeUnits(this.#tail), times, span)
    if (!found) return undefined
    const unit = this.#tail.slice(-found.period)
    const letters = unit.match(/\p{L}/gu)?.length ?? 0
    if (letters < 0.3 * unit.length && found.span < BARE * span) return undefined
    return {
      start: this.#length - found.span,
      end: this.#length,
      period: found.period,
      count: Math.floor(found.span / found.period),
    }
  }
}

/**
 * The shortest period under which the end of a sequence repeats at least `times` times over at least
 * `span` elements. The Z-function of the reversed sequence gives for every shift how far it agrees with
 * itself: Gusfield 1997, "Algorithms on strings, trees, and sequences", 1.4. Linear.
 */
function endLoop(codes: Uint16Array, times: number, span: number): { period: number; span: number } | undefined {
  const n = codes.length
  const z = new Int32Array(n)
  const at = (i: number) => codes[n - 1 - i]!
  let [left, right] = [0, 0]
  for (let i = 1; i < n; i++) {
    let k = i < right ? Math.min(right - i, z[i - left]!) : 0
    while (i + k < n && at(k) === at(i + k)) k++
    z[i] = k
    if (i + k > right) [left, right] = [i, i + k]
    const whole = i + k
    if (k > 0 && whole >= times * i && whole >= span) return { period: i, span: whole }
  }
  return undefined
}
