// The steps of `skylab rows`: one line in, one line out.

import { repeats } from '../repeats/index.js'
import { parseJson } from '../verify/code/compare.js'
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
    const added = await work(row, options)
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
  const raw = JSON as unknown as { rawJSON(text: string): unknown }
  return JSON.stringify({ ...kept, ...added }, (_name, value: unknown) =>
    typeof value === 'bigint' ? raw.rawJSON(String(value)) : value,
  )
}

function work(row: Row, options: StepOptions): Promise<Row> | Row {
  switch (options.step) {
    case 'grade': {
      const { equal, how, why } = grade(text(row, 'gold'), text(row, 'pred'), { policy: options.policy })
      return equal ? { equal, how } : { equal, why }
    }
    case 'repeats':
      return { repeats: repeats(text(row, 'text')) }
    case 'judge':
      return judged(row, options)
    case 'verify':
      return verified(row, options)
  }
}

async function judged(row: Row, options: StepOptions): Promise<Row> {
  const language = languageOf(row)
  const verdict = await judge(
    {
      language,
      program: text(row, 'program'),
      tests: testsOf(row),
      checker: row.checker as never,
      timeLimit: numberOf(row, 'timeLimit'),
      memoryLimit: numberOf(row, 'memoryLimit'),
    },
    { runner: options.runner },
  )
  return { verdict }
}

async function verified(row: Row, options: StepOptions): Promise<Row> {
  const kind = row.kind
  if (kind !== 'math' && kind !== 'code' && kind !== 'choice')
    throw new Unusable(`kind is ${JSON.stringify(kind) ?? 'missing'}; it is 'math', 'code' or 'choice'`)
  if (row.solution === undefined) text(row, 'text')
  else text(row, 'solution')
  if (kind === 'code') {
    if (row.language !== undefined) languageOf(row)
    testsOf(row)
  } else text(row, 'answer')
  const usable = {
    ...row,
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

function testsOf(row: Row): never {
  const { tests } = row
  if (!Array.isArray(tests) || tests.length === 0) throw new Unusable('there are no tests')
  for (const [k, test] of tests.entries()) {
    const shape = test as Row | null
    if (
      typeof shape !== 'object' ||
      shape === null ||
      !(
        ('stdin' in shape && 'stdout' in shape) ||
        ('fn' in shape && 'args' in shape && 'returns' in shape) ||
        'assert' in shape
      )
    )
      throw new Unusable(`test ${k + 1} is none of {stdin, stdout}, {fn, args, returns}, {assert}`)
  }
  return tests as never
}
