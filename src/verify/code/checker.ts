// Special judges: a function of the problem's own that says whether an output is right, in a sandbox of its own.

import { plainJson } from '../../json.js'
import type { Checker } from '../../rows.js'
import { borrow, giveBack } from './pool.js'
import type { Outcome } from './runner.js'

/** What a checker said of one output; `failed` where it said nothing that can be used. */
export type Said = { ok: boolean; why?: string; failed?: undefined } | { failed: string }

const LIMITS = { timeLimit: 10, memoryLimit: 512 }

/**
 * Asks a special judge about one output.
 *
 * JavaScript and TypeScript run in isolated-vm, Python in the sandbox of Python programs. The answer is true or false,
 * `{ ok, why }`, or in Python also `(bool, why)`; anything else, an exception and a time-out are a failure of the
 * checker, not a wrong output.
 */
export async function askChecker(checker: Checker, input: unknown, output: unknown, expected: unknown): Promise<Said> {
  const python = checker.language === 'python'
  const runner = await borrow(python ? 'python' : 'javascript', 'auto')
  let outcome: Outcome
  try {
    outcome = await runner.run(
      { language: checker.language, source: checker.source },
      python
        ? { kind: 'call', fn: functionOf(checker.source), args: [input, output, expected] }
        : { kind: 'check', input, output, expected },
      LIMITS,
    )
  } finally {
    giveBack(runner)
  }
  if (outcome.status !== 'value') return { failed: `${outcome.status} ${outcome.detail}`.trim().slice(-300) }
  return answerOf(outcome.value ?? '')
}

/** The name that says it is the judge, else the first function of the source. */
function functionOf(source: string): string {
  const names = [...source.matchAll(/^def\s+(\w+)\s*\(/gm)].map((found) => found[1]!)
  return (
    names.find((name) => /^(?:check|checker|judge|special_judge|verify|is_correct|is_valid)$/.test(name)) ??
    names[0] ??
    'check'
  )
}

function answerOf(value: string): Said {
  let said: unknown
  try {
    said = plainJson(JSON.parse(value))
  } catch {
    return { failed: `it returned ${value.slice(0, 100)}` }
  }
  const [ok, why] = Array.isArray(said)
    ? said
    : typeof said === 'object' && said !== null
      ? [(said as { ok?: unknown }).ok, (said as { why?: unknown }).why]
      : [said]
  if (typeof ok !== 'boolean') return { failed: `it returned ${value.slice(0, 100)}, not true or false` }
  return typeof why === 'string' && why !== '' ? { ok, why: why.slice(0, 500) } : { ok }
}
