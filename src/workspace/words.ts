// Numbers as a reader wants them: counts with their noun, money, durations.

const grouped = new Intl.NumberFormat('en-US')

/** `count(1, 'row')` is "1 row", `count(1200, 'row')` is "1,200 rows", `count(2, 'reply', 'replies')` is "2 replies". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped.format(n)} ${n === 1 ? one : many}`
}

/** 1200 as "1,200". */
export function number(n: number): string {
  return grouped.format(n)
}

/** Dollars with as many decimals as they need: "$0.0021", "$0.41", "$150". */
export function dollars(amount: number): string {
  if (amount === 0) return '$0'
  const size = Math.abs(amount)
  if (size >= 100) return `$${grouped.format(Math.round(amount))}`
  if (size >= 0.1) return `$${amount.toFixed(2)}`
  return `$${Number(amount.toPrecision(2)).toFixed(Math.min(8, 1 - Math.floor(Math.log10(size))))}`
}

/** Bytes as "812 bytes", "4.2 kB", "31 MB", "1.6 GB". */
export function bytes(n: number): string {
  if (n < 1000) return count(n, 'byte')
  for (const [size, unit] of [
    [1e3, 'kB'],
    [1e6, 'MB'],
    [1e9, 'GB'],
  ] as const)
    if (n < 999.5 * size || unit === 'GB')
      return `${n < 9.95 * size ? (n / size).toFixed(1) : number(Math.round(n / size))} ${unit}`
  return ''
}

/** Seconds as "0.4 s", "48 s", "3 min 20 s", "5 h 12 min", "2 d 3 h". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return pair(whole, 60, 'min', 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 60 * 48) return pair(minutes, 60, 'h', 'min')
  return pair(Math.round(seconds / 3600), 24, 'd', 'h')
}

function pair(n: number, size: number, big: string, small: string): string {
  const rest = n % size
  return rest === 0 ? `${Math.floor(n / size)} ${big}` : `${Math.floor(n / size)} ${big} ${rest} ${small}`
}

/** Text made safe to stand in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c] ?? c,
  )
}
