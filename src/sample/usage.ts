// How many tokens a request took: the server's count where it can be one, ours where it cannot.
import type { Usage } from '../rows.js'
import { type Message, roughPromptTokens, roughTokens } from './chat.js'

/** The counts as a server sends them, or not. */
export interface ServerUsage {
  prompt_tokens?: unknown
  completion_tokens?: unknown
  prompt_tokens_details?: { cached_tokens?: unknown } | null
}

/** What arrived of an answer. */
export interface Arrived {
  characters: number
  /** Pieces with text in them: at least one token each, and with llama.cpp and vLLM exactly one. */
  pieces: number
}

/** No tokenizer makes one token of more characters than this, runs of blanks aside. */
const LONGEST_TOKEN = 128

/**
 * The tokens of an answer. A server's count is refused where it cannot be true: no whole number, none at all for
 * a text, fewer than the text can have, or more than were allowed and than the text has bytes. Then, and where
 * there is no count, both are estimated from the text and marked so.
 */
export function readUsage(
  said: ServerUsage | null | undefined,
  { characters, pieces }: Arrived,
  { messages, maxTokens }: { messages: readonly Message[]; maxTokens: number },
): Usage {
  const prompt = whole(said?.prompt_tokens)
  const completion = whole(said?.completion_tokens)
  const cached = whole(said?.prompt_tokens_details?.cached_tokens)
  const possible =
    completion !== undefined &&
    completion * LONGEST_TOKEN >= characters &&
    // Reasoning that is billed and not shown counts too, but never beyond the limit.
    (completion <= maxTokens || completion <= 4 * characters + 16)
  if (possible && prompt !== undefined) return { prompt, completion, ...(cached && cached <= prompt && { cached }) }
  return {
    prompt: prompt ?? roughPromptTokens(messages),
    completion: possible ? completion : Math.min(maxTokens, Math.max(pieces, roughTokens(characters))),
    guessed: true,
  }
}

/** Tokens of an attempt that broke off: the server's running count where it sends one. */
export function brokenUsage(
  said: ServerUsage | null | undefined,
  { characters, pieces }: Arrived,
  messages: readonly Message[],
): Usage {
  return {
    prompt: whole(said?.prompt_tokens) ?? roughPromptTokens(messages),
    completion: Math.max(whole(said?.completion_tokens) ?? 0, pieces, roughTokens(characters)),
  }
}

function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}
