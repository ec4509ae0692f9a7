// One question to a model and what comes back, in words that every stage uses.
import type { GuardRule, LoopStop } from '../repeats/index.js'
import type { Finish, Usage } from '../rows.js'

export interface Message {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** A question: everything that could change the answer, but for the model. */
export interface Chat {
  messages: Message[]
  seed: number
  /** Tokens of the answer at most. */
  maxTokens: number
  /** null or left out: the server's default. */
  temperature?: number | null
  /** null or left out: the server's default. */
  topP?: number | null
  /** Stop the answer once it loops. Left out: never. */
  stopLoops?: GuardRule
  /** What it is asked for, noted in journal and recordings. */
  for?: Purpose
}

export interface Purpose {
  stage: string
  problem: string
  sample: number
}

export interface Answer {
  content: string
  /** Reasoning that the server kept apart. A <think> block in the content stays where it is. */
  reasoning?: string
  finish: Exclude<Finish, 'error'>
  /** The loop for which we ended the answer; `finish` is 'length' then, as for any answer without its end. */
  stopped?: LoopStop
  usage: Usage
  /** From request to last token, without the waiting for a turn. */
  seconds: number
  /** From request to the first piece of text. Left out in answers of a batch. */
  firstSeconds?: number
}

/** An answer, or why there is none. */
export type Reply = { ok: true; answer: Answer } | { ok: false; failure: string; seconds: number }

/**
 * Tokens of a text where nobody has counted them: a quarter of its characters, OpenAI's rule of thumb
 * for English (https://help.openai.com/en/articles/4936856).
 */
export function roughTokens(text: string | number): number {
  return Math.ceil((typeof text === 'string' ? text.length : text) / 4)
}

export function roughPromptTokens(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + roughTokens(content), 0)
}

/**
 * The most tokens that a prompt can have: no tokenizer makes more of a text than it has bytes, and a chat template
 * puts a few around each message. For a budget that must hold.
 */
export function mostPromptTokens(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + Buffer.byteLength(content) + 16, 16)
}
