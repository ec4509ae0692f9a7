// Timing with honest middles: medians of interleaved rounds, so that a busy minute hits every peer alike.

/** Milliseconds that an action takes, and what it gave. */
export async function timed(action) {
  const began = performance.now()
  const value = await action()
  return { ms: performance.now() - began, value }
}

/** The middle of the numbers. */
export function median(numbers) {
  return quantile(numbers, 0.5)
}

/** The share q (0 to 1) of the numbers lies at or below this one; between two, the straight line. */
export function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b)
  if (sorted.length === 0) return Number.NaN
  const at = (sorted.length - 1) * q
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low + (high - low) * (at - Math.floor(at))
}

/**
 * Runs each action once a round, in an order that turns from round to round, and gives the
 * milliseconds of every round by name. One round before is not counted.
 */
export async function interleaved(rounds, actions) {
  const names = Object.keys(actions)
  const took = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -1; round < rounds; round++)
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + Math.max(round, 0)) % names.length]
      const { ms } = await timed(actions[name])
      if (round >= 0) took[name].push(ms)
    }
  return took
}

/** A Markdown table; the first row is the head. Cells are text, a bar in one is escaped. */
export function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}
