// Which answers of a problem are the same answer, as the grader sees it: what a majority is counted over.

import type { Judged } from '../rows.js'
import { finalAnswer, grade, type Policy } from '../verify/index.js'

/**
 * The samples of one problem sorted into equal answers: equal numbers are equal answers, null is no answer. Equality is
 * the grader's, not that of the texts, and answers with different verdicts are never the same. Undefined for programs,
 * which have no answer to count.
 */
export function answerClasses(samples: readonly Judged[], policy: Policy = 'strict'): (number | null)[] | undefined {
  if (samples.some(({ kind }) => kind === 'code')) return undefined
  const found: { answer: string; ok: boolean }[] = []
  return samples.map((row) => {
    const answer = answerOf(row)
    if (answer === undefined) return null
    const { ok } = row.verdict
    const same = (other: { answer: string; ok: boolean }) =>
      other.ok === ok &&
      (other.answer === answer || (row.kind === 'math' && grade(other.answer, answer, { policy }).equal))
    const place = found.findIndex(same)
    if (place >= 0) return place
    return found.push({ answer, ok }) - 1
  })
}

function answerOf(row: Judged): string | undefined {
  if (!row.verdict.ok && ['cut-off', 'failed', 'no-answer', 'no-sample'].includes(row.verdict.why)) return undefined
  // What the verdict rests on is shortened where it is long: then it is found again.
  const compared = row.verdict.compared?.pred
  if (compared !== undefined && !compared.includes('…')) return compared.trim() || undefined
  return finalAnswer(row.solution ?? row.text).answer?.trim() || undefined
}
