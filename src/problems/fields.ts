// One row of a dataset to a Problem: which field holds what, and what is wrong where it cannot be done.
import { createHash } from 'node:crypto'
import type { Language, Problem } from '../rows.js'
import { answerInSolution, answerText } from './answer.js'
import { bareQuestion } from './bare.js'
import { fromAnswerColumns, fromOptions, hasAnswerColumns } from './choices.js'
import { domainOf } from './domain.js'
import { judgingOf } from './judging.js'
import { isOurs, ourProblem } from './ours.js'
import { bareTurn, type Conversation, conversationOf } from './released.js'
import { type FieldMap, fieldOf, NAMES, plain, type Role } from './roles.js'
import { readTests, TEST_FIELDS } from './tests.js'

const LANGUAGES: Record<string, Language> = {
  python: 'python',
  python3: 'python',
  py: 'python',
  javascript: 'javascript',
  js: 'javascript',
  typescript: 'typescript',
  ts: 'typescript',
}

export interface Reading {
  source: string
  kind?: Problem['kind']
  map?: FieldMap
  /** false: a problem without an answer is taken too, as a benchmark to compare prompts with. */
  answers: boolean
}

/** A problem without its id, and the id that the row itself gives; or what is wrong with the row. */
export interface Read {
  problem: Omit<Problem, 'id'>
  own?: string
}

/** Reads one row. A string says what is wrong with it. */
export function readProblem(record: Record<string, unknown>, reading: Reading): Read | string {
  if (isOurs(record)) return ourProblem(record, reading)
  const talk = fieldOf(record, 'prompt', reading.map) === undefined ? conversationOf(record) : undefined
  if (talk) return readTurn(record, talk, reading)
  const get = (role: Role): unknown => {
    const name = fieldOf(record, role, reading.map)
    return name === undefined ? undefined : record[name]
  }
  const asked = get('prompt') ?? statementOf(record)
  if (typeof asked !== 'string' || asked.trim() === '') return noPrompt(record, reading.map)
  const bare = bareQuestion(asked)
  const context =
    typeof record.context === 'string' && record.context.trim() !== '' ? `${record.context.trim()}\n\n` : ''
  const prompt = context + bare.prompt
  if (prompt.trim() === '') return 'the question is empty'

  const kind = reading.kind ?? kindOf(record, reading.map)
  const subject = get('subject')
  const common = {
    source: reading.source,
    kind,
    domain: domainOf(kind, typeof subject === 'string' ? subject : undefined, record),
    ...(typeof subject === 'string' && subject !== '' ? { subject } : {}),
    prompt,
    ...difficultyOf(get('difficulty')),
    ...(typeof get('licence') === 'string' ? { licence: get('licence') as string } : {}),
  }
  const rest =
    kind === 'code' ? codeFields(record, reading, prompt, bare.starter) : answerFields(record, reading, kind, prompt)
  if (typeof rest === 'string') return rest
  const { asks, ...fields } = rest
  return { problem: { ...common, prompt: asks ? `${prompt}\n\n${asks}` : prompt, ...fields }, ...ownId(get('id')) }
}

/** A row that is a conversation: the question is the user's turn, the answer stands in the assistant's solution. */
function readTurn(record: Record<string, unknown>, talk: Conversation, reading: Reading): Read | string {
  const { kind, prompt, instructed } = bareTurn(talk.user)
  if (prompt.trim() === '') return 'the question is empty'
  const answer = kind === 'math' ? answerInSolution(talk.assistant) : undefined
  if (answer === undefined && kind === 'math' && reading.answers) return 'no answer: the conversation has no \\boxed{…}'
  // Of the released set, what came without an instruction is STILL-2's science and riddles.
  const isScience = !instructed && talk.system?.includes('<|begin_of_thought|>')
  const id = fieldOf(record, 'id', reading.map)
  return {
    problem: {
      source: reading.source,
      kind: reading.kind ?? kind,
      domain: kind === 'code' ? 'code' : isScience ? 'science' : 'math',
      prompt,
      ...(answer === undefined ? {} : { answer }),
      ...(kind === 'code' ? { language: 'python' } : {}),
    },
    ...ownId(id === undefined ? undefined : record[id]),
  }
}

/** The statement of a coding problem whose field has a name that means something else elsewhere: CodeContests, MBPP. */
function statementOf(record: Record<string, unknown>): unknown {
  const isCode = TEST_FIELDS.some((name) => record[name] !== undefined)
  return isCode ? (record.description ?? record.text) : undefined
}

function fieldsOf(record: Record<string, unknown>): string {
  const names = Object.keys(record)
  if (names.length === 0) return 'it has no fields'
  // A name that holds spaces is quoted: it may well be a broken line that passed for a heading.
  const shown = names.slice(0, 12).map((name) => (/^[\w.:/-]+$/.test(name) ? name : JSON.stringify(name)))
  return `its fields are ${shown.join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}`
}

function noPrompt(record: Record<string, unknown>, map?: FieldMap): string {
  const fields = fieldsOf(record)
  if (map?.prompt === undefined) return `no question: ${fields}`
  return map.prompt in record ? `the question (${map.prompt}) is empty` : `no field ${map.prompt}: ${fields}`
}

function kindOf(record: Record<string, unknown>, map?: FieldMap): Problem['kind'] {
  if (fieldOf(record, 'choices', map) !== undefined || hasAnswerColumns(record)) return 'choice'
  if (fieldOf(record, 'tests', map) !== undefined || Object.keys(record).some((name) => CODING.includes(plain(name))))
    return 'code'
  return 'math'
}

/** Fields that only coding problems have, whether filled or not. */
const CODING = ['startercode', 'entrypoint', 'fnname', 'funcname', 'inputoutput']

type Fields = Partial<Problem> & { asks?: string }

function answerFields(
  record: Record<string, unknown>,
  reading: Reading,
  kind: 'math' | 'choice',
  prompt: string,
): Fields | string {
  const { map } = reading
  const name = fieldOf(record, 'answer', map)
  if (kind === 'choice') {
    if (hasAnswerColumns(record) && map?.choices === undefined) return fromAnswerColumns(record, prompt)
    const options = fieldOf(record, 'choices', map)
    return fromOptions(
      options === undefined ? undefined : record[options],
      name === undefined ? undefined : record[name],
    )
  }
  const solution = fieldOf(record, 'solution', map)
  const answer =
    (name === undefined ? undefined : answerText(record[name])) ??
    (solution === undefined ? undefined : answerInSolution(record[solution]))
  if (answer !== undefined) return { answer }
  if (!reading.answers) return {}
  if (name === undefined && solution !== undefined) return `no answer: ${solution} has neither \\boxed{…} nor ####`
  const empty = Object.keys(record).find((field) => NAMES.answer.includes(plain(field)))
  return empty === undefined
    ? `no answer: ${fieldsOf(record)}`
    : `no answer: ${empty} is ${JSON.stringify(record[empty])}`
}

/** What a row says as a coding problem: language, tests, limits, how it is judged. A string says what is wrong. */
export function codeFields(
  record: Record<string, unknown>,
  reading: Pick<Reading, 'map'>,
  prompt: string,
  starter?: string,
): Fields | string {
  const { map } = reading
  const languageField = fieldOf(record, 'language', map)
  const named =
    languageField === undefined || Array.isArray(record[languageField])
      ? 'python'
      : String(record[languageField]).toLowerCase()
  const language = LANGUAGES[named]
  if (language === undefined)
    return `its language is ${JSON.stringify(named)}; Python, JavaScript and TypeScript can be run`
  const field = fieldOf(record, 'tests', map)
  const tests = field === undefined ? { tests: [] } : readTests(record, field, language)
  if (typeof tests === 'string') return tests
  const starterField = fieldOf(record, 'starter', map)
  const begin = starterField === undefined ? starter : String(record[starterField]).replaceAll('\r\n', '\n')
  const timeLimit = limit(record.time_limit ?? record.timeLimit, { s: 1, ms: 0.001 }, 's')
  const memoryLimit =
    limit(record.memory_limit ?? record.memoryLimit, { m: 1, g: 1024, k: 1 / 1024 }, 'm') ??
    limit(record.memory_limit_bytes, { b: 1 / 1024 / 1024 }, 'b')
  return {
    language,
    ...(tests.tests.length > 0 ? { tests: tests.tests } : {}),
    ...(begin?.trim() ? { starter: begin } : {}),
    ...(timeLimit === undefined ? {} : { timeLimit }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(tests.asks ? { asks: tests.asks } : {}),
    ...judgingOf(record, prompt),
  }
}

/** "2 seconds", "256 megabytes", 1.5, CodeContests' { seconds, nanos }: a number in the first unit whose letters the text begins with. */
function limit(value: unknown, units: Record<string, number>, usual: string): number | undefined {
  if (typeof value === 'object' && value !== null && 'seconds' in value) {
    const { seconds, nanos = 0 } = value as { seconds: unknown; nanos?: unknown }
    const amount = Number(seconds) + Number(nanos) / 1e9
    return amount > 0 ? amount : undefined
  }
  const found = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)/i.exec(
    typeof value === 'number' || typeof value === 'string' ? String(value) : '',
  )
  if (!found) return undefined
  const word = found[2]!.toLowerCase() || usual
  const unit = Object.keys(units)
    .sort((a, b) => b.length - a.length)
    .find((name) => word.startsWith(name))
  const amount = Number(found[1]) * (unit === undefined ? 0 : units[unit]!)
  return amount > 0 ? amount : undefined
}

/** Only numbers on the 1–10 scale: APPS' "interview" and MATH's "Level 3" are other scales. */
function difficultyOf(value: unknown): { difficulty?: number } {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value
  return typeof number === 'number' && number >= 1 && number <= 10 ? { difficulty: number } : {}
}

function ownId(value: unknown): { own?: string } {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
  return text === '' ? {} : { own: text }
}

/** The first 12 hex digits of the sha256 of what makes a problem that problem. */
export function contentHash(problem: Omit<Problem, 'id'>): string {
  const { prompt, answer, choices, tests } = problem
  return createHash('sha256')
    .update(JSON.stringify([prompt, answer, choices, tests]))
    .digest('hex')
    .slice(0, 12)
}
