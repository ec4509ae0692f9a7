// A table in each of its written forms.
import type { Cell, Columns } from './columns.js'
import { escapeHtml } from './html.js'
import { shapeText, type View } from './table-view.js'

/** HTML that takes its colours from the page, light or dark. */
export function html(view: View, title?: string): string {
  const { names, numeric, rows } = view
  const cell = (tag: string, text: string, i: number) =>
    `<${tag} style="text-align:${numeric[i] ? 'right' : 'left'};padding:2px 10px;white-space:nowrap">${escapeHtml(text)}</${tag}>`
  const head = `<tr style="border-bottom:1px solid #888">${names.map((name, i) => cell('th', name, i)).join('')}</tr>`
  const body = rows.map((row) => `<tr>${row.map((text, i) => cell('td', text, i)).join('')}</tr>`).join('')
  const above = title ? `<div><b>${escapeHtml(title)}</b></div>` : ''
  return `<div class="skylab-table" style="overflow-x:auto">${above}<table style="border-collapse:collapse;font-size:90%"><thead>${head}</thead><tbody>${body}</tbody></table><div style="opacity:.75;font-size:90%">${escapeHtml(shapeText(view))}</div></div>`
}

/** A pipe table; with the shape under it, or without, as a file wants it. */
export function markdown(view: View, shape = true): string {
  const { names, numeric, rows } = view
  const line = (cells: string[]) => `| ${cells.map((text) => text.replace(/[\\|]/g, '\\$&')).join(' | ')} |`
  const rule = `|${numeric.map((right) => (right ? ' ---: ' : ' --- ')).join('|')}|`
  return [line(names), rule, ...rows.map(line), ...(shape ? ['', shapeText(view)] : [])].join('\n')
}

/** Characters: more is unreadable where lines are broken. */
const WIDEST = 140

/** A box of characters. */
export function plain(view: View, title?: string): string {
  const width = (i: number) => Math.max(view.names[i]!.length, ...view.rows.map((row) => row[i]!.length), 1)
  const widths = view.names.map((_, i) => width(i))
  let [fits, total] = [0, 1]
  while (fits < widths.length && (fits === 0 || total + widths[fits]! + 3 <= WIDEST)) total += widths[fits++]! + 3
  const shape = shapeText({ ...view, hidden: [...view.names.slice(fits), ...view.hidden] })
  if (fits === 0) return [...(title ? [title] : []), shape].join('\n')
  const line = (cells: string[]) =>
    `│ ${cells
      .slice(0, fits)
      .map((text, i) => (view.numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
      .join(' │ ')} │`
  const rule = (left: string, middle: string, right: string) =>
    left +
    widths
      .slice(0, fits)
      .map((width) => '─'.repeat(width + 2))
      .join(middle) +
    right
  const box = [rule('┌', '┬', '┐'), line(view.names), rule('├', '┼', '┤'), ...view.rows.map(line), rule('└', '┴', '┘')]
  return [...(title ? [title] : []), ...box, shape].join('\n')
}

/** A table of LaTeX's, with the rules of the booktabs package. */
export function latex({ names, numeric, rows }: View, title?: string): string {
  const line = (cells: string[]) => `${cells.map(latexText).join(' & ')} \\\\`
  return [
    '\\begin{table}',
    '  \\centering',
    ...(title ? [`  \\caption{${latexText(title)}}`] : []),
    `  \\begin{tabular}{${numeric.map((right) => (right ? 'r' : 'l')).join('')}}`,
    '    \\toprule',
    `    ${line(names)}`,
    '    \\midrule',
    ...rows.map((row) => `    ${line(row)}`),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
  ].join('\n')
}

const SPECIAL: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '…': '\\ldots{}',
}

/** A text in which no character means anything to LaTeX. */
function latexText(text: string): string {
  return text.replace(/[&%$#_{}]|[\\~^<>|…]/g, (char) => SPECIAL[char] ?? `\\${char}`)
}

/** All rows as CSV text (RFC 4180). */
export function csv({ names, cells }: Columns): string {
  const field = (cell: Cell) => {
    const text = cell === null ? '' : String(cell)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return `${[names, ...cells].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`
}
