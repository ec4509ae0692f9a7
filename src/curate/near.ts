// Which prompts come near a benchmark's question. Every question is covered, also the short ones that have no eight
// words (6.4 % of MATH-500); time is linear in the text, memory in the benchmarks.
//
// Eight words in a row are the unit, as in s1 and open-r1. Taken alone they flag a third of all AIME problems, for
// phrases such as "m and n are relatively prime positive integers. Find m + n". So a run weighs 1 over the number of
// texts that have it (questions and prompts together), and a prompt is near a question when
//   whole     it is the question, or holds a short one whole with at most as much around it;
//   share     it has enough of the question's runs of five words, by weight: the question in a longer text, or
//             reworded a bit;
//   stretch   both share eight words in a row and more that no third text has, and that is a large part of either;
//   numbers   it is near with other numbers, or only when every number counts as the same. Told apart, because the
//             same problem with other numbers may well be trained on.
// The thresholds come from planted overlaps and from reading flags: `npm run bench -- curate` says what they find.
import type { Overlap, Problem } from '../rows.js'
import { Grams, type Hits } from './grams.js'
import { Kind, Scan } from './scan.js'
import {
  hasNumber,
  keyOf,
  longest,
  lowerBound,
  placeOf,
  REAL_WORDS,
  realWords,
  runAt,
  type Stretch,
  saysSomething,
} from './stretches.js'
import { scan } from './tokens.js'

const GRAM = 8
/** Runs of which a reworded question keeps enough. */
const SHORT_GRAM = 5
/** Share of a question's short runs, by weight. */
const SHARE = 0.4
/** The same with every number alike, where a template is all that two problems need to have in common. */
const MASKED_SHARE = 0.75
/** Runs that a question must have for that. */
const MASKED_RUNS = 8
/** A stretch of which no third text has a run: enough from so many words on, or with such a part of the question. */
const RARE = 2
const STRETCH = 25
const PART = 0.25
const PART_WORDS = 13
/** Shorter questions are compared as a whole only; tokens, operators included. */
const SHORTEST_RUN = 5

const NONE = new Int32Array(0)

interface Item {
  id: string
  prompt: string
  words: number
  runs: Int32Array
  masked: Int32Array
  /** Hashes of its numbers, in order. */
  numbers: Uint32Array
}

/** What a first pass keeps of a prompt that has anything in common with a benchmark. */
export interface Trace {
  long: Hits | undefined
  short: Hits | undefined
  masked: Hits | undefined
}

export class Benchmarks {
  readonly #items: Item[] = []
  readonly #whole = new Map<number, number>()
  readonly #wholeMasked = new Map<number, number>()
  /** Short questions by their length in tokens. */
  readonly #short = new Map<number, Map<number, number>>()
  readonly #long = new Grams(GRAM, { real: 1 })
  readonly #few = new Grams(SHORT_GRAM, { real: 1 })
  readonly #masked = new Grams(SHORT_GRAM, { real: 2, masked: true })
  readonly #scan = new Scan()
  #weights: { runs?: Float64Array; masked?: Float64Array } = {}

  /** Different questions that prompts are compared with. */
  get size(): number {
    return this.#items.length
  }

  /** Adds a benchmark. A question that is already there is not counted again. */
  add(problems: Iterable<Pick<Problem, 'id' | 'prompt'>>): void {
    const tokens = this.#scan
    this.#weights = {}
    for (const { id, prompt } of problems) {
      scan(prompt, tokens)
      const key = keyOf(tokens, 0, tokens.count, false)
      if (tokens.count === 0 || this.#whole.has(key)) continue
      const item = this.#items.length
      this.#whole.set(key, item)
      const alike = keyOf(tokens, 0, tokens.count, true)
      if (saysSomething(tokens) && hasNumber(tokens) && !this.#wholeMasked.has(alike))
        this.#wholeMasked.set(alike, item)
      if (tokens.words < GRAM && tokens.count >= SHORTEST_RUN) {
        const same = this.#short.get(tokens.count) ?? new Map<number, number>()
        this.#short.set(tokens.count, same.set(key, item))
      }
      this.#long.add(tokens, item)
      this.#items.push({
        id,
        prompt,
        words: tokens.words,
        runs: tokens.words < GRAM ? NONE : this.#few.add(tokens, item),
        masked: tokens.words < GRAM ? NONE : this.#masked.add(tokens, item),
        numbers: tokens.hash.slice(0, tokens.count).filter((_, i) => tokens.kind[i] === Kind.number),
      })
    }
  }

  /**
   * Counts a prompt's runs, which tell a phrase from a question, and keeps what it shares with the benchmarks:
   * undefined where there is nothing to look at again. Each different prompt is to be surveyed once.
   */
  survey(prompt: string): Trace | undefined {
    this.#weights = {}
    return this.#trace(scan(prompt, this.#scan), true)
  }

  #trace(tokens: Scan, count: boolean): Trace | undefined {
    const short = this.#few.find(tokens, count)
    const masked = this.#masked.find(tokens, count)
    // What has no five words of a question has no eight.
    const long = short && this.#long.find(tokens, count)
    if (short === undefined && masked === undefined) {
      const known = this.#isWhole(tokens) || this.#shortInside(tokens) !== undefined
      return known ? { long, short, masked } : undefined
    }
    return { long, short, masked }
  }

  /** The question that a prompt is near; undefined where there is none. `trace` is what a survey gave. */
  find(prompt: string, trace?: Trace): Overlap | undefined {
    const tokens = scan(prompt, this.#scan)
    const found = trace ?? this.#trace(tokens, false)
    if (found === undefined) return undefined
    const whole = this.#whole.get(keyOf(tokens, 0, tokens.count, false))
    if (whole !== undefined) return this.#overlap(whole, 'whole', 1, prompt, { from: 0, to: tokens.words }, tokens)
    return (
      this.#byShortItem(prompt, tokens) ??
      this.#byShare(prompt, tokens, found) ??
      this.#byNumbers(prompt, tokens, found) ??
      this.#byStretch(prompt, tokens, found)
    )
  }

  #isWhole(tokens: Scan): boolean {
    return (
      this.#whole.has(keyOf(tokens, 0, tokens.count, false)) ||
      this.#wholeMasked.has(keyOf(tokens, 0, tokens.count, true))
    )
  }

  #byShare(prompt: string, tokens: Scan, { short }: Trace): Overlap | undefined {
    const best = short && this.#best(this.#few, short, 'runs')
    if (best === undefined || best.share < SHARE) return undefined
    if (realWords(tokens, { from: 0, to: tokens.words }) < REAL_WORDS) return undefined
    const stretch = this.#stretchOf(this.#few, short!, best.item)
    const by = this.#sameNumbers(tokens, best.item) ? 'share' : 'numbers'
    return this.#overlap(best.item, by, best.share, prompt, stretch, tokens)
  }

  /** At least half of the question's numbers are there. */
  #sameNumbers(tokens: Scan, item: number): boolean {
    const { numbers } = this.#items[item]!
    if (numbers.length === 0) return true
    const mine = new Map<number, number>()
    for (let i = 0; i < tokens.count; i++)
      if (tokens.kind[i] === Kind.number) mine.set(tokens.hash[i]!, (mine.get(tokens.hash[i]!) ?? 0) + 1)
    let there = 0
    for (const number of numbers) {
      const left = mine.get(number) ?? 0
      if (left === 0) continue
      there++
      mine.set(number, left - 1)
    }
    return there * 2 >= numbers.length
  }

  #byStretch(prompt: string, tokens: Scan, { long, short }: Trace): Overlap | undefined {
    if (long === undefined) return undefined
    const rare = longest(long, GRAM, (run) => this.#long.texts(run) <= RARE)
    if (rare === undefined || realWords(tokens, rare) < REAL_WORDS) return undefined
    const words = rare.to - rare.from
    const item = this.#long.itemAt(this.#long.first(runAt(long, rare.from)))
    const share = this.#shareOf(short, item)
    // Enough by itself; or a large part of the question, or of the prompt.
    if (words < STRETCH && !(words >= PART_WORDS && share >= PART) && words * 2 < tokens.words) return undefined
    return this.#sameNumbers(tokens, item) || !hasNumber(tokens)
      ? this.#overlap(item, 'stretch', share, prompt, rare, tokens)
      : undefined
  }

  #byShortItem(prompt: string, tokens: Scan): Overlap | undefined {
    const found = this.#shortInside(tokens)
    if (found === undefined) return undefined
    const { item, from, to } = found
    const inside = { from: lowerBound(tokens, from), to: lowerBound(tokens, to) }
    return this.#overlap(item, 'whole', 1, prompt, inside, tokens)
  }

  #byNumbers(prompt: string, tokens: Scan, { masked }: Trace): Overlap | undefined {
    const all = { from: 0, to: tokens.words }
    const whole = this.#wholeMasked.get(keyOf(tokens, 0, tokens.count, true))
    if (whole !== undefined) return this.#overlap(whole, 'numbers', 1, prompt, all, tokens)
    if (realWords(tokens, all) < REAL_WORDS) return undefined
    const best = masked && this.#best(this.#masked, masked, 'masked')
    if (best === undefined || best.share < MASKED_SHARE) return undefined
    // Of a short question a phrase is all that is left without its numbers: it has to be the same as a whole.
    const { masked: runs, numbers } = this.#items[best.item]!
    if (runs.length < MASKED_RUNS || numbers.length === 0) return undefined
    return this.#overlap(
      best.item,
      'numbers',
      best.share,
      prompt,
      this.#stretchOf(this.#masked, masked!, best.item),
      tokens,
    )
  }

  /** The question of which a text has the largest share of runs, by weight. */
  #best(grams: Grams, hits: Hits, runs: 'runs' | 'masked'): { item: number; share: number } | undefined {
    const totals = this.#totals(grams, runs)
    const weights = new Map<number, number>()
    const counted = new Set<number>()
    for (let i = 1; i < hits.length; i += 2) {
      const run = hits[i]!
      const weight = grams.weight(run)
      if (weight === 0 || counted.has(run)) continue
      counted.add(run)
      for (let at = grams.first(run); at >= 0; at = grams.next(at)) {
        const item = grams.itemAt(at)
        weights.set(item, (weights.get(item) ?? 0) + weight)
      }
    }
    let best: { item: number; share: number } | undefined
    for (const [item, weight] of weights) {
      const share = weight / totals[item]!
      if (best === undefined || share > best.share || (share === best.share && item < best.item)) best = { item, share }
    }
    return best
  }

  /** What all runs of each question weigh. Known anew when a text was counted. */
  #totals(grams: Grams, runs: 'runs' | 'masked'): Float64Array {
    const known = this.#weights[runs]
    if (known !== undefined) return known
    const totals = new Float64Array(this.#items.length)
    for (const [item, { [runs]: own }] of this.#items.entries())
      for (const run of own) totals[item]! += grams.weight(run)
    this.#weights[runs] = totals
    return totals
  }

  #shareOf(short: Hits | undefined, item: number): number {
    const mine = new Set<number>()
    let shared = 0
    for (let i = 1; short && i < short.length; i += 2) {
      const run = short[i]!
      if (mine.has(run) || !this.#few.has(run, item)) continue
      mine.add(run)
      shared += this.#few.weight(run)
    }
    return shared === 0 ? 0 : shared / this.#totals(this.#few, 'runs')[item]!
  }

  #stretchOf(grams: Grams, hits: Hits, item: number): Stretch {
    return longest(hits, grams.n, (run) => grams.has(run, item)) ?? { from: 0, to: 0 }
  }

  /** A short question that stands whole in a text at most twice as long. */
  #shortInside(tokens: Scan): { item: number; from: number; to: number } | undefined {
    for (const [length, questions] of this.#short) {
      if (tokens.count < length || tokens.count > 2 * length) continue
      for (let from = 0; from + length <= tokens.count; from++) {
        const item = questions.get(keyOf(tokens, from, from + length, false))
        if (item !== undefined) return { item, from, to: from + length }
      }
    }
    return undefined
  }

  /** Both texts with what they share: the stretch in the prompt, and the same in the question where it is found. */
  #overlap(at: number, by: Overlap['by'], share: number, prompt: string, span: Stretch, tokens: Scan): Overlap {
    const { id, prompt: question } = this.#items[at]!
    const place = placeOf(tokens, span)
    return {
      item: id,
      by,
      share: Math.min(1, Math.round(share * 1000) / 1000),
      words: span.to - span.from,
      span: prompt.slice(...place),
      question,
    }
  }
}
