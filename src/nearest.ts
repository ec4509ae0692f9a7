// The name that somebody meant who typed another.

/** The most similar of some names, if it is similar at all: fewer than half of its letters differ. Case is ignored. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const other of names) {
    // What one has more letters than the other has to be inserted: not worth counting where that is too many.
    if (Math.abs(name.length - other.length) * 2 >= Math.max(name.length, other.length)) continue
    const changes = distance(name.toLowerCase(), other.toLowerCase())
    if (changes * 2 >= Math.max(name.length, other.length) || changes >= least) continue
    best = other
    least = changes
  }
  return best
}

/** Levenshtein's distance: the fewest letters to insert, delete or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
