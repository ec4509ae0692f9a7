// The steps of `skylab rows`: one line in, one line out.

import { exactJson, jsonText, parseJson } from '../json.js'
import { codeFields } from '../problems/fields.js'
import { isOurs } from '../problems/ours.js'
import { TEST_FIELDS } from '../problems/tests.js'
import { repeats } from '../repeats/index.js'
import type { Problem } from '../rows.js'
import { grade, judge, type Policy, type RunnerChoice, type Verifiable, verdictOn } from '../verify/index.js'

export const STEPS = ['grade', 'judge', 'repeats', 'verify'] as const
export type StepName = (typeof STEPS)[number]

export interface StepOptions {
  step: StepName
  policy: Policy
  runner: RunnerChoice
}

type Row = Record<string, unknown>

/** A line that cannot be used: said in its place. */
class Unusable extends Error {}

/** What a line became, and whether it could be used. */
export interface LineResult {
  text: string
  ok: boolean
}

/** One line of JSON Lines through a step. Never throws for what is in the line. */
export async function throughStep(line: string, place: number, options: StepOptions): Promise<LineResult> {
  try {
    const row = parsed(line)
    const added = await work(row, options, line)
    return { text: extended(line, row, added), ok: true }
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    return { text: JSON.stringify({ line: place, error: error.message }), ok: false }
  }
}

function parsed(line: string): Row {
  let row: unknown
  try {
    row = parseJson(line)
  } catch (error) {
    throw new Unusable(`not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw new Unusable(
      `a row is a JSON object; this is ${Array.isArray(row) ? 'an array' : row === null ? 'null' : `a ${typeof row}`}`,
    )
  return row as Row
}

/** The line as it came, with the new fields at its end: whole numbers of any size and the order of fields stay. */
function extended(line: string, row: Row, added: Row): string {
  const tail = JSON.stringify(added).slice(1)
  const names = Object.keys(added)
  const trimmed = line.trim()
  if (!names.some((name) => name in row))
    return Object.keys(row).length === 0 ? `{${tail}` : `${trimmed.slice(0, -1).trimEnd()},${tail}`
  const kept = Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))
  return jsonText({ ...kept, ...added })
}

function work(row: Row, options: StepOptions, line: string): Promise<Row> | Row {
  switch (options.step) {
    case 'grade': {
      const { equal, how, why } = grade(text(row, 'gold'), text(row, 'pred'), { policy: options.policy })
      return equal ? { equal, how } : { equal, why }
    }
    case 'repeats':
      return { repeats: repeats(text(row, 'text')) }
    case 'judge':
      return judged(row, options, line)
    case 'verify':
      return verified(row, options, line)
  }
}

async function judged(row: Row, options: StepOptions, line: string): Promise<Row> {
  const program = text(row, 'program')
  return { verdict: await judge({ ...codeOf(row, line), program }, { runner: options.runner }) }
}

async function verified(row: Row, options: StepOptions, line: string): Promise<Row> {
  const kind = row.kind
  if (kind !== 'math' && kind !== 'code' && kind !== 'choice')
    throw new Unusable(`kind is ${JSON.stringify(kind) ?? 'missing'}; it is 'math', 'code' or 'choice'`)
  if (row.solution === undefined) text(row, 'text')
  else text(row, 'solution')
  const code = kind === 'code' ? codeOf({ language: 'python', ...row }, line) : undefined
  if (!code) text(row, 'answer')
  const usable = {
    ...row,
    ...code,
    ...(row.answer !== undefined && { answer: String(row.answer) }),
    text: String(row.text ?? ''),
  } as unknown as Verifiable
  return { verdict: await verdictOn(usable, { policy: options.policy, runner: options.runner }) }
}

function text(row: Row, name: string): string {
  const value = row[name]
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  throw new Unusable(value === undefined ? `there is no field ${name}` : `${name} is no text`)
}

function numberOf(row: Row, name: string): number | undefined {
  const value = row[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && value > 0) return value
  throw new Unusable(`${name} is ${JSON.stringify(value)}; it is a number above 0`)
}

function languageOf(row: Row): 'python' | 'javascript' | 'typescript' {
  const { language } = row
  if (language === 'python' || language === 'javascript' || language === 'typescript') return language
  throw new Unusable(
    `language is ${JSON.stringify(language) ?? 'missing'}; it is 'python', 'javascript' or 'typescript'`,
  )
}

type Code = Required<Pick<Problem, 'language' | 'tests'>> &
  Pick<Problem, 'checker' | 'needsChecker' | 'tolerance' | 'ignoreCase' | 'timeLimit' | 'memoryLimit'>

/** What a row says as a coding problem: tests in our shape, or in that of a public set (APPS, LiveCodeBench, MBPP …). */
function codeOf(row: Row, line: string): Code {
  const field = TEST_FIELDS.find((name) => row[name] !== undefined && row[name] !== null && row[name] !== '')
  if (field === undefined) throw new Unusable('there are no tests')
  const ours = field === 'tests' && Array.isArray(row.tests) && row.tests.some(isTest)
  // Public sets name no language where there is only Python.
  const language = ours || row.language !== undefined ? languageOf(row) : 'python'
  const limits = { timeLimit: numberOf(row, 'timeLimit'), memoryLimit: numberOf(row, 'memoryLimit') }
  // 2.0 is a float, and 10^30 whole, only as they are written in the line.
  const exact = /"(?:fn|fn_name|func_name)"/.test(line) ? (exactJson(line) as Row) : row
  // A row of ours says how it is judged; what its statement says was read when it became one.
  const statement = ours || isOurs(row) ? '' : STATEMENT.map((name) => row[name]).find((it) => typeof it === 'string')
  const read = codeFields({ ...exact, language, ...limits }, {}, String(statement ?? ''))
  if (typeof read === 'string') throw new Unusable(read)
  if (!read.tests?.length) throw new Unusable('there are no tests')
  const { tests, checker, needsChecker, tolerance, ignoreCase, timeLimit, memoryLimit } = read
  const judging = { checker, needsChecker, tolerance, ignoreCase, timeLimit, memoryLimit }
  return { language, tests, ...Object.fromEntries(Object.entries(judging).filter(([, value]) => value !== undefined)) }
}

const STATEMENT = ['question', 'question_content', 'problem', 'prompt', 'description', 'content', 'text']

function isTest(test: unknown): boolean {
  return (
    typeof test === 'object' &&
    test !== null &&
    (('stdin' in test && 'stdout' in test) || ('fn' in test && 'args' in test && 'returns' in test) || 'assert' in test)
  )
}
