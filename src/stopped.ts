// The one error class: what happened, with the value received, and what to type next.

/** Why a run stopped. */
export type StoppedCode =
  | 'no-key'
  | 'no-server'
  | 'bad-key'
  | 'no-model'
  | 'over-budget'
  | 'bad-data'
  | 'bad-call'
  | 'no-rows'
  | 'no-file'
  | 'no-dataset'
  | 'no-run'
  | 'no-host'
  | 'no-tool'
  | 'disk'
  | 'port'
  | 'interrupted'
  | 'failed'

const own = new URL('.', import.meta.url).href

/** A line of a stack that is of no use to a caller: this package's, or Node's own. */
function isOurs(frame: string): boolean {
  return frame.includes(own) || frame.includes('node:internal/')
}

/**
 * A run that cannot go on. `message` says what happened, `fix` what to type next; a notebook shows
 * both and no stack, because the stack would be ours and not the reader's.
 *
 * A row that fails is not an error: it is a row with the reason in it.
 */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly code: StoppedCode
  readonly #fix: string

  constructor(code: StoppedCode, what: string, fix: string, cause?: unknown) {
    super(what, cause === undefined ? undefined : { cause })
    this.code = code
    this.#fix = fix
    // Where nobody catches it Node prints the stack as it stands: the fix is to be read before the frames.
    this.stack = [`Stopped: ${this.toString()}`, ...this.#frames()].join('\n')
  }

  /** What to type next. */
  get fix(): string {
    return this.#fix
  }

  /** The text that a terminal shows. */
  override toString(): string {
    return `${this.message}\n  → ${this.fix}`
  }

  /**
   * How console.log and a kernel without displays print it: what happened, what to type, and the lines of
   * the stack that are the caller's own. `stack` has them all.
   */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const cause = this.cause instanceof Error ? [`  caused by ${this.cause.name}: ${this.cause.message}`] : []
    const frames = this.#frames().filter((frame) => !isOurs(frame))
    return [`Stopped: ${this.toString()}`, ...cause, ...frames].join('\n')
  }

  #frames(): string[] {
    return (this.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  }

  /** How a notebook shows it: no stack. */
  [Symbol.for('Jupyter.display')](): Record<string, string> {
    const escaped = (text: string) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!)
    return {
      'text/plain': this.toString(),
      'text/html': `<div style="border-left:3px solid #c44e52;padding:.4em .8em;white-space:pre-wrap">${escaped(this.message)}<br><b>→</b> <code>${escaped(this.fix)}</code></div>`,
    }
  }
}
