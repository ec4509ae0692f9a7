// The training set on disk: rows, the entry for LLaMA-Factory, and a card that says where every row went.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { dropped, type SourceAccount } from '../flow.js'
import { checkKnown, type Known } from '../known.js'
import type { Judged, TrainingRow } from '../rows.js'
import { type PromptSet, studentSystem } from '../sample/index.js'
import { Stopped } from '../stopped.js'
import { takesRows } from '../taken.js'
import type { Workspace } from '../workspace/index.js'
import { card } from './card.js'
import { estimated, type TokenCounter } from './counting.js'
import { display } from './dataset-display.js'
import { writeParquet } from './parquet.js'
import type { Preference } from './preferences.js'
import { recipeOf } from './recipe.js'
import {
  type Conversation,
  chatRow,
  conversation,
  conversationFault,
  type DatasetEntry,
  datasetEntry,
  type PairConversation,
  pairConversation,
} from './sharegpt.js'
import { CUTOFF, Tally, type TokenTally } from './tally.js'
import { amend, beside, writeWhole } from './write.js'

/** How the rows are written; each is a file and an entry in dataset_info.json. */
export type Format = 'json' | 'jsonl' | 'parquet' | 'messages'

export interface DatasetOptions {
  /** Name of the set and of its file: letters, digits, '.', '_' and '-'. */
  name: string
  /** The run's workspace. */
  in: Workspace
  /** Where the files go. @default the workspace's folder */
  dir?: string
  /**
   * The training file's form, and others beside it: ShareGPT as a JSON array (the report's form), JSON Lines or Parquet;
   * 'messages' is JSON Lines of chat messages. @default ['json']
   */
  formats?: Format[]
  /** System prompt of every row. @default the student's prompt of the set that the rows were sampled with */
  system?: string
  /** The prompt set, where it is not our own: the same that `sample` was given. */
  prompts?: PromptSet
  /** Counts tokens: `await tokenCounter('tokenizer.json')`. @default an estimate, which says how far off it is */
  tokens?: TokenCounter
  /** Tokens after which the trainer cuts a row off. @default 16384, the recipe's cutoff_len */
  cutoff?: number
  /** The problems that were asked: the card then tells what loading left out, and which revision was read. */
  from?: { account?: readonly SourceAccount[] }
}

/** A file that was written. */
export interface WrittenFile {
  /** Name in the folder. */
  name: string
  bytes: number
  /** Hex. */
  sha256: string
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
  /** Its card: 'README.md', or '<name>.README.md' where that of the folder is another set's, or yours. */
  card: string
  /** Everything that was written, the card and dataset_info.json included. */
  files: WrittenFile[]
  tokens: TokenTally
}

const ENDINGS: Record<Format, string> = {
  json: '.json',
  jsonl: '.jsonl',
  parquet: '.parquet',
  messages: '.messages.jsonl',
}

/**
 * Writes the kept rows as a training set for LLaMA-Factory: `<name>.json` (ShareGPT, a JSON array), `dataset_info.json`
 * (other entries in it stay) and the card `README.md` (origin, licences, settings, contamination, and every row that was
 * lost). Pairs of `preferences` become a set for preference training (`ranking: true`). Rows are checked first and
 * written one at a time, each file is replaced as a whole, and the same rows give the same bytes.
 *
 * Every count of tokens says whether it was counted or estimated; rows over the cutoff are named, because the trainer
 * cuts off their end without a word.
 *
 * @throws Stopped 'no-rows' where nothing is kept, 'bad-data' for a row that LLaMA-Factory or the format would refuse,
 * 'bad-call', 'disk'.
 * @example const data = await dataset(rows, { name: 'sky-t1-17k', in: work })
 */
export async function dataset(rows: TrainingRow[] | Preference[], options: DatasetOptions): Promise<Dataset> {
  check(rows, options)
  const { name, formats = ['json'], tokens = estimated, cutoff = CUTOFF } = options
  const dir = path.resolve(options.dir ?? options.in.dir)
  const pairs = isPairs(rows) ? rows : undefined
  const mixed = pairs ? [] : (rows as TrainingRow[])
  const kept = mixed.filter((row) => row.fate.kept).sort((a, b) => placeOf(a) - placeOf(b) || (a.id < b.id ? -1 : 1))
  const n = pairs?.length ?? kept.length
  if (n === 0) throw noRows(mixed)
  /** Made anew for each pass: all of them at once are several times the rows. */
  function* written(): Generator<Conversation | PairConversation> {
    if (pairs)
      for (const pair of pairs) yield pairConversation(pair.chosen, pair.rejected, systemOf(pair.chosen, options))
    else for (const row of kept) yield conversation(row, systemOf(row, options))
  }
  const tally = new Tally(tokens, cutoff)
  let at = 0
  for (const row of written()) {
    const fault = conversationFault(row)
    if (fault !== undefined) {
      const { id, sample } = pairs ? pairs[at]!.chosen : kept[at]!
      throw new Stopped(
        'bad-data',
        `Row ${id} (sample ${sample}) is no training row: ${fault}.`,
        'dataset(await mix(judged, quota, { seed: 7 }), { name, in: work })',
      )
    }
    tally.add(row)
    at++
  }
  const kind = pairs ? 'pairs' : 'rows'
  const files: WrittenFile[] = []
  const entries: Record<string, DatasetEntry> = {}
  for (const [i, format] of formats.entries()) {
    const file = path.join(dir, name + ENDINGS[format])
    const made = await writeFormat(file, format, written, kind)
    files.push({ name: path.basename(file), ...made })
    entries[i === 0 ? name : `${name}-${format}`] = datasetEntry(
      path.basename(file),
      format === 'messages' ? 'messages' : kind,
    )
  }
  const counted = tally.end()
  const main = files[0]!
  const info = entries[name]!
  const infoFile = path.join(dir, 'dataset_info.json')
  const amended = amend(
    infoFile,
    (text) => `${JSON.stringify({ ...otherEntries(infoFile, text), ...entries }, null, 2)}\n`,
  )
  files.push({ name: 'dataset_info.json', ...amended })
  const facts = {
    name,
    rows: mixed,
    kept: pairs ? pairs.map(({ chosen }) => chosen as TrainingRow) : kept,
    pairs,
    recipe: recipeOf(mixed),
    system: options.system !== undefined,
    files: files.slice(0, formats.length),
    tokens: counted,
    from: options.from,
  }
  const cardFile = await cardName(dir, name)
  files.push({ name: cardFile, ...(await writeWhole(path.join(dir, cardFile), [card(facts)])) })
  const made: Dataset = {
    name,
    file: path.join(dir, main.name),
    dir,
    rows: n,
    sha256: main.sha256,
    info,
    card: cardFile,
    files,
    tokens: counted,
  }
  return display(made, pairs ? n : mixed.length)
}

/** The card is the folder's README.md as long as that is nobody else's. */
async function cardName(dir: string, name: string): Promise<string> {
  const before = await readFile(path.join(dir, 'README.md'), 'utf8').catch(() => undefined)
  return before === undefined || before.includes(`\npretty_name: ${name}\n`) ? 'README.md' : `${name}.README.md`
}

async function writeFormat(
  file: string,
  format: Format,
  rows: () => Generator<Conversation | PairConversation>,
  kind: 'rows' | 'pairs',
): Promise<{ sha256: string; bytes: number }> {
  if (format === 'json') return writeWhole(file, array(rows()))
  if (format === 'jsonl') return writeWhole(file, lines(rows()))
  if (format === 'messages') return writeWhole(file, lines(messages(rows())))
  const source = beside(file, 'rows')
  try {
    await writeWhole(source, lines(rows()))
    return await writeParquet(file, source, kind)
  } finally {
    const { rm } = await import('node:fs/promises')
    await rm(source, { force: true })
  }
}

/** The array as Python's json.dump(…, indent=4) lays it out, a row at a time: 17k traces are more than one string holds. */
function* array(rows: Iterable<unknown>): Generator<string> {
  let first = true
  for (const row of rows) {
    const text = JSON.stringify(row, null, 4)
    yield `${first ? '[\n' : ',\n'}${text.replace(/^/gm, '    ')}`
    first = false
  }
  yield '\n]\n'
}

function* lines(rows: Iterable<unknown>): Generator<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`
}

function* messages(rows: Iterable<Conversation | PairConversation>): Generator<unknown> {
  for (const row of rows) {
    if (!('chosen' in row)) {
      yield chatRow(row)
      continue
    }
    const { messages: asked } = chatRow({ ...row, conversations: [...row.conversations] })
    const answer = ({ from, value }: PairConversation['chosen']) => [{ role: from, content: value }]
    yield { prompt: asked, chosen: answer(row.chosen), rejected: answer(row.rejected) }
  }
}

function isPairs(rows: TrainingRow[] | Preference[]): rows is Preference[] {
  const [first] = rows
  return first !== undefined && 'chosen' in first
}

function systemOf(row: Judged, { system, prompts }: DatasetOptions): string {
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
function otherEntries(file: string, text = '{}'): Record<string, unknown> {
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
  for (const { fate } of dropped(rows)) if (!fate.kept) counts.set(fate.why, (counts.get(fate.why) ?? 0) + 1)
  const lost = [...counts].sort((a, b) => b[1] - a[1]).map(([why, n]) => `${n} ${why}`)
  return new Stopped('no-rows', `None of the ${rows.length} rows is kept: ${lost.join(', ')}.`, 'plot.flow(rows)')
}

const OPTIONS: Known<Required<DatasetOptions>> = {
  name: true,
  in: true,
  dir: true,
  formats: true,
  system: true,
  prompts: true,
  tokens: true,
  cutoff: true,
  from: true,
}

function check(rows: TrainingRow[] | Preference[], options: DatasetOptions): void {
  checkKnown('dataset(…)', options, OPTIONS)
  const example = "dataset(rows, { name: 'sky-t1-17k', in: work })"
  const bad = (what: string, fix = example): Stopped => new Stopped('bad-call', what, fix)
  if (!Array.isArray(rows))
    throw bad(`dataset(…) got ${typeof rows} for its rows.`, `${example} with rows = await mix(…)`)
  takesRows('dataset', rows, { fix: example })
  const { name, in: work, dir, formats, cutoff, tokens } = options ?? {}
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw bad(
      `The name is ${JSON.stringify(name)}; it becomes a file's name and a key: letters, digits, '.', '_' and '-'.`,
    )
  }
  if (dir === undefined && typeof work?.dir !== 'string') throw bad('dataset(…) got no workspace.')
  if (formats !== undefined) {
    const known = Object.keys(ENDINGS)
    const right = Array.isArray(formats) && formats.length > 0 && new Set(formats).size === formats.length
    const unknown = right ? formats.find((format) => !known.includes(format)) : JSON.stringify(formats)
    if (!right || unknown !== undefined)
      throw bad(`formats is ${JSON.stringify(formats)}; it is a list of ${known.join(', ')}.`)
  }
  if (cutoff !== undefined && !(Number.isInteger(cutoff) && cutoff > 0))
    throw bad(`The cutoff is ${cutoff}, not a count.`)
  if (tokens !== undefined && typeof tokens?.count !== 'function')
    throw bad(
      `tokens is ${JSON.stringify(tokens)}, not a counter.`,
      "dataset(rows, { name, in: work, tokens: await tokenCounter('tokenizer.json') })",
    )
  if (isPairs(rows)) return
  const unmixed = (rows as TrainingRow[]).findIndex((row) => row?.fate === undefined)
  if (unmixed >= 0)
    throw bad(
      `Row ${unmixed + 1} has no fate: it was not mixed.`,
      'dataset(await mix(judged, quota, { seed: 7 }), { name, in: work })',
    )
}
