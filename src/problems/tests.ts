// The tests of a coding problem, from every shape in which the public sets store them.
import { exactJson, type Json } from '../json.js'
import type { Language, Test } from '../rows.js'
import { callTest, functionName, hasIntegerKeys } from './calls.js'
import { LEETCODE, needsLeetCode } from './leetcode.js'
import { BadPickle, isPacked, type Pickled, unpack } from './pickle.js'

export interface Tests {
  tests: Test[]
  /** A sentence that belongs to the question, where the set tells names only through its tests (MBPP). */
  asks?: string
}

/** Fields that make a row a coding problem, in the order in which they are tried. */
export const TEST_FIELDS = [
  'tests',
  'tests_decoded',
  'test_list',
  'input_output',
  'test_cases',
  'public_test_cases',
  'private_test_cases',
  'public_tests',
  'private_tests',
  'generated_tests',
  'official_tests',
  'test',
]

/** Fields whose tests belong together: all are used, in this order. */
const TOGETHER = [
  ['public_test_cases', 'private_test_cases'],
  ['public_tests', 'private_tests', 'generated_tests'],
]

/**
 * Tests of a row. Shapes: ours; `{ inputs, outputs, fn_name? }` as an object or as JSON text (APPS, TACO, rllm);
 * `[{ input, output, testtype? }]`, as JSON or as base64 of zlib of a pickle (LiveCodeBench, public and private);
 * `public_tests`, `private_tests`, `generated_tests` of `{ input, output }` lists (CodeContests); `{ functional }`
 * (rllm's LeetCode); a list of assertions with its challenge tests (MBPP); `check(candidate)` with an entry point
 * (HumanEval); a whole test program (MultiPL-E). An empty list where the file only names its tests; a string says what
 * is wrong.
 */
export function readTests(record: Record<string, unknown>, field: string, language: Language): Tests | string {
  const fields = (TOGETHER.find((names) => names.includes(field)) ?? [field]).filter(
    (name) => record[name] !== undefined && record[name] !== null && record[name] !== '',
  )
  const all: Tests = { tests: [] }
  for (const name of fields) {
    const found = readField(record, name, language)
    if (typeof found === 'string') return fields.length > 1 ? `${name}: ${found}` : found
    all.tests.push(...found.tests)
    if (found.asks !== undefined) all.asks = found.asks
  }
  return all
}

function readField(record: Record<string, unknown>, field: string, language: Language): Tests | string {
  let value = parsed(record[field])
  if (typeof value === 'string' && isPacked(value)) {
    try {
      value = parsed(fromPickle(unpack(value)))
    } catch (error) {
      if (error instanceof BadPickle) return `${field} is packed, and ${error.message}`
      throw error
    }
    // SandboxFusion packs the whole of a row's test fields.
    if (typeof value === 'object' && value !== null && 'input_output' in value)
      value = parsed((value as Record<string, unknown>).input_output)
  }
  if (value === null || value === undefined) return { tests: [] }
  if (typeof value === 'string') {
    // What begins as JSON and is none is a row that was cut or garbled, not a program.
    if (field !== 'test' && field !== 'tests' && /^\s*[[{]/.test(value)) return `${field} is ${brokenJson(value)}`
    return programTests(value, record, language)
  }
  if (Array.isArray(value)) return listTests(value, record)
  if (typeof value !== 'object') return `${field} is a ${typeof value}`
  const shape = value as Record<string, unknown>
  if (typeof shape.functional === 'string') {
    const given = needsLeetCode(shape.functional) ? { given: LEETCODE } : {}
    return { tests: [{ assert: shape.functional, ...given }] }
  }
  if (Array.isArray(shape.inputs) || Array.isArray(shape.input)) return pairTests(shape, record)
  // QwQ's LiveCodeBench file only says in which other file the tests would be.
  if (typeof shape.fname === 'string' || typeof shape.md5 === 'string') return { tests: [] }
  if (Object.keys(shape).length === 0) return { tests: [] }
  return `${field} has the fields ${Object.keys(shape).join(', ')}, none of which is known`
}

/** JSON in a text field, as APPS, TACO and LiveCodeBench store their tests; anything else as it is. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value === '' ? undefined : value
  try {
    return exactJson(value)
  } catch {
    return value
  }
}

function brokenJson(text: string): string {
  try {
    JSON.parse(text)
    return 'JSON'
  } catch (error) {
    return `broken JSON of ${text.length} characters (${(error as Error).message.replace(/, "[\s\S]*$/, '')})`
  }
}

/** A pickle as JSON has it. */
function fromPickle(value: Pickled): Json {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), fromPickle(item)]))
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (typeof value === 'bigint') return { $number: String(value) }
  return Array.isArray(value) ? value.map(fromPickle) : value
}

function programTests(text: string, record: Record<string, unknown>, language: Language): Tests | string {
  const entry = record.entry_point
  if (language === 'python' && typeof entry === 'string' && /\bdef\s+check\s*\(/.test(text)) {
    const given = helpers(record.prompt, entry)
    return { tests: [{ assert: `${text.trim()}\n\ncheck(${entry})`, ...(given !== undefined && { given }) }] }
  }
  if (/\bassert\b/.test(text)) return { tests: [{ assert: text.trim() }] }
  return 'the tests are a text without an assertion'
}

/** What a HumanEval prompt defines before the function that it asks for: its tests and its solutions use it. */
function helpers(prompt: unknown, entry: string): string | undefined {
  if (typeof prompt !== 'string') return undefined
  const at = prompt.search(new RegExp(`^def\\s+${entry}\\s*\\(`, 'm'))
  const before = at < 0 ? '' : prompt.slice(0, at)
  return /^(?:def|class)\s/m.test(before) ? before.trimEnd() : undefined
}

function listTests(list: unknown[], record: Record<string, unknown>): Tests | string {
  if (list.length > 0 && list.every((item) => typeof item === 'string')) return assertions(list as string[], record)
  const tests: Test[] = []
  for (const [i, item] of list.entries()) {
    const test = oneTest(item, record)
    if (typeof test === 'string') return `test ${i + 1}: ${test}`
    tests.push(test)
  }
  return { tests }
}

/** MBPP: the listed tests are part of the question, the challenge tests are not. */
function assertions(list: string[], record: Record<string, unknown>): Tests {
  const labels =
    typeof record.labels === 'object' && record.labels !== null ? (record.labels as Record<string, unknown>) : {}
  const imports = Array.isArray(record.test_imports) ? record.test_imports.filter((it) => typeof it === 'string') : []
  const code = record.test_setup_code ?? labels.test_setup_code
  const setup = [...imports, typeof code === 'string' ? code.trim() : ''].filter((line) => line !== '').join('\n')
  const challenge = record.challenge_test_list ?? labels.challenge_test_list
  const hidden = Array.isArray(challenge)
    ? challenge.filter((it): it is string => typeof it === 'string' && !list.includes(it))
    : []
  const tests = [...list, ...hidden].map((assert) => ({ assert: setup === '' ? assert : `${setup}\n${assert}` }))
  return { tests, asks: `Your code should pass these tests:\n\n${list.join('\n')}` }
}

function oneTest(item: unknown, record: Record<string, unknown>): Test | string {
  if (typeof item !== 'object' || item === null) return `it is ${JSON.stringify(item)}`
  const test = item as Record<string, unknown>
  if (typeof test.assert === 'string')
    return { assert: test.assert, ...(typeof test.given === 'string' && { given: test.given }) }
  if (typeof test.fn === 'string' && Array.isArray(test.args) && 'returns' in test) {
    return { fn: test.fn, args: test.args, returns: test.returns }
  }
  if ((typeof test.stdin === 'string' || Array.isArray(test.stdin)) && 'stdout' in test)
    return { stdin: asText(test.stdin), stdout: asText(test.stdout) }
  const { input, output } = test
  if (input === undefined || output === undefined) return `it has the fields ${Object.keys(test).join(', ')}`
  const name = functionName(record, parsed(record.metadata))
  if (test.testtype === 'functional' && name === undefined) return 'it is a call, but the row names no function'
  if (name !== undefined && test.testtype !== 'stdin') return callTest(name, input, output)
  return { stdin: asText(input), stdout: asText(output) }
}

function pairTests(shape: Record<string, unknown>, record: Record<string, unknown>): Tests | string {
  const inputs = (shape.inputs ?? shape.input) as unknown[]
  const outputs = (shape.outputs ?? shape.output) as unknown
  if (!Array.isArray(outputs) || outputs.length !== inputs.length) {
    return `there are ${inputs.length} inputs and ${Array.isArray(outputs) ? outputs.length : 'no'} outputs`
  }
  const name = functionName({ ...record, ...shape }, parsed(record.metadata))
  if (name === undefined) {
    return { tests: inputs.map((input, i) => ({ stdin: asText(input), stdout: asText(outputs[i]) })) }
  }
  // APPS wraps each returned value in a list of one; LiveCodeBench and LeetCode do not.
  const wrapped = outputs.length > 0 && outputs.every((output) => Array.isArray(output) && output.length === 1)
  const tests: Test[] = []
  for (const [i, input] of inputs.entries()) {
    const test = callTest(name, input, wrapped ? (outputs[i] as unknown[])[0] : outputs[i], hasIntegerKeys)
    if (typeof test === 'string') return `test ${i + 1}: ${test}`
    tests.push(test)
  }
  return { tests }
}

/** Some APPS and TACO rows store the lines of an input as a list, or a lone number as a number. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join('\n')
  if (typeof value === 'object' && value !== null && '$number' in value) return String(value.$number)
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
