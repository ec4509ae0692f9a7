// A question answered through a batch, and the batches of a workspace to look at.
import { Stopped } from '../../stopped.js'
import { passed } from '../../taken.js'
import { count, keyOf, number, type Workspace } from '../../workspace/index.js'
import type { Chat, Reply } from '../chat.js'
import type { Model } from '../model.js'
import { readUsage } from '../usage.js'
import { Book } from './book.js'
import { deskOf } from './desk.js'
import { Office } from './office.js'

/**
 * Asks through a batch.
 *
 * @returns The reply, what a failure has cost all the same, and what is to be called once the reply is kept.
 * @throws Stopped('bad-call') without a workspace: a batch outlives the process that hands it in.
 */
export async function askInBatch(
  model: Model,
  chat: Chat,
  work: Workspace | undefined,
  stage: string,
  signal: AbortSignal,
): Promise<{ reply: Reply; wasted?: { prompt: number; completion: number }; settle: () => void }> {
  if (!work)
    throw new Stopped(
      'bad-call',
      `A batch of ${model.id} needs a workspace: it takes up to a day.`,
      "{ in: workspace('runs/mine') }",
    )
  const { messages, seed, maxTokens, temperature = null, topP = null } = chat
  const id = keyOf({ stage, model: model.id, at: model.identity, messages, seed, maxTokens, temperature, topP })
  const { told, settle } = await deskOf(model, work.dir).ask(chat, id, signal)
  if (told.kind !== 'answer')
    return {
      reply: { ok: false, failure: model.clean(told.failure), seconds: 0 },
      ...(told.usage && { wasted: told.usage }),
      settle,
    }
  const { content, reasoning, finish } = told
  const characters = content.length + reasoning.length
  const usage = readUsage(told.usage, { characters, pieces: 0 }, chat)
  return {
    reply: { ok: true, answer: { content, ...(reasoning && { reasoning }), finish, usage, seconds: 0 } },
    settle,
  }
}

/** What stays at the server when the cell is interrupted, as a sentence; undefined where nothing does. */
export function leftAtServer(model: Model, work: Workspace): string | undefined {
  const left = model.options.batch ? deskOf(model, work.dir).live() : []
  if (left.length === 0) return undefined
  const questions = left.reduce((sum, each) => sum + each.questions, 0)
  const names = left.map(({ id }) => id).join(', ')
  return `${count(left.length, 'batch', 'batches')} with ${count(questions, 'question')} (${names}) ${left.length === 1 ? 'goes' : 'go'} on at the server and will be paid for`
}

/** A line for each batch that is waited for. */
export function batchesAtServer(model: Model, work: Workspace): string[] {
  return deskOf(model, work.dir)
    .live()
    .map(({ id, status, done, questions }) => `${id}  ${status} · ${number(done)} of ${number(questions)}`)
}

/** One batch of a workspace. */
export interface BatchState {
  id: string
  status: string
  questions: number
  answered: number
  failed: number
  /** Has the server stop it; what is answered by then is paid for, and is fetched when its cell runs again. */
  cancel(): Promise<void>
}

/**
 * The batches of a model in a workspace whose answers have not been fetched, as the server sees them now.
 * @throws Stopped('bad-call') without a model or a workspace
 * @example await batches(mini, work)
 */
export async function batches(model: Model, work: Workspace): Promise<BatchState[]> {
  // Of another copy of the package they are no instances, and have all that is used.
  if (typeof model?.ask !== 'function')
    throw new Stopped('bad-call', `batches(…) takes a model, and got ${passed(model)}.`, 'await batches(mini, work)')
  if (typeof work?.once !== 'function')
    throw new Stopped('bad-call', `batches(…) takes a workspace, and got ${passed(work)}.`, 'await batches(mini, work)')
  const office = new Office(model)
  const found: BatchState[] = []
  for (const { id, questions } of new Book(work.dir).open(model.id, model.address)) {
    if (!id) continue
    const seen = await office.look(id)
    const { completed = 0, failed = 0 } = seen.request_counts ?? {}
    const cancel = async () => void (await office.cancel(id))
    found.push({ id, status: seen.status, questions, answered: completed, failed, cancel })
  }
  const text =
    found
      .map(
        ({ id, status, questions, answered, failed }) =>
          `${id}  ${status}  ${number(answered)} of ${number(questions)} answered${failed > 0 ? `, ${number(failed)} failed` : ''}`,
      )
      .join('\n') || 'no batch is open'
  return Object.defineProperty(found, Symbol.for('Jupyter.display'), { value: () => ({ 'text/plain': text }) })
}
