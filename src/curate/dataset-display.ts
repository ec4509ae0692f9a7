// How a written set shows itself: where it is, its hash, its tokens, and a warning where the trainer would cut rows.
import { escapeHtml } from '../workspace/index.js'
import type { Dataset } from './dataset.js'

const number = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** Adds the display to a set. `all` is how many rows it was made of. */
export function display(made: Dataset, all: number): Dataset {
  return Object.defineProperty(made, Symbol.for('Jupyter.display'), {
    value: () => {
      const lines = linesOf(made, all)
      const warning = warningOf(made)
      const [head, ...rest] = lines
      const html = `<div style="font-variant-numeric:tabular-nums;max-width:60em"><b>${escapeHtml(head!)}</b>${rest.map((line) => `<div style="opacity:.8;overflow-wrap:anywhere">${escapeHtml(line)}</div>`).join('')}${warning ? `<div style="border-left:3px solid #E69F00;padding:.2em .8em;margin-top:.3em">${escapeHtml(warning)}</div>` : ''}</div>`
      return { 'text/plain': [...lines, ...(warning ? [warning] : [])].join('\n'), 'text/html': html }
    },
    enumerable: false,
  })
}

function linesOf({ name, file, rows, sha256, tokens, files }: Dataset, all: number): string[] {
  const others = files.slice(1).map((one) => one.name)
  return [
    `${name}: ${number(rows)} of ${number(all)} rows in ${file} (sha256 ${sha256.slice(0, 16)}…)`,
    `${number(tokens.all)} tokens, ${number(tokens.answers)} of them answers; the longest row ${number(tokens.longest)}, the median ${number(tokens.median)}; ${tokens.how}`,
    `beside it: ${others.join(', ')}`,
  ]
}

/** What the trainer would do to rows that are too long. */
function warningOf({ tokens, rows }: Dataset): string | undefined {
  if (tokens.overCount === 0) return undefined
  const shown = tokens.over.slice(0, 8).map((row) => row + 1)
  const places = `${shown.join(', ')}${tokens.overCount > shown.length ? ' …' : ''}`
  const many = tokens.overCount === 1 ? '1 row is' : `${number(tokens.overCount)} of ${number(rows)} rows are`
  return `${many} over the cutoff of ${number(tokens.cutoff)} tokens: the trainer cuts off the end, solution and all (${tokens.overCount === 1 ? 'row' : 'rows'} ${places}). A longer cutoff, or a part of the mix with a length, mends it.`
}
