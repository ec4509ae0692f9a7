// Is a model's rewrite of a trace still that trace? A rewrite that is not is a row with the reason, never training data.
import { lastBoxed } from '../problems/index.js'
import type { Finish, Format, Problem } from '../rows.js'
import { fences } from './fences.js'
import { type Parts, readMarkers } from './markers.js'

type Rejected = Extract<Format, { ok: false }>

/** The share of 8-word runs that thought and original must have in common. */
const OVERLAP = 0.9
const GRAM = 8
/** How much shorter or longer than the original the thought may be, in words. */
const SHORTEST = 0.8
const LONGEST = 1.2

/**
 * Thought and solution of a rewrite, or what is wrong with it: cut off; markers missing, doubled or out of order; a
 * thought that is no copy (8-gram overlap under 0.9, or a length outside 0.8–1.2 of the original's); not exactly one
 * code block, or two different boxes; another answer than the original's.
 */
export function checkRewrite(
  original: string,
  rewrite: { content: string; finish: Finish },
  kind: Problem['kind'],
): Parts | Rejected {
  const no = (why: Rejected['why'], detail: string): Rejected => ({ ok: false, why, detail })
  if (rewrite.finish === 'length') return no('cut-off', 'the rewrite was cut off at its token limit')
  const parts = readMarkers(rewrite.content)
  if (typeof parts === 'string') return no('missing-marker', parts)
  const changed = thoughtChanged(original, parts.thought)
  if (changed !== undefined) return no('altered-thought', changed)
  return kind === 'code' ? (oneBlock(parts) ?? parts) : (sameAnswer(original, parts) ?? parts)

  function oneBlock({ solution }: Parts): Rejected | undefined {
    const blocks = fences(solution).length
    if (blocks === 1) return undefined
    return blocks === 0
      ? no('no-answer', 'the solution has no complete code block')
      : no('two-solutions', `the solution has ${blocks} code blocks, not one`)
  }

  function sameAnswer(before: string, { solution }: Parts): Rejected | undefined {
    const given = lastBoxed(solution)
    const wanted = lastBoxed(before)
    if (wanted === undefined) {
      // Nothing was boxed before: whether the text has an answer all the same is for the judge to say.
      if (given === undefined) return undefined
      return plain(before).includes(plain(given))
        ? undefined
        : no('answer-changed', `\\boxed{${given}} is not in the original`)
    }
    if (given === undefined) return no('no-answer', 'the solution has no \\boxed{…}')
    if (plain(given) !== plain(wanted))
      return no('answer-changed', `the original ends in \\boxed{${wanted}}, the rewrite in \\boxed{${given}}`)
    return undefined
  }
}

/** An answer's letters and signs without layout. */
function plain(latex: string): string {
  return latex.replace(/\\(?:left|right|displaystyle|[,;:! ])|[\s$]/g, '').replace(/\\[dt]frac/g, '\\frac')
}

function thoughtChanged(original: string, thought: string): string | undefined {
  const before = words(original)
  const after = words(thought)
  const ratio = after.length / Math.max(1, before.length)
  if (ratio < SHORTEST || ratio > LONGEST) {
    return `the thought has ${after.length} words, the original ${before.length}`
  }
  const share = overlap(before, after)
  return share < OVERLAP
    ? `${Math.floor(share * 100)} % of the 8-word runs are the original's, not ${OVERLAP * 100} %`
    : undefined
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []
}

/** Runs of eight words that both texts have, counted as often as both have them, over the larger number of runs. */
export function overlap(a: string[], b: string[]): number {
  const n = Math.min(GRAM, a.length, b.length)
  if (n === 0) return a.length === b.length ? 1 : 0
  const left = new Map<string, number>()
  for (const gram of grams(a, n)) left.set(gram, (left.get(gram) ?? 0) + 1)
  let shared = 0
  for (const gram of grams(b, n)) {
    const count = left.get(gram) ?? 0
    if (count === 0) continue
    left.set(gram, count - 1)
    shared++
  }
  return shared / (Math.max(a.length, b.length) - n + 1)
}

function* grams(list: string[], n: number): Generator<string> {
  for (let i = 0; i + n <= list.length; i++) yield list.slice(i, i + n).join(' ')
}
