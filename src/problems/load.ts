// One source to its problems, with an account of the rows that were left out.
import type { Problem } from '../rows.js'
import { Stopped } from '../stopped.js'
import { contentHash, type FieldMap, readProblem } from './fields.js'
import type { Found } from './names.js'
import { entries } from './open.js'
import { isOurs } from './ours.js'

export interface Loaded {
  problems: Problem[]
  /** Rows that hold no usable problem, by line and with the reason. */
  skipped: { line: number; why: string }[]
}

export interface LoadOptions {
  kind?: Problem['kind']
  map?: FieldMap
  /** false: problems without an answer are taken too. @default true */
  answers?: boolean
}

/**
 * Reads one file. Stops with 'bad-data' where it is empty or no row of it is usable, 'no-file' where it cannot be
 * opened.
 */
export async function load({ name, file }: Found, options: LoadOptions = {}): Promise<Loaded> {
  const rows: { problem: Omit<Problem, 'id'>; own?: string; ours: boolean }[] = []
  const skipped: Loaded['skipped'] = []
  const skip = (line: number, why: string): unknown => skipped.push({ line, why })
  try {
    for await (const entry of entries(file)) {
      if ('fault' in entry) {
        skip(entry.line, entry.fault)
        continue
      }
      const read = readProblem(entry.record, {
        source: name,
        answers: options.answers ?? true,
        kind: options.kind,
        map: options.map,
      })
      if (typeof read === 'string') skip(entry.line, read)
      else rows.push({ ...read, ours: isOurs(entry.record) })
    }
  } catch (error) {
    if (error instanceof Stopped) throw error
    const why = (error as NodeJS.ErrnoException).code === 'EACCES' ? 'it may not be read' : (error as Error).message
    throw new Stopped('no-file', `${file} cannot be opened: ${why}.`, `ls -l ${file}`, error)
  }
  if (rows.length === 0) throw nothingUsable(file, skipped)
  return { problems: withIds(rows, name), skipped }
}

function nothingUsable(file: string, skipped: Loaded['skipped']): Stopped {
  const first = skipped[0]
  if (first === undefined)
    return new Stopped('bad-data', `${file} holds no row.`, 'Give a file with at least one problem.')
  const rows = skipped.length === 1 ? 'The only row' : `None of the ${skipped.length} rows`
  const what = `${rows} of ${file} is ${skipped.length === 1 ? 'no' : 'a'} problem. Line ${first.line}: ${first.why}.`
  return new Stopped('bad-data', what, "Name the fields: problems(file, { map: { prompt: '…', answer: '…' } })")
}

/**
 * Ids that stay the same when the file grows: the row's own where no other row has it, else a hash of the content. A
 * row that is there twice, word for word, gets a number, so that ids are unique; in a file of samples of ours, where a
 * problem stands once for each sample, it is one problem.
 */
function withIds(rows: { problem: Omit<Problem, 'id'>; own?: string; ours: boolean }[], source: string): Problem[] {
  const hashed = rows.map((row) => ({ ...row, hash: contentHash(row.problem) }))
  const ours = new Set<string>()
  const different = hashed.filter(({ own, hash, ours: isOurs }) => {
    if (!isOurs) return true
    const key = `${own} ${hash}`
    return !ours.has(key) && ours.add(key)
  })
  const owners = new Map<string, number>()
  for (const { own } of different) if (own !== undefined) owners.set(own, (owners.get(own) ?? 0) + 1)
  const given = new Map<string, number>()
  return different.map(({ problem, own, hash, ours: isOurs }) => {
    const unique = own !== undefined && owners.get(own) === 1
    const id = unique && isOurs ? own : `${source}/${unique ? own : hash}`
    const copies = (given.get(id) ?? 0) + 1
    given.set(id, copies)
    return { id: copies === 1 ? id : `${id}#${copies}`, ...problem }
  })
}
