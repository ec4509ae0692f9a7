// What can be asked for by name, as rows that show themselves as a table.
import { Stopped } from '../stopped.js'
import { takesText } from '../taken.js'
import { escapeHtml, number } from '../workspace/index.js'
import { CATALOGUE, FAMILIES, type Source } from './catalogue.js'
import { whyDiffers } from './sieve.js'

/** A named source, in words: everything of it can be changed in the call. */
export interface SourceInfo {
  name: string
  hub: string
  config?: string
  split: string
  files: string
  /** 'prompt: question, …'; fields that are recognised by their usual names are not listed. */
  fields: string
  /** In the order in which they are applied. */
  filters: string
  /** 'as its card says' where it is read from the dataset's card. */
  licence: string
  about: string
}

/**
 * The public datasets that `problems` knows by name, with the recipe's filters: all of them, or those whose name begins like
 * this one.
 *
 * @example sources('numina')
 * @throws Stopped 'no-dataset' where none begins so.
 */
export function sources(name = ''): SourceInfo[] {
  takesText('sources', name, "sources('numina')")
  const found = [...CATALOGUE.values()].filter((source) => source.name.startsWith(name.toLowerCase()))
  if (found.length === 0)
    throw new Stopped(
      'no-dataset',
      `No source begins with ${JSON.stringify(name)}: there are ${FAMILIES.join(', ')}.`,
      'sources()',
    )
  const rows = found.map(info)
  return Object.defineProperty(rows, Symbol.for('Jupyter.display'), { value: () => display(rows) })
}

function info({ name, hub, config, split, files, fields = {}, licence, about, gated, ...filters }: Source): SourceInfo {
  const shown = Object.entries(fields).map(([role, field]) => `${role}: ${field}`)
  return {
    name,
    hub: gated === undefined ? hub : `${hub} (gated: ${gated})`,
    ...(config === undefined ? {} : { config }),
    split,
    files: files.join(', '),
    fields: shown.join(', '),
    filters: inWords(filters),
    licence: licence ?? 'as its card says',
    about,
  }
}

function inWords({
  where,
  first,
  boxed,
  difficulty,
  labels,
  answers,
}: Omit<Source, 'name' | 'hub' | 'split' | 'files' | 'about'>): string {
  const parts: string[] = []
  if (where !== undefined && typeof where !== 'function')
    for (const [field, wanted] of Object.entries(where))
      parts.push(whyDiffers(field, wanted).replace(' is not ', ' is ').replace(' has not ', ' has '))
  if (typeof first === 'number') parts.push(`the first ${number(first)}`)
  if (boxed) parts.push('a box in the solution')
  if (difficulty)
    parts.push(`difficulty ${difficulty[0]}–${difficulty[1]}${typeof labels === 'string' ? ` (${labels})` : ''}`)
  if (answers === false) parts.push('with or without an answer')
  return parts.join(' · ')
}

const COLUMNS = ['name', 'hub', 'split', 'filters', 'licence', 'about'] as const

function display(rows: SourceInfo[]): Record<string, string> {
  const head = COLUMNS.map((name) => `<th style="text-align:left">${name}</th>`).join('')
  const body = rows
    .map(
      (row) =>
        `<tr>${COLUMNS.map((name) => `<td style="text-align:left;vertical-align:top">${escapeHtml(row[name])}</td>`).join('')}</tr>`,
    )
    .join('')
  const width = Math.max(...rows.map(({ name }) => name.length))
  return {
    'text/plain': rows
      .map(({ name, hub, files, filters, about }) =>
        rows.length > 12
          ? `${name.padEnd(width)}  ${about}`
          : [`${name}  ${about}`, `  ${hub} · ${files}`, ...(filters === '' ? [] : [`  ${filters}`])].join('\n'),
      )
      .join('\n'),
    'text/html': `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`,
  }
}
