// Python's literals, for test data that was written with repr() and not with json.dumps().

import type { Json } from '../json.js'

/**
 * Reads a Python literal: None, True, numbers, strings in either quotes, lists, tuples (as lists), dicts (as
 * `{ $dict }` where a key is no string). undefined where it is none. Nothing is evaluated.
 */
export function pythonLiteral(text: string): Json | undefined {
  try {
    const reader = new Reader(text)
    const value = reader.value(0)
    return reader.atEnd() ? value : undefined
  } catch (error) {
    if (error instanceof NoLiteral) return undefined
    throw error
  }
}

class NoLiteral extends Error {}

const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
}
const WORDS: Record<string, Json> = { None: null, True: true, False: false, null: null, true: true, false: false }

class Reader {
  #at = 0
  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.#space()
    return this.#at === this.text.length
  }

  value(depth: number): Json {
    if (depth > 100) throw new NoLiteral()
    this.#space()
    const mark = this.text[this.#at]
    if (mark === '[') return this.#items(']', depth).items
    if (mark === '(') {
      const { items, comma } = this.#items(')', depth)
      return items.length === 1 && !comma ? items[0]! : items
    }
    if (mark === '{') return this.#dict(depth)
    if (mark === "'" || mark === '"') return this.#string(mark)
    const number = this.#match(/[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y)
    if (number !== undefined) return exact(number.replaceAll('_', ''))
    const word = this.#match(/[A-Za-z]+/y)
    if (word !== undefined && Object.hasOwn(WORDS, word)) return WORDS[word]!
    throw new NoLiteral()
  }

  #items(close: string, depth: number): { items: Json[]; comma: boolean } {
    this.#at++
    const items: Json[] = []
    let comma = false
    for (;;) {
      this.#space()
      if (this.#eat(close)) return { items, comma }
      if (items.length > 0 && !comma) throw new NoLiteral()
      items.push(this.value(depth + 1))
      this.#space()
      comma = this.#eat(',')
    }
  }

  #dict(depth: number): Json {
    this.#at++
    const pairs: [Json, Json][] = []
    for (let comma = true; ; ) {
      this.#space()
      if (this.#eat('}')) break
      if (!comma) throw new NoLiteral()
      const key = this.value(depth + 1)
      this.#space()
      if (!this.#eat(':')) throw new NoLiteral()
      pairs.push([key, this.value(depth + 1)])
      this.#space()
      comma = this.#eat(',')
    }
    return pairs.every(([key]) => typeof key === 'string')
      ? (Object.fromEntries(pairs) as Json)
      : { $dict: pairs as Json[] }
  }

  #string(quote: string): string {
    let out = ''
    this.#at++
    for (;;) {
      const plain = this.#match(quote === "'" ? /[^'\\\n]+/y : /[^"\\\n]+/y)
      if (plain !== undefined) out += plain
      if (this.#eat(quote)) return out
      if (!this.#eat('\\')) throw new NoLiteral()
      const code = this.#match(/x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}/y)
      if (code !== undefined) out += String.fromCodePoint(Number.parseInt(code.slice(1), 16))
      else {
        const escaped = ESCAPES[this.text[this.#at] ?? '']
        if (escaped === undefined) throw new NoLiteral()
        out += escaped
        this.#at++
      }
    }
  }

  #space(): void {
    this.#match(/\s+/y)
  }

  #eat(mark: string): boolean {
    if (!this.text.startsWith(mark, this.#at)) return false
    this.#at += mark.length
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }
}

/** A number as it was written, where JavaScript's own would change it: 2.0 and 10^30. */
function exact(source: string): Json {
  const value = Number(source)
  const whole = /^[+-]?\d+$/.test(source)
  if (whole ? Number.isSafeInteger(value) : !Number.isInteger(value)) return value
  const text = source
    .replace(/^\+/, '')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?=$|[eE])/, '.0')
  return { $number: text }
}
