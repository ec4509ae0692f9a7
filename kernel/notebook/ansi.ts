// Terminal colours (ECMA-48 SGR) as HTML spans.
import { stripVTControlCharacters } from 'node:util'

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

/** Text safe inside HTML, in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[char]!,
  )
}

/** Text with SGR colours as HTML: spans with classes `ansi-red`, `ansi-bold` …; other escape sequences are left out. */
export function ansiHtml(text: string): string {
  let html = ''
  let style = new Map<string, string>()
  const parts = overwritten(text).split(/(\x1b\[[\d;:]*m)/)
  for (const part of parts) {
    const code = /^\x1b\[([\d;:]*)m$/.exec(part)
    if (code) style = styled(style, code[1]!.split(/[;:]/).map(Number))
    else if (part) html += span(escapeHtml(stripVTControlCharacters(part)), style)
  }
  return html
}

function span(text: string, style: Map<string, string>): string {
  if (text === '' || style.size === 0) return text
  const values = [...style.values()]
  const classes = values.filter((value) => value.startsWith('ansi-')).join(' ')
  const colours = values.filter((value) => !value.startsWith('ansi-')).join(';')
  return `<span${classes ? ` class="${classes}"` : ''}${colours ? ` style="${colours}"` : ''}>${text}</span>`
}

function styled(before: Map<string, string>, codes: number[]): Map<string, string> {
  const style = new Map(before)
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    if (code === 0) style.clear()
    else if (code === 1) style.set('bold', 'ansi-bold')
    else if (code === 2) style.set('dim', 'ansi-dim')
    else if (code === 3) style.set('italic', 'ansi-italic')
    else if (code === 4) style.set('underline', 'ansi-underline')
    else if (code === 22) {
      style.delete('bold')
      style.delete('dim')
    } else if (code === 23) style.delete('italic')
    else if (code === 24) style.delete('underline')
    else if (code >= 30 && code <= 37) style.set('colour', `ansi-${names[code - 30]}`)
    else if (code >= 90 && code <= 97) style.set('colour', `ansi-${names[code - 90]}`)
    else if (code === 39) style.delete('colour')
    else if (code === 49) style.delete('background')
    else if (code === 38 || code === 48) {
      const property = code === 38 ? 'color' : 'background'
      const [value, used] = extended(codes.slice(i + 1))
      if (value) style.set(code === 38 ? 'colour' : 'background', `${property}:${value}`)
      i += used
    }
  }
  return style
}

/** `5;n` (256 colours) or `2;r;g;b`: the CSS colour, and how many codes it took. */
function extended(codes: number[]): [string | undefined, number] {
  if (codes[0] === 2)
    return [
      `rgb(${codes
        .slice(1, 4)
        .map((value) => value || 0)
        .join(',')})`,
      4,
    ]
  if (codes[0] !== 5) return [undefined, 0]
  const n = codes[1] ?? 0
  if (n >= 232)
    return [
      `rgb(${Array(3)
        .fill(8 + (n - 232) * 10)
        .join(',')})`,
      2,
    ]
  if (n < 16) return [`var(--ansi-${names[n % 8]})`, 2]
  const level = (value: number) => (value ? 55 + value * 40 : 0)
  return [`rgb(${level(Math.floor((n - 16) / 36))},${level(Math.floor((n - 16) / 6) % 6)},${level((n - 16) % 6)})`, 2]
}

/** A carriage return starts the line anew, as on a terminal: what stood there is covered. */
function overwritten(text: string): string {
  if (!text.includes('\r')) return text
  return text
    .replace(/\r\n/g, '\n')
    .split('\n')
    .map((line) => line.split('\r').reduce((shown, next) => (next === '' ? shown : next + shown.slice(next.length))))
    .join('\n')
}
