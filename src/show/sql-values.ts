// DuckDB's values as JavaScript has them, and texts as SQL has them.

/** The largest whole number up to which every whole number is a number. */
const EXACT = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * A value of a query as plain JavaScript: whole numbers as numbers where they are exact, decimals as numbers, lists as
 * arrays, structs and maps as objects, and what has no counterpart (dates, times, intervals, identifiers) as DuckDB's text.
 */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value <= EXACT && value >= -EXACT ? Number(value) : value
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(plainValue)
  const own = value as { items?: unknown; entries?: unknown; toDouble?(): number; bytes?: Uint8Array }
  if (typeof own.toDouble === 'function') return own.toDouble()
  if (Array.isArray(own.items)) return own.items.map(plainValue)
  if (Array.isArray(own.entries))
    return Object.fromEntries(
      (own.entries as { key: unknown; value: unknown }[]).map(({ key, value: of }) => [String(key), plainValue(of)]),
    )
  if (own.bytes instanceof Uint8Array && !('hugeint' in own)) return own.bytes
  if ('entries' in own && own.entries !== null && typeof own.entries === 'object')
    return Object.fromEntries(Object.entries(own.entries).map(([key, of]) => [key, plainValue(of)]))
  return String(value)
}

/** A name, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text, whatever is in it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
