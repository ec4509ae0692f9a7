// Many answers from one model: n samples of every problem, each asked once and kept.
import { checkKnown, type Known } from '../known.js'
import type { GuardRule } from '../repeats/index.js'
import type { Problem, Rows, Sample, Settings } from '../rows.js'
import { Stopped } from '../stopped.js'
import { type Aside, type Done, pool, Step, type Workspace } from '../workspace/index.js'
import { ask } from './ask.js'
import { leftAtServer } from './batch/index.js'
import type { Chat, Message } from './chat.js'
import type { Model } from './model.js'
import { type Prompt, type PromptSet, type Prompts, promptFor, promptSet } from './prompts.js'
import { seedFor } from './seed.js'
import { isUnrecorded, Told } from './told.js'

export interface SampleOptions {
  model: Model
  /** Where the answers are kept. */
  in: Workspace
  /** Samples of each problem. @default 1, as in the report */
  n?: number
  /** null: the server's default. @default 0.7, the temperature of the report's released result files */
  temperature?: number | null
  /** null: the server's default. */
  topP?: number | null
  /** Tokens of an answer at most. @default 16384, as in the report's runs of QwQ-32B-Preview */
  maxTokens?: number
  /**
   * Ends an answer once it says the same passage over and over, and keeps what it had and why (`stopped`): such an
   * answer never comes back, and every further token is paid for. `true` is the rule of `LoopGuard`. @default false
   */
  stopLoops?: boolean | GuardRule
  /** Our own prompts, or the report's: `await skyT1Prompts(file)`. @default 'skylab' */
  prompts?: Prompts
  /** Another number draws another set of samples. @default 0 */
  seed?: number
  /** The journal's name in the workspace. @default 'sample' */
  stage?: string
}

interface Question {
  problem: Problem
  sample: number
}

/**
 * Samples answers: n for each problem, those of a problem one after the other, so that a server's
 * prefix cache helps. An answer that the workspace has kept is not asked again; raising `n` asks for
 * the rest only. A request that fails for good becomes a row with finish 'error' and the failure.
 *
 * @throws Stopped: no-key, bad-key, no-server, no-model, over-budget, disk, bad-data, interrupted.
 * @example const raw = await sample(asked, { model: qwq, in: work, temperature: 0.7, maxTokens: 16_384 })
 */
export function sample(rows: Rows<Problem>, options: SampleOptions): Step<Sample> {
  checkKnown('sample(…)', options, OPTIONS, 'sample(asked, { model: qwq, in: work })')
  const { model, in: work, n = 1, temperature = 0.7, maxTokens = 16_384 } = options
  const { prompts = 'skylab', stage = 'sample' } = options
  check(rows, { ...options, n, temperature, maxTokens })
  const set = promptSet(prompts)
  let first: Prompt | undefined
  const told = new Told(model, work)
  const onWasted = (dollars: number) => {
    told.wasted += dollars
  }

  async function* questions(): AsyncGenerator<Question> {
    for await (const problem of rows) for (let i = 0; i < n; i++) yield { problem, sample: i }
  }

  async function answer({ problem, sample }: Question, signal: AbortSignal): Promise<{ row: Sample; reused: boolean }> {
    const { prompt, settings, chat } = chatFor(problem, sample, set, options)
    first ??= prompt
    const asked = await ask(model, chat, { in: work, stage, signal, onWasted })
    const common = { ...problem, sample, model: model.id, asked: prompt.user, dollars: asked.dollars, settings }
    if (!asked.ok) {
      const { failure, seconds } = asked
      told.failure ??= failure
      return {
        row: { ...common, text: '', finish: 'error', failure, usage: { prompt: 0, completion: 0 }, seconds },
        reused: false,
      }
    }
    const { content, reasoning, finish, stopped, usage, seconds, firstSeconds } = asked.answer
    if (usage.guessed && !asked.reused) told.guessed++
    if (asked.reused && model.options.record !== undefined) told.unrecorded++
    const kept = {
      text: content,
      ...(reasoning !== undefined && { reasoning }),
      finish,
      ...(stopped && { stopped }),
      usage,
      seconds,
      ...(firstSeconds !== undefined && { firstSeconds }),
    }
    return { row: { ...common, ...kept }, reused: asked.reused }
  }

  return new Step<Sample>({
    label: stage,
    total: Array.isArray(rows) ? rows.length * n : undefined,
    kept: work.name,
    async *run(signal): AsyncGenerator<Done<Sample>> {
      const width = () => model.pace.width
      for await (const done of pool(questions(), width, (question, _place, inner) => answer(question, inner), signal))
        yield { row: done.row.row, reused: done.row.reused, place: done.place }
    },
    describe: lostAs,
    // On a machine of one's own nobody counts dollars; elsewhere an unknown price has to be said.
    ...((model.price || !model.local) && { dollars: (row: Sample) => row.dollars }),
    // Recordings come as fast as the disk: their tokens a second would say nothing.
    ...(!model.replayed && { tokens: (row: Sample) => row.usage.completion }),
    aside: () => first && asideOf(first, model),
    goesOn: () => leftAtServer(model, work),
    live: () => told.live(),
  })
}

/** One of the questions of `sample`: the prompt, the settings that go into the row, and what is sent. */
export function chatFor(
  problem: Problem,
  sample: number,
  set: PromptSet,
  options: SampleOptions,
): { prompt: Prompt; settings: Settings; chat: Chat } {
  const { model, temperature = 0.7, topP = null, maxTokens = 16_384 } = options
  const { seed = 0, stage = 'sample', stopLoops = false } = options
  const prompt = promptFor(problem, set, model.system)
  const settings: Settings = {
    temperature,
    topP,
    maxTokens,
    seed: seedFor(problem.id, sample, seed),
    promptSet: set.name,
    promptHash: prompt.hash,
  }
  const chat: Chat = {
    messages: messagesOf(prompt),
    seed: settings.seed,
    maxTokens,
    temperature,
    topP,
    ...(stopLoops && { stopLoops: stopLoops === true ? {} : stopLoops }),
    for: { stage, problem: problem.id, sample },
  }
  return { prompt, settings, chat }
}

/** A prompt as the messages of a request. */
export function messagesOf({ system, user }: { system: string | null; user: string }): Message[] {
  const turn: Message = { role: 'user', content: user }
  return system === null ? [turn] : [{ role: 'system', content: system }, turn]
}

/** Why an answer counts as lost. A replay's "no" is no failure of a server: the request is simply not in the file. */
function lostAs({ finish, failure, stopped }: Sample): string | undefined {
  if (finish === 'error') return failure !== undefined && isUnrecorded(failure) ? 'not recorded' : 'failed'
  if (stopped) return 'looping'
  return finish === 'length' ? 'cut-off' : undefined
}

function asideOf(prompt: Prompt, model: Model): Aside {
  return {
    title: `The first prompt as it was sent to ${model.id}${model.replayed ? ' (replay)' : ''}`,
    text: prompt.system === null ? prompt.user : `[system]\n${prompt.system}\n\n[user]\n${prompt.user}`,
  }
}

const OPTIONS: Known<Required<SampleOptions>> = {
  model: true,
  in: true,
  n: true,
  temperature: true,
  topP: true,
  maxTokens: true,
  stopLoops: true,
  prompts: true,
  seed: true,
  stage: true,
}

function check(rows: Rows<Problem>, options: SampleOptions): void {
  const { model, in: work, n, temperature, maxTokens, topP, seed } = options
  const bad = (what: string, fix: string) => new Stopped('bad-call', what, fix)
  if (!rows || (typeof rows === 'object' && !(Symbol.iterator in rows) && !(Symbol.asyncIterator in rows)))
    throw bad(
      `sample(…) got ${rows === null ? 'null' : typeof rows} for its problems.`,
      "sample(await problems('practice'), { model: qwq, in: work })",
    )
  if (seed !== undefined && !Number.isInteger(seed))
    throw bad(`sample(…) got the seed ${JSON.stringify(seed)}.`, 'sample(asked, { model: qwq, in: work, seed: 1 })')
  // Of another copy of the package it is no instance, and has all that is used.
  if (typeof model?.ask !== 'function' || typeof model.live !== 'function')
    throw bad('sample(…) got no model that model(…) made.', "sample(asked, { model: model('…'), in: work })")
  if (typeof work?.once !== 'function')
    throw bad('sample(…) got no workspace.', "sample(asked, { model: qwq, in: workspace('runs/sky-t1') })")
  if (!(Number.isInteger(n) && n! >= 1))
    throw bad(`sample(…) got n = ${n}.`, 'sample(asked, { model: qwq, in: work, n: 4 })')
  if (!(Number.isInteger(maxTokens) && maxTokens! >= 1))
    throw bad(`sample(…) got maxTokens = ${maxTokens}.`, 'sample(asked, { model: qwq, in: work, maxTokens: 16_384 })')
  if (temperature !== null && !(temperature! >= 0 && temperature! <= 2))
    throw bad(
      `sample(…) got the temperature ${temperature}; it goes from 0 to 2.`,
      'sample(asked, { model: qwq, in: work, temperature: 0.7 })',
    )
  if (topP != null && !(topP > 0 && topP <= 1))
    throw bad(
      `sample(…) got topP = ${topP}; it goes from 0 to 1.`,
      'sample(asked, { model: qwq, in: work, topP: 0.95 })',
    )
}
