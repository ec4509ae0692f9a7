// Which problems are the same problem twice: word for word, but for layout, or nearly.
import { hash53 } from '../problems/hash53.js'
import type { Problem, Twin } from '../rows.js'
import { NearTexts } from './minhash.js'
import { Kind, Scan } from './scan.js'
import { lettersAndDigits, scan } from './tokens.js'

/**
 * Jaccard similarity from which two prompts with the same answer are one problem. Of the 22 such pairs between 0.7 and
 * 0.85 in MATH train, AIME and OlympiadBench 19 are (read one by one).
 */
export const NEAR = 0.7
/** The same where no answer tells them apart: problems in code come in families (a house in a row, in a circle). */
const NEAR_UNANSWERED = 0.8

interface First {
  id: string
  /** Hashes of the prompt as it is, of its operators, of its answer. */
  exact: number
  signs: number
  answer: number
}

interface Known {
  id: string
  answer: number
  numbers: number
}

/**
 * Remembers problems, and says of each new one which earlier one it repeats. Memory: about 600 bytes a problem and 4 a
 * token; no text is kept.
 *
 * Two prompts are the same where their letters and digits are (lower case): so the duplicates of the released data were
 * counted. That alone would make 5 + 3 and 5 − 3 one problem, so their operators or their answers must be the same too.
 * Two prompts are nearly the same where they share enough runs of five tokens and have the same answer, or, where none
 * is known, the same numbers: the same problem with other numbers is another problem.
 */
export class Seen {
  readonly #byText = new Map<number, First[]>()
  readonly #texts: NearTexts | undefined
  readonly #known: Known[] = []
  readonly #scan = new Scan()

  /** `near`: similarity from which prompts are nearly the same; false compares words only. */
  constructor(near: number | false = NEAR) {
    this.#texts = near === false ? undefined : new NearTexts(near)
  }

  /** The earlier problem that this one repeats; undefined for a new one, which is remembered. */
  add({ id, prompt, answer, choices }: Pick<Problem, 'id' | 'prompt' | 'answer' | 'choices'>): Twin | undefined {
    const whole = choices?.length ? [prompt, ...choices].join('\n') : prompt
    const key = hash53(lettersAndDigits(whole) || prompt.trim())
    const first: First = {
      id,
      exact: hash53(prompt),
      signs: hash53(signs(prompt)),
      answer: hash53(lettersAndDigits(answer ?? '')),
    }
    const others = this.#byText.get(key) ?? []
    const same = others.find(
      (other) => other.exact === first.exact || other.signs === first.signs || other.answer === first.answer,
    )
    if (same !== undefined) return { id: same.id, how: same.exact === first.exact ? 'exact' : 'normalised', share: 1 }
    this.#byText.set(key, [...others, first])
    return this.#texts && this.#nearly(this.#texts, whole, first, answer !== undefined && answer !== '')
  }

  #nearly(texts: NearTexts, prompt: string, { id, answer }: First, answered: boolean): Twin | undefined {
    const tokens = scan(prompt, this.#scan)
    const own: Known = { id, answer: answered ? answer : -1, numbers: numbersOf(tokens) }
    const near = texts.add(tokens, (place, share) => {
      const other = this.#known[place]!
      if (own.answer >= 0 && other.answer >= 0) return own.answer === other.answer
      return share >= NEAR_UNANSWERED && own.numbers === other.numbers
    })
    if (near !== undefined)
      return { id: this.#known[near.place]!.id, how: 'near', share: Math.round(near.share * 1000) / 1000 }
    this.#known.push(own)
    return undefined
  }
}

/** The numbers of a text, whatever their order. */
function numbersOf({ hash, kind, count }: Scan): number {
  let [sum, n] = [0, 0]
  for (let i = 0; i < count; i++) {
    if (kind[i] !== Kind.number) continue
    sum = (sum + hash[i]!) % 4294967296
    n++
  }
  return sum * 1024 + (n % 1024)
}

const SIGNS: Record<string, string> = { '−': '-', '–': '-', '×': '*', '·': '*', '⋅': '*', '÷': '/', '≤': '<', '≥': '>' }

/** Operators in order. A hyphen between letters is spelling. */
function signs(prompt: string): string {
  const found = prompt.replace(/(?<=\p{L})-(?=\p{L})/gu, '').match(/[-+*/=<>^!−–×·⋅÷≤≥]/gu) ?? []
  return found.map((sign) => SIGNS[sign] ?? sign).join('')
}
