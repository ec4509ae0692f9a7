// Values of secrets in the environment, taken out of everything that is shown.

const SECRET = /(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$/i
// What stands in such a variable and is none: switches, counts, words that nobody would hide, paths of key files.
const TRIVIAL =
  /^(?:true|false|none|null|undefined|default|disabled|enabled|required|password|changeme|\d{1,15}|(.)\1*)$/i
const PATH = /^(?:~?\/|\.{1,2}\/|[A-Za-z]:\\)[^\s:]*$/
/** Shorter values are words, and would be found in anything. */
const SHORTEST = 8
/** A beginning of a secret of at least this length is not shown while its rest may still come. */
const TELLING = 8

/** Whether the environment variable of this name holds a secret: *_KEY, *_TOKEN, *_SECRET, *_PASSWORD and the like. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name)
}

/** What is shown in place of a secret. */
export function hidden(name: string): string {
  return `[hidden: ${name}]`
}

/** The secrets of a session; they are only added to, since an old value may still be a valid one. */
export class Secrets {
  private readonly marks = new Map<string, string>()
  private needles: [value: string, mark: string][] = []

  constructor(env: NodeJS.ProcessEnv = {}) {
    for (const [name, value] of Object.entries(env)) if (value !== undefined) this.add(name, value)
  }

  /** Takes the value of a variable where its name says that it is secret, and it is not trivial. */
  add(name: string, value: string): void {
    const text = value.trim()
    if (!isSecretName(name) || text.length < SHORTEST || TRIVIAL.test(text) || PATH.test(text)) return
    const lines = text.split(/\r?\n/)
    // A key of several lines is also known by each of them, as a table or an error may break it up.
    const parts =
      lines.length === 1 ? [text] : [text, ...lines.filter((line) => line.length >= 20 && !/^-----/.test(line))]
    for (const part of parts) for (const form of forms(part)) this.marks.set(form, hidden(name))
    // Longer ones first: one secret may be part of another.
    this.needles = [...this.marks].sort(([a], [b]) => b.length - a.length)
  }

  /** The text without secrets. */
  mask(text: string): string {
    let masked = text
    for (const [value, mark] of this.needles) if (masked.includes(value)) masked = masked.replaceAll(value, mark)
    return masked
  }

  /** A message without secrets: every text in it, also the names of fields. Bytes stay as they are. */
  maskAll<T>(value: T): T {
    return this.needles.length === 0 ? value : (this.walk(value) as T)
  }

  /** The end of a text that may be the beginning of a secret: how long it is, and how long the secret. */
  begun(text: string): { length: number; of: number; mark: string } {
    let found = { length: 0, of: 0, mark: '' }
    for (const [value, mark] of this.needles)
      for (let length = Math.min(value.length - 1, text.length); length > found.length; length--)
        if (text.endsWith(value.slice(0, length))) found = { length, of: value.length, mark }
    return found
  }

  private walk(value: unknown): unknown {
    if (typeof value === 'string') return this.mask(value)
    if (Array.isArray(value)) {
      const masked = value.map((each) => this.walk(each))
      return masked.some((each, at) => each !== value[at]) ? masked : value
    }
    if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value
    const entries = Object.entries(value)
    const masked = entries.map(([key, each]) => [this.mask(key), this.walk(each)] as const)
    return masked.some(([key, each], at) => key !== entries[at]![0] || each !== entries[at]![1])
      ? Object.fromEntries(masked)
      : value
  }
}

/** A secret as HTML, JSON and addresses write it. */
function forms(value: string): Set<string> {
  return new Set([
    value,
    value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    value
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&#39;'),
    JSON.stringify(value).slice(1, -1),
    new URLSearchParams({ '': value }).toString().slice(1),
    value.isWellFormed() ? encodeURIComponent(value) : value,
  ])
}

/** Masks a stream that comes in pieces: a secret may be cut anywhere. */
export class StreamMask {
  private readonly secrets: Secrets
  private held = ''
  /** The beginning of a secret that was shown, being short and for a while the last that came. */
  private shown = ''

  constructor(secrets: Secrets) {
    this.secrets = secrets
  }

  /** What can be shown now. */
  push(text: string): string {
    let all = this.held + text
    let given = ''
    if (this.shown !== '') {
      const begun = this.secrets.begun(this.shown + all)
      if (begun.length === this.shown.length + all.length) {
        this.held = all
        return ''
      }
      const masked = this.secrets.mask(this.shown + all)
      if (!masked.startsWith(this.shown)) {
        // The secret went on: its mark stands behind the letters that are out.
        const { mark } = this.secrets.begun(this.shown)
        given = mark
        all = masked.slice(mark.length)
      }
      this.shown = ''
    }
    const masked = this.secrets.mask(all)
    const { length } = this.secrets.begun(masked)
    this.held = masked.slice(masked.length - length)
    return given + masked.slice(0, masked.length - length)
  }

  /** Whether something is kept back. */
  get waiting(): boolean {
    return this.held !== ''
  }

  /** Nothing has followed for a while: what is too short to tell anything is shown. */
  pause(): string {
    if (this.shown.length + this.held.length >= TELLING) return ''
    const text = this.held
    this.shown += text
    this.held = ''
    return text
  }

  /** Nothing follows: what was kept back, hidden where it is half of a secret or more. */
  end(): string {
    const text = this.held
    const { of, mark } = this.secrets.begun(this.shown + text)
    this.held = ''
    this.shown = ''
    return text.length * 2 >= of && of > 0 && text.length >= TELLING ? mark : text
  }
}
