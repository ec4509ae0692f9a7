// How a card says things: tables, lists, counts.

export function tally(values: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of [...values].sort()) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

export function table(head: string[], lines: (string | number)[][]): string {
  const row = (cells: (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n')
}

export function list(names: string[]): string {
  return names.length < 2 ? (names[0] ?? 'none') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

export function count(n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? '' : 's'}`
}

/** 12,345; numbers of four digits stay as they are. */
export function number(n: number): string {
  return n < 10_000 ? String(n) : String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

export function bytes(n: number): string {
  if (n < 1e6) return `${number(Math.ceil(n / 1e3))} kB`
  return n < 1e9 ? `${(n / 1e6).toFixed(1)} MB` : `${(n / 1e9).toFixed(2)} GB`
}
