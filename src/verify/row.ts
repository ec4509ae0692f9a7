// The verdict on one row, whatever its kind: by value, by letter, by tests.

import type { Compared, Formatted, Sample, Tried, Verdict, Why } from '../rows.js'
import { chosenLetter, isLetter } from './choice/index.js'
import { candidates, judge, type Reason, type RunnerChoice } from './code/index.js'
import { type Grade, type GradeOptions, grade, type Policy, type Rules } from './math/index.js'

/** What a verdict needs of a row. */
export type Verifiable = Pick<Sample, 'kind' | 'text'> &
  Partial<Sample> &
  Partial<Pick<Formatted, 'format' | 'solution'>>

export interface VerdictOptions extends Rules {
  policy?: Policy
  runner?: RunnerChoice
  signal?: AbortSignal
}

const WHY: Record<Exclude<Reason, 'accepted'>, Why> = {
  'wrong-answer': 'wrong',
  'time-limit': 'time-limit',
  'memory-limit': 'memory-limit',
  'output-limit': 'output-limit',
  'runtime-error': 'runtime-error',
  'compile-error': 'compile-error',
  'needs-checker': 'needs-checker',
}

/** The verdict on a row. A sample that failed, was cut off or lost its format keeps that as its reason. */
export async function verdictOn(row: Verifiable, options: VerdictOptions = {}): Promise<Verdict> {
  const lost = lostBefore(row)
  if (lost) return lost
  const text = row.solution ?? row.text
  if (row.kind === 'code') return onCode(row, text, options)
  return row.kind === 'choice' ? onChoice(row, text) : onMath(row, text, options)
}

/** Why there is nothing to judge, where there is nothing. */
export function lostBefore(row: Verifiable): Verdict | undefined {
  if (row.finish === 'error') return { ok: false, why: 'failed', detail: row.failure ?? 'the request failed' }
  if (row.finish === 'length') return { ok: false, why: 'cut-off', detail: 'the answer reached the token limit' }
  if (row.format && !row.format.ok) return { ok: false, why: row.format.why, detail: row.format.detail }
  return undefined
}

function onMath(row: Verifiable, text: string, options: GradeOptions = {}): Verdict {
  if (row.answer === undefined || row.answer === '')
    return { ok: false, why: 'failed', detail: 'the problem has no answer to compare with' }
  const { policy = 'strict', percent, units, order, precision } = options
  const rules = {
    policy,
    ...(percent && { percent }),
    ...(units && { units }),
    ...(order && { order }),
    ...(precision !== undefined && { precision }),
  }
  return verdictOfGrade(grade(row.answer, text, rules), policy)
}

/** What `grade` found, as the verdict on a row. */
export function verdictOfGrade(result: Grade, policy: Policy = 'strict'): Verdict {
  const compared: Compared = {
    gold: shorten(result.gold),
    ...(result.pred !== undefined && { pred: shorten(result.pred) }),
    ...(result.forms.gold !== undefined && { goldForm: shorten(result.forms.gold) }),
    ...(result.forms.pred !== undefined && { predForm: shorten(result.forms.pred) }),
    ...(result.by && { by: result.by }),
    rule: result.rule,
    policy,
  }
  if (result.equal) return { ok: true, how: result.how!, detail: shorten(result.pred ?? ''), compared }
  if (result.cutOff) return { ok: false, why: 'cut-off', detail: 'the text ends inside its answer', compared }
  if (result.why === 'no-answer') return { ok: false, why: 'no-answer', detail: result.rule, compared }
  const detail = `expected ${shorten(result.gold)}, found ${shorten(result.pred ?? '')}`
  return { ok: false, why: result.why === 'different' ? 'wrong' : result.why!, detail, compared }
}

function onChoice(row: Verifiable, text: string): Verdict {
  const gold = row.answer === undefined ? undefined : (isLetter(row.answer) ?? chosenLetter(row.answer, row.choices))
  if (!gold) return { ok: false, why: 'failed', detail: 'the problem has no right letter to compare with' }
  const letter = chosenLetter(text, row.choices)
  const compared: Compared = {
    gold,
    ...(letter && { pred: letter }),
    rule: !letter ? 'no letter is stated' : letter === gold ? 'the same letter' : 'different letters',
    policy: 'choice',
  }
  if (!letter) return { ok: false, why: 'no-answer', detail: 'no letter is stated', compared }
  return letter === gold
    ? { ok: true, how: 'choice', detail: letter, compared }
    : { ok: false, why: 'wrong', detail: `expected ${gold}, found ${letter}`, compared }
}

/**
 * Every fenced block that may be the program is judged, in the order of `candidates`; the first that passes all tests
 * is the one that is meant, and the row says which. What became of those before it stands in `tried`.
 */
async function onCode(row: Verifiable, text: string, options: VerdictOptions): Promise<Verdict> {
  if (!row.tests?.length) return { ok: false, why: 'no-tests', detail: 'the problem has no tests' }
  const language = row.language ?? 'python'
  const blocks = candidates(text, language)
  if (blocks.length === 0) return { ok: false, why: 'no-answer', detail: 'there is no fenced code block' }
  const { tests, checker, needsChecker, tolerance, ignoreCase, timeLimit, memoryLimit } = row
  const limits = { checker, needsChecker, tolerance, ignoreCase, timeLimit, memoryLimit }
  const tried: Tried[] = []
  let first: Extract<Verdict, { ok: false }> | undefined
  for (const block of blocks) {
    const result = await judge(
      { language, program: block.code, tests, ...limits },
      { runner: options.runner ?? 'auto', ...(options.signal && { signal: options.signal }) },
    )
    if (result.ok)
      return {
        ok: true,
        how: result.tests.some((test) => test.how === 'checker') ? 'checker' : 'tests',
        chosen: block.index,
        detail: `${result.tests.length} of ${tests.length} tests`,
        ...(tried.length > 0 && { tried }),
      }
    const passed = result.tests.filter((test) => test.ok).length
    const why = WHY[result.why as Exclude<Reason, 'accepted'>]
    tried.push({ block: block.index, why, passed })
    first ??= {
      ok: false,
      why,
      chosen: block.index,
      detail: `test ${passed + 1} of ${tests.length}: ${result.detail ?? result.why}`,
    }
  }
  // The verdict is that of the block judged first; the others are told where there are any.
  return { ...first!, ...(tried.length > 1 && { tried }) }
}

const shorten = (text: string): string => (text.length > 200 ? `${text.slice(0, 120)}…${text.slice(-60)}` : text)
