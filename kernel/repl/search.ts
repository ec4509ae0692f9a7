// Ctrl-R: the latest input that holds what is typed, then older ones.

export interface Found {
  text: string
  /** Where in it the words stand. */
  from: number
  to: number
}

export class Search {
  query = ''
  readonly #history: readonly string[]
  /** How many fitting inputs are passed over. */
  #skip = 0

  /** @param history Earlier inputs, oldest first. */
  constructor(history: readonly string[]) {
    this.#history = history
  }

  /** Another query: the walk begins at the latest input again. */
  ask(query: string): void {
    this.query = query
    this.#skip = 0
  }

  /** One fitting input further back (1) or forward (-1), where there is one. */
  step(by: 1 | -1): void {
    const to = this.#skip + by
    if (to >= 0 && to < this.#fitting().length) this.#skip = to
  }

  /** The input found; undefined where none fits. Small letters match large ones too. */
  get found(): Found | undefined {
    const text = this.#fitting()[this.#skip]
    if (text === undefined) return undefined
    const from = this.#place(text)
    return { text, from, to: from + this.query.length }
  }

  /** What stands under the text while it is searched. */
  get line(): string {
    const count = this.#fitting().length
    const place = this.query === '' ? '' : count === 0 ? 'nothing found' : `${this.#skip + 1} of ${count}`
    return `search: ${this.query}▏ ${place}  (Ctrl-R older, Enter runs, Tab edits, Esc leaves)`
  }

  #fitting(): string[] {
    if (this.query === '') return []
    return [...new Set(this.#history.filter((text) => this.#place(text) >= 0).reverse())]
  }

  #place(text: string): number {
    return /\p{Lu}/u.test(this.query) ? text.indexOf(this.query) : text.toLowerCase().indexOf(this.query)
  }
}
