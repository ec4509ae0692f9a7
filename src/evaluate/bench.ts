// A benchmark: problems, how they are asked, how answers are judged, how often.

import { createHash } from 'node:crypto'
import { checkKnown, type Known } from '../known.js'
import { problems as load } from '../problems/index.js'
import type { Problem, Sample } from '../rows.js'
import { Stopped } from '../stopped.js'
import type { Verifier } from '../verify/index.js'
import { canonical } from '../workspace/index.js'
import type { PromptForm } from './presets.js'

/** A problem as a cell writes it: what is left out is filled in. */
export type Given = Pick<Problem, 'prompt'> & Partial<Problem>

export interface BenchOptions {
  /** The name under which scores stand. */
  name: string
  /** A name or a file (or several) as `problems` takes them, problems, or a function that gives them. */
  problems: string | string[] | readonly Given[] | (() => readonly Given[] | Promise<readonly Given[]>)
  /** Only problems of these dates, both included, as '2024-08-01': of a contest after a model's training ended. */
  from?: string
  to?: string
  /** At most so many problems, drawn by `draw`: a larger limit contains a smaller one. @default all */
  limit?: number
  /** What `limit` draws by. @default 7 */
  draw?: number
  /** Where the instruction stands, or the user's turn in your own words. @default as the model's preset has it: 'prefix' */
  prompt?: PromptForm | ((problem: Problem) => string)
  /** Judges an answer in place of ours: true, false, a verdict, or undefined to leave it to ours (see `verify`). */
  verify?: Verifier<Sample>
  /** Names the state of `verify` where verdicts are kept. @default the text of the function */
  version?: string | number
  /** Samples of each problem. @default 1 */
  k?: number
  /** null: the server's default. @default 0, and 0.7 where k > 1: samples at 0 are copies of one another */
  temperature?: number | null
  topP?: number | null
  /** Tokens of an answer at most. @default 32768, as in the report's harness */
  maxTokens?: number
  /** Commit or date of the data, where they have one. */
  revision?: string
}

export interface Bench extends BenchOptions {
  readonly [BENCH]: true
}

const BENCH: unique symbol = Symbol('bench')

/**
 * A benchmark of one's own, scored like the built-in ones: journal, resume, intervals, comparison, figures.
 *
 * @throws Stopped('bad-call') for an option that cannot be.
 * @example bench({ name: 'mine', problems: [{ prompt: '17 · 23?', answer: '391' }], k: 4 })
 * @example bench({ name: 'haiku', problems: 'haiku.jsonl', prompt: (p) => p.prompt, verify: (row) => row.text.split('\n').length === 3 })
 * @example bench({ ...benches.math500, problems: 'data/math500.jsonl', limit: 100 })
 */
export function bench(options: BenchOptions): Bench {
  const bad = (what: string) =>
    new Stopped('bad-call', `bench(…) got ${what}.`, "bench({ name: 'mine', problems: 'mine.jsonl', k: 4 })")
  checkKnown('bench(…)', options, OPTIONS)
  const { name, problems, from, to, limit, prompt, verify, k, temperature, maxTokens } = options ?? {}
  if (typeof name !== 'string' || name.trim() === '') throw bad(`${JSON.stringify(name) ?? 'nothing'} for its name`)
  if (!['string', 'function'].includes(typeof problems) && !Array.isArray(problems))
    throw bad(`${JSON.stringify(problems) ?? 'nothing'} for its problems`)
  if ((from !== undefined || to !== undefined) && !namesProblems(problems))
    throw bad('a window of dates beside problems that have none; `problems` takes a name or a file then')
  for (const [what, value] of Object.entries({ limit, k, maxTokens }))
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) throw bad(`${what} = ${value}`)
  if (typeof prompt !== 'function' && ![undefined, 'prefix', 'suffix', 'bare'].includes(prompt))
    throw bad(`the prompt ${JSON.stringify(prompt)}; it is 'prefix', 'suffix', 'bare' or a function`)
  if (verify !== undefined && typeof verify !== 'function') throw bad(`a verify that is no function`)
  if (temperature != null && !(temperature >= 0 && temperature <= 2))
    throw bad(`the temperature ${temperature}; it goes from 0 to 2`)
  return { ...options, [BENCH]: true }
}

const namesProblems = (given: unknown): given is string | string[] =>
  typeof given === 'string' || (Array.isArray(given) && typeof given[0] === 'string')

export const isBench = (value: unknown): value is Bench => typeof value === 'object' && value !== null && BENCH in value

/** The problems of a benchmark and what identifies them. */
export interface Loaded {
  problems: Problem[]
  dataset: { source: string; from?: string; to?: string; revision?: string; hash: string; drawn?: string }
}

/** The dates between which problems lie, as `problems` and a stored score have them: what is not given is not there. */
export function windowOf({ from, to }: Pick<BenchOptions, 'from' | 'to'>): Pick<BenchOptions, 'from' | 'to'> {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

/** Loads a benchmark's problems. @throws Stopped as `problems` does; 'no-rows' where there is none. */
export async function loadBench(bench: Bench): Promise<Loaded> {
  const { limit, draw = 7 } = bench
  const window = windowOf(bench)
  const given = typeof bench.problems === 'function' ? await bench.problems() : bench.problems
  const named = namesProblems(given)
  const read = named ? await load(given, window) : undefined
  const all: Problem[] = read ?? (given as readonly Given[]).map(filled(bench.name))
  const problems = limit === undefined || limit >= all.length ? all : drawn(all, limit, draw)
  if (problems.length === 0)
    throw new Stopped('no-rows', `${bench.name} holds no problem.`, 'Pass a benchmark that holds problems.')
  // The commit of what came from the Hub.
  const commits = [...new Set(read?.account.flatMap(({ hub }) => hub?.commit ?? []))]
  const revision = bench.revision ?? (commits.length > 0 ? commits.join(', ') : undefined)
  return {
    problems,
    dataset: {
      source: named ? [given].flat().join(', ') : [...new Set(problems.map((row) => row.source))].join(', '),
      ...window,
      ...(revision !== undefined && { revision }),
      hash: problemsHash(problems),
      ...(problems.length < all.length && { drawn: `${problems.length} of ${all.length}, seed ${draw}` }),
    },
  }
}

/**
 * What was asked and what counts as right, in any order, as 16 hex digits. Ids are left out: the same problems from
 * another copy of the set are the same problems.
 */
function problemsHash(problems: readonly Problem[]): string {
  const each = problems.map(({ prompt, answer, choices, tests, checker }) =>
    createHash('sha256').update(canonical({ prompt, answer, choices, tests, checker })).digest('hex'),
  )
  return createHash('sha256').update(each.sort().join('\n')).digest('hex').slice(0, 16)
}

/** The same draw as that of `problems`. */
function drawn(rows: Problem[], limit: number, seed: number): Problem[] {
  const ranked = rows.map(({ id }) => createHash('sha256').update(`${seed}\n${id}`).digest('hex'))
  const last = [...ranked].sort()[limit - 1]!
  return rows.filter((_, i) => ranked[i]! <= last)
}

/** A row of a cell as a problem. Its id is a hash of its content where it has none, so that an order that changes changes nothing. */
function filled(source: string): (given: Given, place: number) => Problem {
  const ids = new Set<string>()
  return (given, place) => {
    if (typeof given?.prompt !== 'string' || given.prompt.trim() === '')
      throw new Stopped(
        'bad-data',
        `Problem ${place + 1} of ${source} has no question: its prompt is ${JSON.stringify(given?.prompt) ?? 'missing'}.`,
        `bench({ name: '${source}', problems: [{ prompt: '17 · 23?', answer: '391' }] })`,
      )
    const kind = given.kind ?? (given.choices ? 'choice' : given.tests ? 'code' : 'math')
    const domain = given.domain ?? (kind === 'choice' ? 'science' : kind === 'code' ? 'code' : 'math')
    const content = canonical({ prompt: given.prompt, answer: given.answer, tests: given.tests })
    let id = given.id ?? `${source}/${createHash('sha256').update(content).digest('hex').slice(0, 12)}`
    for (let copy = 2; ids.has(id); copy++) id = `${id.replace(/#\d+$/, '')}#${copy}`
    ids.add(id)
    return { source, ...given, id, kind, domain }
  }
}

const OPTIONS: Known<Required<BenchOptions>> = {
  name: true,
  problems: true,
  from: true,
  to: true,
  limit: true,
  draw: true,
  prompt: true,
  verify: true,
  version: true,
  k: true,
  temperature: true,
  topP: true,
  maxTokens: true,
  revision: true,
}
