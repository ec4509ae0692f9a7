// Tokens of the rows as the trainer sees them, and which rows it would cut.
import type { TokenCounter } from './counting.js'
import type { Conversation, PairConversation } from './sharegpt.js'

/** Tokens of a whole set; `how` says whether they were counted or estimated. */
export interface TokenTally {
  how: string
  exact: boolean
  /** Tokens of all rows, and of the answers in them: what is learned. */
  all: number
  answers: number
  /** Of the longest row. */
  longest: number
  median: number
  /** The trainer cuts a row off after so many tokens, with the end of its answer. */
  cutoff: number
  /** Places (from 0) of the rows that are longer, most 1,000, and how many they are. */
  over: number[]
  overCount: number
}

/** The recipe's cutoff_len. */
export const CUTOFF = 16_384

/**
 * Tokens of a prompt and an answer in LLaMA-Factory's template `qwen`, which encodes each turn by itself: the system and
 * the user's turn together, then the answer with its end.
 */
export function rowTokens(system: string, asked: string, answer: string, { count }: TokenCounter): [number, number] {
  return [
    count(`<|im_start|>system\n${system}<|im_end|>\n<|im_start|>user\n${asked}<|im_end|>\n<|im_start|>assistant\n`),
    count(`${answer}<|im_end|>\n`),
  ]
}

/** Adds up rows one at a time. */
export class Tally {
  readonly #counter: TokenCounter
  readonly #cutoff: number
  readonly #lengths: number[] = []
  readonly #over: number[] = []
  #all = 0
  #answers = 0
  #overCount = 0

  constructor(counter: TokenCounter, cutoff: number) {
    this.#counter = counter
    this.#cutoff = cutoff
  }

  /** Counts a row; gives its tokens. Of a pair the longer answer decides. */
  add(row: Conversation | PairConversation): number {
    const asked = row.conversations[0]!.value
    const answers = 'chosen' in row ? [row.chosen.value, row.rejected.value] : [row.conversations[1]!.value]
    let longest = 0
    for (const answer of answers) {
      const [prompt, own] = rowTokens(row.system, asked, answer, this.#counter)
      this.#all += prompt + own
      this.#answers += own
      longest = Math.max(longest, prompt + own)
    }
    if (longest > this.#cutoff) {
      this.#overCount++
      if (this.#over.length < 1000) this.#over.push(this.#lengths.length)
    }
    this.#lengths.push(longest)
    return longest
  }

  end(): TokenTally {
    const sorted = Float64Array.from(this.#lengths).sort()
    return {
      how: this.#counter.how,
      exact: this.#counter.exact,
      all: this.#all,
      answers: this.#answers,
      longest: sorted.at(-1) ?? 0,
      median: sorted[Math.floor(sorted.length / 2)] ?? 0,
      cutoff: this.#cutoff,
      over: this.#over,
      overCount: this.#overCount,
    }
  }
}
