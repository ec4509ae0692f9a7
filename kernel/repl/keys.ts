// Bytes of a terminal, as text, to keys.

export interface Key {
  /** `left`, `return`, `a`, …; `text` for what is typed, `paste` for what a terminal marks as pasted. */
  name: string
  ctrl?: boolean
  meta?: boolean
  shift?: boolean
  /** What was typed or pasted. */
  text?: string
  /** More came in the same breath: a person did not wait to see what this key does. */
  more?: boolean
}

const PASTE = '\x1b[200~'
const PASTE_END = '\x1b[201~'

const finals: Record<string, string> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  S: 'f4',
}
const tildes: Record<string, string> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
}
const codes: Record<number, string> = { 9: 'tab', 13: 'return', 27: 'escape', 127: 'backspace' }

/** Reads keys from pieces of input that may end anywhere, also inside an escape sequence. */
export class KeyReader {
  #waiting = ''

  /** The keys that are complete. */
  push(input: string): Key[] {
    this.#waiting += input
    const keys: Key[] = []
    for (let key = this.#next(); key; key = this.#next()) if (key.name) keys.push(key)
    for (const key of keys.slice(0, -1)) key.more = true
    return keys
  }

  /** Whether an Escape waits to see if it begins a sequence. */
  get undecided(): boolean {
    return this.#waiting === '\x1b'
  }

  /** An Escape that nothing followed was the key itself. */
  flush(): Key[] {
    if (!this.undecided) return []
    this.#waiting = ''
    return [{ name: 'escape' }]
  }

  #take(length: number): string {
    const taken = this.#waiting.slice(0, length)
    this.#waiting = this.#waiting.slice(length)
    return taken
  }

  /** One key; one without a name is nothing that was typed. Undefined where more input is needed. */
  #next(): Key | undefined {
    const input = this.#waiting
    if (input === '') return undefined
    if (input.startsWith(PASTE)) {
      const end = input.indexOf(PASTE_END)
      if (end < 0) return undefined
      const text = this.#take(end + PASTE_END.length).slice(PASTE.length, -PASTE_END.length)
      return { name: 'paste', text: text.replace(/\r\n?/g, '\n') }
    }
    const typed = /^[^\x00-\x1f\x7f]+/.exec(input)
    // Half of a character outside the basic plane waits for its other half.
    if (typed && /^[\ud800-\udbff]$/.test(input)) return undefined
    if (typed) return { name: 'text', text: this.#take(typed[0].length) }
    if (input.startsWith('\x1b')) return this.#escape(input)
    return control(this.#take(1))
  }

  #escape(input: string): Key | undefined {
    if (input.length === 1) return undefined
    const sequence = /^\x1b(\x1b?)\[(\[?[\d;:]*)([A-Za-z~^$@u])/.exec(input)
    if (sequence) {
      this.#take(sequence[0].length)
      const key = csi(sequence[2]!, sequence[3]!)
      return sequence[1] ? { ...key, meta: true } : key
    }
    const single = /^\x1b(\x1b?)O([A-Za-z])/.exec(input)
    if (single) {
      this.#take(single[0].length)
      return { name: finals[single[2]!] ?? '', ...(single[1] ? { meta: true } : {}) }
    }
    // An answer of the terminal (its colours, its name) is no key.
    const answer = /^\x1b[\]P_^][^\x07\x1b]*(?:\x07|\x1b\\)/.exec(input)
    if (answer) {
      this.#take(answer[0].length)
      return { name: '' }
    }
    if (/^\x1b\x1b?(?:\[\[?[\d;:]*|O)?$/.test(input) && input.length < 20) return undefined
    this.#take(1)
    const after = this.#take(String.fromCodePoint(this.#waiting.codePointAt(0)!).length)
    const key = /[\x00-\x1f\x7f]/.test(after) ? control(after) : { name: after.toLowerCase() }
    return { ...key, meta: true, ...(/\p{Lu}/u.test(after) ? { shift: true } : {}) }
  }
}

function csi(parameters: string, final: string): Key {
  const [first = '', modifier = '1', third = ''] = parameters.split(/[;:]/)
  if (final === 'Z') return { name: 'tab', shift: true }
  // xterm's and kitty's ways to tell keys that bytes cannot: code and modifiers.
  if (final === 'u') return held(coded(Number(first)), modifier)
  if (final === '~' && first === '27') return held(coded(Number(third)), modifier)
  if (final === '~') return held({ name: tildes[first] ?? '' }, modifier)
  return held({ name: parameters.startsWith('[') ? '' : (finals[final] ?? '') }, modifier)
}

function coded(code: number): Key {
  const name = codes[code]
  if (name) return { name }
  return code > 31 && code < 0x10ffff ? { name: String.fromCodePoint(code).toLowerCase() } : { name: '' }
}

function held(key: Key, modifier: string): Key {
  const bits = Math.max(0, Number(modifier) - 1)
  return { ...key, ...(bits & 1 && { shift: true }), ...(bits & 2 && { meta: true }), ...(bits & 4 && { ctrl: true }) }
}

function control(character: string): Key {
  if (character === '\r') return { name: 'return' }
  if (character === '\n') return { name: 'enter' }
  if (character === '\t') return { name: 'tab' }
  if (character === '\x7f' || character === '\b') return { name: 'backspace' }
  const code = character.charCodeAt(0)
  return { name: String.fromCharCode(code + (code > 0 && code < 27 ? 96 : 64)), ctrl: true }
}
