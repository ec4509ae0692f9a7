// How a server wants to be asked: what differs between servers that all speak OpenAI's chat completions.
import type { Chat } from './chat.js'

/** Builds the body of a request, and learns from refusals which fields a server does not know. */
export class Dialect {
  readonly #model: string
  /** OpenAI's reasoning models know the limit under its newer name only; every other server knows the older one. */
  #limit: 'max_tokens' | 'max_completion_tokens'
  #options = true
  #seed = true

  constructor(model: string) {
    this.#model = model
    this.#limit = /^(o\d|gpt-5)/.test(model) ? 'max_completion_tokens' : 'max_tokens'
  }

  /** Whether the seed is sent. Where it is not, two runs may answer differently. */
  get seeds(): boolean {
    return this.#seed
  }

  /** The members of a request but for those that ask for a stream. */
  plain(chat: Chat): Record<string, unknown> {
    return {
      model: this.#model,
      messages: chat.messages,
      ...(this.#seed && { seed: chat.seed }),
      [this.#limit]: chat.maxTokens,
      ...(chat.temperature != null && { temperature: chat.temperature }),
      ...(chat.topP != null && { top_p: chat.topP }),
    }
  }

  body(chat: Chat): string {
    const options = this.#options && { stream_options: { include_usage: true } }
    return JSON.stringify({ ...this.plain(chat), stream: true, ...options })
  }

  /**
   * Whether a refusal (400, 422) means a field that can be left out or named otherwise. Then it is from now on,
   * and the same question is worth another try.
   */
  learns(status: number | undefined, said: string): boolean {
    if (status !== 400 && status !== 422) return false
    if (this.#options && said.includes('stream_options')) {
      this.#options = false
      return true
    }
    if (this.#limit === 'max_tokens' && said.includes('max_completion_tokens')) {
      this.#limit = 'max_completion_tokens'
      return true
    }
    if (
      this.#seed &&
      /\bseed\b/.test(said) &&
      /unsupported|unknown|unrecognized|unexpected|not (permitted|allowed|supported)|extra/i.test(said)
    ) {
      this.#seed = false
      return true
    }
    return false
  }
}
