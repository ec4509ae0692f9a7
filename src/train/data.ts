// The training set as LLaMA-Factory will read it.
//
// LLaMA-Factory skips a row that it cannot use with a warning in a long log, so a mistake in the tags
// trains on nothing and says so nowhere. Here every such row is found before the upload.
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileRows } from '../curate/check-file.js'
import { type Entry, readRow, useless } from '../curate/check-row.js'
import { Stopped } from '../stopped.js'
import { passed } from '../taken.js'
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

/**
 * Reads a set as LLaMA-Factory's ShareGPT converter does (`readRow`), by its entry in dataset_info.json. Memory holds one
 * row at a time.
 *
 * @throws BadDataset where the entry or the file cannot be read
 */
export async function readDataset(dir: string, name: string): Promise<DataReport> {
  const entry = readEntry(dir, name)
  if (!entry.file_name) throw new BadDataset(`The entry ${name} of dataset_info.json has no file_name.`)
  if (entry.formatting !== 'sharegpt') {
    throw new BadDataset(
      `The entry ${name} has formatting ${entry.formatting ?? 'alpaca (the default)'}; these rows are sharegpt.`,
    )
  }
  const file = path.resolve(dir, entry.file_name)
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new BadDataset(`File ${file} is not there.`)
  const skipped: DataReport['skipped'] = []
  let rows = 0
  for await (const { row, line, value, faults } of fileRows(file)) {
    if (value === undefined) throw new BadDataset(`File ${file} is not JSON: row ${row}, line ${line}: ${faults[0]}.`)
    rows++
    const fault = readRow(value, entry).faults.find(useless)
    if (fault) skipped.push({ row, why: fault.why })
  }
  return { rows, skipped, file, entry: { ...entry } }
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
  if (typeof data?.dir !== 'string' || typeof data.name !== 'string')
    throw new Stopped(
      'bad-call',
      `A fine-tune takes a training set, and got ${passed(data)}.`,
      "train(await dataset(rows, { name: 'mine', in: work }), …)",
    )
  let report: DataReport
  try {
    report = await readDataset(data.dir, data.name)
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
      `LLaMA-Factory would stop at or skip ${report.skipped.length} of ${report.rows} rows of ${report.file}; the first is row ${bad.row}: ${bad.why}.`,
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
