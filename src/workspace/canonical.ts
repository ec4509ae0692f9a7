// One spelling for one value, and a short name for it: what journal and recordings use as keys.
import { createHash } from 'node:crypto'

/**
 * JSON with the members of every object in alphabetical order and no spaces, so that equal values
 * have equal text. Members that are undefined are left out, as JSON.stringify does.
 */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  )
}

/** The first 32 hex digits of the sha256 of a value's canonical JSON: 128 bits, enough for any number of rows. */
export function keyOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 32)
}
