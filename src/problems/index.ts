// Datasets and files to problems.

import path from 'node:path'
import { inspect } from 'node:util'
import { checkKnown, type Known } from '../known.js'
import type { Problem } from '../rows.js'
import { Stopped } from '../stopped.js'
import { passed } from '../taken.js'
import type { SourceSettings } from './catalogue.js'
import { findSource, type Origin } from './names.js'
import { Problems } from './reading.js'
import { checkFields, type FieldMap } from './roles.js'
import { checkFilters } from './sieve.js'

export type { SourceAccount, SourceFile } from './account.js'
export { lastBoxed } from './answer.js'
export type { SourceSettings } from './catalogue.js'
export { type SourceInfo, sources } from './list.js'
export { type ProblemRows, Problems } from './reading.js'
export type { FieldMap } from './roles.js'
export type { Filters, Where } from './sieve.js'

export interface ProblemsOptions extends SourceSettings {
  /** At most so many problems of each source, drawn by `seed`; they keep the order of the file. @default all */
  limit?: number
  /** What `limit` draws by. @default 7 */
  seed?: number
  /** The former name of `fields`. */
  map?: FieldMap
}

/** A source with settings of its own: `{ source: 'numina:math', difficulty: [5, 9], limit: 100 }`. */
export interface SourceCall extends SourceSettings {
  source: string
  /** What its rows call it. @default its name, or the file's */
  name?: string
  limit?: number
}

/**
 * Problems from one or more sources, in their order: `await` gives an array, `for await` one at a time with bounded memory.
 *
 * A source is a name (`sources()` lists them: 'numina:math', 'apps', 'taco:medium', 'still2:science', 'math500', 'aime24',
 * 'livecodebench:release_v2', 'gpqa' …, each with the recipe's filters, which can be changed in the call), a dataset on the
 * Hugging Face Hub ('owner/name', hf://…), the path or the address of a file (JSON Lines, JSON, CSV, TSV or Parquet, packed by
 * gzip or zstd or not), 'practice' and 'practice:bench' (written for this project), or an object with settings of its own.
 *
 * Format and fields are read from the content. What is downloaded lies in the cache of Hugging Face's own client (HF_HOME,
 * HF_TOKEN, HF_ENDPOINT, HF_HUB_OFFLINE), verified, and every row says file, commit and number in `provenance`. Rows that
 * are left out are counted by reason in `account`; broken ones are named on the console. A problem's id is its own field
 * after the source's name, or a hash of its content, so it stays the same from run to run.
 *
 * The draw of `limit` depends on seed and id only: not on other sources, and a larger limit contains a smaller one.
 *
 * @example await problems(['numina:math', { source: 'owner/name', split: 'train', fields: { prompt: 'q', answer: 'final' } }])
 * @throws Stopped 'no-dataset' (an unknown name), 'no-file', 'bad-data' (an empty file, or no usable row), 'bad-call',
 * 'no-key' and 'bad-key' (a gated dataset: what to click and type), 'no-server', 'disk', 'interrupted'.
 */
export function problems(
  sources: string | SourceCall | (string | SourceCall)[],
  options: ProblemsOptions = {},
): Problems {
  return new Problems({
    seed: options?.seed ?? 7,
    async origins() {
      check(sources, options)
      const { limit, seed: _, map, ...rest } = options
      const shared: SourceSettings = {
        ...rest,
        ...(rest.fields === undefined && map !== undefined ? { fields: map } : {}),
      }
      const names = new Set<string>()
      const found: { origin: Origin; limit?: number }[] = []
      for (const call of [sources].flat()) {
        const {
          source,
          name,
          limit: own,
          ...settings
        } = typeof call === 'string' ? ({ source: call } as SourceCall) : call
        const origin = await findSource(source, { ...shared, ...settings })
        checkFilters(origin.settings)
        const many = own ?? limit
        found.push({
          origin: unusedName(name === undefined ? origin : { ...origin, name }, names),
          ...(many === undefined ? {} : { limit: many }),
        })
      }
      return found
    },
  })
}

/**
 * Problems to compare prompts with: as `problems`, but a question without an answer counts too, since only its words
 * matter. Rows that hold no question are left out.
 */
export async function benchmarkPrompts(source: string): Promise<Problem[]> {
  const origin = await findSource(source, { answers: false })
  return await new Problems({ seed: 7, origins: async () => [{ origin }] }, true)
}

const SETTINGS: Known<Required<SourceSettings>> = {
  hub: true,
  config: true,
  split: true,
  revision: true,
  files: true,
  fields: true,
  kind: true,
  licence: true,
  columns: true,
  answers: true,
  where: true,
  first: true,
  boxed: true,
  from: true,
  to: true,
  difficulty: true,
  labels: true,
}
const OPTIONS: Known<Required<ProblemsOptions>> = { ...SETTINGS, limit: true, seed: true, map: true }
const CALL: Known<Required<SourceCall>> = { ...SETTINGS, source: true, name: true, limit: true }

function check(sources: Parameters<typeof problems>[0], options: ProblemsOptions): void {
  checkKnown('problems(…)', options, OPTIONS)
  checkFields(options.fields ?? options.map)
  for (const source of [sources].flat())
    if (typeof source === 'object' && source !== null) {
      checkNoRow(source)
      checkKnown('a source of problems(…)', source, CALL)
      checkFields(source.fields)
    } else if (typeof source !== 'string')
      throw new Stopped('bad-call', `A source is ${passed(source)}, not a name or a path.`, "problems('practice')")
  const { limit, seed, kind } = options
  const example = "problems('practice', { limit: 20, seed: 7 })"
  if ([sources].flat().length === 0) throw new Stopped('bad-call', 'There is no source in the list.', example)
  const given = new Set<unknown>()
  for (const source of [sources].flat()) {
    const key = typeof source === 'object' ? JSON.stringify(source) : source
    if (given.has(key))
      throw new Stopped('bad-call', `${JSON.stringify(source)} is in the list twice.`, 'Name each source once.')
    given.add(key)
  }
  for (const many of [limit, ...[sources].flat().map((source) => (source as SourceCall | undefined)?.limit)])
    if (many !== undefined && !(Number.isInteger(many) && many > 0))
      throw new Stopped('bad-call', `limit is ${inspect(many)}, not a whole number from 1 on.`, example)
  if (seed !== undefined && !Number.isFinite(seed))
    throw new Stopped('bad-call', `seed is ${inspect(seed)}, not a number.`, example)
  if (kind !== undefined && !['math', 'code', 'choice'].includes(kind)) {
    throw new Stopped(
      'bad-call',
      `kind is ${JSON.stringify(kind)}; there are 'math', 'code' and 'choice'.`,
      "problems(file, { kind: 'math' })",
    )
  }
}

/** Somebody's own rows in place of a source: they are told where to put them. */
function checkNoRow(source: object): void {
  const asked = ['prompt', 'question', 'problem'].find((field) => field in source)
  if (asked === undefined || 'source' in source || 'hub' in source) return
  throw new Stopped(
    'bad-call',
    `A source is ${passed(source)}: that is a row, and problems(…) takes names and files.`,
    "writeFileSync('mine.jsonl', rows.map((row) => JSON.stringify(row)).join('\\n')), then problems('mine.jsonl'); rows with id, prompt, source, kind and domain are problems already",
  )
}

/** Two files may have the same base name: the second one's folder goes before it, so that ids stay apart. */
function unusedName(origin: Origin, names: Set<string>): Origin {
  let { name } = origin
  if (origin.file !== undefined) {
    let dir = path.dirname(path.resolve(origin.file))
    while (names.has(name) && dir !== path.dirname(dir)) {
      name = `${path.basename(dir)}/${name}`
      dir = path.dirname(dir)
    }
  }
  for (let again = 2; names.has(name); again++) name = `${origin.name}(${again})`
  names.add(name)
  return { ...origin, name }
}
