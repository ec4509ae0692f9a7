// The training set on disk: rows, the entry for LLaMA-Factory, and a card that says where every row went.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { TrainingRow } from '../rows.js'
import { type PromptSet, studentSystem } from '../sample/index.js'
import { Stopped } from '../stopped.js'
import type { Workspace } from '../workspace/index.js'
import { card } from './card.js'
import { recipeOf } from './recipe.js'
import { conversation, conversationFault, type DatasetEntry, datasetEntry } from './sharegpt.js'
import { writeWhole } from './write.js'

export interface DatasetOptions {
  /** Name of the set and of its file: letters, digits, '.', '_' and '-'. */
  name: string
  /** The run's workspace. */
  in: Workspace
  /** Where the files go. @default the workspace's folder */
  dir?: string
  /** System prompt of every row. @default the student's prompt of the set that the rows were sampled with */
  system?: string
  /** The prompt set, where it is not our own: the same that `sample` was given. */
  prompts?: PromptSet
}

/** A training set that was written. */
export interface Dataset {
  name: string
  /** The training file, absolute. */
  file: string
  /** The folder of the training file, dataset_info.json and README.md, absolute. */
  dir: string
  /** Rows in the training file. */
  rows: number
  /** Hash of the training file, hex. */
  sha256: string
  /** Its entry in dataset_info.json. */
  info: DatasetEntry
}

/**
 * Writes the kept rows as a training set for LLaMA-Factory: `<name>.json` (ShareGPT, a JSON array), `dataset_info.json`
 * (other entries in it stay) and the card `README.md` (origin, licences, settings, and every row that was lost). Rows are
 * checked first, each file is replaced as a whole, and the same rows give the same bytes.
 *
 * @throws Stopped 'no-rows' where nothing is kept, 'bad-data' for a row that LLaMA-Factory or the format would refuse,
 * 'bad-call', 'disk'.
 * @example const data = await dataset(rows, { name: 'sky-t1-17k', in: work })
 */
export async function dataset(rows: TrainingRow[], options: DatasetOptions): Promise<Dataset> {
  check(rows, options)
  const { name } = options
  const dir = path.resolve(options.dir ?? options.in.dir)
  const kept = rows.filter((row) => row.fate.kept).sort((a, b) => placeOf(a) - placeOf(b) || (a.id < b.id ? -1 : 1))
  if (kept.length === 0) throw noRows(rows)
  for (const row of kept) {
    const fault = conversationFault(conversation(row, systemOf(row, options)))
    if (fault !== undefined) {
      throw new Stopped(
        'bad-data',
        `Row ${row.id} (sample ${row.sample}) is no training row: ${fault}.`,
        'dataset(await mix(judged, quota, { seed: 7 }), { name, in: work })',
      )
    }
  }
  const file = path.join(dir, `${name}.json`)
  const info = datasetEntry(path.basename(file))
  const written = await writeWhole(file, json(kept, options))
  const entries = { ...(await otherEntries(dir)), [name]: info }
  await writeWhole(path.join(dir, 'dataset_info.json'), [`${JSON.stringify(entries, null, 2)}\n`])
  const facts = { name, rows, kept, recipe: recipeOf(rows), system: options.system !== undefined, ...written }
  await writeWhole(path.join(dir, 'README.md'), [card(facts)])
  const made: Dataset = { name, file, dir, rows: kept.length, sha256: written.sha256, info }
  return Object.defineProperty(made, Symbol.for('Jupyter.display'), {
    value: () => display(made, rows.length),
    enumerable: false,
  })
}

/** The array as Python's json.dump(…, indent=4) lays it out, a row at a time: 17k traces are more than one string holds. */
function* json(kept: TrainingRow[], options: DatasetOptions): Generator<string> {
  for (const [i, row] of kept.entries()) {
    const text = JSON.stringify(conversation(row, systemOf(row, options)), null, 4)
    yield `${i === 0 ? '[\n' : ',\n'}${text.replace(/^/gm, '    ')}`
  }
  yield '\n]\n'
}

function systemOf(row: TrainingRow, { system, prompts }: DatasetOptions): string {
  if (system !== undefined) return system
  const set = row.settings?.promptSet ?? 'skylab'
  if (prompts !== undefined && prompts.name === set) return studentSystem(prompts)
  if (set === 'skylab') return studentSystem('skylab')
  const fix = "dataset(rows, { name, in: work, prompts: await skyT1Prompts('Sky-T1_data_17k.json') })"
  throw new Stopped(
    'bad-call',
    `Row ${row.id} was sampled with the prompt set '${set}', whose system prompt is not in the package.`,
    fix,
  )
}

function placeOf({ fate }: TrainingRow): number {
  return fate.kept ? fate.place : Number.POSITIVE_INFINITY
}

/** What else dataset_info.json describes. A file that is no JSON object is not overwritten silently. */
async function otherEntries(dir: string): Promise<Record<string, unknown>> {
  const file = path.join(dir, 'dataset_info.json')
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw new Stopped('disk', `${file} cannot be read: ${error.message}.`, `ls -l ${file}`, error)
  })
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Falls through to the same answer as for an array.
  }
  throw new Stopped(
    'bad-data',
    `${file} is not a JSON object, so its other entries cannot be kept.`,
    `mv ${file} ${file}.old`,
  )
}

function noRows(rows: TrainingRow[]): Stopped {
  if (rows.length === 0)
    return new Stopped('no-rows', 'There are no rows at all.', 'await mix(judged, { math: 10_000 }, { seed: 7 })')
  const counts = new Map<string, number>()
  for (const { fate } of rows) if (!fate.kept) counts.set(fate.why, (counts.get(fate.why) ?? 0) + 1)
  const lost = [...counts].sort((a, b) => b[1] - a[1]).map(([why, n]) => `${n} ${why}`)
  return new Stopped('no-rows', `None of the ${rows.length} rows is kept: ${lost.join(', ')}.`, 'plot.flow(rows)')
}

function display({ name, file, rows, sha256 }: Dataset, all: number): Record<string, string> {
  return { 'text/plain': `${name}: ${rows} of ${all} rows in ${file} (sha256 ${sha256.slice(0, 16)}…)` }
}

function check(rows: TrainingRow[], options: DatasetOptions): void {
  const example = "dataset(rows, { name: 'sky-t1-17k', in: work })"
  if (!Array.isArray(rows))
    throw new Stopped('bad-call', `dataset(…) got ${typeof rows} for its rows.`, `${example} with rows = await mix(…)`)
  const { name, in: work, dir } = options ?? {}
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new Stopped(
      'bad-call',
      `The name is ${JSON.stringify(name)}; it becomes a file's name and a key: letters, digits, '.', '_' and '-'.`,
      example,
    )
  }
  if (dir === undefined && typeof work?.dir !== 'string')
    throw new Stopped('bad-call', 'dataset(…) got no workspace.', example)
  const unmixed = rows.findIndex((row) => row?.fate === undefined)
  if (unmixed >= 0)
    throw new Stopped(
      'bad-call',
      `Row ${unmixed + 1} has no fate: it was not mixed.`,
      'dataset(await mix(judged, quota, { seed: 7 }), { name, in: work })',
    )
}
