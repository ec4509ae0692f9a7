// Datasets and files to problems.
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Problem } from '../rows.js'
import { Stopped } from '../stopped.js'
import type { FieldMap } from './fields.js'
import { type Loaded, load } from './load.js'
import { type Found, findSource } from './names.js'

export { lastBoxed } from './answer.js'
export type { FieldMap } from './fields.js'

export interface ProblemsOptions {
  /** At most so many problems of each source, drawn by `seed`; they keep the order of the file. @default all */
  limit?: number
  /** What `limit` draws by. @default 7 */
  seed?: number
  /** How answers are verified, where it should not be read from the row's fields. */
  kind?: Problem['kind']
  /** Which field holds what, where the names are not recognised: `{ prompt: 'q', answer: 'a' }`. */
  map?: FieldMap
}

/**
 * Problems from one or more sources, in their order: 'practice' and 'practice:bench' (written for this project, part of
 * the package), or paths of files in JSON Lines, JSON, CSV or TSV, gzipped or not.
 *
 * Format and fields are read from the content. Rows that hold no usable problem are left out and named on the console,
 * by file and line. A problem's id is its own field (`unique_id`, `task_id`, `id` …) after the source's name, or a hash of
 * its content, so it stays the same from run to run.
 *
 * The draw of `limit` depends on seed and id only: not on other sources, and a larger limit contains a smaller one.
 *
 * @throws Stopped 'no-dataset' (an unknown name, or a public dataset: give its file), 'no-file', 'bad-data' (an empty
 * file, or no usable row), 'bad-call'.
 */
export async function problems(sources: string | string[], options: ProblemsOptions = {}): Promise<Problem[]> {
  const { limit, seed = 7 } = options
  check(sources, options)
  const all: Problem[] = []
  const names = new Set<string>()
  for (const source of [sources].flat()) {
    const found = unusedName(await findSource(source), names)
    const loaded = await load(found, options)
    warn(found, loaded)
    all.push(...(limit === undefined ? loaded.problems : draw(loaded.problems, limit, seed)))
  }
  const ids = new Set<string>()
  for (const { id, source } of all) {
    if (ids.has(id))
      throw new Stopped(
        'bad-data',
        `Two sources hold a problem ${id} (the second is ${source}).`,
        'Give only one of them.',
      )
    ids.add(id)
  }
  return all
}

/**
 * Problems to compare prompts with: as `problems`, but a question without an answer counts too, since only its words
 * matter. Rows that hold no question are left out.
 */
export async function benchmarkPrompts(source: string): Promise<Problem[]> {
  return (await load(await findSource(source), { answers: false })).problems
}

function check(sources: unknown, { limit, seed, kind }: ProblemsOptions): void {
  const example = "problems('practice', { limit: 20 })"
  if ([sources].flat().length === 0) throw new Stopped('bad-call', 'There is no source in the list.', example)
  const given = new Set<unknown>()
  for (const source of [sources].flat()) {
    if (given.has(source))
      throw new Stopped('bad-call', `${JSON.stringify(source)} is in the list twice.`, 'Name each source once.')
    given.add(source)
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    throw new Stopped('bad-call', `limit is ${limit}, not a whole number from 1 on.`, example)
  }
  if (seed !== undefined && !Number.isFinite(seed))
    throw new Stopped('bad-call', `seed is ${seed}, not a number.`, example)
  if (kind !== undefined && !['math', 'code', 'choice'].includes(kind)) {
    throw new Stopped(
      'bad-call',
      `kind is ${JSON.stringify(kind)}; there are 'math', 'code' and 'choice'.`,
      "problems(file, { kind: 'math' })",
    )
  }
}

/** Two files may have the same base name: the second one's folder goes before it, so that ids stay apart. */
function unusedName(found: Found, names: Set<string>): Found {
  let { name } = found
  let dir = path.dirname(path.resolve(found.file))
  while (names.has(name) && dir !== path.dirname(dir)) {
    name = `${path.basename(dir)}/${name}`
    dir = path.dirname(dir)
  }
  names.add(name)
  return { ...found, name }
}

/** The `limit` problems whose hashes with the seed come first, in the order of the file. */
function draw(rows: Problem[], limit: number, seed: number): Problem[] {
  if (rows.length <= limit) return rows
  const ranked = rows.map(({ id }) => createHash('sha256').update(`${seed}\n${id}`).digest('hex'))
  const last = [...ranked].sort()[limit - 1]!
  return rows.filter((_, i) => ranked[i]! <= last)
}

function warn({ name, file }: Found, { problems, skipped }: Loaded): void {
  if (skipped.length > 0) {
    const shown = skipped.slice(0, 3).map(({ line, why }) => `  line ${line}: ${why}`)
    const more = skipped.length > 3 ? [`  … and ${skipped.length - 3} more`] : []
    const rows = skipped.length === 1 ? '1 row' : `${skipped.length} rows`
    console.warn(
      [`${name}: ${rows} of ${skipped.length + problems.length} left out (${file})`, ...shown, ...more].join('\n'),
    )
  }
  const untested = problems.filter((problem) => problem.kind === 'code' && !problem.tests?.length).length
  if (untested > 0) {
    console.warn(
      `${name}: ${untested} of ${problems.length} coding problems come without tests; their answers cannot be verified.`,
    )
  }
}
