// A raw trace to thought and solution.
import { inspect } from 'node:util'
import { checkKnown, type Known } from '../known.js'
import type { Format, Formatted, Rows, Sample } from '../rows.js'
import { ask, type Chat, type Model, seedFor } from '../sample/index.js'
import { Stopped } from '../stopped.js'
import { takesRows } from '../taken.js'
import { type Aside, type Done, pool, Step, type Workspace } from '../workspace/index.js'
import { checkRewrite } from './check.js'
import { findParts, hasMarker, type Parts, withoutMarkers } from './markers.js'
import { type ReformatPrompts, skylabReformat } from './prompt.js'
import { split } from './split.js'

export { checkRewrite, type Passed } from './check.js'
export { type Copy, copyOf, type Edit } from './copy.js'
export { type Effect, reformatEffect } from './effect.js'
export { type Fence, fences } from './fences.js'
export { findParts, hasMarker, MARKERS, type MarkerFault, type Parts, readMarkers, withMarkers } from './markers.js'
export { type ReformatPrompts, reformatMessages, skylabReformat } from './prompt.js'
export { skyT1Reformat } from './sky-t1.js'
export { split } from './split.js'

export interface ReformatOptions {
  /** Rewrites the traces. Left out: the free splitter does, with no request sent. */
  model?: Model
  /**
   * `first`: the free splitter takes what it can, and the model is asked only where it finds no solution. `never`: the
   * model rewrites every trace, as in the original. @default 'never' with a model, 'first' without one
   */
  split?: 'first' | 'never'
  /** How the model is asked: our own words, or the original's, `await skyT1Reformat('SkyThought')`. @default 'skylab' */
  prompts?: 'skylab' | ReformatPrompts
  /** Where rewrites are kept. @default nowhere: they would be asked, and paid, again */
  in?: Workspace
  /** null: the server's default. @default 0.7, as in the original */
  temperature?: number | null
  /** Tokens of a rewrite at most. @default 16384, as in the original */
  maxTokens?: number
  /**
   * Another number asks anew, also for rewrites that were kept and refused; the same one asks the same again. @default 0
   */
  seed?: number
  /** The journal's name in the workspace. @default 'reformat' */
  stage?: string
}

/** Why a sample goes to no reformatter, or what it came to without one. */
type Outcome = { parts: Parts; format: Extract<Format, { ok: true }> } | { format: Extract<Format, { ok: false }> }

/**
 * Finds thought and solution of each sample. A text that holds the four markers is taken as it is. Otherwise, without a
 * model, the local splitter takes the whole trace as thought and its final section (or last program) as solution; with
 * one, the model rewrites the trace, and the rewrite counts only if it passes every check of `checkRewrite`. With
 * `split: 'first'` the model is asked, and paid, only where the splitter finds no solution.
 *
 * Samples that were cut off or failed are not sent. A row that cannot be reformatted is a row with `format.ok` false
 * and the reason; nothing is guessed in its place.
 *
 * @throws Stopped 'bad-call', and what asking a model throws: no-key, bad-key, no-server, no-model, over-budget, disk.
 * @example const tidy = await reformat(raw, { model: model('gpt-4o-mini'), in: work })
 * @example await reformat(raw, { model: model('gpt-4o-mini'), split: 'first', in: work })
 * @example await reformat(raw, { model: model('gpt-4o-mini'), in: work, seed: 1 }) // what was refused is asked once more
 */
export function reformat(rows: Rows<Sample>, options: ReformatOptions = {}): Step<Formatted> {
  checkKnown('reformat(…)', options, OPTIONS)
  const { model, stage = 'reformat', split: order = model ? 'never' : 'first' } = options
  check(rows, options)
  takesRows('reformat', rows, { fix: 'reformat(await sample(asked, { model }))', has: ['text'], coming: true })
  const prompts = typeof options.prompts === 'object' ? options.prompts : skylabReformat
  const hash = prompts.hash
  const spent = new WeakMap<Formatted, number | null>()
  let first: Chat | undefined

  async function work(row: Sample, signal: AbortSignal): Promise<{ row: Formatted; reused: boolean }> {
    const local = withoutModel(row, model !== undefined, order === 'first')
    if (local !== undefined) return { row: formatted(row, local), reused: false }
    const trace = traceOf(row)
    const { temperature = 0.7, maxTokens = 16_384, seed = 0 } = options
    const messages = prompts.messages(trace, row)
    const chat: Chat = {
      messages,
      seed: seedFor(row.id, row.sample, seed),
      maxTokens,
      temperature,
      for: { stage, problem: row.id, sample: row.sample },
    }
    first ??= chat
    const asked = await ask(model!, chat, { in: options.in, stage, signal })
    const outcome = asked.ok
      ? rewritten(trace, asked.answer, row, { model: model!.id, prompts, hash })
      : no('failed', asked.failure)
    const done = formatted(row, outcome)
    spent.set(done, asked.dollars)
    return { row: done, reused: asked.reused }
  }

  return new Step<Formatted>({
    label: 'reformat',
    total: Array.isArray(rows) ? rows.length : undefined,
    kept: model && options.in?.name,
    async *run(signal): AsyncGenerator<Done<Formatted>> {
      const width = model ? () => model.pace.width : 1
      for await (const { row, place } of pool(rows, width, (sample, _place, inner) => work(sample, inner), signal))
        yield { ...row, place }
    },
    describe: (row) => (row.format.ok ? undefined : row.format.why),
    ...(model && { dollars: (row: Formatted) => spent.get(row) ?? 0 }),
    aside: () => first && asideOf(first, model!),
  })
}

/** The text that is rewritten: reasoning and answer of a sample, without stray markers. */
export function traceOf(row: Pick<Sample, 'text' | 'reasoning'>): string {
  const whole = row.reasoning?.trim() ? `${row.reasoning.trim()}\n\n${row.text.trim()}` : row.text
  return withoutMarkers(whole)
}

const no = (why: Extract<Format, { ok: false }>['why'], detail: string): Outcome => ({
  format: { ok: false, why, detail },
})

/** What is settled without asking anybody; undefined where the model has to rewrite. */
function withoutModel(row: Sample, rewrites: boolean, first: boolean): Outcome | undefined {
  if (row.finish === 'error') return no('no-sample', row.failure ?? 'the request failed')
  if (row.finish === 'length') return no('cut-off', `cut off after ${row.usage?.completion ?? '?'} tokens`)
  if (row.text.trim() === '' && !row.reasoning?.trim()) return no('no-answer', 'the answer is empty')
  const marked = hasMarker(row.text) ? findParts(row.text) : undefined
  if (marked !== undefined && !('why' in marked)) return { parts: marked, format: { ok: true, by: 'markers' } }
  if (rewrites && !first) return undefined
  // Markers that are wrong are a fault to name; a rewrite may still mend them.
  if (marked !== undefined) return rewrites ? undefined : no(marked.why, marked.detail)
  const parts = split(row, row)
  if (typeof parts !== 'string') return { parts, format: { ok: true, by: 'split' } }
  return rewrites ? undefined : no('no-answer', parts)
}

function rewritten(
  trace: string,
  answer: Parameters<typeof checkRewrite>[1],
  row: Sample,
  { model, prompts, hash }: { model: string; prompts: ReformatPrompts; hash: string },
): Outcome {
  const checked = checkRewrite(trace, answer, row.kind, { slow: prompts.slow ?? false })
  if ('ok' in checked) return { format: { ...checked, rewrite: answer.content } }
  const { thought, solution, copy, program } = checked
  return {
    parts: { thought, solution },
    format: {
      ok: true,
      by: 'model',
      model,
      promptSet: prompts.name,
      promptHash: hash,
      copy,
      ...(program !== undefined && { program }),
    },
  }
}

function formatted(row: Sample, outcome: Outcome): Formatted {
  return 'parts' in outcome ? { ...row, format: outcome.format, ...outcome.parts } : { ...row, format: outcome.format }
}

function asideOf({ messages }: Chat, model: Model): Aside {
  return {
    title: `The first prompt as it was sent to ${model.id}${model.replayed ? ' (replay)' : ''}`,
    text: messages.map(({ role, content }) => `[${role}]\n${content}`).join('\n\n'),
  }
}

const OPTIONS: Known<Required<ReformatOptions>> = {
  model: true,
  split: true,
  prompts: true,
  in: true,
  temperature: true,
  maxTokens: true,
  seed: true,
  stage: true,
}

function check(rows: Rows<Sample>, options: ReformatOptions): void {
  const { model, split, prompts, in: work, temperature, maxTokens, seed } = options
  const bad = (what: string, fix: string) => new Stopped('bad-call', what, fix)
  const example = "reformat(raw, { model: model('gpt-4o-mini'), in: work })"
  if (typeof rows !== 'object' || rows === null || !(Symbol.iterator in rows || Symbol.asyncIterator in rows))
    throw bad(`reformat(…) got ${rows === null ? 'null' : typeof rows} for its samples.`, example)
  if (model !== undefined && typeof model.ask !== 'function')
    throw bad(`reformat(…) got ${JSON.stringify(model)} for its model.`, example)
  if (split !== undefined && split !== 'first' && split !== 'never')
    throw bad(`split is ${JSON.stringify(split)}.`, "split: 'first' or 'never'")
  if (prompts !== undefined && prompts !== 'skylab' && typeof (prompts as ReformatPrompts)?.messages !== 'function')
    throw bad(
      `prompts is ${JSON.stringify(prompts)}.`,
      "prompts: 'skylab', or prompts: await skyT1Reformat('SkyThought')",
    )
  if (split === 'never' && model === undefined)
    throw bad("split is 'never', and there is no model to rewrite instead.", example)
  if (work !== undefined && typeof work.once !== 'function')
    throw bad('reformat(…) got something else for its workspace.', example)
  if (temperature !== undefined && temperature !== null && !(temperature >= 0))
    throw bad(`temperature is ${temperature}.`, example)
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0))
    throw bad(`maxTokens is ${inspect(maxTokens)}, not a whole number from 1 on.`, example)
  if (seed !== undefined && !Number.isInteger(seed))
    throw bad(`seed is ${inspect(seed)}, not a whole number.`, 'reformat(raw, { model, in: work, seed: 1 })')
}
