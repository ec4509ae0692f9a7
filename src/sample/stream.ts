// One attempt: a chat completion read as a stream, whole or not at all.
import type { IncomingHttpHeaders } from 'node:http'
import { LoopGuard, type LoopStop } from '../repeats/index.js'
import type { Usage } from '../rows.js'
import type { Answer, Chat } from './chat.js'
import type { Dialect } from './dialect.js'
import { brokenUsage, readUsage, type ServerUsage } from './usage.js'
import { onAbort } from './wire/abort.js'
import type { Endpoint } from './wire/endpoint.js'
import { Events } from './wire/events.js'
import { HttpError, readText, type Sockets } from './wire/http.js'

/** What a piece of a stream may hold; servers add what they like. */
interface Chunk {
  usage?: ServerUsage | null
  error?: { message?: unknown; code?: unknown; type?: unknown } | string | null
  choices?: {
    index?: number
    finish_reason?: string | null
    delta?: Words | null
    /** A server that does not stream answers in one piece. */
    message?: Words | null
  }[]
}

interface Words {
  content?: string | null
  reasoning_content?: string | null
  reasoning?: string | null
  refusal?: string | null
}

/** The server ended the answer for a reason that is neither the end nor the limit. */
export class OddEnd extends Error {}

/** The attempt took too long; `silent` where not a byte had come for a while. */
export class TooLong extends Error {
  constructor(
    message: string,
    readonly silent: boolean,
  ) {
    super(message)
  }
}

/** Seconds that an attempt may take. */
export interface Limits {
  /** From request to last token. */
  whole: number
  /** Without a byte before the first one: a busy server may queue a request. */
  first: number
  /** Without a byte once the answer has begun. */
  silence: number
}

/** What is told of an attempt while it runs. */
export interface Watch {
  /** The head of the response is there: the server has taken the request. */
  onHead(headers: IncomingHttpHeaders): void
  /** The first piece of text is there. */
  onFirst(seconds: number): void
  /** So many pieces of text, a token each as a rule, have come. */
  onPieces(n: number): void
}

/** What a broken attempt used; undefined where the server never took it. */
export interface Broken {
  usage?: Usage
}

/**
 * Sends one question and reads the answer to its end.
 *
 * @param gone Breaks the attempt off too: its server is not there any more.
 * @param broken Is told what the attempt used where it throws.
 * @throws HttpError, errors of the network, TooLong, OddEnd; an Error that says "cut" where the stream ended early.
 */
export async function streamAnswer(
  sockets: Sockets,
  to: Endpoint,
  dialect: Dialect,
  chat: Chat,
  limits: Limits,
  signal: AbortSignal,
  gone: AbortSignal,
  watch: Watch,
  broken: Broken,
): Promise<Answer> {
  const late = new AbortController()
  const give = (what: string, silent: boolean) => late.abort(new TooLong(what, silent))
  const whole = setTimeout(() => give(`no end within ${Math.round(limits.whole)} s`, false), limits.whole * 1000)
  let silence = setTimeout(() => give(`no word for ${Math.round(limits.first)} s`, true), limits.first * 1000)
  const forget = onAbort(signal, () => late.abort(signal.reason))
  onAbort(gone, () => late.abort(gone.reason))
  const began = performance.now()
  const answer = new Growing(chat, watch, began)
  let taken = false
  try {
    const response = await sockets.send(to, '/chat/completions', dialect.body(chat), late.signal)
    taken = true
    watch.onHead(response.headers)
    const streams = /event-stream/i.test(response.headers['content-type'] ?? 'text/event-stream')
    let spoken = false
    const text: string[] = []
    const events = new Events((data) => answer.event(data))
    await readText(
      response,
      (piece) => {
        if (spoken) silence.refresh()
        else {
          spoken = true
          clearTimeout(silence)
          silence = setTimeout(() => give(`no word for ${Math.round(limits.silence)} s`, true), limits.silence * 1000)
        }
        if (streams) events.add(piece)
        else text.push(piece)
        return answer.stopped !== undefined
      },
      late.signal,
    )
    if (streams) events.end()
    else answer.event(text.join(''))
    return answer.whole()
  } catch (error) {
    if (taken) broken.usage = answer.used()
    signal.throwIfAborted()
    throw late.signal.aborted ? late.signal.reason : error
  } finally {
    forget()
    clearTimeout(whole)
    clearTimeout(silence)
  }
}

/** An answer while it comes. */
class Growing {
  readonly #chat: Chat
  readonly #watch: Watch
  readonly #began: number
  readonly #guard: LoopGuard | undefined
  readonly #content: string[] = []
  readonly #reasoning: string[] = []
  #characters = 0
  #pieces = 0
  #first: number | undefined
  #finish: string | undefined
  #ended = false
  #usage: ServerUsage | null | undefined
  stopped: LoopStop | undefined

  constructor(chat: Chat, watch: Watch, began: number) {
    this.#chat = chat
    this.#watch = watch
    this.#began = began
    this.#guard = chat.stopLoops && new LoopGuard(chat.stopLoops)
  }

  /** Takes the data of one event. @throws where it is no JSON, or an error of the server. */
  event(data: string): void {
    // What comes after the end is a repetition of it.
    if (this.#ended || this.stopped) return
    if (data === '[DONE]') {
      this.#ended = true
      return
    }
    let chunk: Chunk
    try {
      chunk = JSON.parse(data) as Chunk
    } catch {
      throw new Error(`the server sent ${JSON.stringify(data.slice(0, 60))} where JSON was due`)
    }
    if (chunk?.error) throw inStream(chunk.error)
    if (chunk?.usage) this.#usage = chunk.usage
    const choice = chunk?.choices?.[0]
    if (!choice || this.#finish !== undefined) return
    const words = choice.delta ?? choice.message
    const thought = text(words?.reasoning_content) || text(words?.reasoning)
    const said = text(words?.content) || text(words?.refusal)
    if (thought) this.#reasoning.push(thought)
    if (said) this.#content.push(said)
    if (thought || said) {
      this.#pieces++
      this.#characters += thought.length + said.length
      this.#watch.onPieces(1)
      if (this.#first === undefined) {
        this.#first = (performance.now() - this.#began) / 1000
        this.#watch.onFirst(this.#first)
      }
    }
    this.#finish = choice.finish_reason ?? undefined
    if (this.#finish !== undefined || !this.#guard) return
    this.stopped = this.#guard.add(thought + said)
    if (this.stopped) this.#finish = 'length'
  }

  /** The answer, once its stream has ended. @throws where it ended before the answer did. */
  whole(): Answer {
    const finish = this.#finish
    if (finish === undefined) throw new Error(`the answer was cut after ${this.#characters} characters`)
    if (finish !== 'stop' && finish !== 'length') throw new OddEnd(`the server ended the answer with "${finish}"`)
    const arrived = { characters: this.#characters, pieces: this.#pieces }
    const seconds = (performance.now() - this.#began) / 1000
    return {
      content: this.#content.join(''),
      ...(this.#reasoning.length > 0 && { reasoning: this.#reasoning.join('') }),
      finish,
      ...(this.stopped && { stopped: this.stopped }),
      usage: readUsage(this.#usage, arrived, this.#chat),
      seconds,
      firstSeconds: this.#first ?? seconds,
    }
  }

  used(): Usage {
    return brokenUsage(this.#usage, { characters: this.#characters, pieces: this.#pieces }, this.#chat.messages)
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** An error that a server sends in the middle of a stream, as vLLM and OpenRouter do. */
function inStream(error: NonNullable<Chunk['error']>): Error {
  if (typeof error === 'string') return new Error(error)
  const status = Number(error.code)
  const said = typeof error.message === 'string' ? error.message : JSON.stringify(error)
  return Number.isInteger(status) && status >= 400 && status < 600
    ? new HttpError(status, `${status} ${said}`, typeof error.type === 'string' ? error.type : null)
    : new Error(said)
}
