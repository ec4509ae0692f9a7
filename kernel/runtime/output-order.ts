// Streams joined to few messages, and everything in the order in which it was sent.
import type { Output } from '../session.js'

/** At most one stream message in this time, in milliseconds. */
const PERIOD = 33
/** A message is sent early when it holds this many characters. */
const LARGE = 1_000_000

/** Gives the outputs of one cell on; joins what it prints. */
export class OutputOrder {
  private held: { name: 'stdout' | 'stderr'; parts: string[] }[] = []
  private size = 0
  private sent = 0
  private timer: NodeJS.Timeout | undefined
  private readonly give: (output: Output) => void

  constructor(give: (output: Output) => void) {
    this.give = give
  }

  stream(name: 'stdout' | 'stderr', text: string): void {
    const last = this.held.at(-1)
    if (last?.name === name) last.parts.push(text)
    else this.held.push({ name, parts: [text] })
    this.size += text.length
    if (this.size >= LARGE) this.flush()
    else this.timer ??= setTimeout(() => this.flush(), Math.max(0, this.sent + PERIOD - performance.now()))
  }

  /** Everything that is no stream goes out at once, after what was printed before it. */
  output(output: Output): void {
    this.flush()
    this.give(output)
  }

  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.held.length === 0) return
    const held = this.held
    this.held = []
    this.size = 0
    this.sent = performance.now()
    for (const { name, parts } of held) this.give({ kind: 'stream', name, text: parts.join('') })
  }
}
