// A training set, read as LLaMA-Factory will read it: what it would refuse, skip or mangle without saying so.
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { checkKnown, type Known } from '../known.js'
import { Stopped } from '../stopped.js'
import { escapeHtml } from '../workspace/index.js'
import { fileRows } from './check-file.js'
import { type Entry, readRow, type Severity } from './check-row.js'
import { estimated, type TokenCounter } from './counting.js'
import { CUTOFF, rowTokens } from './tally.js'

export interface CheckOptions {
  /** Entries of dataset_info.json. @default all */
  names?: string[]
  /** Tokens after which the trainer cuts a row off. @default 16384, the recipe's cutoff_len */
  cutoff?: number
  /** Counts tokens. @default an estimate */
  tokens?: TokenCounter
  /** Faults that are listed of each entry; all are counted. @default 1000 */
  most?: number
}

/** One thing that is wrong. */
export interface DatasetFault {
  entry: string
  severity: Severity
  why: string
  /** From 0, as LLaMA-Factory counts; absent where it concerns the whole file. */
  row?: number
  /** The line on which the row starts, from 1. */
  line?: number
}

export interface CheckReport {
  /** Nothing stops the trainer, and no row is skipped, mangled or cut. */
  ok: boolean
  entries: { name: string; file: string; rows: number; trained: number; faults: Record<Severity, number> }[]
  faults: DatasetFault[]
  /** How tokens were counted. */
  tokens: string
}

const FORMATTINGS = ['alpaca', 'sharegpt', 'openai']

/**
 * Checks the training sets of a folder as LLaMA-Factory reads them (dataset_info.json, ShareGPT rows in JSON, JSON Lines
 * or Parquet): the entry and its tags, the order of the roles, empty turns, missing columns, broken characters, keys that
 * stand twice, control tokens in texts, rows over the cutoff. Every fault has its row; memory holds one row at a time.
 *
 * What is wrong is a value of the report and not an error.
 *
 * @throws Stopped 'no-file' where the folder has no dataset_info.json, 'bad-data' where that is no JSON object.
 * @example await checkDataset('runs/sky-t1')
 */
export async function checkDataset(folder: string, options: CheckOptions = {}): Promise<CheckReport> {
  checkKnown('checkDataset(…)', options, OPTIONS)
  const info = await readInfo(folder)
  const { names = Object.keys(info), cutoff = CUTOFF, tokens = estimated, most = 1000 } = options
  const report: CheckReport = { ok: true, entries: [], faults: [], tokens: tokens.how }
  for (const name of names) {
    const faults: Record<Severity, number> = { stops: 0, skipped: 0, mangled: 0, cut: 0 }
    const add = (severity: Severity, why: string, row?: number, line?: number): void => {
      faults[severity]++
      report.ok = false
      if (Object.values(faults).reduce((sum, n) => sum + n, 0) <= most)
        report.faults.push({ entry: name, severity, why, ...(row !== undefined && { row }), ...(line && { line }) })
    }
    const entry = info[name]
    const file = path.resolve(folder, entry?.file_name ?? '')
    const counted = { rows: 0, trained: 0 }
    if (entry === undefined) add('stops', `dataset_info.json has no entry ${JSON.stringify(name)}`)
    else if (await entryFaults(entry, file, add)) {
      let keys: string | undefined
      let withSystem = 0
      for await (const { row, line, value, faults: ofText } of fileRows(file)) {
        counted.rows++
        for (const why of ofText) add(value === undefined ? 'stops' : 'mangled', why, row, line)
        if (value === undefined) continue
        const read = readRow(value, entry)
        for (const { severity, why } of read.faults) add(severity, why, row, line)
        if (entry.columns?.system && entry.columns.system in (value as object)) withSystem++
        const own = Object.keys(value as object)
          .sort()
          .join(', ')
        keys ??= own
        if (own !== keys) add('mangled', `its columns are ${own}; the first row has ${keys}`, row, line)
        if (read.faults.some(({ severity }) => severity === 'stops' || severity === 'skipped')) continue
        counted.trained++
        const n = Math.max(
          0,
          ...read.answers.map((answer) => {
            const [prompt, of] = rowTokens(read.system, read.asked, answer, tokens)
            return prompt + of
          }),
        )
        if (n > cutoff)
          add('cut', `${n} tokens (${tokens.exact ? 'counted' : 'estimated'}), the cutoff is ${cutoff}`, row, line)
      }
      if (counted.rows === 0) add('stops', 'the file holds no row')
      else if (entry.columns?.system && withSystem === 0)
        add('stops', `no row has the column ${JSON.stringify(entry.columns.system)} (system)`)
    }
    report.entries.push({ name, file, ...counted, faults })
  }
  return Object.defineProperty(report, Symbol.for('Jupyter.display'), {
    value: () => display(report),
    enumerable: false,
  })
}

async function readInfo(folder: string): Promise<Record<string, Entry>> {
  if (typeof folder !== 'string')
    throw new Stopped('bad-call', `checkDataset(…) got ${typeof folder} for its folder.`, "checkDataset('runs/sky-t1')")
  const file = path.join(folder, 'dataset_info.json')
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Stopped('no-file', `${file} cannot be read: ${error.message}.`, `ls ${folder}`, error)
  })
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, Entry>
  } catch {
    // The same answer as for a list.
  }
  throw new Stopped('bad-data', `${file} is not a JSON object.`, 'dataset(rows, { name, in: work })')
}

async function entryFaults(
  entry: Entry,
  file: string,
  add: (severity: Severity, why: string) => void,
): Promise<boolean> {
  if (typeof entry !== 'object' || entry === null || typeof entry.file_name !== 'string') {
    add('stops', 'the entry names no file (file_name)')
    return false
  }
  const known = await stat(file).catch(() => undefined)
  if (!known?.isFile()) {
    add('stops', `the file ${entry.file_name} is not there`)
    return false
  }
  const formatting = entry.formatting ?? 'alpaca'
  if (!FORMATTINGS.includes(formatting)) {
    add('stops', `the formatting is ${JSON.stringify(formatting)}; there are ${FORMATTINGS.join(', ')}`)
    return false
  }
  if (formatting !== 'sharegpt') {
    add(
      'mangled',
      `the formatting is ${formatting}${entry.formatting ? '' : ' (none is named)'}; its rows are not checked here`,
    )
    return false
  }
  const tags = entry.tags
  if (tags && (tags.user_tag === undefined || tags.assistant_tag === undefined))
    add('mangled', 'its tags name no user_tag or no assistant_tag: the defaults human and gpt are not taken over')
  if (entry.ranking && !(entry.columns?.chosen && entry.columns.rejected)) {
    add('stops', 'a set of pairs (ranking) needs the columns chosen and rejected')
    return false
  }
  return true
}

function display({ entries, faults, tokens, ok }: CheckReport): Record<string, string> {
  const heads = entries.map(({ name, rows, trained, faults: n }) => {
    const wrong = (Object.keys(n) as Severity[]).filter((severity) => n[severity] > 0)
    const said = wrong.map((severity) => `${n[severity]} ${severity}`).join(', ') || 'nothing is wrong'
    return `${name}: ${trained} of ${rows} rows are trained on; ${said}`
  })
  const lines = faults.slice(0, 20).map(({ entry, row, line, severity, why }) => {
    const place = row === undefined ? '' : ` row ${row}${line ? ` (line ${line})` : ''}`
    return `${severity}: ${entry}${place}: ${why}`
  })
  const more = faults.length > lines.length ? [`… ${faults.length - lines.length} more in report.faults`] : []
  const color = ok ? '#009E73' : '#D55E00'
  const html = `<div style="max-width:60em;border-left:3px solid ${color};padding:.2em .8em">${heads.map((head) => `<b>${escapeHtml(head)}</b>`).join('<br>')}${lines.length > 0 ? `<div style="white-space:pre-wrap;font-family:monospace;overflow-wrap:anywhere">${escapeHtml([...lines, ...more].join('\n'))}</div>` : ''}<div style="opacity:.8">tokens ${escapeHtml(tokens)}</div></div>`
  return { 'text/plain': [...heads, ...lines, ...more, `tokens ${tokens}`].join('\n'), 'text/html': html }
}

const OPTIONS: Known<Required<CheckOptions>> = {
  names: true,
  cutoff: true,
  tokens: true,
  most: true,
}
