// One verdict on a pair of answers: extract, read, decide.

import { chosenLetter, isLetter } from '../choice/letter.js'
import { compare } from './compare.js'
import { finalAnswer } from './extract.js'
import { same } from './rational.js'
import { type Reading, read } from './read.js'
import { type SkyT1Rule, skyT1Extract, skyT1Normal, skyT1Rule } from './sky-t1.js'
import type { How, Outcome } from './values.js'

/**
 * `strict` compares values; `exact` the normalised text of the last boxed answers; `sky-t1` follows the rules that
 * filtered the report's data (percent rule, tolerance 1e-4, sorted lists), to measure what they let in.
 */
export type Policy = 'strict' | 'exact' | 'sky-t1'

export interface Grade {
  equal: boolean
  /** The rule that made them equal. */
  how?: How
  why?: 'different' | 'no-answer' | 'unparsed' | 'undecided'
  /** What was compared, as extracted. */
  gold: string
  pred?: string
}

/** Changes when a verdict could change: part of every stored key and of every score's settings. */
export const graderVersion = '1'

/** Answers longer than this are cut: a loop of a million characters is no answer. */
const MAX_TEXT = 2_000_000

/**
 * Whether a response gives the right answer.
 *
 * @param gold the right answer, or a text that states it
 * @param pred an answer, or a whole response that ends in one
 * @param options.policy @default 'strict'
 */
export function grade(gold: string, pred: string, options: { policy?: Policy } = {}): Grade {
  const policy = options.policy ?? 'strict'
  if (pred.length > MAX_TEXT) pred = pred.slice(-MAX_TEXT)
  if (gold.length > MAX_TEXT) gold = gold.slice(-MAX_TEXT)
  if (policy === 'sky-t1') return underSkyT1(gold, pred)
  if (pred.length < 18 && gold.length < 18) {
    // The fast path: two short texts that read as numbers.
    const g = read(gold)
    const p = read(pred)
    if (g.value && p.value) return verdict(decide(g, p), g.source, p.source)
  }
  const goldText = finalAnswer(gold).answer ?? gold.trim()
  const letter = isLetter(goldText)
  const found = finalAnswer(pred)
  let answer = found.answer
  if (letter && (answer === undefined || !isLetter(answer))) answer = chosenLetter(pred) ?? answer
  if (answer === undefined || answer.trim() === '') return { equal: false, why: 'no-answer', gold: goldText }
  if (goldText === '') return { equal: false, why: 'no-answer', gold: goldText, pred: answer }
  if (letter) {
    const stated = isLetter(answer)
    if (stated)
      return verdict(
        stated === letter ? { equal: true, how: 'choice' } : { equal: false, why: 'different' },
        goldText,
        answer,
      )
  }
  const g = read(goldText)
  const p = read(answer)
  if (policy === 'exact')
    return verdict(
      g.normal === p.normal && g.normal !== '' ? { equal: true, how: 'exact' } : { equal: false, why: 'different' },
      g.source,
      p.source,
    )
  const outcome = decide(g, p)
  if (!outcome.equal && found.lastPart !== undefined) {
    // Part by part answers: the last part may be all that was asked.
    const last = read(found.lastPart)
    const again = decide(g, last)
    if (again.equal) return verdict(again, g.source, last.source)
  }
  return verdict(outcome, g.source, p.source)
}

const verdict = (outcome: Outcome | { equal: false; why: Grade['why'] & string }, gold: string, pred: string): Grade =>
  outcome.equal ? { equal: true, how: outcome.how, gold, pred } : { equal: false, why: outcome.why, gold, pred }

function decide(g: Reading, p: Reading): Outcome | { equal: false; why: 'unparsed' } {
  if (g.value && p.value)
    return same(g.value, p.value)
      ? { equal: true, how: g.source === p.source ? 'exact' : 'rational' }
      : { equal: false, why: 'different' }
  if (g.normal !== '' && g.normal === p.normal) return { equal: true, how: 'exact' }
  if (g.trees.length === 0 || p.trees.length === 0) return { equal: false, why: 'unparsed' }
  let why: 'different' | 'undecided' = 'different'
  for (const gold of g.trees) {
    for (const pred of p.trees) {
      const outcome = compare(gold, pred)
      if (outcome.equal) return outcome
      if (outcome.why === 'undecided') why = 'undecided'
    }
  }
  // 2,74 is 2.74 where the other side is a number with a point.
  const pointed = (reading: Reading) => reading.trees[0]?.t === 'number' && reading.trees[0].places
  if (g.decimalComma && pointed(p)) return compare(g.decimalComma, p.trees[0]!)
  if (p.decimalComma && pointed(g)) return compare(g.trees[0]!, p.decimalComma)
  return flattened(g, p) ? { equal: true, how: 'text' } : { equal: false, why }
}

/** A gold matrix that lost its row marks on the way through a file: what is left of it must be the same text. */
function flattened(g: Reading, p: Reading): boolean {
  const gold = g.trees[0]
  const pred = p.trees[0]
  if (
    gold?.t !== 'matrix' ||
    pred?.t !== 'matrix' ||
    gold.rows.length !== 1 ||
    gold.rows[0]!.length !== 1 ||
    pred.rows.length < 2
  )
    return false
  const bare = (text: string) =>
    text
      .replace(/\\\\|&|bmatrix|\\[dt]frac/g, (part) =>
        part === 'bmatrix' ? 'pmatrix' : part.endsWith('frac') ? '\\frac' : '',
      )
      .replace(/[\s]/g, '')
  return bare(g.source) === bare(p.source)
}

function underSkyT1(gold: string, pred: string): Grade {
  const g = gold.includes('boxed') ? skyT1Extract(gold) : skyT1Normal(gold)
  const p = skyT1Extract(pred)
  const rule = skyT1Rule(p, g)
  return rule
    ? { equal: true, how: SKY_T1_HOW[rule], gold: g, pred: p }
    : { equal: false, why: p === '' ? 'no-answer' : 'different', gold: g, pred: p }
}

const SKY_T1_HOW: Record<SkyT1Rule, How> = {
  text: 'exact',
  choice: 'choice',
  number: 'tolerance',
  'without brackets': 'text',
  'element by element': 'tolerance',
  matrix: 'tolerance',
  equation: 'symbolic',
  assignment: 'tolerance',
  symbolic: 'symbolic',
}
