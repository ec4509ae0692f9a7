// Is a model's rewrite of a trace still that trace? A rewrite that is not is a row with the reason, never training data.
import { lastBoxed } from '../problems/index.js'
import type { Finish, Format, Problem } from '../rows.js'
import { takesText } from '../taken.js'
import { finalAnswer, grade } from '../verify/math/index.js'
import { align, tokensOf } from './align.js'
import { copyOf } from './copy.js'
import { fences } from './fences.js'
import { findParts, type Parts } from './markers.js'

type Rejected = Extract<Format, { ok: false }>

/** A rewrite that holds: its sections, and what the checks found. */
export interface Passed extends Parts {
  copy: NonNullable<Extract<Format, { ok: true }>['copy']>
  /** For code: what became of the program, where it is not the original's to the letter. */
  program?: string
}

/** Share of its tokens that a program must have in common with one of the trace's; under it, it is another program. */
const LEAST_PROGRAM = 0.6

/**
 * Thought and solution of a rewrite, or what is wrong with it: cut off; markers missing, misspelt, doubled or out of
 * order; a thought that is no copy (a digit changed, a step left out or put in, a summary); not exactly one code block,
 * or a program that the trace does not hold; two different answers, or another one than the original's by `grade`.
 */
export function checkRewrite(
  original: string,
  rewrite: { content: string; finish: Finish },
  kind: Problem['kind'],
  options: { slow?: boolean } = {},
): Passed | Rejected {
  takesText('checkRewrite', original, "checkRewrite(trace, { content: rewrite, finish: 'stop' }, 'math')")
  takesText('checkRewrite', rewrite?.content, "checkRewrite(trace, { content: rewrite, finish: 'stop' }, 'math')")
  if (rewrite.finish === 'length') return no('cut-off', 'the rewrite was cut off at its token limit')
  if (rewrite.finish === 'error') return no('failed', 'the rewrite never came')
  const parts = findParts(rewrite.content, options)
  if ('why' in parts) return no(parts.why, parts.detail)
  const { score, edits, fault } = copyOf(original, parts.thought)
  if (fault !== undefined) return no('altered-thought', fault)
  const passed = { ...parts, copy: { score, edits: edits.length } }
  if (kind !== 'code') return sameAnswer(original, parts.solution, kind) ?? passed
  const program = sameProgram(original, parts.solution)
  return typeof program === 'object' ? program : { ...passed, ...(program !== undefined && { program }) }
}

function no(why: Rejected['why'], detail: string): Rejected {
  return { ok: false, why, detail }
}

/** Why the solution does not answer as the trace did. */
function sameAnswer(before: string, solution: string, kind: Problem['kind']): Rejected | undefined {
  const given = finalAnswer(solution)
  const wanted = finalAnswer(before)
  const boxes = boxesOf(solution)
  if (boxes.length === 0 && (kind === 'math' || given.answer === undefined)) {
    // Nothing was boxed before either: whether the text has an answer all the same is for the judge to say.
    if (boxesOf(before).length > 0 || kind === 'choice') return no('no-answer', 'the solution has no \\boxed{…}')
    return given.answer === undefined || wanted.answer === undefined || same(wanted.answer, given.answer)
      ? undefined
      : no('answer-changed', `the original ends in ${wanted.answer}, the rewrite in ${given.answer}`)
  }
  const said = given.answer ?? boxes.at(-1)!
  if (wanted.answer === undefined)
    return plain(before).includes(plain(said))
      ? undefined
      : no('answer-changed', `\\boxed{${said}} is not in the original`)
  if (!same(wanted.answer, said))
    return no('answer-changed', `the original ends in \\boxed{${wanted.answer}}, the rewrite in \\boxed{${said}}`)
  // Several boxes are the same answer again, or the parts of one; any other is a second answer.
  const other = boxes.find((box) => !same(wanted.answer!, box))
  return other === undefined || same(wanted.answer, boxes.join(', '))
    ? undefined
    : no('two-solutions', `the solution has the boxes \\boxed{${other}} and \\boxed{${boxes.at(-1)}}`)
}

function same(one: string, other: string): boolean {
  return grade(`\\boxed{${one}}`, `\\boxed{${other}}`).equal
}

/** What stands in each \boxed{…} of a text, in order. */
function boxesOf(text: string): string[] {
  const starts = [...text.matchAll(/\\f?boxed/g)].map(({ index }) => index)
  return starts.flatMap((start, i) => lastBoxed(text.slice(start, starts[i + 1])) ?? [])
}

/** An answer's letters and signs without layout. */
function plain(latex: string): string {
  return latex.replace(/\\(?:left|right|displaystyle|[,;:! ])|[\s$]/g, '').replace(/\\[dt]frac/g, '\\frac')
}

/**
 * Undefined where the solution's only block is one of the trace's, white space aside; a text that says how it differs
 * from the one that is nearest; or why it is no rewrite of it.
 */
function sameProgram(before: string, solution: string): Rejected | string | undefined {
  const blocks = fences(solution)
  if (blocks.length === 0) return no('no-answer', 'the solution has no complete code block')
  if (blocks.length > 1) return no('two-solutions', `the solution has ${blocks.length} code blocks, not one`)
  const { code } = blocks[0]!
  const drafts = fences(before)
  if (drafts.length === 0) return no('answer-changed', 'the trace holds no complete program, and the rewrite wrote one')
  const bare = (text: string) => text.replace(/[ \t]+$/gm, '').trim()
  if (drafts.some((draft) => bare(draft.code) === bare(code))) return undefined
  const nearest = drafts
    .map((draft, i) => ({ draft, i, share: inCommon(draft.code, code) }))
    .reduce((best, one) => (one.share >= best.share ? one : best))
  const share = `${Math.floor(100 * nearest.share)} %`
  if (nearest.share < LEAST_PROGRAM)
    return no('answer-changed', `the program is none of the trace's: ${share} of it is in common with the nearest`)
  const kept = new Set(nearest.draft.code.split('\n').map((line) => line.trim()))
  const changed = code.split('\n').filter((line) => line.trim() !== '' && !kept.has(line.trim()))
  const lines = changed.length === 1 ? 'line is' : 'lines are'
  return `${share} of block ${nearest.i + 1} of ${drafts.length}; ${changed.length} ${lines} not in it: ${changed
    .slice(0, 3)
    .map((line) => line.trim().slice(0, 60))
    .join(' ⏎ ')}`
}

/** Tokens in common over those of the longer program. */
function inCommon(one: string, other: string): number {
  const [a, b] = [tokensOf(one), tokensOf(other)]
  const kept = align(a, b).reduce((sum, run) => sum + run.n, 0)
  return kept / Math.max(1, a.length, b.length)
}
