// One attempt: a chat completion read as a stream, whole or not at all.
import type OpenAI from 'openai'
import { LoopGuard, type LoopStop } from '../repeats/index.js'
import { type Answer, type Chat, roughPromptTokens, roughTokens } from './chat.js'

/** Seconds without a single byte after which a request counts as dead; a busy server may queue it that long. */
const SILENCE = 600

/** What servers send beside the types of the openai package. */
interface Delta {
  content?: string | null
  reasoning_content?: string | null
  reasoning?: string | null
}

/** The server ended the answer for a reason that is neither the end nor the limit. */
export class OddEnd extends Error {}

/** What came before an attempt broke off, in characters. */
export interface Partial {
  characters: number
}

/**
 * Sends one question and reads the answer to its end.
 *
 * @param seconds The longest it may take.
 * @throws What the openai package throws; OddEnd; an Error that says "cut" where the stream ended early.
 */
export async function streamAnswer(
  client: OpenAI,
  id: string,
  chat: Chat,
  seconds: number,
  signal: AbortSignal,
  partial: Partial,
): Promise<Answer> {
  const late = new AbortController()
  const give = (why: string) => late.abort(new Error(why))
  const whole = setTimeout(() => give(`no end within ${Math.round(seconds)} s`), seconds * 1000)
  const silence = setTimeout(() => give(`no word for ${SILENCE} s`), SILENCE * 1000)
  const both = AbortSignal.any([signal, late.signal])
  const began = performance.now()
  try {
    const stream = await client.chat.completions.create(body(id, chat), {
      signal: both,
      timeout: seconds * 1000,
      maxRetries: 0,
    })
    const content: string[] = []
    const reasoning: string[] = []
    // Pieces with text in them: at least one token each, and with llama.cpp and vLLM exactly one.
    let pieces = 0
    let finish: string | undefined
    const guard = chat.stopLoops && new LoopGuard(chat.stopLoops)
    let stopped: LoopStop | undefined
    let usage: { prompt_tokens?: number; completion_tokens?: number } | null | undefined
    for await (const chunk of stream) {
      silence.refresh()
      usage = chunk.usage ?? usage
      const choice = chunk.choices?.[0]
      if (!choice) continue
      const delta = (choice.delta ?? {}) as Delta
      const thought = delta.reasoning_content ?? delta.reasoning
      if (thought) reasoning.push(thought)
      if (delta.content) content.push(delta.content)
      if (thought || delta.content) pieces++
      partial.characters += (thought?.length ?? 0) + (delta.content?.length ?? 0)
      finish = choice.finish_reason ?? finish
      if (finish !== undefined) continue
      stopped = guard?.add(`${thought ?? ''}${delta.content ?? ''}`)
      if (!stopped) continue
      finish = 'length'
      // Leaving the loop closes the connection, and a server stops writing when nobody reads.
      break
    }
    // The package ends an aborted stream as if it were whole.
    both.throwIfAborted()
    if (finish === undefined) throw new Error(`the answer was cut after ${partial.characters} characters`)
    if (finish !== 'stop' && finish !== 'length') throw new OddEnd(`the server ended the answer with "${finish}"`)
    return {
      content: content.join(''),
      ...(reasoning.length > 0 && { reasoning: reasoning.join('') }),
      finish,
      ...(stopped && { stopped }),
      usage: {
        prompt: usage?.prompt_tokens ?? roughPromptTokens(chat.messages),
        completion:
          usage?.completion_tokens ?? Math.min(chat.maxTokens, Math.max(pieces, roughTokens(partial.characters))),
      },
      seconds: (performance.now() - began) / 1000,
    }
  } catch (error) {
    signal.throwIfAborted()
    throw late.signal.aborted ? late.signal.reason : error
  } finally {
    clearTimeout(whole)
    clearTimeout(silence)
  }
}

function body(id: string, chat: Chat): OpenAI.Chat.ChatCompletionCreateParamsStreaming {
  // OpenAI's reasoning models know the limit under its newer name only; every other server knows the older one.
  const limit = /^(o\d|gpt-5)/.test(id) ? { max_completion_tokens: chat.maxTokens } : { max_tokens: chat.maxTokens }
  return {
    model: id,
    messages: chat.messages,
    seed: chat.seed,
    ...limit,
    ...(chat.temperature != null && { temperature: chat.temperature }),
    ...(chat.topP != null && { top_p: chat.topP }),
    stream: true,
    stream_options: { include_usage: true },
  }
}
