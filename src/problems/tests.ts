// The tests of a coding problem, from every shape in which the public sets store them.
import type { Language, Test } from '../rows.js'

export interface Tests {
  tests: Test[]
  /** A sentence that belongs to the question, where the set tells names only through its tests (MBPP). */
  asks?: string
}

/** Fields that make a row a coding problem. */
export const TEST_FIELDS = [
  'tests',
  'tests_decoded',
  'test_list',
  'input_output',
  'test_cases',
  'public_test_cases',
  'test',
]

/**
 * Tests of a row. Shapes: ours; `{ inputs, outputs, fn_name? }` as an object or as JSON text (APPS, TACO, rllm,
 * LiveCodeBench); `[{ input, output, testtype? }]`; `{ functional }` (rllm's LeetCode); a list of assertions (MBPP);
 * `check(candidate)` with an entry point (HumanEval); a whole test program (MultiPL-E). An empty list where the file
 * only names its tests; a string says what is wrong.
 */
export function readTests(record: Record<string, unknown>, field: string, language: Language): Tests | string {
  const value = parsed(record[field])
  if (value === null || value === undefined) return { tests: [] }
  if (typeof value === 'string') return programTests(value, record, language)
  if (Array.isArray(value)) return listTests(value, record)
  if (typeof value !== 'object') return `${field} is a ${typeof value}`
  const shape = value as Record<string, unknown>
  if (typeof shape.functional === 'string') return { tests: [{ assert: shape.functional }] }
  if (Array.isArray(shape.inputs) || Array.isArray(shape.input)) return pairTests(shape, record)
  // QwQ's LiveCodeBench file only says in which other file the tests would be.
  if (typeof shape.fname === 'string' || typeof shape.md5 === 'string') return { tests: [] }
  return `${field} has the fields ${Object.keys(shape).join(', ')}, none of which is known`
}

/** JSON in a text field, as APPS, TACO and LiveCodeBench store their tests; anything else as it is. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value === '' ? undefined : value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function programTests(text: string, record: Record<string, unknown>, language: Language): Tests | string {
  const entry = record.entry_point
  if (language === 'python' && typeof entry === 'string')
    return { tests: [{ assert: `${text.trim()}\n\ncheck(${entry})` }] }
  if (/\bassert\b/.test(text)) return { tests: [{ assert: text.trim() }] }
  return 'the tests are a text without an assertion'
}

function listTests(list: unknown[], record: Record<string, unknown>): Tests | string {
  if (list.length > 0 && list.every((item) => typeof item === 'string')) {
    const setup = setupCode(record)
    const tests = list.map((assert) => ({ assert: setup === '' ? assert : `${setup}\n${assert}` }))
    return { tests, asks: `Your code should pass these tests:\n\n${list.join('\n')}` }
  }
  const tests: Test[] = []
  for (const [i, item] of list.entries()) {
    const test = oneTest(item, record)
    if (typeof test === 'string') return `test ${i + 1}: ${test}`
    tests.push(test)
  }
  return { tests }
}

function setupCode(record: Record<string, unknown>): string {
  const labels =
    typeof record.labels === 'object' && record.labels !== null ? (record.labels as Record<string, unknown>) : {}
  const setup = record.test_setup_code ?? labels.test_setup_code
  return typeof setup === 'string' ? setup.trim() : ''
}

function oneTest(item: unknown, record: Record<string, unknown>): Test | string {
  if (typeof item !== 'object' || item === null) return `it is ${JSON.stringify(item)}`
  const test = item as Record<string, unknown>
  if (typeof test.assert === 'string') return { assert: test.assert }
  if (typeof test.fn === 'string' && Array.isArray(test.args) && 'returns' in test) {
    return { fn: test.fn, args: test.args, returns: test.returns }
  }
  if (typeof test.stdin === 'string' && typeof test.stdout === 'string')
    return { stdin: test.stdin, stdout: test.stdout }
  const { input, output } = test
  if (input === undefined || output === undefined) return `it has the fields ${Object.keys(test).join(', ')}`
  const name = functionName(record)
  if (test.testtype === 'functional' && name === undefined) return 'it is a call, but the row names no function'
  if (name !== undefined && test.testtype !== 'stdin') return call(name, input, output)
  return { stdin: asText(input), stdout: asText(output) }
}

function pairTests(shape: Record<string, unknown>, record: Record<string, unknown>): Tests | string {
  const inputs = (shape.inputs ?? shape.input) as unknown[]
  const outputs = (shape.outputs ?? shape.output) as unknown
  if (!Array.isArray(outputs) || outputs.length !== inputs.length) {
    return `there are ${inputs.length} inputs and ${Array.isArray(outputs) ? outputs.length : 'no'} outputs`
  }
  const name = functionName({ ...record, ...shape })
  if (name === undefined) {
    return { tests: inputs.map((input, i) => ({ stdin: asText(input), stdout: asText(outputs[i]) })) }
  }
  // APPS wraps each returned value in a list of one; LiveCodeBench and LeetCode do not.
  const wrapped = outputs.length > 0 && outputs.every((output) => Array.isArray(output) && output.length === 1)
  const tests: Test[] = []
  for (const [i, input] of inputs.entries()) {
    const test = call(name, input, wrapped ? (outputs[i] as unknown[])[0] : outputs[i])
    if (typeof test === 'string') return `test ${i + 1}: ${test}`
    tests.push(test)
  }
  return { tests }
}

function functionName(record: Record<string, unknown>): string | undefined {
  const metadata = parsed(record.metadata)
  const inner = typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : {}
  const name = record.fn_name ?? record.func_name ?? inner.func_name
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** A call: arguments as a list, or as text with the JSON of one argument a line (LiveCodeBench). */
function call(fn: string, input: unknown, output: unknown): Test | string {
  try {
    const args =
      typeof input === 'string'
        ? input
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : input
    if (!Array.isArray(args)) return `its arguments are ${JSON.stringify(input)}, not a list`
    return { fn, args, returns: typeof input === 'string' && typeof output === 'string' ? JSON.parse(output) : output }
  } catch {
    return `its arguments or its value are not JSON: ${JSON.stringify(input).slice(0, 80)}`
  }
}

/** Some APPS rows store the lines of an input as a list. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join('\n')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
