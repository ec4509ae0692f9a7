// Difficulties that somebody else has found, by the text of the problem.
import { createHash } from 'node:crypto'

/** Difficulties by a hash of the problem's text: 859,000 of them take some 60 MB. */
export class Labels {
  readonly #levels = new Map<number, number>()

  get size(): number {
    return this.#levels.size
  }

  /** Keeps a level from 1 to 10; anything else is no label. */
  add(prompt: string, level: unknown): void {
    const value =
      typeof level === 'bigint' ? Number(level) : typeof level === 'string' ? Number.parseFloat(level) : level
    if (typeof value === 'number' && value >= 1 && value <= 10) this.#levels.set(keyOf(prompt), value)
  }

  of(prompt: string): number | undefined {
    return this.#levels.get(keyOf(prompt))
  }
}

/** 52 bits of the sha256 of the text, line ends and outer spaces apart. */
function keyOf(prompt: string): number {
  const text = prompt.replaceAll('\r\n', '\n').trim()
  return Number.parseInt(createHash('sha256').update(text).digest('hex').slice(0, 13), 16)
}
