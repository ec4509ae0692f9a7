// Tests that call a function: its name, its arguments and the value it returns, out of JSON, lines or Python literals.

import { type ExactDict, exactJson } from '../json.js'
import type { Test } from '../rows.js'
import { pythonLiteral } from './literal.js'

/** The function that a row's tests call: `fn_name` (APPS, TACO), `func_name`, also in `metadata` (LiveCodeBench). */
export function functionName(record: Record<string, unknown>, metadata: unknown): string | undefined {
  const inner = typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : {}
  const name = record.fn_name ?? record.func_name ?? inner.func_name ?? inner.fn_name
  return typeof name === 'string' && name.trim() !== '' ? name.trim() : undefined
}

/** How dicts that JSON changed are put back; by default they stay as they are. */
export type Restore = (dict: Record<string, unknown>) => boolean

/**
 * One call. Arguments are a list, or text with one argument a line; each as JSON or, where it is none, as a Python
 * literal (None, True, tuples, single quotes). A string says what is wrong.
 */
export function callTest(fn: string, input: unknown, output: unknown, restore?: Restore): Test | string {
  const args = typeof input === 'string' ? lines(input) : input
  if (args === undefined)
    return `its arguments are neither JSON nor a Python literal: ${JSON.stringify(input).slice(0, 80)}`
  if (!Array.isArray(args)) return `its arguments are ${JSON.stringify(input)?.slice(0, 80)}, not a list`
  // Text arguments come with a text value; a list of arguments with the value itself.
  const returns = typeof input === 'string' && typeof output === 'string' ? literal(output) : output
  if (returns === undefined)
    return `its value is neither JSON nor a Python literal: ${JSON.stringify(output)?.slice(0, 80)}`
  return {
    fn,
    // Only a dict that is itself an argument: APPS' own judge goes no deeper.
    args: restore ? args.map((arg) => (isDict(arg) && restore(arg) ? withIntegerKeys(arg) : arg)) : args,
    returns,
  }
}

function lines(text: string): unknown[] | undefined {
  const all = text.trim()
  if (all === '') return []
  const each = all.split('\n').map(literal)
  if (each.every((value) => value !== undefined)) return each
  // One argument over several lines.
  const whole = literal(all)
  return whole === undefined ? undefined : [whole]
}

function literal(text: string): unknown {
  try {
    return exactJson(text)
  } catch {
    return pythonLiteral(text)
  }
}

const isDict = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('$number' in value) && !('$dict' in value)

/** JSON made text of the whole numbers that were the keys: APPS' own judge makes them numbers again. */
export const hasIntegerKeys: Restore = (dict) => {
  const keys = Object.keys(dict)
  return keys.length > 0 && keys.every((key) => /^-?\d{1,15}$/.test(key))
}

const withIntegerKeys = (dict: Record<string, unknown>): ExactDict => ({
  $dict: Object.entries(dict).map(([key, value]) => [Number(key), value]),
})
