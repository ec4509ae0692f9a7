// Maximal stretches of a sequence that repeat with one period, exactly and in linear time.

/** `[start, end)` repeats with `period`: sequence[i] = sequence[i − period] for every i in [start + period, end). */
export interface Run {
  start: number
  end: number
  period: number
}

/** How many elements must agree before a period is tried. */
const GRAM = 12

/**
 * All maximal runs with at least `times` periods and at least `span` elements, from left to right.
 *
 * Every position is looked up by the hash of the GRAM elements that start there. The distance to the
 * last place with the same hash is a candidate period: inside a loop that is the primitive period,
 * because the nearest copy is one period back. A candidate is then compared element by element in both
 * directions, so a hash collision costs time and never gives a wrong run. What was compared to the
 * right is skipped, which keeps the whole linear.
 *
 * @param sequence Character codes, or word numbers.
 */
export function findRuns(sequence: Uint16Array | Int32Array, times: number, span: number): Run[] {
  const n = sequence.length
  const found: Run[] = []
  if (n < Math.max(span, GRAM + 1)) return found
  const bits = Math.min(20, Math.max(8, 32 - Math.clz32(n)))
  const shift = 32 - bits
  const last = new Int32Array(1 << bits).fill(-1)
  const top = power(MULTIPLIER, GRAM - 1)
  let hash = 0
  for (let i = 0; i < GRAM; i++) hash = (Math.imul(hash, MULTIPLIER) + sequence[i]! + 1) | 0
  let free = 0 // nothing before this place belongs to a run already found
  let skip = 0 // candidates before this place were compared already
  for (let i = 0; i + GRAM <= n; i++) {
    const slot = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> shift
    const before = last[slot]!
    last[slot] = i
    if (before >= free && i >= skip) {
      const period = i - before
      let end = i
      while (end < n && sequence[end] === sequence[end - period]) end++
      if (end - i >= GRAM) {
        let start = before
        while (start > free && sequence[start - 1] === sequence[start - 1 + period]) start--
        if (end - start >= times * period && end - start >= span) {
          found.push({ start, end, period })
          free = end
          skip = end
        } else {
          // Two copies of something, no loop yet: the same comparison need not be made again inside it.
          skip = Math.max(skip, end - GRAM + 1)
        }
      }
    }
    if (i + GRAM < n)
      hash = (Math.imul(hash - Math.imul(sequence[i]! + 1, top), MULTIPLIER) + sequence[i + GRAM]! + 1) | 0
  }
  return found
}

const MULTIPLIER = 0x01000193

function power(base: number, exponent: number): number {
  let result = 1
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base)
  return result
}
