// Streams joined to few messages, everything in the order in which it was sent, and secrets hidden.
import { type Secrets, StreamMask } from '../display/secrets.js'
import type { Output } from '../session.js'

/** At most one stream message in this time, in milliseconds. */
const PERIOD = 33
/** A message is sent early when it holds this many characters. */
const LARGE = 1_000_000
/** How long the beginning of a secret is kept back for its rest. */
const PAUSE = 150

type Name = 'stdout' | 'stderr'

/** Gives the outputs of one cell on; joins what it prints, and hides the secrets in all of it. */
export class OutputOrder {
  private held: { name: Name; parts: string[] }[] = []
  private size = 0
  private sent = 0
  private timer: NodeJS.Timeout | undefined
  private resting: NodeJS.Timeout | undefined
  private readonly give: (output: Output) => void
  private readonly secrets: Secrets
  private readonly masks: Record<Name, StreamMask>

  constructor(give: (output: Output) => void, secrets: Secrets) {
    this.give = give
    this.secrets = secrets
    this.masks = { stdout: new StreamMask(secrets), stderr: new StreamMask(secrets) }
  }

  stream(name: Name, text: string): void {
    const last = this.held.at(-1)
    if (last?.name === name) last.parts.push(text)
    else this.held.push({ name, parts: [text] })
    this.size += text.length
    if (this.size >= LARGE) this.send()
    else this.timer ??= setTimeout(() => this.send(), Math.max(0, this.sent + PERIOD - performance.now()))
  }

  /** Everything that is no stream goes out at once, after what was printed before it. */
  output(output: Output): void {
    this.flush()
    this.give(this.secrets.maskAll(output))
  }

  /** Gives out all that was printed. */
  flush(): void {
    this.send()
    clearTimeout(this.resting)
    for (const name of ['stdout', 'stderr'] as const) this.text(name, this.masks[name].end())
  }

  private send(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.held.length === 0) return
    const held = this.held
    this.held = []
    this.size = 0
    this.sent = performance.now()
    for (const { name, parts } of held) this.text(name, this.masks[name].push(parts.join('')))
    clearTimeout(this.resting)
    if (this.masks.stdout.waiting || this.masks.stderr.waiting) this.resting = setTimeout(() => this.rest(), PAUSE)
  }

  private rest(): void {
    for (const name of ['stdout', 'stderr'] as const) this.text(name, this.masks[name].pause())
  }

  private text(name: Name, text: string): void {
    if (text !== '') this.give({ kind: 'stream', name, text })
  }
}
