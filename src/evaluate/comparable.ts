// What two scores must have in common before their difference means anything, and what they had better have.

import type { Score } from '../rows.js'

/** Why two scores cannot be compared; undefined where they can. */
export function whyNotComparable(a: Score, b: Score): { what: string; fix: string } | undefined {
  const shared = Object.keys(a.byProblem).filter((id) => id in b.byProblem).length
  if (shared === 0)
    return {
      what: 'they have no problem in common (another release, window or draw)',
      fix: `evaluate([one, other], { benches: ['${a.bench}'], in: work })`,
    }
  const [one, other] = [a.settings, b.settings]
  if (one.grader !== other.grader || (one.policy ?? 'strict') !== (other.policy ?? 'strict'))
    return {
      what: `they were judged differently: ${judge(a)} and ${judge(b)}`,
      fix: "await rescore(scores, { in: work, policy: 'strict' })",
    }
  if (one.dataset && other.dataset && one.dataset.hash !== other.dataset.hash && shared === a.n && shared === b.n)
    return {
      what: `problems with the same ids differ in what was asked or what counts as right (${one.dataset.hash} and ${other.dataset.hash})`,
      fix: `evaluate([one, other], { benches: ['${a.bench}'], in: work })`,
    }
  return undefined
}

const judge = ({ settings }: Score) => `grader ${settings.grader}, ${settings.policy ?? 'strict'}`

/**
 * What two comparable scores do not have in common, each in a few words. Where only the model's preset differs, the
 * prompts differ on purpose.
 */
export function differences(a: Score, b: Score): string[] {
  const said: string[] = []
  const differ = (name: string, one: unknown, other: unknown) => {
    if (one !== other) said.push(`${name} ${one ?? 'default'} against ${other ?? 'default'}`)
  }
  const [one, other] = [a.settings, b.settings]
  const ids = new Set([...Object.keys(a.byProblem), ...Object.keys(b.byProblem)])
  const shared = Object.keys(a.byProblem).filter((id) => id in b.byProblem).length
  if (shared < ids.size) said.push(`only ${shared} of ${ids.size} problems are in both`)
  differ('k', a.k, b.k)
  differ('temperature', one.temperature, other.temperature)
  differ('top p', one.topP, other.topP)
  differ('tokens at most', one.maxTokens, other.maxTokens)
  if (one.promptHash !== other.promptHash || one.promptSet !== other.promptSet)
    said.push(
      one.preset === other.preset
        ? `prompts ${one.promptSet} ${one.promptHash} against ${other.promptSet} ${other.promptHash}`
        : `presets ${one.preset ?? 'unknown'} against ${other.preset ?? 'unknown'}`,
    )
  return said
}
