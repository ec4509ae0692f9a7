// What a text that is being written looks like: its colours, what helps to write it, what stands below.
import { cutToWidth } from '../text-width.js'
import { matchingBrackets } from './brackets.js'
import { type Palette, painted, type Span, sourceSpans } from './colour.js'
import type { Edit } from './editing.js'
import { type Frame, layout, marked } from './layout.js'
import type { Menu } from './menu.js'
import type { Search } from './search.js'

export interface ReadOptions {
  prompt: string
  /** Prompt of the second and later lines. @default '… ' */
  more?: string
  /** Earlier inputs, oldest first. */
  history?: readonly string[]
  /** One line for a question of a cell: no history, no completion, no highlighting. Ctrl-C there is an interrupt. */
  plain?: boolean
  /** What is typed is not shown. */
  hidden?: boolean
}

/** All that is to be seen while something is read. */
export interface View {
  options: ReadOptions
  colours: Palette
  edit: Edit
  search: Search | undefined
  menu: Menu | undefined
  /** What is known of the chosen item of the menu. */
  detail: string | undefined
  hint: string | undefined
}

/** The text with what helps to write it, on a screen of that size. */
export function drawn(view: View, { width, height }: { width: number; height: number }): Frame {
  const { options, colours, search } = view
  const found = search?.found
  const { text, at } = found ? { text: found.text, at: found.from } : view.edit
  const ghost = ghostText(view)
  const marks = found ? ([[found.from, found.to]] as [number, number][]) : brackets(view)
  const frame = layout({
    ...prompts(view),
    spans: options.hidden ? [] : marked(spans(text, view), marks, found ? colours.found : colours.bracket),
    at: options.hidden ? 0 : at,
    width,
    ghost: ghost ? { text: ghost, style: colours.quiet } : undefined,
  })
  return { ...frame, rows: [...frame.rows, ...below(view, width).slice(0, height - 1)] }
}

/** The text as it stays on the screen once it is entered. */
export function left(view: View, width: number): Frame {
  const { edit, options } = view
  return layout({ ...prompts(view), spans: options.hidden ? [] : spans(edit.text, view), at: 0, width })
}

/** The rest of the latest input that begins like this one. Without colours it could not be told from the text. */
export function ghostText({ options, colours, edit, menu, search }: View): string | undefined {
  const { text, at } = edit
  if (options.plain || menu || search || !colours.quiet) return undefined
  if (at < text.length || text.length < 2 || text.includes('\n')) return undefined
  return options.history?.findLast((entry) => entry.length > text.length && entry.startsWith(text))?.slice(text.length)
}

function prompts({ options, colours }: View): { prompt: Span; more: Span } {
  return {
    prompt: { text: options.prompt, style: options.plain ? undefined : colours.prompt },
    more: { text: options.more ?? '… ', style: colours.quiet },
  }
}

function spans(text: string, { options, colours }: View): Span[] {
  return options.plain ? [{ text }] : sourceSpans(text, colours)
}

function brackets({ edit, options, colours }: View): [number, number][] {
  const pair = options.plain || !colours.bracket ? undefined : matchingBrackets(edit.text, edit.at)
  return pair ? pair.map((offset): [number, number] => [offset, offset + 1]) : []
}

function below({ search, menu, detail, hint, colours }: View, width: number): string[] {
  if (search) return [painted(cutToWidth(search.line, width), colours.quiet)]
  if (menu) return menu.rows(width, colours, detail)
  return hint ? [painted(cutToWidth(hint, width), colours.quiet)] : []
}
