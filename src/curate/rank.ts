// The draw by seed.
import { createHash } from 'node:crypto'

/** A number that seed and name alone decide: sorting by it shuffles, and a larger draw contains a smaller one. */
export function rankOf(name: unknown, seed: number): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, name].flat()))
    .digest('hex')
}
