// Which problems are the same problem twice.
import type { Problem } from '../rows.js'
import { lettersAndDigits } from './tokens.js'

interface First {
  id: string
  prompt: string
  signs: string
  answer: string
}

/**
 * Remembers problems, and says of each new one which earlier one it repeats.
 *
 * Two prompts are the same where their letters and digits are (lower case): so the duplicates of the released data were
 * counted. That alone would make 5 + 3 and 5 − 3 one problem, so their operators or their answers must be the same too.
 */
export class Seen {
  readonly #byText = new Map<string, First[]>()

  /** The earlier problem that this one repeats, and how; undefined for a new one, which is remembered. */
  add({ id, prompt, answer, choices }: Problem): { id: string; how: 'exact' | 'normalised' } | undefined {
    const key = lettersAndDigits([prompt, ...(choices ?? [])].join(' ')) || prompt.trim()
    const first: First = { id, prompt, signs: signs(prompt), answer: lettersAndDigits(answer ?? '') }
    const others = this.#byText.get(key)
    if (others === undefined) {
      this.#byText.set(key, [first])
      return undefined
    }
    const same = others.find(
      (other) => other.prompt === prompt || other.signs === first.signs || other.answer === first.answer,
    )
    if (same === undefined) {
      others.push(first)
      return undefined
    }
    return { id: same.id, how: same.prompt === prompt ? 'exact' : 'normalised' }
  }
}

const SIGNS: Record<string, string> = { '−': '-', '–': '-', '×': '*', '·': '*', '⋅': '*', '÷': '/', '≤': '<', '≥': '>' }

/** Operators in order. A hyphen between letters is spelling. */
function signs(prompt: string): string {
  const found = prompt.replace(/(?<=\p{L})-(?=\p{L})/gu, '').match(/[-+*/=<>^!−–×·⋅÷≤≥]/gu) ?? []
  return found.map((sign) => SIGNS[sign] ?? sign).join('')
}
