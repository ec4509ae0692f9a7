// Rows as a file that DuckDB reads, with the type of every field said, so that nothing is guessed from a text that looks
// like a date or a number.
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Rows } from '../rows.js'
import { Stopped } from '../stopped.js'
import { literal, quoted } from './sql-values.js'

/** What a field holds, over all rows. */
type Kind =
  | { is: 'nothing' }
  | { is: 'boolean' | 'whole' | 'number' | 'text' | 'mixed' }
  | { is: 'list'; of: Kind }
  | { is: 'object'; fields: Map<string, Kind> }

/** Fields of an object from which on it is taken for a dictionary, and is JSON. */
const MOST_FIELDS = 200

/** Bytes of one row at most. */
const LONGEST_ROW = 1 << 30

/** Writes rows to a file and gives the relation that reads it with their types. */
export async function layRows(rows: Rows<object>, file: string, signal: AbortSignal): Promise<string> {
  const fields = new Map<string, Kind>()
  let count = 0
  const out = createWriteStream(file)
  const written = finished(out)
  written.catch(() => undefined)
  try {
    let text = ''
    for await (const row of rows) {
      signal.throwIfAborted()
      const line = JSON.stringify(row)
      if (typeof row !== 'object' || row === null || Array.isArray(row) || line === undefined)
        throw new Stopped(
          'bad-data',
          `Row ${count + 1} is ${line?.slice(0, 60) ?? typeof row}, and a row of a table is an object.`,
          'sql(…, { values: values.map((value) => ({ value })) })',
        )
      for (const [name, value] of Object.entries(JSON.parse(line) as object))
        fields.set(name, join(fields.get(name) ?? { is: 'nothing' }, kindOf(value)))
      text += `${line}\n`
      count++
      if (text.length > 1 << 20) {
        if (!out.write(text)) await Promise.race([once(out, 'drain'), written])
        text = ''
      }
    }
    out.end(text)
    await written
  } catch (cause) {
    out.destroy()
    if (cause instanceof Stopped || signal.aborted) throw cause
    throw new Stopped(
      'disk',
      `The rows could not be laid down for DuckDB: ${(cause as Error).message}`,
      'Free some space, or set TMPDIR to a folder that has it.',
      cause,
    )
  }
  if (fields.size === 0) return '(select null as nothing where false)'
  const columns = [...fields].map(([name, of]) => `${literal(name)}: ${literal(typeOf(of))}`).join(', ')
  return `read_json(${literal(file)}, format = 'newline_delimited', maximum_object_size = ${LONGEST_ROW}, columns = {${columns}})`
}

function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return { is: 'nothing' }
  if (typeof value === 'boolean') return { is: 'boolean' }
  if (typeof value === 'number') return { is: Number.isSafeInteger(value) ? 'whole' : 'number' }
  if (typeof value === 'string') return { is: 'text' }
  if (Array.isArray(value)) return { is: 'list', of: value.map(kindOf).reduce(join, { is: 'nothing' }) }
  return { is: 'object', fields: new Map(Object.entries(value as object).map(([name, of]) => [name, kindOf(of)])) }
}

/** The kind that holds both. */
function join(a: Kind, b: Kind): Kind {
  if (a.is === 'nothing') return b
  if (b.is === 'nothing') return a
  if (a.is === 'list' && b.is === 'list') return { is: 'list', of: join(a.of, b.of) }
  if (a.is === 'object' && b.is === 'object') {
    for (const [name, of] of b.fields) {
      const before = a.fields.get(name)
      a.fields.set(name, before ? join(before, of) : of)
    }
    return a.fields.size > MOST_FIELDS ? { is: 'mixed' } : a
  }
  if (a.is === b.is) return a
  const numbers = ['whole', 'number']
  return { is: numbers.includes(a.is) && numbers.includes(b.is) ? 'number' : 'mixed' }
}

function typeOf(kind: Kind): string {
  switch (kind.is) {
    case 'boolean':
      return 'BOOLEAN'
    case 'whole':
      return 'BIGINT'
    case 'number':
      return 'DOUBLE'
    case 'text':
      return 'VARCHAR'
    case 'list':
      return `${typeOf(kind.of)}[]`
    case 'object':
      if (kind.fields.size === 0) return 'JSON'
      return `STRUCT(${[...kind.fields].map(([name, of]) => `${quoted(name)} ${typeOf(of)}`).join(', ')})`
    default:
      return 'JSON'
  }
}
