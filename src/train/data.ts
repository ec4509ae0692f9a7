// The training set as LLaMA-Factory will read it.
//
// LLaMA-Factory skips a row that it cannot use with a warning in a long log, so a mistake in the tags
// trains on nothing and says so nowhere. Here every such row is found before the upload.
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import path from 'node:path'
import { Stopped } from '../stopped.js'
import type { TrainingData } from './options.js'

export interface DataReport {
  /** Rows of the file. */
  rows: number
  /** Rows that LLaMA-Factory would skip, with the place (from 0) and the reason. */
  skipped: { row: number; why: string }[]
  /** The training file, absolute. */
  file: string
  /** The entry of dataset_info.json. */
  entry: Record<string, unknown>
}

/** Raised where the set as a whole cannot be read; `message` is in LLaMA-Factory's words where it has some. */
export class BadDataset extends Error {}

interface Entry {
  file_name?: string
  formatting?: string
  /** Pairs of a better and a worse answer. */
  ranking?: boolean
  columns?: Record<string, string>
  tags?: Record<string, string>
}

/**
 * Reads a set as LLaMA-Factory's ShareGPT converter does: the entry in dataset_info.json, its columns and
 * tags; users on odd places, assistants on even ones, an even count.
 *
 * @throws BadDataset where the entry or the file cannot be read
 */
export function readDataset(dir: string, name: string): DataReport {
  const entry = readEntry(dir, name)
  if (!entry.file_name) throw new BadDataset(`The entry ${name} of dataset_info.json has no file_name.`)
  if (entry.formatting !== 'sharegpt') {
    throw new BadDataset(
      `The entry ${name} has formatting ${entry.formatting ?? 'alpaca (the default)'}; these rows are sharegpt.`,
    )
  }
  const file = path.resolve(dir, entry.file_name)
  const rows = readRows(file)
  const skipped: DataReport['skipped'] = []
  for (const [index, row] of rows.entries()) {
    const why = faultOf(row, entry)
    if (why) skipped.push({ row: index, why })
  }
  return { rows: rows.length, skipped, file, entry: entry as Record<string, unknown> }
}

function readEntry(dir: string, name: string): Entry {
  const info = path.join(dir, 'dataset_info.json')
  let entries: Record<string, Entry>
  try {
    entries = JSON.parse(readFileSync(info, 'utf8')) as Record<string, Entry>
  } catch (error) {
    throw new BadDataset(`Cannot open ${info} due to ${(error as Error).message}.`)
  }
  const entry = entries[name]
  if (!entry) throw new BadDataset(`Undefined dataset ${name} in dataset_info.json.`)
  return entry
}

function readRows(file: string): unknown[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new BadDataset(`File ${file} cannot be read: ${(error as Error).message}.`)
  }
  try {
    if (!file.endsWith('.jsonl')) return JSON.parse(text) as unknown[]
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as unknown)
  } catch (error) {
    throw new BadDataset(`File ${file} is not JSON: ${(error as Error).message}.`)
  }
}

const DEFAULT_TAGS: Record<string, string> = {
  role_tag: 'from',
  content_tag: 'value',
  user_tag: 'human',
  assistant_tag: 'gpt',
  observation_tag: 'observation',
  function_tag: 'function_call',
  system_tag: 'system',
}

/** Why LLaMA-Factory would skip the row; undefined where it would not. */
function faultOf(row: unknown, entry: Entry): string | undefined {
  // A tags block replaces all of LLaMA-Factory's defaults: one that names no system_tag knows no system turn.
  const tags = entry.tags ?? DEFAULT_TAGS
  const { role_tag: roleTag = '', content_tag: contentTag = '' } = tags
  const column = entry.columns ? entry.columns.messages : 'conversations'
  if (!column) return 'the entry names no column of messages'
  const all = (row as Record<string, unknown> | null)?.[column]
  if (!Array.isArray(all)) return `no list \`${column}\``
  const first = all[0] as Record<string, unknown> | undefined
  const turns = (tags.system_tag && first?.[roleTag] === tags.system_tag ? all.slice(1) : all) as (Record<
    string,
    unknown
  > | null)[]
  const odd = [tags.user_tag, tags.observation_tag]
  const even = [tags.assistant_tag, tags.function_tag]
  for (const [index, turn] of turns.entries()) {
    const role = turn?.[roleTag]
    const wanted = index % 2 === 0 ? odd : even
    if (!wanted.includes(role as string))
      return `turn ${index + 1} is from ${JSON.stringify(role)}, expected ${JSON.stringify(wanted[0])}`
    const content = turn?.[contentTag]
    if (typeof content !== 'string') return `turn ${index + 1} has no text \`${contentTag}\``
    if (content.trim() === '') return `turn ${index + 1} is empty`
  }
  if (entry.ranking)
    return turns.length % 2 === 0
      ? `${turns.length} turns; a pair is asked for by an odd number`
      : faultOfPair(row, entry, tags)
  if (turns.length === 0 || turns.length % 2 !== 0) return `${turns.length} turns; they come in pairs`
  return undefined
}

/** A better and a worse answer, each one turn of the assistant. */
function faultOfPair(row: unknown, { columns }: Entry, tags: Record<string, string>): string | undefined {
  const { role_tag: roleTag = '', content_tag: contentTag = '' } = tags
  const even = [tags.assistant_tag, tags.function_tag]
  for (const which of ['chosen', 'rejected'] as const) {
    const column = columns?.[which]
    if (!column) return `the entry names no column of ${which} answers`
    const turn = (row as Record<string, unknown>)[column] as Record<string, unknown> | undefined
    // A text in its place would be read as no answer at all, and nothing would say so.
    if (typeof turn !== 'object' || turn === null || Array.isArray(turn)) return `\`${column}\` is no turn`
    if (!even.includes(turn[roleTag] as string))
      return `\`${column}\` is from ${JSON.stringify(turn[roleTag])}, expected ${JSON.stringify(even[0])}`
    const content = turn[contentTag]
    if (typeof content !== 'string' || content.trim() === '') return `\`${column}\` is empty`
  }
  return undefined
}

/** Hash of a file, hex. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/**
 * Checks a training set before it is uploaded: 'dpo' takes pairs, 'sft' takes answers.
 *
 * @throws Stopped('bad-data') where it cannot be read, has changed since it was written, or has rows that would be skipped
 */
export async function checkData(data: TrainingData, stage: 'sft' | 'dpo' = 'sft'): Promise<DataReport> {
  let report: DataReport
  try {
    report = readDataset(data.dir, data.name)
  } catch (error) {
    if (!(error instanceof BadDataset)) throw error
    throw new Stopped('bad-data', error.message, `dataset(rows, { name: '${data.name}', in: work })`, error)
  }
  const pairs = report.entry.ranking === true
  if (pairs !== (stage === 'dpo')) {
    throw new Stopped(
      'bad-data',
      pairs
        ? `${data.name} holds preference pairs, and stage 'sft' learns from answers.`
        : `${data.name} holds answers, and stage 'dpo' learns from preference pairs.`,
      pairs ? "train(pairs, { …, stage: 'dpo' })" : "train(data, { …, stage: 'sft' })",
    )
  }
  if (report.rows === 0)
    throw new Stopped('no-rows', `${report.file} holds no row.`, 'rows.filter(row => row.fate.kept).length')
  const bad = report.skipped[0]
  if (bad) {
    throw new Stopped(
      'bad-data',
      `LLaMA-Factory would skip ${report.skipped.length} of ${report.rows} rows of ${report.file}; the first is row ${bad.row}: ${bad.why}.`,
      `dataset(rows, { name: '${data.name}', in: work })`,
    )
  }
  const sha256 = await sha256Of(report.file)
  if (sha256 !== data.sha256) {
    throw new Stopped(
      'bad-data',
      `${report.file} has changed since it was written: its sha256 is ${sha256.slice(0, 12)}…, not ${data.sha256.slice(0, 12)}….`,
      `dataset(rows, { name: '${data.name}', in: work })`,
    )
  }
  return report
}
