// One verdict on a pair of answers: extract, read, decide.

import { chosenLetter, isLetter } from '../choice/letter.js'
import { compare } from './compare.js'
import { type Extracted, finalAnswer } from './extract.js'
import { same } from './rational.js'
import { type Reading, read } from './read.js'
import { checkedRules, type Rules, type Settled } from './rules.js'
import { type SkyT1Rule, skyT1Extract, skyT1Normal, skyT1Rule } from './sky-t1.js'
import type { How, Outcome } from './values.js'
import { truth } from './words.js'
import { written } from './write.js'

/**
 * `strict` compares values; `exact` the normalised text of the last boxed answers; `sky-t1` follows the rules that
 * filtered the report's data (percent rule, tolerance 1e-4, sorted lists), to measure what they let in.
 */
export type Policy = 'strict' | 'exact' | 'sky-t1'

export interface GradeOptions extends Rules {
  /** @default 'strict' */
  policy?: Policy
}

export interface Grade {
  equal: boolean
  /** The rule that made them equal. */
  how?: How
  why?: 'different' | 'no-answer' | 'unparsed' | 'undecided'
  /** The rule in words. */
  rule: string
  /** What was compared, as extracted. */
  gold: string
  pred?: string
  /** What was read in it: the normal form of both sides; absent where there was nothing to read. */
  forms: { gold?: string; pred?: string }
  /** How the prediction's answer was found. */
  by?: Extracted['by']
  /** true where the prediction ends inside its answer or its thinking: it was cut off, and is not wrong. */
  cutOff?: boolean
}

/** Changes when a verdict could change: part of every stored key and of every score's settings. */
export const graderVersion = '5'

/** Answers longer than this are cut: a loop of a million characters is no answer. */
const MAX_TEXT = 2_000_000

/**
 * Whether a response gives the right answer. Total and deterministic; any two texts of up to 100,000 characters take
 * less than 50 ms.
 *
 * @param gold the right answer, or a text that states it
 * @param pred an answer, or a whole response that ends in one
 * @param options.policy @default 'strict'
 * @param options.percent what 25% equals: `either` 25 or 0.25, the `number` or the `fraction`. @default 'either'
 * @param options.units `optional`, `required` or `ignored`. @default 'optional'
 * @param options.order whether the order of a bare list is `free` or `kept`. @default 'free'
 * @param options.precision significant digits at which a decimal is as good as the exact value. @default none
 * @throws Stopped('bad-call') for an option that is none of these; never for a text.
 * @example grade('\\frac{1}{2}', 'So it is \\boxed{0.5}.') // { equal: true, how: 'rational', … }
 */
export function grade(gold: string, pred: string, options: GradeOptions = {}): Grade {
  options ??= {}
  const policy = options.policy ?? 'strict'
  const rules = checkedRules(options)
  if (pred.length > MAX_TEXT) pred = pred.slice(-MAX_TEXT)
  if (gold.length > MAX_TEXT) gold = gold.slice(-MAX_TEXT)
  if (policy === 'sky-t1') return underSkyT1(gold, pred)
  if (pred.length < 18 && gold.length < 18) {
    // The fast path: two short texts that read as numbers.
    const g = read(gold)
    const p = read(pred)
    if (g.value && p.value) return verdict(decide(g, p, rules), g, p, { by: 'whole' })
  }
  const goldText = finalAnswer(gold).answer ?? gold.trim()
  const letter = isLetter(goldText)
  const found = finalAnswer(pred)
  const noted = { by: found.by, ...(found.unterminated && { cutOff: true }) }
  let answer = found.answer
  if (letter && (answer === undefined || !isLetter(answer))) answer = chosenLetter(pred) ?? answer
  if (answer === undefined || answer.trim() === '' || goldText === '')
    return {
      equal: false,
      why: 'no-answer',
      rule: found.unterminated ? 'the text is cut off before its answer' : goldText === '' ? NO_GOLD : NO_PRED,
      gold: goldText,
      ...(answer !== undefined && { pred: answer }),
      forms: {},
      ...noted,
    }
  const g = read(goldText)
  const p = read(answer)
  const stated = letter && isLetter(answer)
  if (stated)
    return verdict(
      stated === letter ? { equal: true, how: 'choice' } : { equal: false, why: 'different' },
      g,
      p,
      noted,
      {
        gold: letter,
        pred: stated,
      },
    )
  if (policy === 'exact') {
    const alike = g.normal === p.normal && g.normal !== ''
    const forms = { gold: g.normal, pred: p.normal }
    return verdict(alike ? { equal: true, how: 'exact' } : { equal: false, why: 'different' }, g, p, noted, forms)
  }
  const outcome = decide(g, p, rules)
  // \boxed{12 may have been going to be 125.
  if (outcome.equal && found.unterminated)
    return {
      ...verdict({ equal: false, why: 'no-answer' }, g, p, noted),
      rule: 'the text is cut off inside its answer',
    }
  if (!outcome.equal && found.lastPart !== undefined) {
    // Part by part answers: the last part may be all that was asked.
    const last = read(found.lastPart)
    const again = decide(g, last, rules)
    if (again.equal) return verdict(again, g, last, noted)
  }
  return verdict(outcome, g, p, noted)
}

const NO_GOLD = 'there is no right answer to compare with'
const NO_PRED = 'no answer is stated'

type Decision = Outcome | { equal: false; why: Grade['why'] & string }

/** The rules by which answers are equal, in words. */
const RULES: Record<How, string> = {
  exact: 'the same, as written',
  rational: 'the same fraction',
  symbolic: 'the same expression: equal modulo a 61-bit prime at random values of its letters',
  numeric: 'the same value at seeded random points, within the bound of their error',
  rounded: 'rounds to the decimal at its own digits',
  text: 'the same words',
  set: 'the same elements',
  choice: 'the same letter',
  percent: 'the same percentage, with its sign or as a number',
  tolerance: 'equal within the tolerance of the report: 1e-4, or a factor of 100',
}
const REASONS: Record<NonNullable<Grade['why']>, string> = {
  different: 'different values',
  'no-answer': NO_PRED,
  unparsed: 'one side could not be read as mathematics, and the texts differ',
  undecided: 'neither equal nor different within the bounds of the search',
}

function verdict(
  outcome: Decision,
  g: Reading,
  p: Reading,
  noted: Pick<Grade, 'by' | 'cutOff'>,
  forms: Grade['forms'] = { ...form('gold', g), ...form('pred', p) },
): Grade {
  const both = { gold: g.source, pred: p.source, forms, ...noted }
  return outcome.equal
    ? { equal: true, how: outcome.how, rule: RULES[outcome.how], ...both }
    : { equal: false, why: outcome.why, rule: REASONS[outcome.why], ...both }
}

function form(side: 'gold' | 'pred', reading: Reading): { gold?: string; pred?: string } {
  const [tree] = reading.trees
  if (!tree) return {}
  reading.form ??= written(tree)
  return { [side]: reading.form }
}

function decide(g: Reading, p: Reading, rules: Settled): Decision {
  if (g.value && p.value)
    return same(g.value, p.value)
      ? { equal: true, how: g.source === p.source ? 'exact' : 'rational' }
      : { equal: false, why: 'different' }
  if (g.normal !== '' && g.normal === p.normal) return { equal: true, how: 'exact' }
  if (g.trees.length === 0 || p.trees.length === 0) {
    // "Yes, because 2 is prime" is no mathematics, and answers.
    const [said, stated] = [truth(g.source), truth(p.source)]
    if (said === undefined || stated === undefined) return { equal: false, why: 'unparsed' }
    return said === stated ? { equal: true, how: 'text' } : { equal: false, why: 'different' }
  }
  let why: 'different' | 'undecided' = 'different'
  for (const gold of g.trees) {
    for (const pred of p.trees) {
      const outcome = compare(gold, pred, rules)
      if (outcome.equal) return outcome
      if (outcome.why === 'undecided') why = 'undecided'
    }
  }
  // 2,74 is 2.74 where the other side is a number with a point.
  const pointed = (reading: Reading) => reading.trees[0]?.t === 'number' && reading.trees[0].places
  if (g.decimalComma && pointed(p)) return compare(g.decimalComma, p.trees[0]!, rules)
  if (p.decimalComma && pointed(g)) return compare(g.trees[0]!, p.decimalComma, rules)
  return flattened(g, p) ? { equal: true, how: 'text' } : { equal: false, why }
}

/**
 * A gold matrix that lost its row marks on the way through a file, so that all of it came out
 * as one cell that is no expression: the same entries in the same order are all that is left to compare.
 */
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
  const found = skyT1Rule(p, g)
  const both = { gold: g, pred: p, forms: { gold: g, pred: p } }
  if (found) return { equal: true, how: SKY_T1_HOW[found], rule: `${found}, by the rules of the report`, ...both }
  const why = p === '' ? 'no-answer' : 'different'
  return { equal: false, why, rule: REASONS[why], ...both }
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
