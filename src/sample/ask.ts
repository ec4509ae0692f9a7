// One question asked once: kept in the workspace, paid from its budget, and never asked again.
import type { Usage } from '../rows.js'
import { Stopped } from '../stopped.js'
import { dollars, type Reservation, type Workspace } from '../workspace/index.js'
import { type Answer, type Chat, roughPromptTokens } from './chat.js'
import type { Model } from './model.js'

/** What a stage's journal holds of one answer, and what `work.rows(stage)` gives. */
export interface Kept extends Answer {
  /** Id of the problem. */
  problem: string
  sample: number
  model: string
  /** The last user turn as it was sent. */
  asked: string
  maxTokens: number
  seed: number
  dollars: number | null
}

export type Asked =
  | { ok: true; answer: Answer; dollars: number | null; reused: boolean }
  | { ok: false; failure: string; dollars: number | null; seconds: number; reused: false }

export interface AskOptions {
  /** Where the answer is kept. Left out: nowhere, it will be asked again. */
  in?: Workspace
  /** The journal: 'sample', 'reformat', 'evaluate'. */
  stage: string
  signal?: AbortSignal
}

/**
 * Asks a model, or gives the answer that the workspace has kept. An answer that came to its own end
 * is reused for every limit that it stays under, a cut-off one for the same limit only, and one that was ended
 * at its loop wherever loops are ended.
 *
 * @throws Stopped: over-budget before the request, disk, and whatever Model.ask throws.
 */
export async function ask(model: Model, chat: Chat, { in: work, stage, signal }: AskOptions): Promise<Asked> {
  const question = {
    model: model.id,
    at: model.address,
    messages: chat.messages,
    temperature: chat.temperature ?? null,
    topP: chat.topP ?? null,
    seed: chat.seed,
  }
  const before = work?.kept<Kept>(stage, question)
  const key = before && !holds(before, chat) ? { ...question, maxTokens: chat.maxTokens } : question
  let reused = true
  let money: Reservation | undefined
  const fetched = async () => {
    reused = false
    const most = model.cost({ prompt: roughPromptTokens(chat.messages), completion: chat.maxTokens })
    if (most === null && work?.budget !== undefined && !model.local) throw unpriced(model, work)
    if (most) money = await work?.reserve(most, signal)
    const value = await paid(model, chat, work, stage, signal)
    return { value, dollars: 'ok' in value ? 0 : (value.dollars ?? 0) }
  }
  let value: Kept | Failed
  try {
    value = work
      ? await work.once<Kept | Failed>(stage, key, fetched, (outcome) => !('ok' in outcome))
      : (await fetched()).value
  } finally {
    // Only now: what it really cost is booked, and money that is given back too early would be spent twice.
    money?.release()
  }
  if ('ok' in value) return { ...value, reused: false }
  const { content, reasoning, finish, stopped, usage, seconds, dollars: cost } = value
  const answer: Answer = {
    content,
    ...(reasoning !== undefined && { reasoning }),
    finish,
    ...(stopped && { stopped }),
    usage,
    seconds,
  }
  return { ok: true, answer, dollars: cost, reused }
}

/** A budget that nobody can keep must not look as if it were kept. */
function unpriced(model: Model, { name, budget }: Workspace): Stopped {
  return new Stopped(
    'bad-call',
    `The price of ${model.id} at ${model.address} is unknown, so the budget of ${dollars(budget!)} of ${name} cannot be kept. Nothing was sent.`,
    `model('${model.id}', { price: { prompt: 0.15, completion: 0.6 } }), in dollars for a million tokens`,
  )
}

/** Told apart from a kept answer by `ok`, which that has not. */
type Failed = { ok: false; failure: string; dollars: number | null; seconds: number }

/** An answer that we ended at its loop is as good as another only where the next one would be ended too. */
function holds(kept: Kept, { maxTokens, stopLoops }: Chat): boolean {
  if (kept.stopped) return stopLoops !== undefined && kept.usage.completion <= maxTokens
  return kept.maxTokens === maxTokens || (kept.finish === 'stop' && kept.usage.completion <= maxTokens)
}

async function paid(
  model: Model,
  chat: Chat,
  work: Workspace | undefined,
  stage: string,
  signal: AbortSignal | undefined,
): Promise<Kept | Failed> {
  const wasted: Usage = { prompt: 0, completion: 0 }
  try {
    const reply = await model.ask(chat, signal, wasted)
    if (!reply.ok) return { ok: false, failure: reply.failure, dollars: model.cost(wasted), seconds: reply.seconds }
    return {
      problem: chat.for?.problem ?? '',
      sample: chat.for?.sample ?? 0,
      model: model.id,
      asked: chat.messages.findLast(({ role }) => role === 'user')?.content ?? '',
      ...reply.answer,
      maxTokens: chat.maxTokens,
      seed: chat.seed,
      dollars: model.cost(reply.answer.usage),
    }
  } finally {
    // Broken attempts were billed as far as they came, and an interrupted one too.
    const lost = model.cost(wasted)
    if (lost) await work?.charge(stage, lost)
  }
}
