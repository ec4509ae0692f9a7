// A verifier of the user's own, in the place of ours or before it.

import type { Sample, Verdict } from '../rows.js'
import type { Grade } from './math/index.js'
import { type Verifiable, verdictOfGrade } from './row.js'

/** What a verifier may say of a row: right or wrong, a verdict, what `grade` gave; undefined leaves it to ours. */
export type Said = boolean | Verdict | Grade | undefined

/** Judges one row; `ours` gives the verdict that the row would have without it. */
export type Verifier<T> = (
  row: T,
  context: { ours: () => Promise<Verdict>; signal: AbortSignal },
) => Said | Promise<Said>

/** A verdict of the verifier; what it throws, and what it returns that is none, becomes the reason of its row. */
export async function ownVerdict<T extends Verifiable>(
  verifier: Verifier<T>,
  row: T,
  ours: () => Promise<Verdict>,
  signal: AbortSignal,
): Promise<{ verdict: Verdict; keep: boolean }> {
  try {
    const said = await verifier(row, { ours, signal })
    signal.throwIfAborted()
    if (said === undefined) return { verdict: await ours(), keep: false }
    const verdict = asVerdict(said, verifier.name || 'with')
    if (verdict) return { verdict, keep: true }
    return failed(`returned ${described(said)}; it returns true, false, a verdict, a grade or undefined`)
  } catch (error) {
    if (signal.aborted) throw error
    return failed(`threw ${error instanceof Error ? `${error.name}: ${error.message}` : described(error)}`)
  }
}

const failed = (what: string): { verdict: Verdict; keep: boolean } => ({
  verdict: { ok: false, why: 'failed', detail: `your verifier ${what}`.slice(0, 500) },
  keep: false,
})

function asVerdict(said: unknown, name: string): Verdict | undefined {
  if (said === true) return { ok: true, how: name }
  if (said === false) return { ok: false, why: 'wrong', detail: `${name} says no` }
  if (typeof said !== 'object' || said === null) return undefined
  if ('equal' in said && typeof said.equal === 'boolean' && 'forms' in said) return verdictOfGrade(said as Grade)
  if (!('ok' in said) || typeof said.ok !== 'boolean') return undefined
  const { how, why, detail } = said as { how?: unknown; why?: unknown; detail?: unknown }
  return said.ok
    ? ({ ...said, ok: true, how: typeof how === 'string' ? how : name } as Verdict)
    : ({
        ...said,
        ok: false,
        why: typeof why === 'string' ? why : 'wrong',
        detail: typeof detail === 'string' ? detail : `${name} says no`,
      } as Verdict)
}

const described = (value: unknown): string => {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 120)
  } catch {
    return String(value)
  }
}

/** Everything of a row and its verifier that could change the verdict, as far as it can be seen. */
export const ownKey = <T extends Sample>(
  verifier: Verifier<T>,
  version: string | number | undefined,
  row: T,
): object => ({
  verifier: version ?? verifier.toString(),
  id: row.id,
  sample: row.sample,
  text: (row as { solution?: string }).solution ?? row.text,
  answer: row.answer,
  tests: row.tests,
})
