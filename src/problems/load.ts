// One source to its problems, row by row, with an account of every row that was left out.

import type { Problem } from '../rows.js'
import { Stopped } from '../stopped.js'
import { drop, reasonOf, type SourceAccount } from './account.js'
import { readProblem } from './fields.js'
import { Labels } from './labels.js'
import { findSource, type Opened, type Origin } from './names.js'
import { entries } from './open.js'
import { isOurs } from './ours.js'
import { traceOf } from './released.js'
import { Ids } from './seen.js'
import { type Filters, Sieve, whyDiffers } from './sieve.js'

export interface Read {
  problem: Problem
  /** Whether its id is its own rather than one that begins with the source's name. */
  ours: boolean
  /** The row's worked trace, where it carries one: STILL-2's combined_text, the assistant's turn of a conversation. */
  trace?: string
}

/**
 * Reads one source. Nothing but the ids is kept in memory; `account` is filled as rows come.
 *
 * @throws Stopped 'bad-data' where it is empty or no row of it is usable, 'no-file' where it cannot be opened, and what the
 * Hub refuses.
 */
export async function* readSource(origin: Origin, account: SourceAccount, signal: AbortSignal): AsyncGenerator<Read> {
  const { name, settings } = origin
  const labels = settings.difficulty && settings.labels !== undefined ? await loadLabels(settings, signal) : undefined
  const opened = await origin.open(signal)
  try {
    if (opened.hub) account.hub = opened.hub
    const licence = settings.licence ?? opened.licence
    if (licence !== undefined) account.licence = licence
    const context: Context = {
      name,
      settings,
      account,
      licence,
      isHub: opened.hub !== undefined,
      sieve: new Sieve(settings, settings.fields, labels),
      ids: new Ids(name),
      labelled: labels !== undefined,
    }
    for (const file of opened.files) yield* readFile(file, context, signal)
    if (account.kept === 0) throw nothing(origin, account)
  } finally {
    await opened.close?.()
  }
}

interface Context {
  name: string
  settings: Origin['settings']
  account: SourceAccount
  licence: string | undefined
  isHub: boolean
  sieve: Sieve
  ids: Ids
  labelled: boolean
}

async function* readFile(
  { local, file, size, sha256 }: Opened['files'][number],
  context: Context,
  signal: AbortSignal,
): AsyncGenerator<Read> {
  const { name, settings, account, licence, sieve, ids } = context
  const entry = { file, size, ...(sha256 === undefined ? {} : { sha256 }) }
  account.files.push(entry)
  const { where } = settings
  const options = {
    ...(settings.columns === undefined ? {} : { columns: settings.columns }),
    ...(where === undefined || typeof where === 'function'
      ? {}
      : {
          where,
          onSkipped: (rows: number) => {
            account.held += rows
            drop(account, whyOf(where), undefined, undefined, rows)
          },
        }),
    onSum: (sum: string) => {
      entry.sha256 = sum
    },
  }
  try {
    for await (const row of entries(local, options)) {
      if (signal.aborted) throw signal.reason
      account.held++
      const place = context.isHub ? `${file}#${row.line}` : `line ${row.line}`
      if ('fault' in row) {
        drop(account, reasonOf(row.fault), place, row.fault)
        continue
      }
      const { record } = row
      const refused = sieve.refuses(record)
      if (refused !== undefined) {
        drop(account, refused, place)
        continue
      }
      const read = readProblem(record, {
        source: name,
        answers: settings.answers ?? true,
        kind: settings.kind,
        map: settings.fields,
      })
      if (typeof read === 'string') {
        drop(account, reasonOf(read), place, read)
        continue
      }
      const ours = isOurs(record)
      const level = context.labelled ? sieve.difficultyOf(record) : undefined
      const problem = {
        ...read.problem,
        ...(level === undefined ? {} : { difficulty: level }),
        ...(licence !== undefined && read.problem.licence === undefined ? { licence } : {}),
        ...(context.isHub ? { provenance: place } : {}),
      }
      const id = ids.of(problem, read.own, ours)
      if (id === undefined) {
        drop(account, 'the same problem again', place)
        continue
      }
      account.kept++
      if (problem.kind === 'code' && !problem.tests?.length) account.untested++
      const trace = traceOf(record, settings.fields)
      yield { problem: { id, ...problem }, ours, ...(trace === undefined ? {} : { trace }) }
    }
  } catch (error) {
    if (error instanceof Stopped || signal.aborted) throw error
    const why = (error as NodeJS.ErrnoException).code === 'EACCES' ? 'it may not be read' : (error as Error).message
    throw new Stopped('no-file', `${file} cannot be opened: ${why}.`, `ls -l ${file}`, error)
  }
}

function whyOf(where: NonNullable<Filters['where']>): string {
  const [[field, wanted]] = Object.entries(where) as [[string, never]]
  return whyDiffers(field, wanted)
}

function nothing(origin: Origin, { hub, held, dropped, examples }: SourceAccount): Stopped {
  const file = origin.file ?? (hub === undefined || hub.id === origin.name ? origin.name : `${origin.name} (${hub.id})`)
  if (held === 0) return new Stopped('bad-data', `${file} holds no row.`, 'Give a file with at least one problem.')
  const first = Object.values(examples)
    .map((list) => list[0]!)
    .find(({ why }) => !(why in dropped))
  if (first === undefined) {
    const lost = Object.entries(dropped).map(([reason, rows]) => `${rows} ${reason}`)
    return new Stopped(
      'bad-data',
      `No row of ${file} is left of ${held}: ${lost.join(', ')}.`,
      'Change the filters: problems(…, { difficulty: false, where: … })',
    )
  }
  const rows = held === 1 ? 'The only row' : `None of the ${held} rows`
  const { place, why } = first
  const what = `${rows} of ${file} is ${held === 1 ? 'no' : 'a'} problem. ${place.replace(/^line/, 'Line')}: ${why}.`
  return new Stopped('bad-data', what, "Name the fields: problems(file, { fields: { prompt: '…', answer: '…' } })")
}

/** Difficulties by the text of the problem: rows, a file, or a dataset on the Hub. */
async function loadLabels(
  { labels, revision: _, where, fields: __ }: Origin['settings'],
  signal: AbortSignal,
): Promise<Labels> {
  const found = new Labels()
  if (typeof labels !== 'string') {
    for (const { prompt, difficulty } of labels!) found.add(prompt, difficulty)
    return found
  }
  const origin = await findSource(labels)
  const { files, close } = await origin.open(signal)
  try {
    for (const { local } of files)
      for await (const row of entries(local, {
        columns: ['problem', 'question', 'prompt', 'source', 'gpt_difficulty_parsed', 'difficulty'],
        // The published labels have NuminaMath's own column: of 859,000 rows only those of one source are needed.
        ...(where && typeof where !== 'function' && 'source' in where
          ? { where: { source: where.source! }, onSkipped: () => {} }
          : {}),
      })) {
        if (signal.aborted) throw signal.reason
        if ('fault' in row) continue
        const { problem, question, prompt, gpt_difficulty_parsed: parsed, difficulty } = row.record
        const text = problem ?? question ?? prompt
        if (typeof text === 'string') found.add(text, parsed ?? difficulty)
      }
  } finally {
    await close?.()
  }
  if (found.size === 0)
    throw new Stopped(
      'bad-data',
      `${labels} holds no difficulty from 1 to 10 beside a problem.`,
      'It needs the fields problem and gpt_difficulty_parsed (or difficulty); or { difficulty: false }',
    )
  return found
}
