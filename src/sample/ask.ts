// One question asked once: kept in the workspace, paid from its budget, and never asked again.
import type { Usage } from '../rows.js'
import { Stopped } from '../stopped.js'
import { dollars, type Outcome, type Reservation, type Workspace } from '../workspace/index.js'
import { askInBatch } from './batch/index.js'
import { type Answer, type Chat, mostPromptTokens } from './chat.js'
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
  /** Is told of dollars that went into attempts without an answer. */
  onWasted?: (dollars: number) => void
}

/**
 * Asks a model, or gives the answer that the workspace has kept. An answer that came to its own end
 * is reused for every limit that it stays under, a cut-off one for the same limit only, and one that was ended
 * at its loop wherever loops are ended.
 *
 * @throws Stopped: over-budget before the request, disk, and whatever Model.ask throws.
 */
export async function ask(model: Model, chat: Chat, options: AskOptions): Promise<Asked> {
  const { in: work, stage, signal } = options
  if (!work) return fresh((await paid(model, chat, options)).value)
  const again = (kept: Kept): Asked => {
    work.reused(stage)
    return { ok: true, answer: answerOf(kept), dollars: kept.dollars, reused: true }
  }
  for (;;) {
    const { kept, key } = lookUp(model, chat, work, stage)
    if (kept) return again(kept)
    let sent = false
    const fetched = async () => {
      sent = true
      return await underBudget(model, chat, work, options)
    }
    const value = await work.once<Kept | Failed>(stage, key, fetched, {
      keep: (it) => !('ok' in it),
      ...(signal && { signal }),
    })
    if (sent || 'ok' in value) return fresh(value)
    // Another cell or process asked the same meanwhile; its answer may have been cut off sooner.
    if (holds(value, chat)) return again(value)
  }
}

/** The answer that a workspace has kept to a question, if any. Reads only. */
export function keptAnswer(model: Model, chat: Chat, work: Workspace, stage: string): Kept | undefined {
  return lookUp(model, chat, work, stage).kept
}

/** The kept answer that holds for a question; else the key under which the next one belongs. */
function lookUp(model: Model, chat: Chat, work: Workspace, stage: string): { kept?: Kept; key: object } {
  const question = {
    model: model.id,
    at: model.identity,
    messages: chat.messages,
    temperature: chat.temperature ?? null,
    topP: chat.topP ?? null,
    seed: chat.seed,
  }
  // The answers to one question, in the order in which they came: another limit may have needed another one.
  for (let nth = 0; ; nth++) {
    const key = nth === 0 ? question : { ...question, nth }
    const kept = work.kept<Kept>(stage, key)
    if (kept && holds(kept, chat)) return { kept, key }
    // Where a second answer was kept before there was a third.
    const older = kept && nth === 0 && work.kept<Kept>(stage, { ...question, maxTokens: chat.maxTokens })
    if (older && holds(older, chat)) return { kept: older, key }
    if (!kept) return { key }
  }
}

const fresh = (value: Kept | Failed): Asked =>
  'ok' in value
    ? { ...value, reused: false }
    : { ok: true, answer: answerOf(value), dollars: value.dollars, reused: false }

function answerOf({ content, reasoning, finish, stopped, usage, seconds, firstSeconds }: Kept): Answer {
  return {
    content,
    ...(reasoning !== undefined && { reasoning }),
    finish,
    ...(stopped && { stopped }),
    usage,
    seconds,
    ...(firstSeconds !== undefined && { firstSeconds }),
  }
}

/** One request, with the most that it may cost set aside until what it really cost is booked. */
async function underBudget(
  model: Model,
  chat: Chat,
  work: Workspace,
  options: AskOptions,
): Promise<Outcome<Kept | Failed>> {
  const most = model.cost({ prompt: mostPromptTokens(chat.messages), completion: chat.maxTokens })
  if (most === null && work.budget !== undefined && !model.local) throw unpriced(model, work)
  let money: Reservation | undefined
  const setAside = async () => {
    money?.release()
    money = undefined
    if (most) money = await work.reserve(most, options.signal)
  }
  let settle = () => {}
  const release = () => {
    money?.release()
    settle()
  }
  try {
    await setAside()
    const done = await paid(model, chat, options, setAside)
    const { value } = done
    settle = done.settle ?? settle
    // Money that is given back before the answer is booked would be spent twice.
    return 'ok' in value ? { value, release } : { value, dollars: value.dollars ?? 0, tokens: value.usage, release }
  } catch (error) {
    money?.release()
    throw error
  }
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

/** @param setAside Sets money aside for the next attempt, after one that broke off was booked. */
async function paid(
  model: Model,
  chat: Chat,
  options: AskOptions,
  setAside?: () => Promise<void>,
): Promise<{ value: Kept | Failed; settle?: () => void }> {
  const { in: work, stage, signal, onWasted } = options
  const wasted: Usage = { prompt: 0, completion: 0 }
  // Broken attempts were billed as far as they came, and an interrupted one too.
  const onBroken = async (usage: Usage) => {
    const lost = model.cost(usage)
    if (!lost) return
    onWasted?.(lost)
    if (!work) return
    await work.charge(stage, lost)
    if (!signal?.aborted) await setAside?.()
  }
  const { reply, settle } = model.options.batch
    ? await inBatch(model, chat, options, wasted, onBroken)
    : { reply: await model.ask(chat, signal, wasted, onBroken), settle: undefined }
  if (!reply.ok)
    return { value: { ok: false, failure: reply.failure, dollars: model.cost(wasted), seconds: reply.seconds } }
  const value: Kept = {
    problem: chat.for?.problem ?? '',
    sample: chat.for?.sample ?? 0,
    model: model.id,
    asked: chat.messages.findLast(({ role }) => role === 'user')?.content ?? '',
    ...reply.answer,
    maxTokens: chat.maxTokens,
    seed: chat.seed,
    dollars: model.cost(reply.answer.usage),
  }
  return { value, ...(settle && { settle }) }
}

async function inBatch(
  model: Model,
  chat: Chat,
  { in: work, stage, signal = new AbortController().signal }: AskOptions,
  wasted: Usage,
  onBroken: (usage: Usage) => Promise<void>,
) {
  const given = await askInBatch(model, chat, work, stage, signal)
  if (given.wasted) {
    wasted.prompt += given.wasted.prompt
    wasted.completion += given.wasted.completion
    await onBroken(given.wasted)
  }
  return given
}
