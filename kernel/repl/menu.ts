// The list of what could stand at the cursor, and which of it is chosen.
import type { Completion } from '../session.js'
import { cutToWidth, textWidth } from '../text-width.js'
import { type Palette, painted } from './colour.js'
import type { Edit } from './editing.js'

/** Rows of the list that are shown at once. */
const SHOWN = 8

export class Menu {
  /** The text before anything was chosen. */
  readonly original: Edit
  readonly #completion: Completion
  #items: Completion['items']
  #selected = -1

  constructor(completion: Completion, original: Edit) {
    this.original = original
    this.#completion = completion
    this.#items = completion.items
  }

  /** The chosen item; undefined while none is. */
  get chosen(): string | undefined {
    return this.#items[this.#selected]?.text
  }

  /** The next item (1) or the one before (-1), round the ends; gives the text with it. */
  step(by: 1 | -1): Edit {
    const count = this.#items.length
    this.#selected = this.#selected < 0 && by < 0 ? count - 1 : (this.#selected + by + count) % count
    return this.applied(this.chosen!)
  }

  /** The original text with an item in its place. */
  applied(item: string): Edit {
    const { to, items } = this.#completion
    const { text } = this.original
    const from = items.find((each) => each.text === item)?.from ?? this.#completion.from
    return { text: text.slice(0, from) + item + text.slice(to), at: from + item.length }
  }

  /** Keeps what fits a text that was typed on. Undefined where nothing does, or the cursor has left the word. */
  narrowed(edit: Edit): Menu | undefined {
    const { from } = this.#completion
    const word = edit.text.slice(from, edit.at)
    if (edit.at <= from || !/^[\p{ID_Continue}$#]+$/u.test(word)) return undefined
    const items = this.#completion.items.filter(({ text }) => text.toLowerCase().startsWith(word.toLowerCase()))
    if (items.length === 0 || (items.length === 1 && items[0]!.text === word)) return undefined
    return new Menu({ from, to: edit.at, items }, edit)
  }

  /** The rows of the list: names, their kinds, and in the last one what is known of the chosen item. */
  rows(width: number, colours: Palette, detail: string | undefined): string[] {
    const count = this.#items.length
    const first = Math.max(0, Math.min(this.#selected - SHOWN + 2, count - SHOWN))
    const shown = this.#items.slice(first, first + SHOWN)
    const names = Math.min(Math.max(...shown.map(({ text }) => textWidth(text))), Math.max(10, width - 20))
    const rows = shown.map(({ text, type }, i) => {
      const chosen = first + i === this.#selected
      const name = cutToWidth(text, names)
      const padded = `${name}${' '.repeat(names - textWidth(name))}`
      const line = `${chosen ? '›' : ' '} ${painted(padded, chosen ? colours.chosen : undefined)}  ${painted(type, colours.quiet)}`
      return cutToWidth(line, width)
    })
    const place = count > SHOWN ? `${this.#selected < 0 ? '' : `${this.#selected + 1} of `}${count}` : ''
    const last = [place, detail].filter(Boolean).join('  ')
    if (last) rows.push(painted(cutToWidth(`  ${last}`, width), colours.quiet))
    return rows
  }
}
