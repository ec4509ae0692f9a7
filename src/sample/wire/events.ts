// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), as far as chat servers use them.

/**
 * Reads a stream of events piece by piece. Comments and names of events are passed over; an event whose `id` is
 * that of the one before is one that a proxy has sent again, and counts once.
 */
export class Events {
  readonly #take: (data: string) => void
  #rest = ''
  #data: string | undefined
  #id: string | undefined
  #lastId: string | undefined

  /** @param take Is given the data of each event. */
  constructor(take: (data: string) => void) {
    this.#take = take
  }

  /** Takes the next piece of text, wherever it was cut. */
  add(text: string): void {
    const all = this.#rest + text
    let start = 0
    for (let end = all.indexOf('\n'); end !== -1; end = all.indexOf('\n', start)) {
      const last = all.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end
      this.#line(all, start, last)
      start = end + 1
    }
    this.#rest = start === 0 ? all : all.slice(start)
  }

  /** The text has ended: what stands there without a last empty line is an event too, as chat servers write it. */
  end(): void {
    if (this.#rest !== '') this.#line(this.#rest, 0, this.#rest.length)
    this.#rest = ''
    this.#line('', 0, 0)
  }

  #line(text: string, start: number, end: number): void {
    if (start === end) {
      const data = this.#data
      this.#data = undefined
      const again = this.#id !== undefined && this.#id === this.#lastId
      this.#lastId = this.#id ?? this.#lastId
      this.#id = undefined
      if (data !== undefined && !again) this.#take(data)
      return
    }
    if (text.startsWith('data:', start)) {
      const value = text.slice(text.charCodeAt(start + 5) === 32 ? start + 6 : start + 5, end)
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    } else if (text.startsWith('id:', start)) this.#id = text.slice(start + 3, end).trim()
  }
}
